"""Who may do what with an inquiry: two offices take part, and nobody else knows of it."""

from datetime import datetime

from tongban.basics.hours import day_in_beijing
from tongban.basics.refusals import NotAllowed, NotFound, Refused
from tongban.cases.inquiries.models import Inquiry
from tongban.cases.inquiries.standing import LABELS, OPEN, State
from tongban.cases.permissions import office_of
from tongban.jurisdictions.models import Authority
from tongban.parties.models import Officer, Role

_ROLES = frozenset({Role.RECEIVER.value, Role.DECIDER.value})
NO_SUCH = "没有找到这份协查。只有发出和收到协查的机关能看"


def check_may_ask(officer: Officer, to: Authority) -> None:
    """Whoever receives or decides may ask any other office."""
    _check_role(officer)
    if office_of(officer).code == to.code:
        raise Refused("不能请自己所在的机关协查")


def check_may_see(officer: Officer, row: Inquiry) -> None:
    """The two offices see an inquiry; for every other one it does not exist."""
    if office_of(officer).code not in {row.asker_authority, row.answerer_authority}:
        raise NotFound(NO_SUCH)


def check_may_answer(officer: Officer, row: Inquiry) -> None:
    """An officer of the office that was asked answers, once."""
    check_may_see(officer, row)
    _check_role(officer)
    if office_of(officer).code != row.answerer_authority:
        raise NotAllowed("这份协查由收到它的机关答复")
    if row.state != State.ARRIVED:
        raise Refused(f"这份协查现在是“{LABELS[State(row.state)]}”，不能答复")


def check_may_withdraw(officer: Officer, row: Inquiry) -> None:
    """What an office asked, its own officers take back or follow up."""
    check_may_see(officer, row)
    _check_role(officer)
    if office_of(officer).code != row.asker_authority:
        raise NotAllowed("只有发出这份协查的机关能这样做")


def check_may_remind(officer: Officer, row: Inquiry, at: datetime) -> None:
    """The office that asked reminds the other one, once the day for the answer is over."""
    check_may_withdraw(officer, row)
    if State(row.state) not in OPEN:
        raise Refused("对方已经答复，不用催")
    if day_in_beijing(at) <= row.due_on:
        raise Refused(f"答复期限到{row.due_on:%Y-%m-%d}，过了再催")


def _check_role(officer: Officer) -> None:
    if not _ROLES & set(officer.roles):
        raise NotAllowed("协查由收件人员或者审批人员办理，您的岗位不是")
