"""What happens because a clock ran out: deemed acceptance, an amber and a red alarm; each once.

No job changes a clock. The worker looks now and then; what it does is written with a mark that
cannot be written twice, under the lock of the case, so two workers, or one after a day of downtime,
do it once. A node acts only for its own offices: the one whose clock it is.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from tongban.basics import calendar
from tongban.cases import clocks_of_cases, queries, states
from tongban.cases.clocks import counting, running
from tongban.cases.models import Alarm, Case
from tongban.cases.operations import moving, opening_hours
from tongban.cases.standing import BEIJING, calendar_of, place_of_clock
from tongban.cases.states import Party, State
from tongban.jurisdictions import calendars

log = structlog.get_logger(__name__)

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


def act_on_expired(*, at: datetime) -> Done:
    """Do everything that has come due by now; the second time nothing is left to do."""
    today = at.astimezone(BEIJING).date()
    deemed = sum(_each(_overdue_acceptances(today), deem_accepted, at))
    lights = _each(_near_or_late(today), _ring, at)
    done = Done(deemed, lights.count("amber"), lights.count("red"))
    if done != Done():
        log.info("cases.clocks_ran_out", deemed=deemed, amber=done.reminded, red=done.escalated)
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


@transaction.atomic
def deem_accepted(*, number: str, at: datetime) -> bool:
    """Accept a case on which the decider was silent past the legal days (行政许可法 art. 32).

    It counts as accepted from the day on which the papers came. False, and nothing written, when
    it is not overdue or was acted on meanwhile; so also the second time.
    """
    case = queries.lock_case(number)
    if not _is_overdue(case, at):
        return False
    hours = opening_hours.said(case)
    moving.make_move(case, states.DEEM_ACCEPTED, by=moving.system_author(), at=at, content=hours)
    return True


def _is_overdue(case: Case, at: datetime) -> bool:
    """Whether the acceptance clock of a case that this node decides has run out, counted anew."""
    ours = case.decider_node == settings.NODE_ID and case.holder == Party.DECIDER
    if not ours or case.state != State.PENDING:
        return False
    held = case.standing()
    due = running.due_on(held.clocks, held.holder, lambda kind: calendar_of(held, kind))
    return due is not None and at.astimezone(BEIJING).date() > due


def _near_or_late(today: date) -> "QuerySet[Case]":
    here = Q(holder=Party.DECIDER, decider_node=settings.NODE_ID)
    here |= Q(holder=Party.RECEIVER, receiver_node=settings.NODE_ID)
    here |= Q(holder=Party.APPLICANT, applicant_node=settings.NODE_ID)
    # What is noted stays so until its clock turns again: it is not opened at every look.
    noted = Alarm.objects.filter(case=OuterRef("pk"), due_on=OuterRef("due_on"))
    red, amber = noted.filter(light="red"), noted.filter(light="amber")
    near = Case.objects.filter(here, due_on__lte=_horizon(today))
    return near.exclude(Exists(red)).exclude(Q(due_on__gte=today) & Exists(amber))


def _horizon(today: date) -> date:
    """The last due day that may be amber today, by the widest thresholds that any place has set."""
    units = max(
        max(found.amber_left, math.ceil(_LONGEST_LIMIT * found.amber_share / 100))
        for found in calendars.all_lights()
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
    ran = running.Ran(thresholds=clocks_of_cases.thresholds(place_of_clock(held, kind)))
    term = running.term(kind, held.clocks[kind.key], calendar_of(held, kind), ran)
    found = counting.reckon(term, at=at)
    if found.due_on is None:
        return ""
    # After a day of downtime a case may be red that never was amber: then only the red is told.
    light = {"warn": "amber", "bad": "red"}.get(found.light, "")
    if not light:
        return ""
    alarm, is_new = Alarm.objects.get_or_create(
        case=case,
        clock=kind.key,
        since=term.start,
        light=light,
        defaults={
            "holder": held.holder,
            "authority": _authority(case),
            "due_on": found.due_on,
            "at": at,
        },
    )
    if not is_new:
        return ""
    for listener in _LISTENERS:
        listener(case, alarm)
    return light


def _authority(case: Case) -> str:
    """Whose leader is told; the applicant has none."""
    return {
        Party.RECEIVER.value: case.receiver_authority,
        Party.DECIDER.value: case.decider_authority,
    }.get(case.holder, "")


def alarms_of(authority: str) -> "QuerySet[Alarm]":
    """What turned red in the hands of an office and is still there, latest first."""
    rows = Alarm.objects.filter(authority=authority, light="red").select_related("case")
    held = Q(holder=Party.DECIDER.value, case__holder=Party.DECIDER.value)
    held |= Q(holder=Party.RECEIVER.value, case__holder=Party.RECEIVER.value)
    return rows.filter(held).order_by("-at", "case")
