"""How old this node's copy of the catalogue is, and what was published when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.catalogue import publications, queries
from tongban.jurisdictions import queries as jurisdictions
from tongban.oversight.guards import manager_page
from tongban.parties.permissions import OfficerRequest

SHOWN = 50


@dataclass(frozen=True)
class Step:
    """One published step in words."""

    publisher: str
    number: int
    published_at: datetime
    taken_at: datetime
    what: list[str]


@require_safe
@never_cache
@manager_page
def copies(request: OfficerRequest) -> HttpResponse:
    """Every publisher with how far our copy is, and the last steps that were taken."""
    names = {node.code: node.name for node in jurisdictions.nodes()}
    steps = [
        Step(
            names.get(row.publisher, row.publisher),
            row.number,
            row.published_at,
            row.taken_at,
            [_words(change) for change in row.body.get("changes", [])[:5]],
        )
        for row in publications.publications(limit=SHOWN)
    ]
    context = {
        "copies": publications.copies(),
        "age": publications.copy_age(),
        "steps": steps,
        "own": settings.NODE_ID,
        "is_hub": settings.IS_HUB,
        "at": now(),
    }
    return render(request, "oversight/copies.html", context)


def _words(change: dict[str, Any]) -> str:
    """What a change of a step is about, as far as this page knows its kind."""
    item, number = _item_name(change.get("item", "")), change.get("number", "")
    place = change.get("division_code", "")
    if item and place:
        facts = {"place": jurisdictions.full_name(place), "item": item, "number": number}
        return _("%(place)s：%(item)s第%(number)s版") % facts
    if item:
        return _("国家标准：%(item)s第%(number)s版") % {"item": item, "number": number}
    return str(change.get("key") or change.get("kind") or _("其他改动"))


def _item_name(code: str) -> str:
    try:
        return queries.item(code).name if code else ""
    except queries.NoSuchItem:
        return code
