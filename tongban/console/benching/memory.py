"""Memory that the demo's processes take, shared pages divided among those who share them."""

from pathlib import Path
from typing import Any

import psutil


def by_process(processes: list[dict[str, Any]]) -> dict[str, int]:
    """Bytes by name of process, its children counted in; PSS on Linux, unique memory elsewhere."""
    return {process["name"]: _family(process["pid"]) for process in processes if process["pid"]}


def _family(pid: int) -> int:
    try:
        first = psutil.Process(pid)
        return sum(_own(one) for one in (first, *first.children(recursive=True)))
    except psutil.NoSuchProcess:
        return 0


def _own(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return 0
    return int(getattr(full, "pss", 0) or full.uss)


class Peak:
    """The most that a process, with its children, has held since now beyond what it held then.

    Resident bytes, as Linux notes them by itself (VmHWM), so that no peak falls between two looks.
    """

    def __init__(self, pid: int) -> None:
        self._before: dict[Path, int] = {}
        for one in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
            folder = Path("/proc") / str(one.pid)
            # Linux: the peak is what is held now.
            (folder / "clear_refs").write_text("5")
            self._before[folder] = _status(folder, "VmRSS")

    def growth(self) -> int:
        """Bytes, of the process that grew most."""
        return max(_status(one, "VmHWM") - was for one, was in self._before.items())

    def most(self) -> int:
        """Bytes, of the largest process."""
        return max(_status(one, "VmHWM") for one in self._before)


def _status(folder: Path, name: str) -> int:
    lines = (folder / "status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) * 1024
