"""What may happen while a case is under review: special procedures, a pause, more time, an early end."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics import calendar
from tongban.basics.refusals import FieldsRefused
from tongban.cases import judging, queries, states
from tongban.cases.models import Case
from tongban.cases.operations import countersigning, lapsing, moving
from tongban.cases.permissions import MoveNotPossible, check_may_act
from tongban.cases.standing import BEIJING
from tongban.cases.states import Move, Party, State
from tongban.parties.models import Officer


def required(text: str, field: str, sentence: str) -> str:
    """A text that an act cannot do without."""
    if not text.strip():
        raise FieldsRefused({field: [sentence]})
    return text.strip()


def _plain_move(
    case: Case, move: Move, *, officer: Officer, at: datetime, told: dict[str, str]
) -> Case:
    moving.make_move(
        case,
        move,
        by=moving.officer_author(officer, Party.DECIDER),
        at=at,
        personal={**told, "contact": queries.contact(officer)},
    )
    return case


@transaction.atomic
def begin_special(
    *, number: str, officer: Officer, kind: str, days: int, reason: str, at: datetime
) -> Case:
    """Begin a special procedure; the decision limit stands still until it ends.

    The applicant is told what it is and how long it takes (行政许可法 art. 45): `kind` is one of
    states.SPECIAL_KINDS, `days` are working days. Later than told it turns red, and goes on.
    """
    case = queries.lock_case(number)
    check_may_act(officer, case, states.BEGIN_SPECIAL)
    errors = {}
    if kind not in states.SPECIAL_KINDS:
        errors["kind"] = [_("选择是哪一种特别程序")]
    if type(days) is not int or not 0 < days <= judging.MOST_SPECIAL_DAYS:
        errors["days"] = [_("写1到%(most)d个工作日") % {"most": judging.MOST_SPECIAL_DAYS}]
    if not reason.strip():
        errors["reason"] = [_("写明为什么要走这个程序，申请人看得到")]
    if errors:
        raise FieldsRefused(errors)
    place = calendar.of(case.deciding_place)
    until = place.add_working_days(at.astimezone(BEIJING).date(), days)
    moving.make_move(
        case,
        states.BEGIN_SPECIAL,
        by=moving.officer_author(officer, Party.DECIDER),
        at=at,
        content={"kind": kind, "days": days, "until": until.isoformat()},
        personal={"reason": reason.strip(), "contact": queries.contact(officer)},
    )
    return case


@transaction.atomic
def end_special(*, number: str, officer: Officer, outcome: str, at: datetime) -> Case:
    """Say what a special procedure came to; the decision limit goes on the next day."""
    case = queries.lock_case(number)
    check_may_act(officer, case, states.END_SPECIAL)
    told = {"outcome": required(outcome, "outcome", _("写明特别程序的结果"))}
    return _plain_move(case, states.END_SPECIAL, officer=officer, at=at, told=told)


@transaction.atomic
def suspend(*, number: str, officer: Officer, ground: str, at: datetime) -> Case:
    """Let a case rest for a reason that is told; the decision limit stands still meanwhile."""
    case = queries.lock_case(number)
    check_may_act(officer, case, states.SUSPEND)
    told = {"ground": required(ground, "ground", _("写明中止的理由，申请人看得到"))}
    return _plain_move(case, states.SUSPEND, officer=officer, at=at, told=told)


@transaction.atomic
def resume(*, number: str, officer: Officer, note: str, at: datetime) -> Case:
    """Go on with a case that rested; resuming twice is refused the second time."""
    case = queries.lock_case(number)
    check_may_act(officer, case, states.RESUME)
    return _plain_move(case, states.RESUME, officer=officer, at=at, told={"note": note.strip()})


@transaction.atomic
def extend(*, number: str, officer: Officer, days: int, reason: str, at: datetime) -> Case:
    """Give a decision more working days, once, with the leader's signature; the applicant is told why.

    Refused the second time, without a signature for just so many days, and beyond the law's ten
    (fifteen when handled jointly; 行政许可法 art. 42).
    """
    case = queries.lock_case(number)
    check_may_act(officer, case, states.EXTEND)
    if case.extended:
        raise MoveNotPossible(states.EXTEND, State(case.state))
    countersigning.check_days(case, states.EXTEND, days)
    told = {"reason": required(reason, "reason", _("写明延长的理由，申请人看得到"))}
    signed_by = countersigning.use(
        case, states.EXTEND, officer=officer, at=at, words={"reason": reason}, days=days
    )
    moving.make_move(
        case,
        states.EXTEND,
        by=moving.officer_author(officer, Party.DECIDER),
        at=at,
        content={"days": days, "countersigned_by": signed_by},
        personal={**told, "contact": queries.contact(officer)},
    )
    return case


@transaction.atomic
def terminate(*, number: str, officer: Officer, ground: str, basis: str, at: datetime) -> Case:
    """End a case that cannot be decided any more, with the ground and what it rests on.

    A correction that nobody answered is such a ground unless its place has set otherwise.
    """
    case = queries.lock_case(number)
    check_may_act(officer, case, states.TERMINATE)
    lapsing.check_may_terminate(case)
    told = {
        "ground": required(ground, "ground", _("写明终止的事实和理由")),
        "basis": required(basis, "basis", _("写明依据的文件和条款")),
    }
    return _plain_move(case, states.TERMINATE, officer=officer, at=at, told=told)
