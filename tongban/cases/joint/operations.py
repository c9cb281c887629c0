"""What officers do with joint steps: the lead begins, gives up and ends, a partner answers."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.hours import day_in_beijing
from tongban.basics.refusals import FieldsRefused, NotAllowed, NotFound, Refused
from tongban.cases import queries, states
from tongban.cases.joint import chain as chains
from tongban.cases.joint import progress, rules
from tongban.cases.joint.models import JointStep
from tongban.cases.joint.progress import Line, Progress
from tongban.cases.joint.standing import (
    CONTRADICT,
    DONE,
    NOT_DONE,
    REFUSE,
    STATE_LABELS,
    UNDONE,
    StepStanding,
    StepState,
)
from tongban.cases.models import Case
from tongban.cases.operations import moving
from tongban.cases.permissions import check_may_act, office_of
from tongban.cases.states import Party, State
from tongban.parties.models import Officer, Role
from tongban.record.chains import Author


class NothingJoint(Refused):
    """The rules of this case name no steps at other places."""

    code = "nothing-joint"

    def __init__(self) -> None:
        super().__init__(_("这件事的规定里没有联办环节"))


class StillOpen(Refused):
    """Joint steps come to one outcome, and only when each of them has come to its own."""

    code = "joint-still-open"

    def __init__(self, lines: Sequence[Line], *, is_stopping: bool) -> None:
        names = "、".join(line.name for line in lines)
        said = _("还没有撤销或者停办：%(names)s") if is_stopping else _("还没有办好：%(names)s")
        super().__init__(said % {"names": names}, steps=[line.key for line in lines])


class LookedUpByPartner(Refused):
    """A fact is looked up otherwise only when the place that keeps it will not or is late."""

    code = "looked-up-by-partner"

    def __init__(self) -> None:
        super().__init__(_("联办地逾期没有答复或者不能核对的，才能用其他办法核对"))


class StepNotPossible(Refused):
    """The step is not in a state from which this goes; somebody was faster, or it was stopped."""

    code = "step-not-possible"

    def __init__(self, state: StepState) -> None:
        super().__init__(
            _("这个联办环节现在是“%(state)s”，不能这样办") % {"state": STATE_LABELS[state]},
            state=state.value,
        )


def _lead(number: str, officer: Officer) -> tuple[Case, Progress]:
    """The case in the lead's hands with its running round."""
    case = queries.lock_case(number)
    check_may_act(officer, case, states.END_JOINT)
    found = progress.look(number)
    if found is None:
        raise NothingJoint
    return case, found


def _required(text: str, field: str, sentence: str) -> str:
    if not text.strip():
        raise FieldsRefused({field: [sentence]})
    return text.strip()


@transaction.atomic
def begin(*, number: str, officer: Officer, note: str, at: datetime) -> Case:
    """Begin the joint steps: those that wait for no other are asked at once.

    Refused while a step that changes something cannot be done over the platform, after a round
    that came to nothing, and the second time (the case stands in 联办中 then).
    """
    case = queries.lock_case(number)
    check_may_act(officer, case, states.BEGIN_JOINT)
    if case.joint:
        raise Refused(_("联办已经办过一轮，不能再开始；看联办进度，接着决定"))
    version, answers = queries.version_of(case), queries.particulars(case).get("answers", {})
    if not version.joint:
        raise NothingJoint
    rules.check_partners(version, answers, deciding=case.deciding_place)
    planned = rules.plan(version, answers, deciding=case.deciding_place)
    by = moving.officer_author(officer, Party.DECIDER)
    moving.make_move(
        case,
        states.BEGIN_JOINT,
        by=by,
        at=at,
        content={"steps": [one.content() for one in planned]},
        personal={"note": note.strip()},
    )
    found = progress.look(number)
    if found:
        progress.ask_next(case, found, by=by, at=at, note=note.strip())
    return case


@transaction.atomic
def ask_again(*, number: str, officer: Officer, key: str, note: str, at: datetime) -> Case:
    """Ask once more for a step that was refused or contradicted, saying what is otherwise now.

    Refused when that step was neither, and once the round was given up.
    """
    case, found = _lead(number, officer)
    line = found.line(key)
    if line is None:
        raise NotFound(_("没有这个联办环节"))
    if found.is_stopping or line.is_done or line.state not in NOT_DONE:
        raise StepNotPossible(StepState(line.state or StepState.ASKED))
    said = _required(note, "note", _("写明这次有什么不同，联办地才好重新办"))
    by = moving.officer_author(officer, Party.DECIDER)
    progress.ask(case, found, line, by=by, at=at, note=said)
    return case


@transaction.atomic
def look_up(*, number: str, officer: Officer, key: str, how: str, at: datetime) -> Case:
    """Take a fact as looked up by other means: by telephone, by letter, in another register.

    Refused for a step that changes something, while its partner still has time to answer, for a
    fact that a partner contradicted, once the round was given up, and the second time.
    """
    case, found = _lead(number, officer)
    line = found.line(key)
    if line is None:
        raise NotFound(_("没有这个联办环节"))
    if found.is_stopping or not line.may_be_looked_up(day_in_beijing(at)):
        raise LookedUpByPartner
    said = _required(how, "how", _("写明用什么办法、向谁核对、核对的结果"))
    progress.look_up(number, found, line, how=said, at=at)
    return case


