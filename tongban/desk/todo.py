"""What there is to do with a case, in the words of the queue; one row per state."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.cases.models import Case
from tongban.cases.states import GONE, Party, State

Words = str | Promise

_TODO: dict[tuple[Party, State], Words] = {
    (Party.RECEIVER, State.SUBMITTED): _("核对身份，收件"),
    (Party.RECEIVER, State.RECEIVED): _("看材料，移交办理地"),
    (Party.RECEIVER, State.IN_DELIVERY): _("请申请人来领，登记办结"),
    (Party.DECIDER, State.PENDING): _("受理，或一次告知补正"),
    (Party.DECIDER, State.LAPSED): _("补正逾期：终止，或者另给期限"),
    (Party.DECIDER, State.UNDER_REVIEW): _("审查，作出决定"),
    (Party.DECIDER, State.SPECIAL): _("办完特别程序，再接着审查"),
    (Party.DECIDER, State.SUSPENDED): _("中止的原因消除后恢复审查"),
    (Party.DECIDER, State.JOINT): _("等联办的各方办完"),
    (Party.DECIDER, State.PROPOSED): _("另一人复核，作出决定"),
    (Party.DECIDER, State.REOPENED): _("更正决定书，或者重新制作结果"),
    (Party.DECIDER, State.APPROVED): _("制作结果文书"),
    (Party.DECIDER, State.DENIED): _("制作结果文书"),
    (Party.DECIDER, State.RESULT_ISSUED): _("送达结果"),
    (Party.DECIDER, State.IN_DELIVERY): _("结果在寄，签收以后自动办结"),
    (Party.APPLICANT, State.ORIGINALS): _("等申请人寄原件"),
    (Party.APPLICANT, State.RETURNED): _("等申请人修改"),
    (Party.APPLICANT, State.CORRECTION): _("等申请人补正"),
    (Party.APPLICANT, State.IN_DELIVERY): _("等申请人签收"),
}
_ON_THE_WAY: dict[str, Words] = {
    Party.RECEIVER: _("正在传往收件地"),
    Party.DECIDER: _("正在传往办理地"),
    Party.APPLICANT: _("正在传给申请人"),
}


def todo(case: Case) -> Words:
    """What whoever holds the case has to do next."""
    if case.holder == Party.CHANNEL:
        return _ON_THE_WAY[case.bound_for]
    if case.holder == Party.NOBODY:
        return _("没有要做的")
    if case.state == State.RESULT_ISSUED and case.posted.get("fate"):
        gone = case.posted["fate"] in GONE
        return _("没有送到，重新制作后再送") if gone else _("没有送到，再送一次")
    if case.state == State.PENDING and case.corrections:
        return _("补的材料已到，看后受理")
    return _TODO[Party(case.holder), State(case.state)]
