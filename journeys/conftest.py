"""What journeys stand on: nodes that run, and nothing of the tests' own database."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from journeys.installation import Installation
from tongban.local import accounts

# Those that let days come, in this order, after all others.
AHEAD = {"test_a_version_changes.py": 1, "test_time_passes.py": 2}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All journeys go through the same nodes, so several processes must not share them out.

    Those that let days come go last, for there is no way back.
    """
    items.sort(key=lambda item: AHEAD.get(item.path.name, 0))
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("journeys"))


@pytest.fixture(scope="package")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A hub, 吉林 and 福建, once for all journeys."""
    root = tmp_path_factory.mktemp("journeys") / "home"
    # PostgreSQL's own user must be able to pass through the folders above its data.
    for folder in (root.parent, root.parent.parent):
        folder.chmod(0o711)
    there = Installation(root)
    there.start()
    try:
        yield there
    finally:
        there.stop()
        private = accounts.private_folder(root)
        if private.exists():
            shutil.rmtree(private)
