"""How the calls to business systems do, for the operator of a node."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongban.basics import identifiers
from tongban.basics.refusals import Refused
from tongban.cases.hooks import sending
from tongban.cases.hooks.happened import LABELS
from tongban.parties.models import Role
from tongban.parties.permissions import OfficerRequest, officer_required

SHOWN = 50


@require_safe
@never_cache
@officer_required(role=Role.OPERATOR)
def hooks(request: OfficerRequest) -> HttpResponse:
    """Which systems are called where, what waits, what was given up and why. No secret is shown."""
    context = {
        "lines": sending.lines(),
        "failed": [
            (push, LABELS[push.event], _case(push.number)) for push in sending.failed(limit=SHOWN)
        ],
        "count": sending.failed_count(),
        "shown": SHOWN,
    }
    return render(request, "oversight/hooks.html", context)


def _case(number: str) -> str:
    return identifiers.show_case_number(number) if number else ""


@require_POST
@officer_required(role=Role.OPERATOR)
def retry(request: OfficerRequest, push_id: UUID) -> HttpResponse:
    """The button 再推送 of one; a second press changes nothing."""
    try:
        sending.retry(push_id=push_id, at=now())
    except Refused as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, _("已经排上，几秒钟内再推送"))
    return redirect("oversight:hooks")


@require_POST
@officer_required(role=Role.OPERATOR)
def retry_all(request: OfficerRequest) -> HttpResponse:
    """The button 全部再推送, for when a system is back."""
    count = sending.retry_all(at=now())
    messages.success(request, _("%(count)d条已经排上再推送") % {"count": count})
    return redirect("oversight:hooks")
