"""What an applicant does with a case: mend it, sign for the result, withdraw it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.cases import queries as cases
from tongban.cases import states
from tongban.cases.operations import drafts, passing_on, requests
from tongban.cases.permissions import MoveNotPossible
from tongban.cases.states import State
from tongban.parties.models import Account
from tongban.portal import kept, tracking
from tongban.portal.door import signed_in
from tongban.portal.forms import WithdrawForm


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mend(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Open a case that was sent back, with everything filled in; twice leads to the same pages."""
    if request.method != "POST":
        return redirect("portal:case", number=number)
    draft = drafts.take_up(number=number, account=account, at=now())
    return redirect("portal:tasks", draft_id=draft.pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Sign for the result that was delivered online. Pressing twice does no harm."""
    if request.method != "POST":
        return redirect("portal:case", number=number)
    try:
        drafts.sign_for_result(number=number, account=account, at=now())
        messages.success(request, _("已经签收，这件办结了"))
    except MoveNotPossible:
        if cases.case_of(account, number).state != State.CLOSED:
            raise
    return redirect("portal:case", number=number)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def pass_on(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Begin the application at the right organ, with what was filled in; twice leads to the same."""
    if request.method != "POST":
        return redirect("portal:case", number=number)
    draft = passing_on.pass_on(number=number, account=account, at=now())
    return redirect("portal:tasks", draft_id=draft.pk)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Withdraw a case before its decision: asked first, with a reason that the office reads."""
    found = cases.case_of(account, number)
    if State(found.state) not in states.UNDECIDED:
        raise MoveNotPossible(states.WITHDRAW, State(found.state))
    posted = request.POST if request.method == "POST" else None
    # After signing in again the page shows what was typed and asks once more: it is not undone.
    form = WithdrawForm(posted, initial=(kept.take(request) or {}).copy() if not posted else None)
    if request.method == "POST" and form.is_valid():
        requests.withdraw(
            number=number, account=account, reason=form.cleaned_data["reason"], at=now()
        )
        return redirect("portal:case", number=number)
    context = {
        "case": found,
        "name": cases.version_of(found).name,
        "held": tracking.holding(found),
        "form": form,
    }
    return render(request, "portal/withdraw.html", context, status=422 if form.errors else 200)
