"""What is said on each occasion, in each channel: data, with the placeholders each may use.

Whoever holds a phone reads an SMS, also on its locked screen, and mail lies on others' servers:
outside the portal nothing is said but that a case has news. No address to press either, since
that is how forged messages look; people know where they applied.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# What an inbox may name, to the person signed in; and what may leave the portal.
INSIDE = frozenset({"item", "receiver", "decider", "receiving", "deciding", "tail", "due"})
OUTSIDE = frozenset({"tail"})

_SMS = _("【通办】您尾号%(tail)s的办件有新消息。请登录您申请时用的平台，在“消息”里查看。")
_MAIL_TITLE = _("您尾号%(tail)s的办件有新消息")
_MAIL = _(
    "您尾号%(tail)s的办件有新消息。请登录您申请时用的平台，在“消息”里查看。"
    "这封邮件由系统发出，不要回复。不想再收到，在“消息”的“提醒方式”里关掉。"
)


@dataclass(frozen=True)
class Wording:
    """The words of one occasion; `asks` when it is the applicant's turn to do something."""

    title: str | Promise
    inbox: str | Promise
    asks: bool = False
    sms: str | Promise = _SMS
    mail_title: str | Promise = _MAIL_TITLE
    mail: str | Promise = _MAIL

    def words(self, channel: str) -> tuple[str, str]:
        """Title and text of a channel outside the portal, with their placeholders."""
        return {
            "sms": ("", str(self.sms)),
            "mail": (str(self.mail_title), str(self.mail)),
        }[channel]


WORDINGS: dict[str, Wording] = {
    "received": Wording(
        _("材料已收件"),
        _("%(receiver)s已经收下“%(item)s”的材料，核对以后移交%(deciding)s。"),
    ),
    "returned": Wording(
        _("材料要修改"),
        _("%(receiver)s看了“%(item)s”的材料，有要改的地方。改好再交，不用重新申请。"),
        asks=True,
    ),
    "handed_over": Wording(
        _("已移交办理地"),
        _("%(receiver)s已经把“%(item)s”移交%(decider)s，由它决定受理不受理。"),
    ),
    "accepted": Wording(
        _("已受理"),
        _("%(decider)s受理了“%(item)s”，办理时限开始计算。"),
    ),
    "deemed_accepted": Wording(
        _("视为受理"),
        _(
            "%(decider)s没有在期限内答复是否受理“%(item)s”，按《行政许可法》第三十二条，自收到材料之日起即为受理。"
        ),
    ),
    "correction": Wording(
        _("要补正材料"),
        _("%(decider)s一次告知了“%(item)s”要补正的全部内容。补齐交回以后，时限接着算。"),
        asks=True,
    ),
    "correction_due": Wording(
        _("补正快到最后一日"),
        _("“%(item)s”的补正材料最晚%(due)s交。交不齐的，现在就联系%(decider)s。"),
        asks=True,
    ),
    "correction_last": Wording(
        _("补正最后一日"),
        _(
            "“%(item)s”的补正材料%(due)s是最后一日。过了这一日没有交，这件转回%(decider)s，由它决定终止办理还是另给期限。"
        ),
        asks=True,
    ),
    "correction_lapsed": Wording(
        _("补正的时间过了"),
        _(
            "“%(item)s”没有等到补正材料，转回了%(decider)s，由它决定终止办理还是另给期限。还想办的，现在就补交材料或者联系它。"
        ),
        asks=True,
    ),
    "more_time": Wording(
        _("另给了补正期限"),
        _("%(decider)s给了“%(item)s”新的补正期限，哪一日到期、要补什么，在告知书里。"),
        asks=True,
    ),
    "special": Wording(
        _("进入特别程序"),
        _(
            "%(decider)s在办“%(item)s”时要先走一项特别程序，所需时间不计入办理时限，告知书里写明多久。"
        ),
    ),
    "special_ended": Wording(
        _("特别程序结束"),
        _("“%(item)s”的特别程序结束了，%(decider)s接着审查，时限接着算。"),
    ),
    "extended": Wording(
        _("办理时限延长"),
        _("经负责人批准，%(decider)s延长了“%(item)s”的办理时限，理由在告知书里。"),
    ),
    "suspended": Wording(
        _("办理中止"),
        _("%(decider)s中止了“%(item)s”的办理，中止期间不计时限。原因在办件页里。"),
    ),
    "resumed": Wording(_("恢复办理"), _("%(decider)s恢复办理“%(item)s”，时限接着算。")),
    "decided": Wording(
        _("已作出决定"),
        _("%(decider)s对“%(item)s”作出了决定。决定书和理由在办件页里。"),
    ),
    "decision_corrected": Wording(
        _("决定书已更正"),
        _("%(decider)s更正了“%(item)s”决定书里的文字，更正的地方和理由在办件页里。"),
    ),
    "result": Wording(
        _("结果已做好"),
        _("%(decider)s做好了“%(item)s”的结果，接着送达。"),
    ),
    "result_to_sign": Wording(
        _("结果已送达，请签收"),
        _("“%(item)s”的结果已经网上送达。打开办件页下载，并签收。"),
        asks=True,
    ),
    "result_at_window": Wording(
        _("结果送往窗口"),
        _("“%(item)s”的结果正送往%(receiver)s，到了可以去领。去之前请打电话问一下。"),
    ),
    "result_posted": Wording(
        _("结果已寄出"),
        _("%(decider)s把“%(item)s”的结果寄给您了。到了哪里看办件页，收到后逐份看过再签收。"),
    ),
    "post_failed": Wording(
        _("结果没有寄到"),
        _(
            "“%(item)s”的结果没有寄到您手里，原因在办件页里。%(decider)s会再送一次；"
            "您可以改地址，也可以改成到窗口领。"
        ),
        asks=True,
    ),
    "result_returned": Wording(
        _("结果退回办理地"),
        _("窗口没有能把“%(item)s”的结果交给您，退回了%(decider)s，由它再送。"),
    ),
    "delivery_tried": Wording(
        _("送达没有成功"),
        _("送达“%(item)s”的结果没有成功。打开办件页看原因，看看联系电话和地址要不要改。"),
        asks=True,
    ),
    "parcel": Wording(_("包裹有新进展"), _("“%(item)s”的包裹到了新的一站，去办件页看到了哪里。")),
    "originals": Wording(
        _("请寄原件"),
        _("%(decider)s网上预审通过了“%(item)s”，请按办件页里的清单寄原件。"),
        asks=True,
    ),
    "originals_due": Wording(
        _("寄原件快到最后一日"),
        _("“%(item)s”的原件请最晚%(due)s寄出，寄好了登记运单号。寄不出的，现在就联系%(decider)s。"),
        asks=True,
    ),
    "originals_last": Wording(
        _("寄原件最后一日"),
        _(
            "“%(item)s”的原件%(due)s是最后一日。过了这一日没有寄出，这件转回%(decider)s，由它决定怎么办。寄好了登记运单号。"
        ),
        asks=True,
    ),
    "originals_absent": Wording(
        _("寄原件的时间过了"),
        _(
            "“%(item)s”没有等到原件，转回了%(decider)s，由它决定再请您寄还是不再办理。还想办的，现在就联系它。"
        ),
        asks=True,
    ),
    "originals_arrived": Wording(
        _("原件已收到"), _("%(decider)s收到了“%(item)s”的原件，接着办理。")
    ),
    "joint": Wording(
        _("进入联办"),
        _("“%(item)s”要几个地方一起办，%(decider)s已经发起，各步进展在办件页里。"),
    ),
    "joint_ended": Wording(_("联办结束"), _("“%(item)s”的联办有了结果，在办件页里看。")),
    "answered": Wording(_("您提的事有答复"), _("您对“%(item)s”提出的请求有了答复，在办件页里看。")),
    "not_accepted": Wording(
        _("不予受理"),
        _("%(decider)s不予受理“%(item)s”。理由、应当找的机关、不服怎么办，在办件页里。"),
    ),
    "terminated": Wording(
        _("已终止"),
        _("%(decider)s终止了“%(item)s”的办理。理由和不服怎么办，在办件页里。"),
    ),
    "withdrawn": Wording(_("已撤回"), _("“%(item)s”的申请已经撤回，这件结束了。")),
    "reopened": Wording(_("重新打开"), _("%(decider)s重新打开了“%(item)s”，原因在办件页里。")),
    "closed": Wording(_("已办结"), _("“%(item)s”办结了。全部文件在办件页里，随时可以下载。")),
}

