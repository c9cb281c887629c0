"""The states of a case, who holds it in each, and every move there is.

This table is the source: the operations check it, the pages draw their buttons from it, the
diagram in docs/generated and the test of every state × move × role × place are made from it.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property


class State(StrEnum):
    """Where a case stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RECEIVED = "received"
    RETURNED = "returned"
    HANDED_OVER = "handed_over"
    PENDING = "pending"
    CORRECTION = "correction"
    LAPSED = "correction_lapsed"
    ORIGINALS = "awaiting_originals"
    UNDER_REVIEW = "under_review"
    SPECIAL = "special_procedure"
    SUSPENDED = "suspended"
    JOINT = "joint"
    PROPOSED = "decision_proposed"
    APPROVED = "approved"
    DENIED = "denied"
    RESULT_ISSUED = "result_issued"
    IN_DELIVERY = "in_delivery"
    CLOSED = "closed"
    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"
    REOPENED = "reopened"


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
    JOINT = "JOINT"  # 多地联办: steps at several places, one outcome
    ANYWHERE = "ANYWHERE"  # 全国无差别办理: any competent place decides, the one that is chosen
    PRECHECK_MAIL = "PRECHECK_MAIL"  # 网上预审加寄递: looked at online, then the originals by post
    ON_SITE = "ON_SITE"  # 现场办理: by appointment, identity on the spot


LABELS: dict[State, str] = {
    State.DRAFT: "填写中",
    State.SUBMITTED: "已提交，等收件",
    State.RECEIVED: "已收件",
    State.RETURNED: "退回修改",
    State.HANDED_OVER: "已移交",
    State.PENDING: "等受理",
    State.CORRECTION: "等补正",
    State.LAPSED: "补正逾期",
    State.ORIGINALS: "等寄原件",
    State.UNDER_REVIEW: "审查中",
    State.SPECIAL: "特别程序中",
    State.SUSPENDED: "已中止",
    State.JOINT: "联办中",
    State.PROPOSED: "待复核",
    State.APPROVED: "已准予",
    State.DENIED: "不予批准",
    State.RESULT_ISSUED: "结果已制作",
    State.IN_DELIVERY: "送达中",
    State.CLOSED: "已办结",
    State.NOT_ACCEPTED: "不予受理",
    State.WITHDRAWN: "已撤回",
    State.TERMINATED: "已终止",
    State.REOPENED: "已重新打开",
}

PARTY_LABELS: dict[Party, str] = {
    Party.APPLICANT: "申请人",
    Party.RECEIVER: "收件地",
    Party.DECIDER: "办理地",
    Party.CHANNEL: "传送中",
    Party.NOBODY: "没有人",
}

ENDED = frozenset({State.CLOSED, State.NOT_ACCEPTED, State.WITHDRAWN, State.TERMINATED})

# With the applicant, and all clocks of the offices stand still meanwhile.
WAITS_FOR_APPLICANT = (State.RETURNED, State.CORRECTION, State.ORIGINALS)

# Before the decision: an applicant may still withdraw.
UNDECIDED = frozenset(
    {
        State.SUBMITTED,
        State.RECEIVED,
        State.RETURNED,
        State.HANDED_OVER,
        State.PENDING,
        State.CORRECTION,
        State.LAPSED,
        State.ORIGINALS,
        State.UNDER_REVIEW,
        State.SPECIAL,
        State.SUSPENDED,
        State.JOINT,
        State.PROPOSED,
    }
)


