"""Very many cases for the pages to be slow with: chains, parts, papers and rows, by COPY.

Skewed as real load is: a few windows and offices have most of it, nearly everything is closed, some
names are very common. The same seed makes the same cases on every machine.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from tongban.basics import canonical, identifiers, sealing
from tongban.basics.copying import copy_rows
from tongban.cases.models import FOLDED
from tongban.cases.standing import Paper
from tongban.cases.states import Party, State
from tongban.console.benching import applications, histories
from tongban.console.benching.histories import (
    DECIDABLE,
    IN_HAND,
    STORIES,
    Copy,
    History,
    Story,
    Teller,
    Way,
)
from tongban.record.chains import FileRef
from tongban.sandbox import numbers

# Cases written in one transaction: each of their first events before each of their second ones, so
# that a chain lies as far apart on the disk as it does where cases take days.
BATCH = 5000
# So many copies of one history, and never fewer histories than this.
_ALIKE, _FEWEST = 250, 500
_PEOPLE = 30_000
_IN_HAND = 200
_CITY = "220100"  # where the deciding officer of the measurements sits
_ENTRY = ("chain", "seq", "kind", "at", "body", "hash", "key_id", "signature")
_CASE = (*FOLDED, "applicant_match", "name_match", "claimed_by_id", "claimed_at")
_PAPER = Paper.__slots__
_folded, _paper = attrgetter(*FOLDED), attrgetter(*_PAPER)


@dataclass(frozen=True)
class Person:
    """Somebody who is fictional, as the tables find them again."""

    name: str
    id_number: str
    name_match: str
    id_match: str


@dataclass
class Seeded:
    """What can be asked for in a measurement: cases, names, and what an officer may decide."""

    events: int
    numbers: list[str]
    names: list[str]
    decidable: list[str]


@dataclass
class Seeder:
    """Cases from one serial number on, up to another one; several of them do not meet."""

    file: FileRef
    there: str
    now: datetime
    clerks: Sequence[int]  # keys of the officers of the measured window
    decider: int

    def seed(self, first: int, count: int, ready: int) -> Seeded:
        """Write so many cases; with `ready` some more that are asked for in any measurement.

        These are so many that `decider` has claimed and may decide, and a few pages of what the
        measured window has in hand, among however few or many others.
        """
        pick = random.Random(first)  # noqa: S311 - the same cases on every machine
        self._people = [_person(serial) for serial in range(min(_PEOPLE, max(count, 1000)))]
        told = self._histories(pick, max(_FEWEST, count // _ALIKE))
        found = Seeded(0, [], [], [])
        self._keep(self._copies(told, pick, first, count), found, pick)
        first += count
        if ready:
            self._keep(self._of(IN_HAND, first, _IN_HAND), found, pick)
            decidable = self._of(DECIDABLE, first + _IN_HAND, ready)
            self._keep(decidable, found, pick, claimed_by=self.decider)
        return found

    def _keep(
        self,
        copies: Iterator[tuple[Copy, Person]],
        found: Seeded,
        pick: random.Random,
        claimed_by: int | None = None,
    ) -> None:
        for batch in _batches(copies, BATCH):
            found.events += self._write(batch, pick, claimed_by)
            for one, who in batch:
                if claimed_by:
                    found.decidable.append(one.number)
                elif self._is_measured(one):
                    found.numbers.append(one.number)
                    found.names.append(who.name)

    def _is_measured(self, one: Copy) -> bool:
        return one.standing.receiving_place == applications.HOME

    def _histories(self, pick: random.Random, count: int) -> list[History]:
        teller, ways = (
            Teller(self.file, self.now),
            histories.ways(settings.NODE_ID, self.there, pick),
        )
        stories = pick.choices(STORIES, [story.share for story in STORIES], k=count)
        return [
            teller.tell(story, way, days_ago=pick.randint(*story.days_ago))
            for story, way in zip(stories, ways, strict=False)
        ]

    def _copies(
        self, told: Sequence[History], pick: random.Random, first: int, count: int
    ) -> Iterator[tuple[Copy, Person]]:
        for serial in range(first, first + count):
            # A few names are very common, most are rare.
            person = self._people[int(len(self._people) * pick.random() ** 2)]
            yield self._copy(pick.choice(told), serial, person)

    def _of(self, story: Story, first: int, count: int) -> Iterator[tuple[Copy, Person]]:
        """One story from the measured window, within this node, with signatures that hold."""
        here = settings.NODE_ID
        way = Way(applications.HOME, _CITY, here, here)
        teller = Teller(self.file, self.now)
        told = [teller.tell(story, way, days_ago=days, is_signed=True) for days in range(1, 5)]
        for serial in range(first, first + count):
            person = self._people[serial % len(self._people)]
            yield self._copy(told[serial % len(told)], serial, person)

    def _copy(self, history: History, serial: int, person: Person) -> tuple[Copy, Person]:
        division = history.number[:6]
        # A day has room for a million numbers; those of the next million name another one.
        day = history.events[0].at.date() - timedelta(days=serial // 1_000_000 * 500)
        number = identifiers.case_number(division, day, serial)
        digest = canonical.digest(_part(person, number))
        self._shared.update(history.parts)
        return history.copy(number, digest), person

    def __post_init__(self) -> None:
        self._shared: dict[str, bytes] = {}
        self._kept: set[str] = set()

    @transaction.atomic
    def _write(
        self,
        batch: Sequence[tuple[Copy, Person]],
        pick: random.Random,
        claimed_by: int | None = None,
    ) -> int:
        entries = [row for one, _ in batch for row in one.events]
        entries.sort(key=lambda row: row[1])
        copy_rows("record_entry", _ENTRY, entries)
        copy_rows("record_sealed", ("digest", "data"), self._parts(batch))
        copy_rows("cases_case", _CASE, (self._case(*one, pick, claimed_by) for one in batch))
        copy_rows(
            "cases_material",
            ("case_id", *_PAPER),
            ((one.number, *_paper(paper)) for one, _ in batch for paper in one.standing.papers),
        )
        copy_rows(
            "cases_submission",
            ("owner", "key", "digest", "number", "at"),
            (
                ("bench:seed", one.number, "0" * 64, one.number, one.standing.submitted_at)
                for one, _ in batch
                if one.standing.applicant_node == settings.NODE_ID
            ),
        )
        return len(entries)

    def _parts(self, batch: Sequence[tuple[Copy, Person]]) -> Iterator[tuple[str, bytes]]:
        for one, person in batch:
            digest = one.standing.particulars
            plain = _part(person, one.number)
            yield digest, sealing.seal(plain, context=digest.encode())
        for digest, plain in self._shared.items():
            if digest not in self._kept:
                yield digest, sealing.seal(plain, context=digest.encode())
        self._kept |= set(self._shared)

    def _case(
        self, one: Copy, person: Person, pick: random.Random, claimed_by: int | None
    ) -> tuple[Any, ...]:
        if claimed_by is None and self._is_measured(one) and _may_be_claimed(one):
            claimed_by = pick.choice([*self.clerks, None, None])
        at = one.standing.held_since if claimed_by else None
        return (*_folded(one.standing), person.id_match, person.name_match, claimed_by, at)


def _may_be_claimed(one: Copy) -> bool:
    return one.standing.holder == Party.RECEIVER and one.standing.state != State.CLOSED


def _batches(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while batch := list(islice(rows, size)):
        yield batch


def _person(serial: int) -> Person:
    name = f"示例{serial:05d}"
    number = numbers.person_number(applications.HOME, f"seeded:{serial}")
    return Person(name, number, sealing.match(name), sealing.match(number))


def _part(person: Person, number: str) -> bytes:
    """The particulars of one case as its first event seals them; the salt is its number."""
    applicant = {
        "kind": "person",
        "name": person.name,
        "id_number": person.id_number,
        "phone": numbers.mobile(2),
    }
    content = {"applicant": applicant, "answers": {}, "file_names": {}}
    return canonical.dumps({"salt": number, "content": content})


def settle() -> None:
    """What autovacuum does within minutes of so much being written; no page is measured before."""
    with connection.cursor() as cursor:
        for table in ("record_entry", "record_sealed", "cases_case", "cases_material",
                      "cases_submission"):  # fmt: skip
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def moment() -> datetime:
    """The moment that all cases of a run are told from: yesterday, so that no number is of today."""
    return datetime.now(UTC) - timedelta(days=1)
