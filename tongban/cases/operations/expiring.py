"""What happens because a clock ran out: deemed acceptance, a lapse, an alarm; each of them once.

No job changes a clock. The worker looks now and then; what it does is written with a mark that
cannot be written twice, under the lock of the case, so two workers, or one after a day of downtime,
do it once. A node acts only for its own offices: the one whose clock it is.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tongban.basics import calendar
from tongban.cases import clocks_of_cases, queries, states
from tongban.cases.clocks import counting, running
from tongban.cases.clocks.rules import Kind
from tongban.cases.clocks.values import Reckoning, Thresholds
from tongban.cases.models import Alarm, Case
from tongban.cases.operations import lapsing, moving, opening_hours
from tongban.cases.standing import BEIJING, Standing, calendar_of, place_of_clock
from tongban.cases.states import Party, State
from tongban.jurisdictions import calendars

log = structlog.get_logger(__name__)

# Units before the last day at which whoever applied is reminded; a default of the platform.
REMINDED_LEFT = 2
# No limit of a case is longer, so a share of it turns amber no earlier than this many units before.
_LONGEST_LIMIT = 60

Listener = Callable[[Case, Alarm], None]
L = TypeVar("L", bound=Listener)
_LISTENERS: list[Listener] = []


def on_alarm(listener: L) -> L:
    """Register what is told of every alarm, in its transaction; it writes rows and nothing else."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)
    return listener


@dataclass(frozen=True)
class Done:
    """What one look came to."""

    deemed: int = 0
    reminded: int = 0
    escalated: int = 0
    lapsed: int = 0


def act_on_expired(*, at: datetime) -> Done:
    """Do everything that has come due by now; the second time nothing is left to do."""
    today = _day(at)
    deemed = sum(_each(_overdue_acceptances(today), deem_accepted, at))
    lapsed = sum(_each(_overdue_answers(today), lapsing.lapse, at))
    lights = _each(_near_or_late(today), _ring, at)
    reminded = lights.count("amber") + lights.count("last")
    done = Done(deemed, reminded, lights.count("red"), lapsed)
    if done != Done():
        log.info(
            "cases.clocks_ran_out",
            deemed=deemed,
            amber=done.reminded,
            red=done.escalated,
            lapsed=lapsed,
        )
    return done


T = TypeVar("T")


def _each(rows: "QuerySet[Case]", act: Callable[..., T], at: datetime) -> list[T]:
    """Do an act for every case, each in a transaction of its own; one that fails holds up no other."""
    done: list[T] = []
    for number in rows.order_by("due_on", "number").values_list("number", flat=True):
        try:
            done.append(act(number=number, at=at))
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("cases.expiry_failed", case=number)
    return done


def _overdue_acceptances(today: date) -> "QuerySet[Case]":
    return Case.objects.filter(
        state=State.PENDING,
        holder=Party.DECIDER,
        decider_node=settings.NODE_ID,
        due_on__lt=today,
    )


def _overdue_answers(today: date) -> "QuerySet[Case]":
    return Case.objects.filter(
        state__in=[State.CORRECTION, State.ORIGINALS],
        holder=Party.APPLICANT,
        applicant_node=settings.NODE_ID,
        due_on__lt=today,
    )


@transaction.atomic
def deem_accepted(*, number: str, at: datetime) -> bool:
    """Accept a case on which the decider was silent past the legal days (行政许可法 art. 32).

    It counts as accepted from the day on which the papers came. False, and nothing written, when
    it is not overdue or was acted on meanwhile; so also the second time.
    """
    case = queries.lock_case(number)
    if not _is_overdue(case, at):
        return False
    clock, due_on = case.clocks["accept"], case.due_on
    hours = opening_hours.said(case)
    moving.make_move(case, states.DEEM_ACCEPTED, by=moving.system_author(), at=at, content=hours)
    since = datetime.fromisoformat(clock["start"])
    _note(case, clock="accept", since=since, light="deemed", due_on=due_on or _day(at), at=at)
    return True


