"""Running other programs for `test`, `check` and the like."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tongban.console.acting import ONLY_TO_DESCRIBE
from tongban.local.home import PROJECT


def program(name: str) -> str:
    """A program of the virtual environment we run in."""
    return str(Path(sys.executable).parent / name)


def to_describe() -> dict[str, str]:
    """An environment in which Django loads, without a node, a database or a secret."""
    return {**os.environ, **ONLY_TO_DESCRIBE, "DJANGO_SETTINGS_MODULE": "tongban.config.settings"}


def run(words: Sequence[str], environment: Mapping[str, str] | None = None) -> int:
    """Run a program at the root of the project, its output going where ours goes."""
    sys.stdout.flush()
    try:
        return subprocess.run(words, cwd=PROJECT, env=environment, check=False).returncode
    except FileNotFoundError:
        print(f"找不到程序 Not found: {words[0]}", file=sys.stderr)
        return 127
