"""Folding the record of all cases anew, a stretch of it at a time, as many at once as there are cores.

Nothing here holds more than a stretch in memory, and a stretch is one transaction, so a run that
was ended half-way only has to be begun again.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from django.db import connection, transaction
from django.db.models import JSONField, Q

from tongban.basics import copying, reading, sealing
from tongban.basics.copying import copy_in
from tongban.cases import standing
from tongban.cases.judging import NotInTable
from tongban.cases.models import FOLDED, Case, Material
from tongban.cases.operations import rebuilding
from tongban.cases.operations.rebuilding import Difference
from tongban.cases.standing import Paper, Standing
from tongban.record import chains
from tongban.record import queries as recorded
from tongban.record.chains import ChainBroken

# How many cases a stretch has: some megabytes of events, and a tenth of a second.
STRETCH = 1000
# A million differences help nobody; beyond so many of one stretch they are only counted.
MOST_TOLD = 20
_MATCHES = ("applicant_match", "name_match")
_PAPER = Paper.__slots__
_JSON = tuple(
    place for place, name in enumerate(FOLDED)
    if isinstance(Case._meta.get_field(name), JSONField)
)  # fmt: skip


@dataclass(frozen=True)
class Stretch:
    """The chains from one name on up to another one, without that; to the end with ""."""

    start: str
    end: str

    def within(self, column: str) -> Q:
        """The rows of this stretch, as a condition."""
        ends = Q(**{f"{column}__lt": self.end}) if self.end else Q()
        return Q(**{f"{column}__gte": self.start}) & ends


@dataclass
class Found:
    """What was looked at and what was not as it should be; `faults` are records that break off."""

    cases: int = 0
    events: int = 0
    different: int = 0
    differences: list[Difference] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def add(self, other: "Found") -> None:
        """Take the findings of another stretch along."""
        self.cases += other.cases
        self.events += other.events
        self.different += other.different
        self.differences += other.differences
        self.faults += other.faults


def stretches(size: int = 0) -> list[Stretch]:
    """All cases of the record in stretches of so many, in the order of their numbers."""
    # A row whose chain is lost may lie before the first one, so the first begins at nothing.
    starts = ["", *recorded.every_nth_chain(size or STRETCH, kind="^[0-9]")[1:]]
    return [Stretch(*pair) for pair in zip(starts, [*starts[1:], ""], strict=True)]


def rebuild_stretch(*, stretch: Stretch, write: bool = False) -> Found:
    """Fold all events of a stretch and compare with the tables; with `write`, make the tables so.

    The same as `rebuilding.rebuild` for each of its cases. A row without a record is a fault, and
    is left. What differs at first is looked at again with its row locked, so that a case that
    moves meanwhile is no difference.
    """
    with _without_looking_for_cycles():
        if write:
            return _pass(stretch.within("number"), stretch.within("chain"), write=True)
        seen = _pass(stretch.within("number"), stretch.within("chain"), write=None)
        if not seen.suspects:
            return seen
        again = seen.suspects
        settled = _pass(Q(number__in=again), Q(chain__in=again), write=False)
        settled.cases, settled.events = seen.cases, seen.events
        return settled


@contextmanager
def _without_looking_for_cycles() -> Iterator[None]:
    """Nothing of a stretch refers to itself, and looking through it again and again takes a seventh."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass
class _Pass(Found):
    suspects: list[str] = field(default_factory=list)


@transaction.atomic
def _pass(of_tables: Q, of_record: Q, *, write: bool | None) -> _Pass:
    """One look at some cases; rows are locked unless `write` is None."""
    _plan_for_one_core()
    # The rows first: whoever moves a case holds its row, so the events read then are all there are.
    tables = _tables(of_tables, lock=write is not None)
    found = _Pass()
    lost: list[Standing] = []
    changed: list[tuple[Standing, set[str]]] = []
    for number, folded in _folded(of_record, found):
        before = tables.pop(number, None)
        if folded is None:
            continue
        differences = _told(before, folded)
        if differences:
            found.different += 1
            found.suspects.append(number)
            found.differences += differences[: MOST_TOLD - len(found.differences)]
            if before is None:
                lost.append(folded)
            else:
                changed.append((folded, {one.column for one in differences}))
    found.faults += [f"{number}: no record" for number in tables]
    found.suspects += tables
    if write:
        _write(lost=lost, changed=changed)
    return found


def _plan_for_one_core() -> None:
    """Every core folds already, and helpers would be started anew for each stretch."""
    with connection.cursor() as cursor:
        # A stretch is sorted in memory, not by way of the disk.
        cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0; SET LOCAL work_mem = '32MB'")


def _folded(of_record: Q, found: _Pass) -> Iterator[tuple[str, Standing | None]]:
    """Each case as its record has it; None for one whose record breaks off, which is a fault."""
    for number, rows in groupby(recorded.rows(of_record), key=itemgetter(0)):
        if not number[:1].isdigit():
            continue  # a chain beside the cases (exchange.shared_chains)
        found.cases += 1
        folded = None
        try:
            folded = standing.fold(_events(rows, found))
        except (NotInTable, ChainBroken, KeyError, ValueError) as broken:
            found.faults.append(f"{number}: {broken}")
            found.suspects.append(number)
        yield number, folded


def _told(before: Standing | None, folded: Standing) -> list[Difference]:
    if before is None:
        return [Difference(folded.number, "state", "", str(folded.state))]
    return list(rebuilding.differences(before, folded))


