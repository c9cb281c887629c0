"""What an officer is told on each occasion, and which of it she may do without."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.cases import news

BACK, LAPSED, WITHDRAWN = "back", "lapsed", "withdrawn"
AMBER, RED, ESCALATED, ABSENT = "amber", "red", "escalated", "originals_absent"
# What a text may name: of a case that the officer's own office has.
FACTS = frozenset({"item", "tail"})
# Mail lies on others' servers, and an address to press is how forged messages look.
_MAIL = _(
    "%(said)s。请登录工作台，在“消息”里查看。这封邮件由系统发出，不要回复。"
    "不想再收到，在“消息”的“要提醒什么”里关掉。"
)


@dataclass(frozen=True)
class Wording:
    """The words of one occasion; `asks` when it is the officer's turn."""

    title: str | Promise
    text: str | Promise
    asks: bool = False


WORDINGS: dict[str, Wording] = {
    BACK: Wording(_("办件回来了"), _("尾号%(tail)s的“%(item)s”有了回音，等您接着办。"), asks=True),
    LAPSED: Wording(
        _("补正逾期"), _("尾号%(tail)s的“%(item)s”没有等到补正材料，等您决定。"), asks=True
    ),
    WITHDRAWN: Wording(_("申请人撤回了"), _("尾号%(tail)s的“%(item)s”已经撤回，不用再办。")),
    news.GIVEN: Wording(_("有件交给您"), _("尾号%(tail)s的“%(item)s”交到了您手里。"), asks=True),
    news.TO_SIGN: Wording(_("等您签字"), _("尾号%(tail)s的“%(item)s”有一步要您签字。"), asks=True),
    news.SETTLED: Wording(
        _("签字有了结果"), _("您为尾号%(tail)s的“%(item)s”报的签字有了结果。"), asks=True
    ),
    news.ASKED: Wording(
        _("有人提出请求"), _("尾号%(tail)s的“%(item)s”有一项请求，等您答复。"), asks=True
    ),
    news.INQUIRY_ANSWERED: Wording(_("协查有答复"), _("您发出的一项协查，对方答复了。")),
    news.INQUIRY_LATE: Wording(
        _("协查逾期，对方催办"), _("请本单位协查的一项过了答复时间，还没有答复。"), asks=True
    ),
    news.STEP_ANSWERED: Wording(
        _("联办方有答复"), _("尾号%(tail)s的“%(item)s”，一个联办环节有了答复。")
    ),
    AMBER: Wording(_("快到期"), _("尾号%(tail)s的“%(item)s”快到期了。"), asks=True),
    RED: Wording(
        _("红灯"),
        _("尾号%(tail)s的“%(item)s”超期，或者视为受理了，到“预警”里记下怎样办。"),
        asks=True,
    ),
    ABSENT: Wording(
        _("原件没有寄到"),
        _("尾号%(tail)s的“%(item)s”，请申请人寄的原件到期没有收到，等您决定。"),
        asks=True,
    ),
    ESCALATED: Wording(
        _("预警报到您这里"),
        _("尾号%(tail)s的“%(item)s”亮了红灯，到时候没有人记下怎样办，报您知道。"),
        asks=True,
    ),
}


@dataclass(frozen=True)
class Group:
    """What is wanted or not wanted together."""

    key: str
    label: str | Promise
    kinds: tuple[str, ...]


# In none of them: what goes to a leader because nobody else saw to it.
GROUPS: tuple[Group, ...] = (
    Group(
        "mine",
        _("我办的件回来、逾期、撤回，原件没有寄到，或者交到我手里"),
        (BACK, LAPSED, WITHDRAWN, ABSENT, news.GIVEN),
    ),
    Group("signing", _("等我签字，或者我报的签字有了结果"), (news.TO_SIGN, news.SETTLED)),
    Group("asked", _("有人对我办的件提出请求"), (news.ASKED,)),
    Group("answers", _("协查和联办的对方有了答复"), (news.INQUIRY_ANSWERED, news.STEP_ANSWERED)),
    Group("late_inquiries", _("请本单位协查的逾期没有答复"), (news.INQUIRY_LATE,)),
    Group("amber", _("我办的件亮黄灯"), (AMBER,)),
    Group("red", _("我办的件亮红灯或者视为受理"), (RED,)),
)
GROUP_OF = {kind: group.key for group in GROUPS for kind in group.kinds}
# Always told in the inbox; by mail only where it is wanted, as all else.
TO_LEADERS = Group("escalated", _("没有人处理、报到我这里的预警"), (ESCALATED,))
MAILED = GROUP_OF | {ESCALATED: TO_LEADERS.key}


def by_mail(kind: str, number: str) -> tuple[str, str]:
    """Title and text of a mail: what sort of work waits, and never whose or which item."""
    facts = {"title": str(WORDINGS[kind].title), "tail": number[-4:]}
    said = _("%(title)s（尾号%(tail)s）") if number else _("%(title)s")
    return str(_("工作台消息：%(title)s")) % facts, str(_MAIL) % {"said": str(said) % facts}
