"""Every rule by which a clock of ours counts, with the article it stands on or that it is a default.

Articles of the Administrative Licensing Law that we have read are LAW; those of the Civil Code and
article 82 are known law whose text nobody has compared here (ADR 0013).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tongban.cases.clocks.values import Limit, Mark, Rule, Unit
from tongban.cases.states import Party, State

_LICENSING, _CIVIL = "《行政许可法》", "《民法典》"


def _law(key: str, words: str, article: str, mark: Mark = Mark.LAW) -> Rule:
    return Rule(key, words, article, mark)


def _ours(key: str, words: str, mark: Mark = Mark.DEFAULT) -> Rule:
    return Rule(key, words, "", mark)


# How days are counted.
FIRST_DAY = _law(
    "first-day", "开始的当日不算，从下一日算起", f"{_CIVIL}第二百零一条", Mark.UNVERIFIED
)
CORRESPONDING = _law(
    "corresponding-day",
    "按年、月计算的，到期月的对应日是最后一日；没有对应日的，月末日是最后一日",
    f"{_CIVIL}第二百零二条",
    Mark.UNVERIFIED,
)
ROLLED = _law(
    "rest-day-at-the-end",
    "最后一日是休息日的，顺延到休息结束后的第一个工作日",
    f"{_CIVIL}第二百零三条",
    Mark.UNVERIFIED,
)
WORKING_DAYS = _law(
    "working-days", "按工作日计算，不含法定节假日", f"{_LICENSING}第八十二条", Mark.UNVERIFIED
)
INSTANT = _ours(
    "instant", "即办件当日办结；下班以后或者休息日收到的，下一个工作日到期", Mark.PRACTICE
)
DAY_OF_STOP = _ours("day-of-stop", "停止的当日算已用，恢复的当日不算")
LEFT_ON_RESUMING = _ours("left-on-resuming", "补正、修改或者寄来原件以后至少留1个工作日")
GIVEN = _ours("given", "告知书上写明的最后一日")

# Who has how long.
RECEIVE = _ours("receive", "收件地的服务时限：核对身份、看材料、移交")
ACCEPT = _law("accept", "收到材料后5日内告知受理或者一次告知补正", f"{_LICENSING}第三十二条")
DECIDE = _law("decide", "受理后在办理时限内作出决定", f"{_LICENSING}第四十二条")
JOINT = _law("joint", "统一、联合、集中办理的，四十五日内办结", f"{_LICENSING}第四十二条")
DELIVER = _law("deliver", "作出决定后十日内颁发、送达", f"{_LICENSING}第四十四条")
DEEMED = _law(
    "deemed",
    "逾期没有告知的，自收到申请材料之日起即为受理，办理时限从那一天算起",
    f"{_LICENSING}第三十二条",
)
SPECIAL = _law(
    "special", "特别程序所需时间书面告知申请人，到告知的日期为止", f"{_LICENSING}第四十五条"
)
REOPENED = _ours("reopened", "重新打开以后更正或者重新制作结果的时间")
CORRECTION = _ours("correction", "请申请人补正的时间")
LAPSED = _ours("lapsed", "补正逾期以后，办理机关决定终止还是另给期限的时间")
ORIGINALS = _ours("originals", "请申请人寄来原件的时间")
INQUIRY = _ours("inquiry", "协查的答复时间")
REQUEST = _ours("request", "对申请人请求的答复时间")
OTHER = _ours("other", "按给出的期限计算")

# What stops a clock, or adds to it.
STOP_CORRECTION = _ours("stop-correction", "请申请人补正期间停止计时", Mark.PRACTICE)
STOP_LAPSED = _ours("stop-lapsed", "补正逾期、还没有补来期间停止计时")
STOP_RETURN = _ours("stop-return", "退回申请人修改期间停止计时")
STOP_SPECIAL = _law(
    "stop-special",
    "听证、招标、拍卖、检验、检测、检疫、鉴定和专家评审所需时间不计算在内，应书面告知申请人",
    f"{_LICENSING}第四十五条",
)
STOP_SUSPENSION = _ours("stop-suspension", "中止办理期间停止计时")
STOP_ORIGINALS = _ours("stop-originals", "等申请人寄来原件期间停止计时")
STOP_TRANSIT = _ours("stop-transit", "两地之间传送的时间，谁的时限都不算")
STOP_OTHER = _ours("stop-other", "按给出的理由停止计时")
EXTEND = _law("extend", "经本机关负责人批准延长，并告知申请人理由", f"{_LICENSING}第四十二条")
EXTEND_OTHER = _ours("extend-other", "按给出的理由延长")

NO_CLOCK = _ours("no-clock", "没有时限在走")

STOPS = {
    "correction": STOP_CORRECTION,
    "return": STOP_RETURN,
    "special": STOP_SPECIAL,
    "suspension": STOP_SUSPENSION,
    "transit": STOP_TRANSIT,
    "other": STOP_OTHER,
}
EXTENSIONS = {"legal": EXTEND, "other": EXTEND_OTHER}
BY_KEY: dict[str, Rule] = {
    rule.key: rule for rule in list(vars().values()) if isinstance(rule, Rule)
}


_Where = tuple[State, Party | None]


@dataclass(frozen=True)
class Kind:
    """One kind of clock: whose it is, its usual limit, and in which states of a case it runs.

    `running` are pairs of state and holder (None for any); `pausing` are such pairs, each with the
    rule that stops it there. What is in neither ends it. `limit_key` is its name among the limits
    that a case took along on submission; `is_given` that a notice names its last day,
    `is_beside` that it runs while the clock that people wait for stands still.
    """

    key: str
    label: str
    party: Party
    rule: Rule
    usual: Limit
    limit_key: str = ""
    running: frozenset[_Where] = frozenset()
    pausing: Mapping[_Where, Rule] = field(default_factory=dict)
    least_left: int = 0
    is_given: bool = False
    is_beside: bool = False


def _in(*pairs: _Where) -> frozenset[_Where]:
    return frozenset(pairs)


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "receive",
            "收件地的服务时限",
            Party.RECEIVER,
            RECEIVE,
            Limit(1),
            limit_key="receive",
            running=_in((State.SUBMITTED, Party.RECEIVER), (State.RECEIVED, None)),
            pausing={
                (State.RETURNED, None): STOP_RETURN,
                (State.SUBMITTED, Party.CHANNEL): STOP_TRANSIT,
            },
            least_left=1,
        ),
        Kind(
            "accept",
            "受理期限",
            Party.DECIDER,
            ACCEPT,
            Limit(5),
            limit_key="accept",
            running=_in((State.PENDING, Party.DECIDER)),
            pausing={
                (State.CORRECTION, None): STOP_CORRECTION,
                (State.LAPSED, None): STOP_LAPSED,
                (State.ORIGINALS, None): STOP_ORIGINALS,
                (State.PENDING, Party.CHANNEL): STOP_TRANSIT,
            },
            least_left=1,
        ),
        Kind(
            "decide",
            "办理时限",
            Party.DECIDER,
            DECIDE,
            Limit(20),
            limit_key="decide",
            # Steps of partners have limits of their own; the applicant waits for the one outcome.
            running=_in((State.UNDER_REVIEW, None), (State.PROPOSED, None), (State.JOINT, None)),
            pausing={
                (State.SPECIAL, None): STOP_SPECIAL,
                (State.SUSPENDED, None): STOP_SUSPENSION,
            },
        ),
        Kind(
            "special",
            "特别程序时间",
            Party.DECIDER,
            SPECIAL,
            Limit(20),
            running=_in((State.SPECIAL, None)),
            is_given=True,
        ),
        Kind(
            "correction",
            "补正时间",
            Party.APPLICANT,
            CORRECTION,
            Limit(10),
            running=_in((State.CORRECTION, Party.APPLICANT)),
            pausing={(State.CORRECTION, Party.CHANNEL): STOP_TRANSIT},
            is_given=True,
        ),
        Kind(
            "lapsed",
            "补正逾期后的处理时间",
            Party.DECIDER,
            LAPSED,
            Limit(5),
            running=_in((State.LAPSED, Party.DECIDER)),
            is_beside=True,
        ),
        Kind(
            "originals",
            "寄原件的时间",
            Party.APPLICANT,
            ORIGINALS,
            Limit(10),
            running=_in((State.ORIGINALS, Party.APPLICANT)),
            pausing={(State.ORIGINALS, Party.CHANNEL): STOP_TRANSIT},
            is_given=True,
        ),
        Kind(
            "deliver",
            "送达期限",
            Party.DECIDER,
            DELIVER,
            Limit(10),
            # By post it is delivered when somebody signs for it, and not when it is sent.
            running=_in(
                (State.APPROVED, None),
                (State.DENIED, None),
                (State.RESULT_ISSUED, None),
                (State.IN_DELIVERY, Party.DECIDER),
            ),
        ),
        Kind(
            "reopened",
            "重新打开后的时间",
            Party.DECIDER,
            REOPENED,
            Limit(10),
            running=_in((State.REOPENED, None)),
        ),
        Kind("joint", "联合办理时限", Party.DECIDER, JOINT, Limit(45)),
        Kind("inquiry", "协查答复时间", Party.DECIDER, INQUIRY, Limit(5)),
        Kind("request", "请求答复时间", Party.DECIDER, REQUEST, Limit(3)),
        Kind("other", "期限", Party.NOBODY, OTHER, Limit(1, Unit.WORKDAY)),
    )
}

# States in which no clock of ours runs, and none should: whoever waits there has no limit. While a
# window or the applicant has a result none runs either, but in that state the decider's may.
WITHOUT_CLOCK = frozenset(
    {
        State.DRAFT,
        State.HANDED_OVER,
        State.CLOSED,
        State.NOT_ACCEPTED,
        State.WITHDRAWN,
        State.TERMINATED,
    }
)
