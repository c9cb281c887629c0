"""Reads with a name: a partner's steps, one step for whoever may see it, what its parts say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from tongban.basics import calendar
from tongban.basics.prepared import Count
from tongban.basics.refusals import NotFound, Refused
from tongban.basics.selecting import Parameter, Selection
from tongban.cases.joint.models import JointStep
from tongban.cases.joint.operations import check_may_answer
from tongban.cases.joint.standing import Side, StepState
from tongban.cases.permissions import office_of
from tongban.cases.queries import Light
from tongban.parties.models import Officer, Role
from tongban.record import queries as recorded
from tongban.record.chains import FileRef

PAGE = 50


def steps_of(officer: Officer) -> QuerySet[JointStep]:
    """All steps that the officer's office was asked to do; none for who only receives there."""
    if Role.DECIDER not in officer.roles:
        return JointStep.objects.none()
    return _steps_at(office_of(officer).code)


def _steps_at(office: str | Parameter) -> QuerySet[JointStep]:
    return JointStep.objects.filter(partner_authority=office)


def in_hand(officer: Officer) -> QuerySet[JointStep]:
    """The steps that wait for the officer's office, the nearest due day first."""
    return _in_hand(steps_of(officer)).order_by("due_on", "chain")


def _in_hand(steps: QuerySet[JointStep]) -> QuerySet[JointStep]:
    return steps.filter(holder=Side.PARTNER)


_IN_HAND = Selection(lambda p: _in_hand(_steps_at(p("office"))).values_list("pk"))


def count_in_hand(officer: Officer) -> Count | int:
    """How many of them wait; every page of whoever decides says it."""
    if Role.DECIDER not in officer.roles:
        return 0
    return _IN_HAND.count(office=office_of(officer).code)


def answered(officer: Officer) -> QuerySet[JointStep]:
    """The steps that the officer's office has answered or that were stopped, the newest first."""
    return steps_of(officer).exclude(holder=Side.PARTNER).order_by("-asked_at", "chain")


def step_for(officer: Officer, chain: str) -> JointStep:
    """One step of the officer's office. Refused: NotFound, also for steps of other offices."""
    row = JointStep.objects.filter(pk=chain).first()
    try:
        if row is not None:
            check_may_answer(officer, row)
    except Refused:
        row = None
    if row is None:
        raise NotFound("没有找到这个联办环节，或者它不归您所在的机关")
    return row


@dataclass(frozen=True)
class Told:
    """What one step says: what was asked, what was answered, why it is taken back."""

    asked: dict[str, Any]
    answer: dict[str, Any]
    undo: dict[str, Any]


def told(rows: Iterable[JointStep]) -> dict[str, Told]:
    """The parts of steps by their chain, read in one go."""
    found = list(rows)
    parts = recorded.parts(d for row in found for d in (row.asked, row.answer, row.undo))
    return {
        row.chain: Told(
            parts.get(row.asked, {}), parts.get(row.answer, {}), parts.get(row.undo, {})
        )
        for row in found
    }


def files_of(row: JointStep) -> dict[str, FileRef]:
    """The papers that came with a step, by digest."""
    return {file.digest: file for event in recorded.events(row.chain) for file in event.files}


def light(row: JointStep, today: date) -> Light:
    """How near the due day of a step is; the thresholds are the platform's default."""
    if row.due_on is None or row.state not in {StepState.ARRIVED, StepState.UNDO_ARRIVED}:
        return Light("", "没有时限", None)
    left = calendar.working_days_between(today, row.due_on)
    provisional = calendar.is_provisional(row.due_on)
    if left < 0:
        return Light("bad", f"超{-left}个工作日", row.due_on, provisional)
    if left == 0:
        return Light("warn", "今天到期", row.due_on, provisional)
    return Light("warn" if left == 1 else "ok", f"剩{left}个工作日", row.due_on, provisional)
