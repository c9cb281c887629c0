"""The states of a case, who holds it in each, and every move there is.

This table is the source: the operations check it, the pages draw their buttons from it, the
diagram in docs/generated and the test of every state × move × role × place are made from it.
"""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RECEIVED = "received"
    RETURNED = "returned"
    HANDED_OVER = "handed_over"
    PENDING = "pending"
    CORRECTION = "correction"
    UNDER_REVIEW = "under_review"
    APPROVED = "approved"
    DENIED = "denied"
    RESULT_ISSUED = "result_issued"
    IN_DELIVERY = "in_delivery"
    CLOSED = "closed"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"


class Party(StrEnum):
    """Who can hold a case. The channel is nobody: the case is on its way between two nodes."""

    APPLICANT = "applicant"
    RECEIVER = "receiver"
    DECIDER = "decider"
    CHANNEL = "channel"
    NOBODY = "nobody"


class Mode(StrEnum):
    """How an item is handled across places (实现形式); compositions of the same moves."""

    ONLINE = "ONLINE"  # 全程网办: applicant to decider, no receiver
    RECEIVED_FOR = "RECEIVED_FOR"  # 异地代收代办: a window receives for the deciding place


LABELS: dict[State, str] = {
    State.DRAFT: "填写中",
    State.SUBMITTED: "已提交，等收件",
    State.RECEIVED: "已收件",
    State.RETURNED: "退回修改",
    State.HANDED_OVER: "已移交",
    State.PENDING: "等受理",
    State.CORRECTION: "等补正",
    State.UNDER_REVIEW: "审查中",
    State.APPROVED: "已准予",
    State.DENIED: "不予批准",
    State.RESULT_ISSUED: "结果已制作",
    State.IN_DELIVERY: "送达中",
    State.CLOSED: "已办结",
    State.NOT_ACCEPTED: "不予受理",
    State.WITHDRAWN: "已撤回",
}

PARTY_LABELS: dict[Party, str] = {
    Party.APPLICANT: "申请人",
    Party.RECEIVER: "收件地",
    Party.DECIDER: "办理地",
    Party.CHANNEL: "传送中",
    Party.NOBODY: "没有人",
}

ENDED = frozenset({State.CLOSED, State.NOT_ACCEPTED, State.WITHDRAWN})

# Before the decision: an applicant may still withdraw.
UNDECIDED = frozenset(
    {
        State.SUBMITTED,
        State.RECEIVED,
        State.RETURNED,
        State.HANDED_OVER,
        State.PENDING,
        State.CORRECTION,
        State.UNDER_REVIEW,
    }
)


@dataclass(frozen=True)
class Move:
    """One thing that can happen to a case: from where, by whom, to where, and who holds it then."""

    name: str
    label: str
    sources: frozenset[State]
    target: State
    by: Party
    to: Party


def _move(
    name: str,
    label: str,
    sources: set[State] | frozenset[State],
    target: State,
    by: Party,
    to: Party,
) -> Move:
    return Move(name, label, frozenset(sources), target, by, to)


_A, _R, _D, _N = Party.APPLICANT, Party.RECEIVER, Party.DECIDER, Party.NOBODY

SUBMIT = _move("submit", "提交", {State.DRAFT}, State.SUBMITTED, _A, _R)
SUBMIT_ONLINE = _move("submit_online", "提交", {State.DRAFT}, State.HANDED_OVER, _A, _D)
RECEIVE = _move("receive", "收件", {State.SUBMITTED}, State.RECEIVED, _R, _R)
RETURN_FOR_FORM = _move(
    "return_for_form", "退回修改", {State.SUBMITTED, State.RECEIVED}, State.RETURNED, _R, _A
)
RESUBMIT = _move("resubmit", "改好再交", {State.RETURNED}, State.SUBMITTED, _A, _R)
HAND_OVER = _move("hand_over", "移交", {State.RECEIVED}, State.HANDED_OVER, _R, _D)
ACCEPT = _move("accept", "受理", {State.PENDING}, State.UNDER_REVIEW, _D, _D)
REFUSE_ACCEPTANCE = _move(
    "refuse_acceptance", "不予受理", {State.PENDING}, State.NOT_ACCEPTED, _D, _N
)
ASK_CORRECTION = _move("ask_correction", "一次告知补正", {State.PENDING}, State.CORRECTION, _D, _A)
ANSWER_CORRECTION = _move(
    "answer_correction", "交补正材料", {State.CORRECTION}, State.PENDING, _A, _D
)
APPROVE = _move("approve", "准予", {State.UNDER_REVIEW}, State.APPROVED, _D, _D)
DENY = _move("deny", "不予批准", {State.UNDER_REVIEW}, State.DENIED, _D, _D)
ISSUE_RESULT = _move(
    "issue_result", "制作结果", {State.APPROVED, State.DENIED}, State.RESULT_ISSUED, _D, _D
)
DELIVER_TO_WINDOW = _move(
    "deliver_to_window", "送收件窗口", {State.RESULT_ISSUED}, State.IN_DELIVERY, _D, _R
)
DELIVER_ONLINE = _move(
    "deliver_online", "网上送达", {State.RESULT_ISSUED}, State.IN_DELIVERY, _D, _A
)
CLOSE_AT_WINDOW = _move(
    "close_at_window", "登记领取并办结", {State.IN_DELIVERY}, State.CLOSED, _R, _N
)
CLOSE_ONLINE = _move("close_online", "签收", {State.IN_DELIVERY}, State.CLOSED, _A, _N)
WITHDRAW = _move("withdraw", "撤回", UNDECIDED, State.WITHDRAWN, _A, _N)

MOVES: tuple[Move, ...] = (
    SUBMIT,
    SUBMIT_ONLINE,
    RECEIVE,
    RETURN_FOR_FORM,
    RESUBMIT,
    HAND_OVER,
    ACCEPT,
    REFUSE_ACCEPTANCE,
    ASK_CORRECTION,
    ANSWER_CORRECTION,
    APPROVE,
    DENY,
    ISSUE_RESULT,
    DELIVER_TO_WINDOW,
    DELIVER_ONLINE,
    CLOSE_AT_WINDOW,
    CLOSE_ONLINE,
    WITHDRAW,
)
BY_NAME: dict[str, Move] = {move.name: move for move in MOVES}

# Not moves that anybody makes: what the receiving node writes when the baton arrives, and its
# answer to what somebody asked of the holder.
ARRIVE = "arrive"
ANSWER_REQUEST = "answer_request"
# What the deciding node writes when rules that are better for the applicant apply to a running
# case, and where a case may stand then: with the decider, before the decision.
CHANGE_RULES = "change_rules"
RULES_CHANGE_IN = frozenset({State.PENDING, State.UNDER_REVIEW})


def after_arrival(state: State) -> State:
    """Where a case stands once the baton has arrived: handed-over papers now wait for acceptance."""
    return State.PENDING if state is State.HANDED_OVER else state


def only_in(mode: Mode, move: Move) -> bool:
    """Whether a move belongs to a mode at all: no window acts on a case handled online."""
    if mode is Mode.ONLINE:
        return Party.RECEIVER not in {move.by, move.to}
    return move not in {SUBMIT_ONLINE, DELIVER_ONLINE, CLOSE_ONLINE}
