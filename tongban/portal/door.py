"""What every page of the portal goes through: refusals become pages, signed-in pages sign in."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from tongban.basics.refusals import Refused
from tongban.parties.models import Account
from tongban.portal import kept
from tongban.ui.frame import sign_in_url

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
OwnView = Callable[Concatenate[HttpRequest, Account, P], HttpResponseBase]


def page(view: View[P]) -> View[P]:
    """Turn a refusal that a view lets through into a page that says it, with a way on."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refused as refusal:
            return refused(request, refusal)

    return answered


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The page of a refusal: its sentence, and where to go from here."""
    context = {"refusal": refusal, "facts": refusal.facts()}
    return render(request, "portal/refused.html", context, status=refusal.status)


def signed_in(view: OwnView[P]) -> View[P]:
    """A page for whoever is signed in. Others sign in first, and what they typed is kept meanwhile."""

    @wraps(view)
    def owned(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if isinstance(request.user, Account):
            return view(request, request.user, *args, **kwargs)
        return to_sign_in(request)

    # On a shared computer nobody reads what somebody else had open, not by the back button either.
    return never_cache(page(owned))


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page and back to this one; nothing typed is lost on the way."""
    if request.method == "POST":
        if kept.keep(request):
            messages.info(request, _("登录已经过期。刚才填的内容留着，登录以后接着办"))
        else:
            messages.info(request, _("登录已经过期。登录以后接着办"))
    back = request.path if request.method == "POST" else request.get_full_path()
    return go(request, sign_in_url(back))


def go(request: HttpRequest, url: str) -> HttpResponse:
    """Lead elsewhere, also from within a fragment that htmx asked for."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)