@dataclass(frozen=True, eq=False)
class Move:
    """One thing that can happen to a case: from where, by whom, to where, and who holds it then.

    There is one of each, so they are told apart as such: the fold compares them all the time.
    """

    name: str
    label: str
    sources: frozenset[State]
    target: State
    by: Party
    to: Party

    @cached_property
    def held_by(self) -> Party:
        """Who holds the case before: whoever moves it, but nobody holds one that has ended."""
        return Party.NOBODY if self.sources <= ENDED else self.by


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
# Out of a lapsed correction, too: papers that were offered late may be all that was missing.
ACCEPT = _move("accept", "受理", {State.PENDING, State.LAPSED}, State.UNDER_REVIEW, _D, _D)
REFUSE_ACCEPTANCE = _move(
    "refuse_acceptance", "不予受理", {State.PENDING}, State.NOT_ACCEPTED, _D, _N
)
# Silence past the legal days means accepted (行政许可法 art. 32): the deciding node writes it.
DEEM_ACCEPTED = _move("deem_accepted", "视为受理", {State.PENDING}, State.UNDER_REVIEW, _D, _D)
ASK_CORRECTION = _move("ask_correction", "一次告知补正", {State.PENDING}, State.CORRECTION, _D, _A)
ANSWER_CORRECTION = _move(
    "answer_correction", "交补正材料", {State.CORRECTION}, State.PENDING, _A, _D
)
# Nobody answered in the time given: the applicant's node hands the case back by itself (ADR 0019).
LAPSE_CORRECTION = _move("lapse_correction", "补正逾期", {State.CORRECTION}, State.LAPSED, _A, _D)
GIVE_MORE_TIME = _move("give_more_time", "另给补正期限", {State.LAPSED}, State.CORRECTION, _D, _A)
ASK_ORIGINALS = _move("ask_originals", "请寄原件", {State.PENDING}, State.ORIGINALS, _D, _A)
# The applicant holds the case until the parcel is there; then the applicant's node lets it go on.
ORIGINALS_ARRIVED = _move("originals_arrived", "原件寄到", {State.ORIGINALS}, State.PENDING, _A, _D)
# They did not come in the time given: the same node hands the case back by itself (ADR 0031).
LAPSE_ORIGINALS = _move("lapse_originals", "原件逾期", {State.ORIGINALS}, State.PENDING, _A, _D)
BEGIN_SPECIAL = _move("begin_special", "开始特别程序", {State.UNDER_REVIEW}, State.SPECIAL, _D, _D)
END_SPECIAL = _move("end_special", "结束特别程序", {State.SPECIAL}, State.UNDER_REVIEW, _D, _D)
SUSPEND = _move("suspend", "中止", {State.UNDER_REVIEW}, State.SUSPENDED, _D, _D)
RESUME = _move("resume", "恢复", {State.SUSPENDED}, State.UNDER_REVIEW, _D, _D)
EXTEND = _move("extend", "延长期限", {State.UNDER_REVIEW}, State.UNDER_REVIEW, _D, _D)
BEGIN_JOINT = _move("begin_joint", "开始联办", {State.UNDER_REVIEW}, State.JOINT, _D, _D)
END_JOINT = _move("end_joint", "结束联办", {State.JOINT}, State.UNDER_REVIEW, _D, _D)
TERMINATE = _move(
    "terminate",
    "终止",
    {State.PENDING, State.LAPSED, State.UNDER_REVIEW, State.SUSPENDED, State.SPECIAL},
    State.TERMINATED,
    _D,
    _N,
)
PROPOSE = _move("propose", "提出决定意见", {State.UNDER_REVIEW}, State.PROPOSED, _D, _D)
SEND_BACK_PROPOSAL = _move(
    "send_back_proposal", "退回决定意见", {State.PROPOSED}, State.UNDER_REVIEW, _D, _D
)
_DECIDABLE = {State.UNDER_REVIEW, State.PROPOSED}
APPROVE = _move("approve", "准予", _DECIDABLE, State.APPROVED, _D, _D)
DENY = _move("deny", "不予批准", _DECIDABLE, State.DENIED, _D, _D)
# In words only; `target_of` says where it leads, since what was decided stays decided.
CORRECT_DECISION = _move(
    "correct_decision",
    "更正决定书",
    {State.APPROVED, State.DENIED, State.RESULT_ISSUED, State.REOPENED},
    State.APPROVED,
    _D,
    _D,
)
ISSUE_RESULT = _move(
    "issue_result", "制作结果", {State.APPROVED, State.DENIED}, State.RESULT_ISSUED, _D, _D
)
REISSUE_RESULT = _move(
    "reissue_result",
    "重新制作结果",
    {State.RESULT_ISSUED, State.REOPENED},
    State.RESULT_ISSUED,
    _D,
    _D,
)
DELIVER_TO_WINDOW = _move(
    "deliver_to_window", "送收件窗口", {State.RESULT_ISSUED}, State.IN_DELIVERY, _D, _R
)
DELIVER_ONLINE = _move(
    "deliver_online", "网上送达", {State.RESULT_ISSUED}, State.IN_DELIVERY, _D, _A
)
# By post the deciding place keeps the case until somebody has signed for the parcel. Its node
# writes these by itself, as the chain of the parcel goes (`posting`).
DELIVER_BY_POST = _move(
    "deliver_by_post", "邮寄送达", {State.RESULT_ISSUED}, State.IN_DELIVERY, _D, _D
)
POST_FAILED = _move("post_failed", "邮寄没有送到", {State.IN_DELIVERY}, State.RESULT_ISSUED, _D, _D)
# An officer closes only what its applicant kept although it came damaged.
CLOSE_BY_POST = _move(
    "close_by_post",
    "邮寄签收，办结",
    {State.IN_DELIVERY, State.RESULT_ISSUED},
    State.CLOSED,
    _D,
    _N,
)
# A window has a result that never came, came damaged, or that nobody fetches.
RETURN_RESULT = _move(
    "return_result", "退回办理地", {State.IN_DELIVERY}, State.RESULT_ISSUED, _R, _D
)
CLOSE_AT_WINDOW = _move(
    "close_at_window", "登记领取并办结", {State.IN_DELIVERY}, State.CLOSED, _R, _N
)
CLOSE_ONLINE = _move("close_online", "签收", {State.IN_DELIVERY}, State.CLOSED, _A, _N)
REOPEN = _move("reopen", "重新打开", {State.CLOSED}, State.REOPENED, _D, _D)
WITHDRAW = _move("withdraw", "撤回", UNDECIDED, State.WITHDRAWN, _A, _N)

