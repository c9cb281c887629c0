"""Decisions that take two, and what may still happen to a decision: mended, made again, opened."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused
from tongban.cases import documents, queries, states
from tongban.cases.models import Case
from tongban.cases.operations import countersigning, moving
from tongban.cases.operations.course import required
from tongban.cases.permissions import (
    MoveNotPossible,
    check_joint,
    check_may_act,
    check_may_write,
)
from tongban.cases.states import Move, Party, State
from tongban.parties.models import Officer
from tongban.record import papers

# How a try to hand a result over may end; the last one leaves nothing to try.
ATTEMPT_OUTCOMES = {
    "absent": "没有人在",
    "wrong_address": "地址不对",
    "refused": "拒绝接收",
    "unreachable": "联系不上",
    "delivered": "已交到本人",
}


@transaction.atomic
def propose(
    *,
    number: str,
    officer: Officer,
    decision: str,
    note: str,
    ground: str,
    basis: str,
    at: datetime,
) -> Case:
    """Propose a decision, where two people decide; the case goes back to the queue for the second.

    `decision` is approve or deny; a denial names ground and basis. Refused for an item that one
    officer decides, to whoever received the case, and to its applicant.
    """
    case = queries.lock_case(number)
    check_may_act(officer, case, states.PROPOSE)
    if decision not in {states.APPROVE.name, states.DENY.name}:
        raise FieldsRefused({"decision": [_("选择准予或者不予批准")]})
    check_joint(case, states.BY_NAME[decision])
    told = {"note": note.strip()}
    if decision == states.DENY.name:
        told |= {
            "ground": required(ground, "ground", _("写明不予批准的事实和理由")),
            "basis": required(basis, "basis", _("写明依据的文件和条款")),
        }
    return _make(case, states.PROPOSE, officer, at, {"decision": decision}, told)


@transaction.atomic
def send_back_proposal(*, number: str, officer: Officer, reason: str, at: datetime) -> Case:
    """The second officer does not agree: the case is under review again, for anybody to take up.

    Refused to the one who proposed.
    """
    case = queries.lock_case(number)
    check_may_act(officer, case, states.SEND_BACK_PROPOSAL)
    told = {"reason": required(reason, "reason", _("写明为什么不同意"))}
    return _make(case, states.SEND_BACK_PROPOSAL, officer, at, {}, told)


@transaction.atomic
def correct_decision(
    *, number: str, officer: Officer, wrong: str, right: str, at: datetime
) -> Case:
    """Mend the words of a decision (a name, a number, a date), with the leader's signature.

    What was decided stays decided: there is no second decision. The document in the old words is
    void, and the result is issued again.
    """
    case = queries.lock_case(number)
    check_may_act(officer, case, states.CORRECT_DECISION)
    told = {
        "wrong": required(wrong, "wrong", _("写明决定书里哪里写错了")),
        "right": required(right, "right", _("写明应当怎样写")),
    }
    signed_by = countersigning.use(
        case, states.CORRECT_DECISION, officer=officer, at=at, words=told
    )
    content = {"countersigned_by": signed_by}
    return _make(case, states.CORRECT_DECISION, officer, at, content, told)


@transaction.atomic
def reissue_result(*, number: str, officer: Officer, reason: str, at: datetime) -> Case:
    """Make the document of a decision once more (lost, damaged); the new one stands for the old."""
    case = queries.lock_case(number)
    check_may_act(officer, case, states.REISSUE_RESULT)
    why = required(reason, "reason", _("写明为什么要重新制作"))
    document = documents.decision(case, officer=officer, at=at)
    file = papers.put(document.pdf, media_type="application/pdf")
    moving.make_move(
        case,
        states.REISSUE_RESULT,
        by=moving.officer_author(officer, Party.DECIDER),
        at=at,
        content={
            "result": {"digest": file.digest, "title": document.title, "number": document.number},
            "replaces": case.result.get("digest", ""),
        },
        personal={"reason": why, "contact": queries.contact(officer)},
        files=[file],
    )
    return case


@transaction.atomic
def reopen(*, number: str, officer: Officer, reason: str, at: datetime) -> Case:
    """Open a closed case again, with the leader's signature: to mend its words or make its result anew.

    It is never decided a second time. The officer who opens it has it then.
    """
    case = queries.lock_case(number)
    check_may_act(officer, case, states.REOPEN)
    told = {"reason": required(reason, "reason", _("写明为什么要重新打开，申请人看得到"))}
    signed_by = countersigning.use(case, states.REOPEN, officer=officer, at=at, words=told)
    _make(case, states.REOPEN, officer, at, {"countersigned_by": signed_by}, told)
    case.claimed_by, case.claimed_at = officer, at
    case.save(update_fields=["claimed_by", "claimed_at"])
    return case


@transaction.atomic
def attempt_delivery(
    *, number: str, officer: Officer, outcome: str, note: str, at: datetime
) -> Case:
    """Write down one try to hand the result over, by whoever has it: the deciding office or a window."""
    case = queries.lock_case(number)
    check_may_write(officer, case)
    if State(case.state) not in {State.RESULT_ISSUED, State.IN_DELIVERY}:
        raise MoveNotPossible(states.DELIVER_TO_WINDOW, State(case.state))
    if outcome not in ATTEMPT_OUTCOMES:
        raise FieldsRefused({"outcome": [_("选择这次送达的结果")]})
    moving.write(
        case,
        states.ATTEMPT_DELIVERY,
        by=moving.officer_author(officer, Party(case.holder)),
        at=at,
        content={"outcome": outcome},
        personal={"note": note.strip()},
    )
    return case


def _make(
    case: Case,
    move: Move,
    officer: Officer,
    at: datetime,
    content: dict[str, str],
    told: dict[str, str],
) -> Case:
    moving.make_move(
        case,
        move,
        by=moving.officer_author(officer, Party.DECIDER),
        at=at,
        content=content,
        personal={**told, "contact": queries.contact(officer)},
    )
    return case