@transaction.atomic
def give_up(*, number: str, officer: Officer, reason: str, at: datetime) -> Case:
    """Give the round up: what is done is asked back, what is open is stopped.

    Also after all was done, while the decision is not made: then the case goes back to 联办中 until
    the partners have undone their steps. Giving up twice changes nothing.
    """
    case = queries.lock_case(number)
    is_done = case.joint == "done" and case.state == State.UNDER_REVIEW
    check_may_act(officer, case, states.BEGIN_JOINT if is_done else states.END_JOINT)
    found = progress.look(number)
    if found is None:
        raise NothingJoint
    said = _required(reason, "reason", _("写明为什么停止联办，各地和申请人都会看到"))
    by = moving.officer_author(officer, Party.DECIDER)
    if is_done:
        moving.make_move(
            case, states.BEGIN_JOINT, by=by, at=at, content={"takes_back": found.round}
        )
    progress.stop(number, found.round, reason=said, by=by, at=at)
    return case


@transaction.atomic
def end(*, number: str, officer: Officer, at: datetime) -> Case:
    """Bring the round to its one outcome and go back to the review.

    Refused (StillOpen) while a step is open, and while one stands refused and nobody has given the
    round up or asked again: there is no outcome that is half of each.
    """
    case, found = _lead(number, officer)
    if not found.outcome:
        raise StillOpen(found.open, is_stopping=found.is_stopping)
    steps = [
        {"chain": line.row.chain, "key": line.key, "state": line.state}
        for line in found.lines
        if line.row
    ]
    reason = progress.reason_of(number, found.round)
    otherwise = {line.key: line.otherwise for line in found.lines if line.otherwise}
    told: dict[str, object] = {"note": reason} if reason else {}
    moving.make_move(
        case,
        states.END_JOINT,
        by=moving.officer_author(officer, Party.DECIDER),
        at=at,
        content={"outcome": found.outcome, "steps": steps},
        personal=told | ({"otherwise": otherwise} if otherwise else {}) or None,
    )
    return case


# --- the partner ---


def check_may_answer(officer: Officer, step: JointStep | StepStanding) -> None:
    """A step is answered by deciders of the office that was asked, and seen by nobody else there."""
    if office_of(officer).code != step.partner_authority:
        raise NotAllowed(_("这个联办环节不归您所在的机关"))
    if Role.DECIDER not in officer.roles:
        raise NotAllowed(_("联办环节要由审批人员办理，您的岗位不是"))


def _step(chain: str, officer: Officer, *states_: StepState) -> StepStanding:
    step = chains.lock(chain)
    if step is None:
        raise NotFound(_("没有这个联办环节"))
    check_may_answer(officer, step)
    if StepState(step.state) not in states_:
        raise StepNotPossible(StepState(step.state))
    return step


def _partner(officer: Officer) -> Author:
    author = moving.officer_author(officer, Party.DECIDER)
    return Author(author.node, "partner", author.place, author.authority, author.officer)


@transaction.atomic
def finish(*, chain: str, officer: Officer, note: str, at: datetime) -> StepStanding:
    """The partner did what was asked. Refused after a stop, and the second time."""
    _step(chain, officer, StepState.ARRIVED)
    personal: dict[str, object] = {"note": note.strip(), "contact": queries.contact(officer)}
    return _answered(chains.write(chain, DONE, by=_partner(officer), at=at, personal=personal), at)


@transaction.atomic
def contradict(*, chain: str, officer: Officer, ground: str, at: datetime) -> StepStanding:
    """The partner looked the fact up, and it is not as the applicant says.

    Refused for a step that does something (that one is refused instead), after a stop, and twice.
    """
    step = _step(chain, officer, StepState.ARRIVED)
    if step.has_undo:
        raise NotAllowed(_("这个环节要办手续，不是核对事实；不能办的，写明理由不予办理"))
    personal: dict[str, object] = {
        "ground": _required(ground, "ground", _("写明查到的和申请人说的有什么不同")),
        "contact": queries.contact(officer),
    }
    by = _partner(officer)
    return _answered(chains.write(chain, CONTRADICT, by=by, at=at, personal=personal), at)


@transaction.atomic
def refuse(*, chain: str, officer: Officer, ground: str, at: datetime) -> StepStanding:
    """The partner does not do it, and says why and whom to ask. Refused after a stop, and twice."""
    _step(chain, officer, StepState.ARRIVED)
    personal: dict[str, object] = {
        "ground": _required(ground, "ground", _("写明不予办理的理由")),
        "contact": queries.contact(officer),
    }
    by = _partner(officer)
    return _answered(chains.write(chain, REFUSE, by=by, at=at, personal=personal), at)


@transaction.atomic
def undone(*, chain: str, officer: Officer, note: str, at: datetime) -> StepStanding:
    """The partner took back what it had done. Refused when that was not asked, and twice."""
    _step(chain, officer, StepState.UNDO_ARRIVED)
    personal: dict[str, object] = {
        "note": _required(note, "note", _("写明撤销了什么、哪一天生效")),
        "contact": queries.contact(officer),
    }
    by = _partner(officer)
    return _answered(chains.write(chain, UNDONE, by=by, at=at, personal=personal), at)


def _answered(step: StepStanding, at: datetime) -> StepStanding:
    """Where the lead is of this node, too, what follows follows at once."""
    progress.go_on(step.number, at=at)
    return step
