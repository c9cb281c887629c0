"""What is where: each paper of a case, found by the last parcel that carried it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.delivery import queries, rules
from tongban.delivery.casebook import CaseFacts
from tongban.delivery.models import Filed, Parcel, ParcelSheet
from tongban.delivery.standing import End
from tongban.delivery.states import Outcome, State


class Whereabouts(StrEnum):
    """Where a paper is."""

    WITH = "with"  # in the hands of an end
    TRAVELLING = "travelling"
    LOST = "lost"
    MISSING = "missing"  # packed by one side, not found in the parcel by the other
    FILED = "filed"


WORDS: dict[Whereabouts, Promise] = {
    Whereabouts.WITH: _("在手里"),
    Whereabouts.TRAVELLING: _("在路上"),
    Whereabouts.LOST: _("丢失"),
    Whereabouts.MISSING: _("寄出的说装了，收到的说没有"),
    Whereabouts.FILED: _("已归档"),
}


@dataclass(frozen=True)
class Paper:
    """One paper, where it is, and whether something is wrong with it."""

    origin: str
    case: str
    what: str
    is_original: bool
    count: int
    where: Whereabouts
    holder: End | None
    parcel: Parcel
    is_damaged: bool
    is_late: bool
    shelf: str = ""

    @property
    def has_trouble(self) -> bool:
        """Whether somebody has to do something about it."""
        gone = self.where in {Whereabouts.LOST, Whereabouts.MISSING}
        return gone or self.is_damaged or self.is_late

    @property
    def where_words(self) -> str:
        """Where it is, in a word."""
        return str(WORDS[self.where])


def papers_of(case: CaseFacts, *, today: date) -> list[Paper]:
    """Every paper of a case that ever travelled, in the order in which they set out."""
    parcels = queries.parcels_of(case)
    names = queries.names(parcels)
    last: dict[str, tuple[ParcelSheet, Parcel, str]] = {}
    damaged: set[str] = set()
    for parcel in parcels:
        if parcel.state == State.CANCELLED:
            continue
        for row in parcel.rows.filter(case=case.number).order_by("id"):
            what = names[parcel.number].get(row.key, "")
            last[row.origin] = (row, parcel, what)
            if row.outcome == Outcome.DAMAGED:
                damaged.add(row.origin)
    filed = {one.origin: one for one in Filed.objects.filter(case=case.number).order_by("id")}
    return [
        _paper(*found, is_damaged=origin in damaged, filed=filed.get(origin), today=today)
        for origin, found in last.items()
    ]


def _paper(
    row: ParcelSheet,
    parcel: Parcel,
    what: str,
    *,
    is_damaged: bool,
    filed: Filed | None,
    today: date,
) -> Paper:
    where, holder = _where(row, parcel)
    shelf = ""
    if filed is not None and holder is not None and holder.authority == filed.authority:
        where, shelf = Whereabouts.FILED, filed.place
    late = rules.light(State(parcel.state), parcel.due_on, today).kind == "bad"
    return Paper(
        origin=row.origin,
        case=row.case,
        what=what,
        is_original=row.is_original,
        count=row.count,
        where=where,
        holder=holder,
        parcel=parcel,
        is_damaged=is_damaged,
        is_late=late and where is Whereabouts.TRAVELLING,
        shelf=shelf,
    )


def _where(row: ParcelSheet, parcel: Parcel) -> tuple[Whereabouts, End | None]:
    state = State(parcel.state)
    if state in {State.PACKED, State.CANCELLED, State.RETURNED}:
        return Whereabouts.WITH, parcel.sender
    if state is State.LOST:
        return Whereabouts.LOST, None
    if state is not State.RECEIVED:
        return Whereabouts.TRAVELLING, None
    if row.outcome == Outcome.MISSING:
        return Whereabouts.MISSING, None
    return Whereabouts.WITH, parcel.recipient


def is_with(origin: str, case: str, end: End) -> bool:
    """Whether a paper is in the hands of an end, and in no parcel that waits to leave.

    Locks the paper's rows: of two who pack it at once the second finds it packed.
    """
    rows = ParcelSheet.objects.select_for_update(of=("self",)).select_related("parcel")
    travelled = rows.filter(origin=origin, case=case).exclude(parcel__state=State.CANCELLED)
    row = next(iter(travelled.order_by("-parcel__packed_at", "-id")), None)
    if row is None or row.parcel.state == State.PACKED:
        return False
    _place, holder = _where(row, row.parcel)
    return holder is not None and holder.party == end.party
