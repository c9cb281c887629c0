"""What nobody answered goes back to the office, which ends the case or gives a second date.

A correction (ADR 0019), or originals that did not come (ADR 0031). The law is silent on both: nothing
is decided by a job, and nobody's time ends unsaid.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics import calendar
from tongban.basics.hours import day_in_beijing
from tongban.basics.refusals import FieldsRefused, Refused
from tongban.cases import judging, parcels, queries, states
from tongban.cases.models import Alarm, Case
from tongban.cases.operations import countersigning, moving
from tongban.cases.permissions import check_may_act
from tongban.cases.states import Mode, Party, State
from tongban.jurisdictions import corrections
from tongban.parties.models import Officer
from tongban.record import queries as recorded

_BY_STATE = {
    State.CORRECTION: states.LAPSE_CORRECTION,
    State.ORIGINALS: states.LAPSE_ORIGINALS,
}
NOTICES = frozenset({states.ASK_CORRECTION.name, states.GIVE_MORE_TIME.name})


class MayNotTerminate(Refused):
    """The place has set that silence after a notice of correction does not end a case."""

    code = "lapse-does-not-end"

    def __init__(self, basis: str) -> None:
        super().__init__(
            _("本地规定补正逾期不终止办理（%(basis)s），请另给补正期限") % {"basis": basis}
        )


@transaction.atomic
def lapse(*, number: str, at: datetime) -> bool:
    """Hand a case back to the deciding office when the time given to its applicant has passed.

    False, and nothing written, when it was answered meanwhile, or originals are in the post; and
    until the day after the applicant was reminded of the last day: a node that was down then
    reminds late and waits.
    """
    case = queries.lock_case(number)
    move = _BY_STATE.get(State(case.state))
    if move is None or not _is_over(case, judging.LAPSES[move], at):
        return False
    if parcels.originals_are_coming(case):
        return False
    moving.make_move(case, move, by=moving.system_author(), at=at)
    return True


def _is_over(case: Case, key: str, at: datetime) -> bool:
    ours = case.applicant_node == settings.NODE_ID and case.holder == Party.APPLICANT
    clock = case.clocks.get(key, {})
    if not ours or not clock.get("given"):
        return False
    today = day_in_beijing(at)
    if today.isoformat() <= clock["given"]:
        return False
    reminded = Alarm.objects.filter(
        case=case, clock=key, since=datetime.fromisoformat(clock["start"]), light="last"
    ).first()
    return reminded is not None and day_in_beijing(reminded.at) < today


@transaction.atomic
def give_more_time(*, number: str, officer: Officer, days: int, reason: str, at: datetime) -> Case:
    """Give the applicant a second date, in working days from today, for what was asked before.

    Refused without the leader's signature for just so many days, and without a reason.
    """
    case = queries.lock_case(number)
    check_may_act(officer, case, states.GIVE_MORE_TIME)
    countersigning.check_days(case, states.GIVE_MORE_TIME, days)
    if not reason.strip():
        raise FieldsRefused({"reason": [_("写明为什么另给期限，申请人看得到")]})
    signed_by = countersigning.use(
        case, states.GIVE_MORE_TIME, officer=officer, at=at, words={"reason": reason}, days=days
    )
    place = calendar.of(case.deciding_place)
    asked = notice(case)
    moving.make_move(
        case,
        states.GIVE_MORE_TIME,
        by=moving.officer_author(officer, Party.DECIDER),
        at=at,
        content={
            "specs": asked["specs"],
            "days": days,
            "answer_by": place.add_working_days(day_in_beijing(at), days).isoformat(),
            "countersigned_by": signed_by,
        },
        personal={
            "faults": asked["faults"],
            "note": reason.strip(),
            "contact": queries.contact(officer),
        },
    )
    return case


def notice(case: Case) -> dict[str, Any]:
    """What was last asked of the applicant of a case: `specs`, `faults` and the last day."""
    told = [event for event in recorded.events(case.number) if event.kind in NOTICES]
    if not told:
        return {"specs": [], "faults": [], "answer_by": ""}
    last = told[-1]
    return {
        "specs": last.content.get("specs", []),
        "faults": recorded.part(last.sealed).get("faults", []),
        "answer_by": last.content.get("answer_by", ""),
    }


def originals_never_came(case: Case) -> bool:
    """Whether a case waits at its office because originals did not come in the time given."""
    if case.state != State.PENDING or not states.only_in(Mode(case.mode), states.LAPSE_ORIGINALS):
        return False
    ends = {states.LAPSE_ORIGINALS.name, states.ORIGINALS_ARRIVED.name}
    ended = [event.kind for event in recorded.events(case.number) if event.kind in ends]
    return ended[-1:] == [states.LAPSE_ORIGINALS.name]


def check_may_terminate(case: Case) -> None:
    """Whether silence may end this case; refused where its place has set otherwise."""
    rule = corrections.of(case.deciding_place)
    if case.state == State.LAPSED and not rule.may_terminate:
        raise MayNotTerminate(rule.basis)
