"""The sandbox's sign-in page: everybody is made up, and says so."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tongban.basics.refusals import NotFound
from tongban.cases.notices import proving
from tongban.parties import signing_in
from tongban.sandbox import operations, queries


@never_cache
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """Everybody one can be, grouped by what they do."""
    return _page(request)


@never_cache
@require_GET
def outbox(request: HttpRequest) -> HttpResponse:
    """The codes that would have gone to phones and mailboxes; refused where people are real."""
    _check()
    codes = [
        (one, proving.masked(one.channel, one.address), proving.words(one)[1])
        for one in proving.open_codes(at=now())
    ]
    return render(request, "sandbox/outbox.html", {"codes": codes})


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """The button beside a name."""
    try:
        account = operations.sign_in(request, request.POST.get("username", ""))
    except operations.NotASandbox as refusal:
        raise PermissionDenied(refusal.message) from refusal
    except NotFound as refusal:
        return _page(request, error=refusal.message, status=404)
    doors = {card.username: card.door for card in queries.accounts()}
    return redirect(signing_in.safe_next(request, doors[account.username]))


def _check() -> None:
    try:
        operations.check_is_sandbox()
    except operations.NotASandbox as refusal:
        raise PermissionDenied(refusal.message) from refusal


def _page(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    _check()
    context = {
        "groups": queries.groups(),
        "next": signing_in.safe_next(request, ""),
        "error": error,
    }
    return render(request, "sandbox/people.html", context, status=status)
