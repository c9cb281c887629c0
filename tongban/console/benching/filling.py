"""Filling a node with cases in as many processes as there are cores."""

import multiprocessing
import random
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from tongban.console import acting
from tongban.console.benching import applications, seeding
from tongban.console.benching.seeding import Seeded, Seeder
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties import operations as parties
from tongban.parties.models import Account, Officer, Role
from tongban.record.chains import FileRef

DECIDER = "qianyi"
# So many are decided in a measurement at most, and so many colleagues share the measured window.
DECIDABLE, _COLLEAGUES = 1000, 6
_CHUNK = 50_000
# Kept of what was filled in, to be asked for in a measurement.
_KEPT = 2000
# Serial numbers between two fillings of one node, so that these never meet.
_APART = 3_000_000


@dataclass
class Filled:
    """What a node was filled with so far."""

    cases: int = 0
    events: int = 0
    numbers: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    decidable: list[str] = field(default_factory=list)

    def add(self, seeded: Seeded, count: int) -> None:
        """Take along what one process wrote."""
        self.cases += count
        self.events += seeded.events
        pick = random.Random(count)  # noqa: S311 - only to keep a few
        for mine, more in ((self.numbers, seeded.numbers), (self.names, seeded.names)):
            mine += more
            pick.shuffle(mine)
            del mine[_KEPT:]
        self.decidable += seeded.decidable


def fill(
    filled: Filled,
    *,
    upto: int,
    file: FileRef,
    there: str,
    at: datetime,
    processes: int,
    step: Callable[[float], None],
) -> None:
    """Write cases until there are so many, and some more that wait for a decision."""
    seeder = Seeder(file, there, at, _clerks(), Officer.objects.get(account__username=DECIDER).pk)
    parts = chunks(filled.cases + _APART * bool(filled.cases), upto - filled.cases)
    if processes <= 1 or len(parts) == 1:
        for done, chunk in enumerate(parts, start=1):
            filled.add(_seed(chunk, seeder), chunk[1])
            step(done / len(parts))
    else:
        fresh = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes, fresh, initializer=acting.set_up_django) as pool:
            found = pool.map(partial(_seed, seeder=seeder), parts)
            for done, (seeded, chunk) in enumerate(zip(found, parts, strict=True), start=1):
                filled.add(seeded, chunk[1])
                step(done / len(parts))
    seeding.settle()


def chunks(first: int, count: int) -> list[tuple[int, int, int]]:
    """First serial number, cases, and how many more that are ready to be decided, of each part.

    What is ready has the numbers behind all others, so it comes with the last part.
    """
    starts = range(0, count, _CHUNK)
    return [
        (first + start, min(_CHUNK, count - start), DECIDABLE * (start == starts[-1]))
        for start in starts
    ]


def _seed(chunk: tuple[int, int, int], seeder: Seeder) -> Seeded:
    return seeder.seed(*chunk)


def _clerks() -> list[int]:
    """Colleagues at the measured window, so that its cases are claimed by several people."""
    office = jurisdictions.window_authority(applications.HOME)
    found = []
    for serial in range(1, _COLLEAGUES + 1):
        account, _ = Account.objects.get_or_create(username=f"bench-clerk-{serial}")
        officer = parties.appoint_officer(
            account=account, name=f"测速员{serial}", staff_number=f"BENCH-{serial}",
            authority=office, roles=[Role.RECEIVER],
        )  # fmt: skip
        found.append(officer.pk)
    return found