# The event of a case, and the occasion it is. What the applicant did alone is no news to anybody.
OCCASIONS: dict[str, str] = {
    "receive": "received",
    "return_for_form": "returned",
    "hand_over": "handed_over",
    "accept": "accepted",
    "deem_accepted": "deemed_accepted",
    "ask_correction": "correction",
    "lapse_correction": "correction_lapsed",
    "give_more_time": "more_time",
    "begin_special": "special",
    "end_special": "special_ended",
    "extend": "extended",
    "suspend": "suspended",
    "resume": "resumed",
    "approve": "decided",
    "deny": "decided",
    "correct_decision": "decision_corrected",
    "issue_result": "result",
    "reissue_result": "result",
    "deliver_online": "result_to_sign",
    "deliver_to_window": "result_at_window",
    "deliver_by_post": "result_posted",
    "post_failed": "post_failed",
    "return_result": "result_returned",
    "close_by_post": "closed",
    "attempt_delivery": "delivery_tried",
    "delivery_noted": "parcel",
    "ask_originals": "originals",
    "originals_arrived": "originals_arrived",
    "lapse_originals": "originals_absent",
    "begin_joint": "joint",
    "end_joint": "joint_ended",
    "answer_request": "answered",
    "refuse_acceptance": "not_accepted",
    "terminate": "terminated",
    "withdraw": "withdrawn",
    "reopen": "reopened",
    "close_at_window": "closed",
}


def outside(kind: str, channel: str, *, number: str) -> tuple[str, str]:
    """Title and text that leave the portal: the last four characters of the number, and no more."""
    tail = {"tail": number[-4:]}
    title, text = WORDINGS[kind].words(channel)
    return title % tail, text % tail


_MANDATE_SMS = _("【通办】您有一条关于授权的新消息。请登录您申请时用的平台，在“消息”里查看。")
_MANDATE_MAIL = _(
    "您有一条关于授权的新消息。请登录您申请时用的平台，在“消息”里查看。"
    "这封邮件由系统发出，不要回复。不想再收到，在“消息”的“提醒方式”里关掉。"
)


def outside_mandate(channel: str) -> tuple[str, str]:
    """Title and text that leave the portal about a mandate: neither who, nor for what."""
    if channel == "sms":
        return "", str(_MANDATE_SMS)
    return str(_("您有一条关于授权的新消息")), str(_MANDATE_MAIL)


def pushed(kind: str, *, number: str, at: str) -> dict[str, Any]:
    """What another system of the operator's is told; it looks the rest up by its own right."""
    return {"case": number, "occasion": kind, "at": at}
