"""Memory that the demo's processes take, shared pages divided among those who share them."""

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
