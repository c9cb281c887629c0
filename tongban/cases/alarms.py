"""Reading alarms: what turned amber or red in the hands of an office, and what became of it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from tongban.basics import calendar, prepared, sealing
from tongban.basics.hours import day_in_beijing
from tongban.basics.selecting import Parameter, Selection
from tongban.cases.models import Alarm
from tongban.cases.permissions import office_of
from tongban.cases.states import Party
from tongban.parties.models import Officer

AMBER, RED, DEEMED, ESCALATED = "amber", "red", "deemed", "escalated"
OPEN, ACKNOWLEDGED, ALL = "open", "acknowledged", "all"
# What goes to the leader when nobody of the office has acknowledged it by the end of the working
# day after; a default of the platform.
URGENT = frozenset({RED, DEEMED})
DAYS_TO_ACKNOWLEDGE = 1
PAGE = 50
# Every page of the desk counts, so it counts no further.
MOST_COUNTED = 100


@dataclass(frozen=True)
class Asked:
    """Which alarms are wanted: of one kind or all, and how they stand (OPEN, ACKNOWLEDGED, ALL)."""

    kind: str = ""
    stand: str = OPEN


def alarms_of(officer: Officer, asked: Asked | None = None) -> "QuerySet[Alarm]":
    """The alarms of an officer's own office, what went to the leader first, then the latest."""
    wanted = asked or Asked()
    rows = _of_office(office_of(officer).code).select_related(
        "case", "case__claimed_by", "acknowledged_by"
    )
    if wanted.stand == OPEN:
        rows = _open(rows)
    elif wanted.stand == ACKNOWLEDGED:
        rows = rows.exclude(acknowledged_at=None)
    if wanted.kind == ESCALATED:
        rows = rows.exclude(escalated_at=None)
    elif wanted.kind:
        rows = rows.filter(light=wanted.kind)
    return rows.order_by(F("escalated_at").desc(nulls_last=True), "-at", "-id")


def counts(officer: Officer) -> dict[str, int]:
    """How many alarms of the officer's office nobody has acknowledged, by kind and in all ("")."""
    rows = alarms_of(officer).order_by()
    found = rows.aggregate(
        every=Count("pk"),
        escalated=Count("pk", filter=Q(escalated_at__isnull=False)),
        **{kind: Count("pk", filter=Q(light=kind)) for kind in (AMBER, RED, DEEMED)},
    )
    return {"": found.pop("every"), **found}


def waiting(officer: Officer) -> prepared.Count:
    """How many alarms of the officer's office nobody has acknowledged, up to MOST_COUNTED."""
    return _WAITING.count(office=office_of(officer).code)


def to_escalate(today: date) -> list[Alarm]:
    """What nobody acknowledged in time and is still so, the oldest first; not locked."""
    rows = Alarm.objects.filter(
        _is_pressing(), light__in=URGENT, acknowledged_at=None, escalated_at=None
    )
    return [row for row in rows.order_by("at", "id") if _is_overdue(row, today)]


def _is_overdue(alarm: Alarm, today: date) -> bool:
    rang = day_in_beijing(alarm.at)
    return calendar.working_days_between(rang, today) > DAYS_TO_ACKNOWLEDGE


def note(alarm: Alarm) -> str:
    """What was written when an alarm was acknowledged."""
    return sealing.unseal(bytes(alarm.note)).decode() if alarm.note else ""


def _of_office(authority: str | Parameter) -> "QuerySet[Alarm]":
    later = Alarm.objects.filter(
        case=OuterRef("case"), clock=OuterRef("clock"), since=OuterRef("since"), light=RED
    )
    # An amber light that turned red is told as red alone.
    return Alarm.objects.filter(authority=authority).exclude(Q(light=AMBER) & Exists(later))


def _is_pressing() -> Q:
    """The office still holds the case, and the clock still says the same."""
    held = Q(holder__in=[Party.RECEIVER, Party.DECIDER], holder=F("case__holder"))
    return held & (Q(light=DEEMED) | Q(due_on=F("case__due_on")))


def _open(rows: "QuerySet[Alarm]") -> "QuerySet[Alarm]":
    """Those that press and that nobody has acknowledged."""
    return rows.filter(_is_pressing(), acknowledged_at=None)


_WAITING = Selection(lambda p: _open(_of_office(p("office"))).values_list("pk")[:MOST_COUNTED])
