"""How the channels to people's phones and mailboxes do, for the operator of a node."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongban.basics import identifiers
from tongban.basics.refusals import Refused
from tongban.cases.notices import sending
from tongban.cases.notices.models import Fate, Sending
from tongban.parties.models import Role
from tongban.parties.permissions import OfficerRequest, officer_required

SHOWN = 50


@require_safe
@never_cache
@officer_required(role=Role.OPERATOR)
def notices(request: OfficerRequest) -> HttpResponse:
    """Which channels there are, what waits too long, what was not sent and why. Nobody is named."""
    context = {
        "health": sending.health(at=now()),
        "failed": [(row, _about(row)) for row in sending.sendings(fate=Fate.FAILED, limit=SHOWN)],
        "shown": SHOWN,
    }
    return render(request, "oversight/notices.html", context)


def _about(row: Sending) -> str:
    """The case that a sending is about; of a mandate or an inquiry nothing but that."""
    if row.notice is not None and row.notice.mandate_id is not None:
        return _("授权")
    number = row.told.number
    return identifiers.show_case_number(number) if number else _("协查")


@require_POST
@officer_required(role=Role.OPERATOR)
def retry(request: OfficerRequest, sending_id: int) -> HttpResponse:
    """The button 再发 of one; a second press changes nothing."""
    try:
        sending.retry(sending_id=sending_id, at=now())
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("已经排上，几秒钟内再发"))
    return redirect("oversight:notices")


@require_POST
@officer_required(role=Role.OPERATOR)
def retry_all(request: OfficerRequest) -> HttpResponse:
    """The button 全部再发, for when a gateway is back."""
    count = sending.retry_all(at=now())
    messages.success(request, _("%(count)d条提醒已经排上再发") % {"count": count})
    return redirect("oversight:notices")
