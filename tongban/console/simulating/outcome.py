"""What came of a drive: planned, sent, accepted, arrived; how fast; what waited; what it took."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tongban.console.benching.load import percentile
from tongban.console.simulating.calling import Caller
from tongban.console.simulating.driving import Drive
from tongban.console.simulating.tables import Cell, Table
from tongban.console.simulating.watching import Look, Sizes

PERCENTILES = (0.5, 0.95, 0.99)
MOST_LOOKS = 24


@dataclass
class Outcome:
    """All that a run found, as it stands when it ends, whoever ended it."""

    drive: Drive
    machine: Mapping[str, Any]
    is_interrupted: bool = False
    looks: Sequence[Look] = ()
    seconds: float = 0.0
    cpu: Mapping[str, float] = field(default_factory=dict)
    memory: Mapping[str, int] = field(default_factory=dict)
    grown: Sizes = field(default_factory=Sizes)
    measured: Mapping[str, float] = field(default_factory=dict)

    def tables(self) -> list[Table]:
        """In the order in which one asks."""
        return [
            self.counts(), self.latencies(), self.behind(), self.backlog(), self.processes(),
            self.not_done(), self.per_unit(),
        ]  # fmt: skip

    def counts(self) -> Table:
        """From the plan to the other node."""
        done, day = self.drive.done, self.drive.day
        looked, handed = self.drive.planned_by(self.drive.minute)
        rows: list[tuple[str, Cell]] = [
            ("look-ups planned", len(day.look_ups)),
            ("  due by now", looked),
            ("  sent", done.begun_look_ups),
            ("  answered", done.look_ups),
            ("cases planned", len(day.cases)),
            ("  due by now", handed),
            ("  sent", done.begun_cases),
            ("  accepted", done.cases),
            ("times handed over to the other node", done.owed),
            ("  arrived there", done.arrived),
            ("acts of officers done", sum(done.acts.values())),
            *((f"  {move}", count) for move, count in sorted(done.acts.items())),
        ]  # fmt: skip
        return Table("counts", "计划与完成", "Planned and done", ("", "count"), rows)

    def latencies(self) -> Table:
        """Milliseconds of calls as the caller sees them, and of crossings between two nodes."""
        merged: dict[str, list[float]] = {}
        for caller in self.drive.callers.values():
            for kind, took in caller.took.items():
                merged.setdefault(kind, []).extend(took.seconds)
        merged["crossing, event there to arrival here"] = [
            one for seen in self.drive.seen.values() for one in seen.crossings()
        ]
        rows: list[list[Cell]] = [
            [kind, len(values), *(percentile(values, share) * 1000 for share in PERCENTILES)]
            for kind, values in sorted(merged.items())
            if values
        ]
        columns = ("call", "count", "p50 ms", "p95 ms", "p99 ms")
        return Table("latencies", "耗时", "Latency", columns, rows)

    def behind(self) -> Table:
        """How long after its time an act was begun, in real seconds and in minutes of the day."""
        rows = []
        scale = 24 / self.drive.minutes
        for move, seconds in sorted(self.drive.done.behind.items()):
            late = percentile(seconds, 0.95)
            rows.append((move, len(seconds), late, late * scale, max(seconds)))
        columns = ("act", "count", "p95 s", "p95 minutes of the day", "most s")
        return Table("behind", "晚了多少", "What fell behind", columns, rows)

    def backlog(self) -> Table:
        """What waited over the day; some of the looks, evenly."""
        step = max(1, -(-len(self.looks) // MOST_LOOKS))
        rows = [
            (f"{int(one.minute) // 60:02}:{int(one.minute) % 60:02}", one.planned, one.handed_in,
             one.under_way, int(one.unsent), int(one.unconfirmed))
            for one in self.looks[::step]
        ]  # fmt: skip
        columns = ("time of the day", "cases due", "accepted", "steps under way",
                   "messages not sent", "sent, not confirmed")  # fmt: skip
        return Table("backlog", "积压", "Backlog over time", columns, rows)

    def processes(self) -> Table:
        """Cores used on average and at most between two looks, and memory at the end."""
        rows = []
        for name, seconds in sorted(self.cpu.items()):
            most = max(_rates(self.looks, name), default=0.0)
            share = seconds / self.seconds if self.seconds else 0.0
            rows.append((name, share, most, self.memory.get(name, 0) / 1024**2))
        columns = ("process", "cores, mean", "cores, most", "memory MB")
        return Table("processes", "各进程", "Processes", columns, rows)

    def not_done(self) -> Table:
        """What could not be done, and what was left, each with its reason."""
        done = self.drive.done
        rows = [(what, count, done.details.get(what, "")) for what, count in sorted(done.failed.items())]  # fmt: skip
        rows += [
            (what, count, "left as planned: no step of today, or of nobody but the applicant")
            for what, count in sorted(done.left.items())
        ]
        return Table("not_done", "没有做的", "Not done", ("what", "count", "why"), rows)

    def per_unit(self) -> Table:
        """What one case and one look-up took; see `measured.py` for what it is used for."""
        rows = list(self.measured.items())
        return Table("per_unit", "每件所需", "Taken by one", ("figure", "value"), rows)

    def as_dict(self) -> dict[str, Any]:
        """For a machine."""
        drive = self.drive
        return {
            "machine": dict(self.machine),
            "day": drive.day.on.isoformat(),
            "seed": drive.day.seed,
            "one_in": drive.day.one_in,
            "plan": drive.day.digest,
            "minutes": drive.minutes,
            "nodes": sorted(drive.callers),
            "interrupted": self.is_interrupted,
            "reached_minute": round(drive.minute, 1),
            "answers": {code: answers(caller) for code, caller in drive.callers.items()},
            "tables": {table.name: table.as_dict() for table in self.tables()},
            "measured": dict(self.measured),
        }


def _rates(looks: Sequence[Look], name: str) -> list[float]:
    """Cores between one look and the next."""
    return [
        max(b.cpu.get(name, 0.0) - a.cpu.get(name, 0.0), 0.0) / (b.at - a.at)
        for a, b in itertools.pairwise(looks)
        if b.at > a.at
    ]


def answers(caller: Caller) -> dict[str, dict[str, int]]:
    """How a node answered each kind of call."""
    return {kind: dict(took.answers) for kind, took in caller.took.items()}
