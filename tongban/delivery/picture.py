"""Parcels as pages show them: ends, contents, the picture of the way, and what can be done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import prefetch_related_objects
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.basics import identifiers
from tongban.basics.refusals import may
from tongban.delivery import couriers, queries, rules, slips, states
from tongban.delivery.models import Parcel
from tongban.delivery.permissions import check_may_move
from tongban.delivery.queries import Written
from tongban.delivery.rules import Light
from tongban.delivery.standing import PURPOSES, Purpose
from tongban.delivery.states import OUTCOMES, Outcome, Party, State
from tongban.parties import queries as parties
from tongban.parties.models import Officer


@dataclass(frozen=True)
class Content:
    """One paper in a parcel, in words."""

    key: str
    case: str
    shown_case: str
    what: str
    is_original: bool
    count: int
    outcome: str
    outcome_words: str


@dataclass(frozen=True)
class Row:
    """One parcel of a list."""

    number: str
    shown_number: str
    purpose: str
    start: str
    start_mark: str
    end: str
    end_mark: str
    state: str
    state_words: str
    light: Light
    courier: str
    waybill: str
    papers: str
    packed_at: datetime


@dataclass(frozen=True)
class Stop:
    """One stop of the way of a parcel; `when` is done, now or todo."""

    mark: str
    title: str
    when: str
    at: datetime | None


STEP_WORDS: dict[str, Promise] = {
    states.PACK: gettext_lazy("装好"),
    **{move.name: move.label for move in states.MOVES},
}


def mark_of(parcel: Parcel, side: str) -> str:
    """The mark of an end: the applicant, the office that sends results, or the other one."""
    end = parcel.sender if side == "from" else parcel.recipient
    if end.is_applicant:
        return "app"
    # Papers go towards the decision and results away from it.
    towards = parcel.purpose == Purpose.PAPERS
    return "deci" if (side == "to") is towards else "recv"


def contents(parcel: Parcel, *, only_case: str = "") -> list[Content]:
    """What is inside, in its order; `only_case` for an applicant, who sees nothing of others."""
    names = queries.names([parcel])[parcel.number]
    rows = parcel.rows.order_by("id")
    return [
        Content(
            key=row.key,
            case=row.case,
            shown_case=identifiers.show_case_number(row.case),
            what=names.get(row.key, ""),
            is_original=row.is_original,
            count=row.count,
            outcome=row.outcome,
            outcome_words=str(OUTCOMES[Outcome(row.outcome)]) if row.outcome else "",
        )
        for row in (rows.filter(case=only_case) if only_case else rows)
    ]


def light_of(parcel: Parcel, today: date) -> Light:
    """The light of a parcel."""
    whole = all(row.outcome in {"", Outcome.OK} for row in parcel.rows.all())
    return rules.light(State(parcel.state), parcel.due_on, today, is_whole=whole)


def rows_of(parcels: Iterable[Parcel], today: date) -> list[Row]:
    """Parcels for a list; however many, they cost the same few queries and one for each office."""
    shown = list(parcels)
    prefetch_related_objects(shown, "rows")
    names = queries.names(shown)
    ends = {end.party: end for parcel in shown for end in (parcel.sender, parcel.recipient)}
    called = {party: queries.end_name(end) for party, end in ends.items()}
    return [_row(parcel, list(names[parcel.number].values()), called, today) for parcel in shown]


def _row(
    parcel: Parcel, names: list[str], called: Mapping[tuple[str, str], str], today: date
) -> Row:
    more = _("等%(count)d份") % {"count": len(names)} if len(names) > 2 else ""
    return Row(
        number=parcel.number,
        shown_number=slips.short_number(parcel.number),
        purpose=str(PURPOSES[Purpose(parcel.purpose)]),
        start=called[parcel.sender.party],
        start_mark=mark_of(parcel, "from"),
        end=called[parcel.recipient.party],
        end_mark=mark_of(parcel, "to"),
        state=parcel.state,
        state_words=str(states.LABELS[State(parcel.state)]),
        light=light_of(parcel, today),
        courier=couriers.name(parcel.courier) if parcel.courier else "",
        waybill=parcel.waybill,
        papers="、".join(names[:2]) + more,
        packed_at=parcel.packed_at,
    )


_STOPS = (State.PACKED, State.HANDED_OVER, State.ON_THE_WAY, State.ARRIVED, State.RECEIVED)
_REACHED = {
    State.PACKED: 0,
    State.HANDED_OVER: 1,
    State.ON_THE_WAY: 2,
    State.DAMAGED: 2,
    State.LOST: 2,
    State.ARRIVED: 3,
    State.RECEIVED: 5,
}


def way(parcel: Parcel) -> list[Stop]:
    """The picture of the way: packed, handed over, travelling, at the door, signed for.

    Where it turns back or is cancelled the way ends there, and what never came is not shown.
    """
    state = State(parcel.state)
    if state not in _REACHED:
        return _way_back(parcel, state)
    reached = _REACHED[state]
    middle = state if state in {State.DAMAGED, State.LOST} else State.ON_THE_WAY
    moments = (parcel.packed_at, parcel.handed_at, None, parcel.arrived_at, parcel.ended_at)
    titles = [
        _("装好"),
        _("交给快递"),
        str(states.LABELS[middle]),
        _("送到"),
        _("签收"),
    ]
    marks = (mark_of(parcel, "from"), "chan", "chan", "chan", mark_of(parcel, "to"))
    return [
        Stop(mark, title, "done" if place < reached else "now" if place == reached else "todo", at)
        for place, (mark, title, at) in enumerate(zip(marks, titles, moments, strict=True))
    ]


def _way_back(parcel: Parcel, state: State) -> list[Stop]:
    sender = mark_of(parcel, "from")
    stops = [Stop(sender, _("装好"), "done", parcel.packed_at)]
    if state is State.CANCELLED:
        return [*stops, Stop(sender, _("没有寄出"), "now", parcel.ended_at)]
    is_back = state is State.RETURNED
    return [
        *stops,
        Stop("chan", _("交给快递"), "done", parcel.handed_at),
        Stop("chan", _("退回途中"), "done" if is_back else "now", None),
        Stop(sender, _("寄件方收回"), "now" if is_back else "todo", parcel.ended_at),
    ]


@dataclass(frozen=True)
class Entry:
    """One step of the chain, in words."""

    seq: int
    title: str
    at: datetime
    mark: str
    who: str
    words: str
    hash: str


def entries(parcel: Parcel) -> list[Entry]:
    """The history of a parcel from its chain, newest first."""
    return [_entry(parcel, step) for step in reversed(queries.history(parcel))]


def _entry(parcel: Parcel, step: Written) -> Entry:
    move = states.BY_NAME.get(step.kind)
    by = move.by if move else Party.SENDER
    mark = {Party.SENDER: mark_of(parcel, "from"), Party.RECIPIENT: mark_of(parcel, "to")}
    said = [step.personal.get(name, "") for name in ("where", "reason", "note")]
    if step.content.get("waybill"):
        said.append(_("运单号%(number)s") % {"number": step.content["waybill"]})
    return Entry(
        seq=step.seq,
        title=str(STEP_WORDS.get(step.kind, step.kind)),
        at=step.at,
        mark=mark.get(by, "chan"),
        who=_who(parcel, step),
        words="；".join(words for words in said if words),
        hash=step.hash,
    )


def _who(parcel: Parcel, step: Written) -> str:
    # What an office reported to the node with the pen stands under the office's name.
    told_by = step.content.get("told_by", {})
    authority = told_by.get("authority") or step.authority
    if not authority:
        return couriers.name(parcel.courier) if step.kind in _TOLD else _("申请人")
    for end in (parcel.sender, parcel.recipient):
        if end.authority == authority:
            officer = parties.officer_by_pseudonym(told_by.get("officer") or step.officer)
            name = queries.end_name(end)
            return f"{name} {officer.name}" if officer else name
    return str(authority)


_TOLD = {move.name for move in states.TOLD}


def possible(officer: Officer, parcel: Parcel) -> set[str]:
    """The names of the moves that this officer can make now; a page shows no other button."""
    return {move.name for move in states.MOVES if may(check_may_move, officer, parcel, move)}
