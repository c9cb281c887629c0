"""What was measured, by which command, when and on which machine: `data/measured.json`.

`./run simulate --keep-measured` writes it from a run against nodes; what other commands measured stands
beside it and is written by hand, with the page it is taken from.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from tongban.console.simulating.figures import DATA

FILE = DATA / "measured.json"
PARTS = ("web", "worker", "postgresql", "nats-server")


@dataclass(frozen=True)
class Measured:
    """Figures by name, with what each is of and where it is from; one that is missing is nought."""

    rows: Mapping[str, tuple[float, str, str]]

    def __getitem__(self, key: str) -> float:
        return self.rows[key][0]

    def a_read(self) -> float:
        """Seconds of CPU for one page or call that reads, all processes together."""
        return sum(self[f"cpu_ms_a_read_{part}"] for part in PARTS) / 1000

    def an_event(self, part: str = "") -> float:
        """Seconds of CPU for one event at one node that keeps it, of one kind of process or of all."""
        parts = (part,) if part else PARTS
        return sum(self[f"cpu_ms_an_event_{one}"] for one in parts) / 1000


@cache
def shipped() -> Measured:
    """As the file has it."""
    return read(json.loads(FILE.read_bytes()))


def read(content: Mapping[str, Any]) -> Measured:
    """The run's own figures, and those of other pages."""
    run = content["run"]
    rows = {
        key: (value, unit_of(key), f"./run simulate on {run['on']}, {run.get('cases', 0)} cases")
        for key, value in run["figures"].items()
    }
    rows |= {row["key"]: (row["value"], row["unit"], row["source"]) for row in content["others"]}
    return Measured(rows)


def unit_of(key: str) -> str:
    """From the name of a figure."""
    if key.startswith("cpu_ms"):
        return "ms of CPU"
    return "bytes" if "bytes" in key else "count"


def needed_figures() -> set[str]:
    """What a run must have measured before anything can be sized by it."""
    cpu = {f"cpu_ms_{of}_{part}" for of in ("a_read", "an_event") for part in PARTS}
    return cpu | {"log_bytes_an_event", "database_bytes_an_event", "broker_bytes_a_message"}


def keep(figures: Mapping[str, float], run: Mapping[str, Any]) -> None:
    """Write the figures of a newer run into the file, rounded; everything else stays as it was."""
    content = json.loads(FILE.read_bytes())
    content["run"] = {**run, "figures": {key: float(f"{one:.3g}") for key, one in figures.items()}}
    FILE.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", "utf-8")
