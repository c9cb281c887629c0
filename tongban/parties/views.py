"""The one page of our own about oneself: for whom one acts."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.basics.refusals import Refused
from tongban.parties import permissions, queries, signing_in
from tongban.parties.permissions import ApplicantRequest, applicant_required


@require_http_methods(["GET", "POST"])
@applicant_required
def acting(request: ApplicantRequest) -> HttpResponse:
    """Show for whom the account may act, and let one be chosen."""
    error = ""
    if request.method == "POST":
        try:
            permissions.act_for(request, UUID(request.POST.get("applicant", "")))
        except ValueError:
            error = _("选择为谁办理")
        except Refused as refusal:
            error = refusal.message
        else:
            return redirect(signing_in.safe_next(request))
    context = {
        "rows": queries.acting_of(request.user),
        "chosen": request.acting,
        "error": error,
        "next": signing_in.safe_next(request),
    }
    return render(request, "parties/acting.html", context, status=422 if error else 200)
