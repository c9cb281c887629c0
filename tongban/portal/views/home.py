"""The first page: the question, one's own cases in short, what people look for, where windows are."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from tongban.cases import queries as cases
from tongban.cases import standing
from tongban.catalogue import queries as catalogue
from tongban.counters import queries as counters
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties import queries as parties
from tongban.parties.models import Account
from tongban.portal import listing, places, shelf, tracking
from tongban.portal.door import page

OFTEN = 7  # rows on the first page; the rest stands in the search
NEAR = 3


@page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The portal's first page; on the hub the national zone."""
    today = standing.today()
    pair = places.read(request.GET, on=today)
    here = pair.here or places.usual_place(request.user, on=today)
    subject = request.GET.get("subject", "")
    subject = subject if subject in {"person", "organisation"} else _usual_subject(request)
    context = {
        "subject": subject,
        "pair": pair,
        "here": here,
        "place": jurisdictions.short_name(here) if here else "",
        "groups": places.groups(on=today, keep=pair.here),
        "often": listing.often(subject, on=today, at_most=OFTEN),
        "themes": catalogue.themes(),
        "counts": shelf.counts(),
        "windows": jurisdictions.receiving_windows(here)[:NEAR] if here else [],
        "is_hub": settings.IS_HUB,
    }
    return render(request, "portal/home.html", context | _mine(request))


def _usual_subject(request: HttpRequest) -> str:
    """What to begin with: what organisations do, for whoever acts for nobody else."""
    acting = parties.acting_of(request.user) if isinstance(request.user, Account) else []
    is_firm = bool(acting) and not any(one.applicant.is_person for one in acting)
    return "organisation" if is_firm else "person"


def _mine(request: HttpRequest) -> dict[str, Any]:
    """What the person signed in has going on; nothing on the hub, which keeps no cases."""
    user = request.user
    if settings.IS_HUB or not isinstance(user, Account):
        return {}
    rows = list(cases.waiting_first(cases.cases_of(user))[:1])
    return {
        "mine": tracking.rows(rows)[0] if rows else None,
        "mine_count": cases.cases_of(user).count(),
        "draft_count": cases.drafts_of(user).count(),
    }


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The mark of the platform, at the address that browsers try by themselves."""
    return redirect(static("ui/mark.svg"), permanent=True)


@page
@require_safe
def windows(request: HttpRequest) -> HttpResponse:
    """Where the windows are that receive for other places: city by city, with phone and hours."""
    today = standing.today()
    pair = places.read(request.GET, on=today)
    here = pair.here or places.usual_place(request.user, on=today)
    context = {
        "here": here,
        "place": jurisdictions.full_name(here) if here else "",
        "groups": places.groups(on=today, keep=here),
        "windows": jurisdictions.receiving_windows(here) if here else [],
        # Another province's windows are booked at its own portal.
        "is_ours": bool(here) and not settings.IS_HUB and counters.is_ours(here),
    }
    return render(request, "portal/windows.html", context)
