"""Folders for servers that run as another user."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def enterable_folder() -> Iterator[Callable[[str], Path]]:
    """Makes folders that PostgreSQL's user can pass; pytest's own are closed to all but us."""
    made: list[Path] = []

    def make(name: str) -> Path:
        folder = Path(tempfile.mkdtemp(prefix=f"tongban-{name}-", dir="/tmp"))
        folder.chmod(0o711)
        made.append(folder)
        return folder

    yield make
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)
