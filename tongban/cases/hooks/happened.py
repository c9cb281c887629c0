"""What a hook may be called for: names that stay, whatever the moves of the table are called."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.cases import states

PING = "ping"

# By event: its words, and the events of the record that it stands for.
_EVENTS: tuple[tuple[str, str | Promise, tuple[str, ...]], ...] = (
    ("submitted", _("提交"), (states.SUBMIT.name, states.SUBMIT_ONLINE.name, states.RESUBMIT.name)),
    ("received", _("收件"), (states.RECEIVE.name,)),
    ("returned", _("退回修改"), (states.RETURN_FOR_FORM.name,)),
    ("handed_over", _("移交"), (states.HAND_OVER.name,)),
    ("arrived", _("到达"), (states.ARRIVE,)),
    ("accepted", _("受理"), (states.ACCEPT.name, states.DEEM_ACCEPTED.name)),
    ("not_accepted", _("不予受理"), (states.REFUSE_ACCEPTANCE.name,)),
    ("correction_asked", _("告知补正"), (states.ASK_CORRECTION.name,)),
    ("corrected", _("交来补正材料"), (states.ANSWER_CORRECTION.name,)),
    ("correction_lapsed", _("补正逾期"), (states.LAPSE_CORRECTION.name,)),
    ("originals_absent", _("原件没有寄到"), (states.LAPSE_ORIGINALS.name,)),
    ("correction_extended", _("另给补正期限"), (states.GIVE_MORE_TIME.name,)),
    ("special_begun", _("特别程序开始"), (states.BEGIN_SPECIAL.name,)),
    ("special_ended", _("特别程序结束"), (states.END_SPECIAL.name,)),
    ("suspended", _("中止"), (states.SUSPEND.name,)),
    ("resumed", _("恢复"), (states.RESUME.name,)),
    ("extended", _("延长"), (states.EXTEND.name,)),
    ("paper_added", _("补充材料"), (states.ADD_PAPER,)),
    ("decided", _("作出决定"), (states.APPROVE.name, states.DENY.name)),
    ("decision_corrected", _("更正决定"), (states.CORRECT_DECISION.name,)),
    ("result_issued", _("制作结果"), (states.ISSUE_RESULT.name, states.REISSUE_RESULT.name)),
    (
        "in_delivery",
        _("送出结果"),
        (
            states.DELIVER_TO_WINDOW.name,
            states.DELIVER_ONLINE.name,
            states.DELIVER_BY_POST.name,
        ),
    ),
    (
        "delivery_failed",
        _("没有送到"),
        (states.POST_FAILED.name, states.RETURN_RESULT.name),
    ),
    (
        "closed",
        _("办结"),
        (states.CLOSE_AT_WINDOW.name, states.CLOSE_ONLINE.name, states.CLOSE_BY_POST.name),
    ),
    ("withdrawn", _("撤回"), (states.WITHDRAW.name,)),
    ("terminated", _("终止"), (states.TERMINATE.name,)),
    ("reopened", _("重新打开"), (states.REOPEN.name,)),
)
LABELS: dict[str, str | Promise] = {event: words for event, words, _kinds in _EVENTS} | {
    PING: _("试推送")
}
EVENTS = tuple(event for event, _words, _kinds in _EVENTS)
BY_KIND = {kind: event for event, _words, kinds in _EVENTS for kind in kinds}