def _is_overdue(case: Case, at: datetime) -> bool:
    """Whether the acceptance clock of a case that this node decides has run out, counted anew."""
    ours = case.decider_node == settings.NODE_ID and case.holder == Party.DECIDER
    if not ours or case.state != State.PENDING:
        return False
    held = case.standing()
    due = running.due_on(held.clocks, held.holder, lambda kind: calendar_of(held, kind))
    return due is not None and _day(at) > due


def _near_or_late(today: date) -> "QuerySet[Case]":
    here = Q(holder=Party.DECIDER, decider_node=settings.NODE_ID)
    here |= Q(holder=Party.RECEIVER, receiver_node=settings.NODE_ID)
    here |= Q(holder=Party.APPLICANT, applicant_node=settings.NODE_ID)
    # What is noted stays so until its clock turns again: it is not opened at every look.
    noted = Alarm.objects.filter(case=OuterRef("pk"), due_on=OuterRef("due_on"))
    over, amber = noted.filter(light__in=["red", "last"]), noted.filter(light="amber")
    near = Case.objects.filter(here, due_on__lte=_horizon(today)).exclude(Exists(over))
    # Whoever applied is reminded again on the last day; an office turns red the day after.
    ends_today = Q(holder=Party.APPLICANT, due_on=today)
    return near.exclude(Q(due_on__gte=today) & ~ends_today & Exists(amber))


def _horizon(today: date) -> date:
    """The last due day that may be amber today, by the widest thresholds that any place has set."""
    units = max(
        REMINDED_LEFT,
        *(
            max(found.amber_left, math.ceil(_LONGEST_LIMIT * found.amber_share / 100))
            for found in calendars.all_lights()
        ),
    )
    return calendar.of().add_working_days(today, units)


@transaction.atomic
def _ring(*, number: str, at: datetime) -> str:
    """Note the light of a case's running clock if it turned and was not noted; gives a new one."""
    case = queries.lock_case(number)
    held = case.standing()
    kind = running.current(held.clocks, held.holder)
    if kind is None or held.holder_node != settings.NODE_ID:
        return ""
    ran = running.Ran(thresholds=_thresholds(held, kind))
    term = running.term(kind, held.clocks[kind.key], calendar_of(held, kind), ran)
    found = counting.reckon(term, at=at)
    if found.due_on is None:
        return ""
    light = _light(found, kind, today=_day(at))
    since, due_on = term.start, found.due_on
    is_new = light and _note(case, clock=kind.key, since=since, light=light, due_on=due_on, at=at)
    return light if is_new else ""


def _thresholds(held: Standing, kind: Kind) -> Thresholds:
    """Those of the place; whoever applied is reminded no later than the platform's default."""
    found = clocks_of_cases.thresholds(place_of_clock(held, kind))
    if kind.party is not Party.APPLICANT:
        return found
    return replace(found, amber_left=max(found.amber_left, REMINDED_LEFT))


def _light(found: Reckoning, kind: Kind, *, today: date) -> str:
    """What is told. After a day of downtime only the last of it: red that never was amber."""
    if kind.party is Party.APPLICANT and found.due_on is not None and found.due_on <= today:
        return "last"
    return {"warn": "amber", "bad": "red"}.get(found.light, "")


def _note(
    case: Case, *, clock: str, since: datetime, light: str, due_on: date, at: datetime
) -> bool:
    """Write an alarm down and tell the listeners, once; False the second time."""
    alarm, is_new = Alarm.objects.get_or_create(
        case=case,
        clock=clock,
        since=since,
        light=light,
        defaults={
            "holder": case.holder,
            "authority": _authority(case),
            "due_on": due_on,
            "at": at,
        },
    )
    if is_new:
        for listener in _LISTENERS:
            listener(case, alarm)
    return is_new


def _day(at: datetime) -> date:
    return at.astimezone(BEIJING).date()


def _authority(case: Case) -> str:
    """Whose office is told; the applicant has none."""
    return {
        Party.RECEIVER.value: case.receiver_authority,
        Party.DECIDER.value: case.decider_authority,
    }.get(case.holder, "")
