"""What was measured beside what was asked for, as a table for people and JSON for machines."""

import os
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil


@dataclass(frozen=True)
class Line:
    """One figure: what it is, what it came to, and the mark it should reach, if there is one."""

    name: str
    label: str
    value: float
    unit: str
    mark: float | None = None
    at_most: bool = True
    note: str = ""

    @property
    def is_reached(self) -> bool | None:
        """Whether the mark was reached; None without one."""
        if self.mark is None:
            return None
        return self.value <= self.mark if self.at_most else self.value >= self.mark


@dataclass
class Results:
    """All figures of one run, and the machine they are of."""

    machine: dict[str, Any]
    lines: list[Line] = field(default_factory=list)

    def add(self, name: str, label: str, value: float, unit: str, **rest: Any) -> None:
        """Note one figure."""
        self.lines.append(Line(name, label, round(value, 3), unit, **rest))

    @property
    def missed(self) -> list[Line]:
        """The figures that are below their mark."""
        return [line for line in self.lines if line.is_reached is False]

    def as_dict(self) -> dict[str, Any]:
        """For a machine."""
        lines = [asdict(line) | {"is_reached": line.is_reached} for line in self.lines]
        return {"machine": self.machine, "figures": lines}

    def as_markdown(self) -> str:
        """The table as docs/performance.md holds it."""
        rows = ["| | measured | mark | |", "| --- | ---: | ---: | --- |"]
        words = {True: "reached", False: "**missed**", None: ""}
        for line in self.lines:
            sign = "≤" if line.at_most else "≥"
            mark = "" if line.mark is None else f"{sign} {line.mark:g} {line.unit}".strip()
            told = "; ".join(part for part in (words[line.is_reached], line.note) if part)
            rows.append(f"| {line.label} | {figure(line)} | {mark} | {told} |")
        return "\n".join(rows)


def figure(line: Line) -> str:
    """A figure with as many digits as mean something."""
    digits = 2 if line.unit == "" else 0 if line.value >= 100 else 1
    return f"{line.value:,.{digits}f} {line.unit}".strip()


def machine() -> dict[str, Any]:
    """What one must know to compare with another run."""
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 1024**3),
        "processor": _processor(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line]
    return names[0] if names else platform.processor()
