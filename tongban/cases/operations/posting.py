"""Results by post: what officers do where a parcel failed to bring one."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused
from tongban.cases import queries, states
from tongban.cases.models import Case
from tongban.cases.operations import moving
from tongban.cases.operations.course import required
from tongban.cases.permissions import check_may_act
from tongban.cases.states import Party
from tongban.parties.models import Officer


@transaction.atomic
def accept_damaged(*, number: str, officer: Officer, note: str, at: datetime) -> Case:
    """Close a case whose result came damaged, because its applicant keeps it as it is.

    Refused without how the officer knows that, for a result that did not come damaged, and the
    second time.
    """
    case = queries.lock_case(number)
    check_may_act(officer, case, states.CLOSE_BY_POST)
    told = required(note, "note", _("写明申请人什么时候、怎样说不用重新制作"))
    moving.make_move(
        case,
        states.CLOSE_BY_POST,
        by=moving.officer_author(officer, Party.DECIDER),
        at=at,
        content={"parcel": case.posted["parcel"]},
        personal={"note": told},
    )
    return case


@transaction.atomic
def return_result(*, number: str, officer: Officer, fate: str, reason: str, at: datetime) -> Case:
    """A window gives the case back to the deciding place: the result did not come, or not whole.

    `fate` is one of FATES; all but `returned` mean that the paper is gone and is made anew before
    anything is delivered. Refused without a reason, and the second time.
    """
    case = queries.lock_case(number)
    check_may_act(officer, case, states.RETURN_RESULT)
    if fate not in states.FATES:
        raise FieldsRefused({"fate": [_("选择结果怎么了")]})
    moving.make_move(
        case,
        states.RETURN_RESULT,
        by=moving.officer_author(officer, Party.RECEIVER),
        at=at,
        content={"fate": fate},
        personal={
            "reason": required(
                reason, "reason", _("写明是怎么知道的，例如“11月20日核对包裹时没有”")
            ),
            "contact": queries.contact(officer),
        },
    )
    return case
