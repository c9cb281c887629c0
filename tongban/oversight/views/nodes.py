"""How all nodes are, at the hub and for everybody: counts and moments, no case and no person."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.exchange import flows, queries
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Node
from tongban.oversight import country, lights

REFRESH_SECONDS = 5
LENGTHS = {"hour": flows.HOUR, "day": flows.DAY}


@require_safe
@never_cache
def nodes(request: HttpRequest) -> HttpResponse:
    """The country as tiles, who sends to whom, and a line for each node.

    Without script the page is read anew by its link; `?still` leaves out the refreshing, `?span=day`
    counts a day instead of an hour.
    """
    if not settings.IS_HUB:
        return _not_the_hub(request)
    at, listed = now(), jurisdictions.nodes()
    rows = lights.rows(listed, queries.contacts(), at=at)
    span = request.GET.get("span", "")
    span = span if span in LENGTHS else "hour"
    counted = flows.since(LENGTHS[span], at=at)
    tiles = country.tiles(rows)
    context = {
        "rows": rows,
        "tiles": tiles,
        "tally": country.tally(tiles),
        "streams": country.streams(counted, listed),
        "pairs": len(counted),
        "total": sum(one.messages for one in counted),
        "span": span,
        "unconnected": [node for node in listed if not node.is_connected],
        "at": at,
        "is_still": "still" in request.GET,
        "refresh": REFRESH_SECONDS,
    }
    is_part = request.htmx  # type: ignore[attr-defined]
    return render(request, "oversight/_nodes.html" if is_part else "oversight/nodes.html", context)


@require_safe
@never_cache
def node(request: HttpRequest, code: str) -> HttpResponse:
    """What the hub knows of one node; 404 for one that is not of the directory."""
    if not settings.IS_HUB:
        return _not_the_hub(request)
    listed = jurisdictions.nodes()
    found = next((one for one in listed if one.code == code), None)
    if found is None:
        return render(request, "oversight/no_node.html", {"code": code[:6]}, status=404)
    at = now()
    context = {
        "node": found,
        "row": _row(found, listed, at=at),
        "partners": country.of_node(
            code, flows.since(flows.HOUR, at=at), flows.since(flows.DAY, at=at), listed
        ),
        "at": at,
        "is_still": "still" in request.GET,
        "refresh": REFRESH_SECONDS,
    }
    is_part = request.htmx  # type: ignore[attr-defined]
    return render(request, "oversight/_node.html" if is_part else "oversight/node.html", context)


def _row(found: Node, listed: list[Node], *, at: datetime) -> lights.NodeRow | None:
    """Its line; None while it has not joined."""
    rows = lights.rows(listed, queries.contacts(), at=at)
    return next((row for row in rows if row.node.code == found.code), None)


def _not_the_hub(request: HttpRequest) -> HttpResponse:
    hub = next((node for node in jurisdictions.nodes() if node.is_hub), None)
    return render(request, "oversight/not_the_hub.html", {"hub": hub}, status=404)
