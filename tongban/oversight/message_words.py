"""What a message between nodes is about, in the words of whoever runs a node."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# By type, as the exchange writes it on the envelope.
WORDS: dict[str, Promise] = {
    "case.events.v1": _("办件的新记录"),
    "case.request.v1": _("对办件的请求"),
    "chain.events.v1": _("协查、联办、寄递的新记录"),
    "joint.stop.v1": _("停止联办环节"),
    "inquiry.withdrawal.v1": _("撤回协查"),
    "inquiry.reminder.v1": _("催协查"),
    "parcel.news.v1": _("包裹的消息"),
    "appointment.wish.v1": _("预约窗口"),
    "appointment.state.v1": _("预约的状态"),
    "catalogue.publication.v1": _("目录的公布"),
    "catalogue.copy_asked.v1": _("请求补取目录"),
    "catalogue.copy_said.v1": _("目录公布到第几步"),
    "directory.edition.v1": _("节点名录的新版"),
    "exchange.receipt.v1": _("回执"),
    "exchange.resend.v1": _("请求补发"),
    "exchange.papers.v1": _("材料"),
    "exchange.papers_again.v1": _("请求再传材料"),
    "exchange.summary.v1": _("每天核对的摘要"),
    "exchange.heads.v1": _("每天核对的明细"),
    "exchange.ping.v1": _("试通"),
}


def words_of(kind: str) -> str:
    """What messages of a type are about; a type that we do not know stands for itself."""
    return str(WORDS.get(kind, kind))
