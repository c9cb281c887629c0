"""Folding the record of all cases anew, a stretch of it at a time, as many at once as there are cores.

Nothing here holds more than a stretch in memory, and a stretch is one transaction, so a run that
was ended half-way only has to be begun again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any

from django.db import transaction
from django.db.models import Q

from tongban.basics import sealing
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
    if write:
        return _pass(stretch.within("number"), stretch.within("chain"), write=True)
    seen = _pass(stretch.within("number"), stretch.within("chain"), write=None)
    if not seen.suspects:
        return seen
    again = seen.suspects
    settled = _pass(Q(number__in=again), Q(chain__in=again), write=False)
    settled.cases, settled.events = seen.cases, seen.events
    return settled


@dataclass
class _Pass(Found):
    suspects: list[str] = field(default_factory=list)


@transaction.atomic
def _pass(of_tables: Q, of_record: Q, *, write: bool | None) -> _Pass:
    """One look at some cases; rows are locked unless `write` is None."""
    # The rows first: whoever moves a case holds its row, so the events read then are all there are.
    tables = _tables(of_tables, lock=write is not None)
    found = _Pass()
    lost: list[Standing] = []
    changed: list[tuple[Standing, set[str]]] = []
    for number, rows in groupby(recorded.rows(of_record), key=itemgetter(0)):
        if not number[:1].isdigit():
            continue  # a chain beside the cases (exchange.shared_chains)
        found.cases += 1
        before = tables.pop(number, None)
        try:
            folded = standing.fold(_events(rows, found))
        except (NotInTable, ChainBroken, KeyError, ValueError) as broken:
            found.faults.append(f"{number}: {broken}")
            found.suspects.append(number)
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
    values = list(rows.values_list(*FOLDED))
    kept = Material.objects.filter(case__in=[row[0] for row in values])
    papers: dict[str, list[Paper]] = {}
    for number, *paper in kept.order_by("case_id", "seq", "id").values_list("case_id", *_PAPER):
        papers.setdefault(number, []).append(Paper(*paper))
    # The papers come last, after the columns.
    whole = ((*row, tuple(papers.get(row[0], ()))) for row in values)
    return {one[0]: Standing(*one) for one in whole}


# --- writing ---

_COLUMNS = (*FOLDED, *_MATCHES)
_column_values = attrgetter(*FOLDED)
_paper_values = attrgetter(*_PAPER)


def _write(*, lost: Sequence[Standing], changed: Sequence[tuple[Standing, set[str]]]) -> None:
    """Write folds in bulk; a row that another paper or person stands behind, by itself."""
    with_papers = {one.number for one, columns in changed if columns & {"papers", "particulars"}}
    plain = [one for one, _ in changed if one.number not in with_papers]
    if lost or plain:
        matches = _matches(lost)
        nobody = ("", "")
        rows = [(*_column_values(one), *matches.get(one.number, nobody)) for one in lost]
        rows += [(*_column_values(one), *nobody) for one in plain]
        changes = ", ".join(f"{name} = EXCLUDED.{name}" for name in FOLDED if name != "number")
        copy_in("cases_case", _COLUMNS, rows, conflict=f"(number) DO UPDATE SET {changes}")
        papers = [(one.number, *_paper_values(paper)) for one in lost for paper in one.papers]
        copy_in("cases_material", ("case_id", *_PAPER), papers, conflict="DO NOTHING")
    for number in sorted(with_papers):
        rebuilding.rebuild(number=number, write=True)


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
