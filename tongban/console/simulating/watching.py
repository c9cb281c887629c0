"""Looks at the running nodes meanwhile: what waits, what processes take, how large things grow."""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psutil
import psycopg

from tongban.console.benching import memory
from tongban.local.home import Home, saved_settings

MYSELF = "simulate"
_NUMBER = re.compile(r"^(tongban_\w+?)(?:\{[^}]*\})? ([0-9.eE+-]+)$", re.MULTILINE)


@dataclass(frozen=True)
class Look:
    """The nodes at one moment, all together."""

    at: float
    minute: float
    planned: int
    handed_in: int
    under_way: int
    unsent: float
    unconfirmed: float
    cpu: Mapping[str, float]


@dataclass
class Sizes:
    """What grew: bytes of databases and of their log, rows of records, bytes the broker wrote."""

    database: int = 0
    log: int = 0
    events: int = 0
    cases: int = 0
    messages: int = 0
    received: int = 0
    broker: int = 0

    def since(self, before: "Sizes") -> "Sizes":
        """What was added."""
        return Sizes(**{name: getattr(self, name) - getattr(before, name) for name in vars(self)})


@dataclass
class Watch:
    """The processes of the demo, and looks at it in their order."""

    processes: Sequence[Mapping[str, Any]]
    looks: list[Look] = field(default_factory=list)

    def cpu(self) -> dict[str, float]:
        """Seconds of CPU by process since it began, children that ended included."""
        found = {one["name"]: _cpu(one["pid"]) for one in self.processes if one["pid"]}
        # What whoever plays the day takes from the machine that is measured.
        return found | {MYSELF: time.process_time()}

    def memory(self) -> dict[str, int]:
        """Bytes by process, shared pages divided."""
        found = memory.by_process([dict(one) for one in self.processes])
        return found | {MYSELF: psutil.Process().memory_info().rss}


def _cpu(pid: int) -> float:
    try:
        first = psutil.Process(pid)
        family = [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    return sum(map(_own_cpu, family))


def _own_cpu(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    # Connections of the database are processes that end; their time stays with who waited for them.
    ended = getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return float(times.user + times.system + ended)


def by_part(cpu: Mapping[str, float]) -> dict[str, float]:
    """Seconds by what a process is: web, worker, postgresql, nats-server."""
    found: dict[str, float] = {}
    for name, seconds in cpu.items():
        part = re.sub(r"-\d+$", "", name)
        found[part] = found.get(part, 0.0) + seconds
    return found


def less(after: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    """What was added to each; a process that was started anew counts from its start."""
    return {name: max(value - before.get(name, 0.0), 0.0) for name, value in after.items()}


def numbers(text: str) -> dict[str, float]:
    """Sums over the labels of each number on a page of metrics."""
    found: dict[str, float] = {}
    for name, value in _NUMBER.findall(text):
        found[name] = found.get(name, 0.0) + float(value)
    return found


def sizes(place: Home, codes: Iterable[str], processes: Iterable[Mapping[str, Any]]) -> Sizes:
    """Asked of the databases themselves; their log is of the server, so only the first one tells it."""
    found = Sizes(broker=sum(_written(one) for one in processes if one["name"] == "nats-server"))
    for number, code in enumerate(codes):
        with psycopg.connect(
            saved_settings(place, code)["DATABASE_URL"], connect_timeout=5
        ) as link:
            row = link.execute(_SIZES).fetchone()
        if row is None:
            continue
        found.database += row[0]
        found.log += int(row[1]) if number == 0 else 0
        found.events += row[2]
        found.cases += row[3]
        found.messages += row[4]
        found.received += row[5]
    return found


def cursor(place: Home, code: str) -> str:
    """Where the feed of a node ends now, so that a long record is not read from its beginning."""
    with psycopg.connect(saved_settings(place, code)["DATABASE_URL"], connect_timeout=5) as link:
        row = link.execute(
            "SELECT written_in, id FROM record_entry ORDER BY written_in DESC, id DESC LIMIT 1"
        ).fetchone()
    return f"{row[0]}-{row[1]}" if row else ""


_SIZES = """
SELECT pg_database_size(current_database()), pg_current_wal_lsn() - '0/0'::pg_lsn,
       (SELECT count(*) FROM record_entry), (SELECT count(*) FROM cases_case),
       (SELECT count(*) FROM exchange_outgoing WHERE type <> 'exchange.receipt.v1'),
       (SELECT count(*) FROM exchange_received WHERE type <> 'exchange.receipt.v1')
"""


def _written(process: Mapping[str, Any]) -> int:
    """Bytes that a process wrote to the disk; not told everywhere."""
    try:
        counters = psutil.Process(process["pid"]).io_counters()
    except (psutil.Error, AttributeError):
        return 0
    return int(counters.write_bytes)