def _events(rows: Iterable[tuple[str, str, str, str]], found: Found) -> Iterator[chains.Event]:
    """The events of one chain; raises ChainBroken where one does not follow from the one before."""
    head: chains.Head | None = None
    for number, body, key_id, signature in rows:
        event = chains.reread(body, key_id=key_id, signature=signature)
        chains.check_follows(event, head)
        if event.chain != number:
            raise ChainBroken(number, event.seq, f"belongs to {event.chain}")
        head = event.head
        found.events += 1
        yield event


def _tables(which: Q, *, lock: bool) -> dict[str, Standing]:
    """What the tables say of some cases, by number."""
    rows = Case.objects.filter(which).order_by("number")
    if lock:
        rows = rows.select_for_update(of=("self",))
    values = reading.rows(rows.values_list(*FOLDED))
    kept = Material.objects.filter(case__in=[row[0] for row in values])
    papers: dict[str, list[Paper]] = {}
    of_papers = kept.order_by("case_id", "seq", "id").values_list("case_id", *_PAPER)
    for number, *paper in reading.rows(of_papers):
        papers.setdefault(number, []).append(Paper(*paper))
    return {row[0]: _standing(row, tuple(papers.get(row[0], ()))) for row in values}


def _standing(row: Sequence[Any], papers: tuple[Paper, ...]) -> Standing:
    values = list(row)
    for place in _JSON:
        values[place] = reading.value_of(values[place])
    # The papers come last, after the columns.
    values.append(papers)
    return Standing(*values)


# --- writing ---

_COLUMNS = (*FOLDED, *_MATCHES)
_PAPER_COLUMNS = ("case_id", *_PAPER)
_NOBODY = ("", "")
_column_values = attrgetter(*FOLDED)
_paper_values = attrgetter(*_PAPER)


def _write(*, lost: Sequence[Standing], changed: Sequence[tuple[Standing, set[str]]]) -> None:
    """Write folds in bulk; a row that another paper or person stands behind, by itself."""
    with_papers = {one.number for one, columns in changed if columns & {"papers", "particulars"}}
    plain = [one for one, _ in changed if one.number not in with_papers]
    if lost or plain:
        # One that is there keeps what this node finds it by.
        rows = [*_rows(lost), *((*_column_values(one), *_NOBODY) for one in plain)]
        changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in FOLDED if name != "number")
        copy_in("cases_case", _COLUMNS, rows, conflict=f"(number) DO UPDATE SET {changes}")
        copy_in("cases_material", _PAPER_COLUMNS, _paper_rows(lost), conflict="DO NOTHING")
    for number in sorted(with_papers):
        rebuilding.rebuild(number=number, write=True)


def _rows(lost: Sequence[Standing]) -> Iterator[tuple[Any, ...]]:
    matches = _matches(lost)
    return ((*_column_values(one), *matches.get(one.number, _NOBODY)) for one in lost)


def _paper_rows(lost: Sequence[Standing]) -> Iterator[tuple[Any, ...]]:
    return ((one.number, *_paper_values(paper)) for one in lost for paper in one.papers)


def _matches(cases: Sequence[Standing]) -> dict[str, tuple[str, str]]:
    """Keyed hashes by which this node's applicants and clerks find cases again."""
    parts = recorded.parts(one.particulars for one in cases)
    found = {}
    for one in cases:
        applicant: dict[str, Any] = parts.get(one.particulars, {}).get("applicant", {})
        if applicant:
            number, name = applicant["id_number"], applicant["name"]
            found[one.number] = (sealing.match(number), sealing.match(name))
    return found


# --- tables that are lost as a whole ---


class NotLost(Exception):
    """There are rows in the tables, so each is looked at."""


@dataclass
class Made:
    """The rows of a stretch, as COPY takes them, and what was found."""

    found: Found
    cases: bytes
    papers: bytes


def are_lost() -> bool:
    """Whether the tables have no row at all."""
    return not (Case.objects.exists() or Material.objects.exists())


def make_stretch(*, stretch: Stretch) -> Made:
    """The rows of a stretch as its record has them; nothing is written. A broken record has none."""
    with _without_looking_for_cycles(), transaction.atomic():
        _plan_for_one_core()
        found, lost = _Pass(), []
        for _, folded in _folded(stretch.within("chain"), found):
            if folded:
                lost.append(folded)
        found.different = len(lost)
        found.differences = [one for folded in lost[:MOST_TOLD] for one in _told(None, folded)]
        cases, papers = copying.lines(_rows(lost)), copying.lines(_paper_rows(lost))
    return Made(found, cases, papers)


@contextmanager
def taking() -> Iterator[Callable[[Made], None]]:
    """A way to keep what `make_stretch` made, all of it in one transaction: all tables or nothing.

    Refused (NotLost) when there are rows after all. Nobody reads or writes cases meanwhile, so
    none can move; without rows nobody could. Their indexes are made at the end: keeping them row by
    row would take longer than folding.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE cases_case, cases_material IN ACCESS EXCLUSIVE MODE")
        if not are_lost():
            raise NotLost
        with copying.without_indexes("cases_case", "cases_material"):
            yield _keep


def _keep(made: Made) -> None:
    copying.copy_lines("cases_case", _COLUMNS, made.cases)
    copying.copy_lines("cases_material", _PAPER_COLUMNS, made.papers)