MOVES: tuple[Move, ...] = (
    SUBMIT,
    SUBMIT_ONLINE,
    RECEIVE,
    RETURN_FOR_FORM,
    RESUBMIT,
    HAND_OVER,
    ACCEPT,
    DEEM_ACCEPTED,
    REFUSE_ACCEPTANCE,
    ASK_CORRECTION,
    ANSWER_CORRECTION,
    LAPSE_CORRECTION,
    GIVE_MORE_TIME,
    ASK_ORIGINALS,
    ORIGINALS_ARRIVED,
    LAPSE_ORIGINALS,
    BEGIN_SPECIAL,
    END_SPECIAL,
    SUSPEND,
    RESUME,
    EXTEND,
    BEGIN_JOINT,
    END_JOINT,
    TERMINATE,
    PROPOSE,
    SEND_BACK_PROPOSAL,
    APPROVE,
    DENY,
    CORRECT_DECISION,
    ISSUE_RESULT,
    REISSUE_RESULT,
    DELIVER_TO_WINDOW,
    DELIVER_ONLINE,
    DELIVER_BY_POST,
    POST_FAILED,
    CLOSE_BY_POST,
    RETURN_RESULT,
    CLOSE_AT_WINDOW,
    CLOSE_ONLINE,
    REOPEN,
    WITHDRAW,
)
BY_NAME: dict[str, Move] = {move.name: move for move in MOVES}

# Another officer goes on, so the case returns to its queue.
CHANGES_HANDS = frozenset({PROPOSE, SEND_BACK_PROPOSAL})
# Acts of an office that only count with the signature of its leader, named on the record.
COUNTERSIGNED = frozenset({EXTEND, CORRECT_DECISION, REOPEN, GIVE_MORE_TIME})

# Not moves that anybody makes: what the receiving node writes when the baton arrives.
ARRIVE = "arrive"
# What the deciding node writes when rules that are better for the applicant apply to a running
# case, and where a case may stand then: with the decider, before the decision.
CHANGE_RULES = "change_rules"
RULES_CHANGE_IN = frozenset({State.PENDING, State.UNDER_REVIEW})

# What the node that holds a case may write about it without moving it: the answer to a request, a
# paper or a phone number that the applicant gave later, a try to deliver, a step of a parcel.
ANSWER_REQUEST = "answer_request"
ADD_PAPER = "add_paper"
CHANGE_CONTACT = "change_contact"
ATTEMPT_DELIVERY = "attempt_delivery"
DELIVERY_NOTED = "delivery_noted"
NOTES: dict[str, str] = {
    ANSWER_REQUEST: "答复申请",
    ADD_PAPER: "补充材料",
    CHANGE_CONTACT: "更改联系方式",
    ATTEMPT_DELIVERY: "登记一次送达",
    DELIVERY_NOTED: "登记寄递进度",
}

# How a result that was sent may fail to reach its applicant, and when its paper is gone, so that
# only one made anew can be handed over.
FATES: dict[str, str] = {
    "lost": "路上丢失",
    "missing": "包裹里没有",
    "damaged": "收到时有损坏",
    "returned": "退了回来",
}
GONE = frozenset({"lost", "missing", "damaged"})

# What the law does not count into the time for a decision (行政许可法 art. 45).
SPECIAL_KINDS: dict[str, str] = {
    "hearing": "听证",
    "bidding": "招标",
    "auction": "拍卖",
    "inspection": "检验",
    "testing": "检测",
    "quarantine": "检疫",
    "appraisal": "鉴定",
    "expert_review": "专家评审",
}


@dataclass(frozen=True)
class Composition:
    """What a mode is made of: a window between, steps of partners, originals by post."""

    window: bool = False
    joint: bool = False
    originals: bool = False


COMPOSITIONS: dict[Mode, Composition] = {
    Mode.ONLINE: Composition(),
    Mode.RECEIVED_FOR: Composition(window=True),
    Mode.JOINT: Composition(joint=True),
    Mode.ANYWHERE: Composition(),
    Mode.PRECHECK_MAIL: Composition(originals=True),
    # The facts of who came are checked at the places where they are kept.
    Mode.ON_SITE: Composition(window=True, joint=True),
}


def after_arrival(state: State) -> State:
    """Where a case stands once the baton has arrived: handed-over papers now wait for acceptance."""
    return State.PENDING if state is State.HANDED_OVER else state


def target_of(move: Move, decision: str) -> State:
    """Where a move leads: to its target, or, correcting a decision's words, to what was decided."""
    if move is CORRECT_DECISION:
        return State.DENIED if decision == DENY.name else State.APPROVED
    return move.target


@cache
def only_in(mode: Mode, move: Move) -> bool:
    """Whether a move belongs to a mode at all: no window acts on a case handled online."""
    made_of = COMPOSITIONS[mode]
    if move in {BEGIN_JOINT, END_JOINT}:
        return made_of.joint
    if move in {ASK_ORIGINALS, ORIGINALS_ARRIVED, LAPSE_ORIGINALS}:
        return made_of.originals
    if made_of.window:
        return move not in {SUBMIT_ONLINE, DELIVER_ONLINE, CLOSE_ONLINE}
    return Party.RECEIVER not in {move.by, move.to}
