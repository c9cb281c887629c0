"""Who comes in at this door, and what a refusal looks like inside it."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

import structlog
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from tongban.basics.refusals import Refused
from tongban.parties import signing_in
from tongban.parties.models import Officer, Role
from tongban.parties.permissions import OfficerRequest, visiting_officer

__all__ = ["OfficerRequest", "desk_page", "officer_here", "refused"]

log = structlog.get_logger(__name__)
P = ParamSpec("P")
OfficerView = Callable[Concatenate[OfficerRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

# Who has work here; an operator alone reads no cases.
DESK_ROLES = frozenset({Role.RECEIVER.value, Role.DECIDER.value, Role.LEADER.value})


def officer_here(request: HttpRequest) -> Officer | None:
    """The officer whose request this is; None without an office at the desk."""
    found = visiting_officer(request)
    return found if found is not None and DESK_ROLES & set(found.roles) else None


def desk_page(view: OfficerView[P]) -> View[P]:
    """Let officers in, and turn what an operation refuses into a page with a way on.

    Somebody whose session is over signs in and finds what was typed; an account without an office
    here gets 403 with where to go. No cache keeps a page of the desk.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = answer(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return signing_in.to_sign_in(request)
        officer = officer_here(request)
        if officer is None:
            return render(request, "desk/no_office.html", status=403)
        known = cast(OfficerRequest, request)
        known.officer = officer
        try:
            return view(known, *args, **kwargs)
        except Refused as refusal:
            return refused(request, refusal)

    return guarded


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """The page of a refusal: its sentence, and the way back to the case or the queue."""
    log.info("desk.refused", code=refusal.code, path=request.path)
    match = request.resolver_match
    number = match.kwargs.get("number", "") if match else ""
    # Where the case itself is not to be seen, the way on is the queue.
    to_case = number if refusal.status not in {403, 404} else ""
    facts = {"refusal": refusal, "number": to_case}
    return render(request, "desk/refused.html", facts, status=refusal.status)
