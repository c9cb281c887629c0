"""The page of an item: for a pair of places the guide, without one the question; and as a PDF."""

from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongban.cases import standing
from tongban.catalogue import queries as catalogue
from tongban.catalogue.guides import Guide
from tongban.catalogue.models import Item, Mode
from tongban.catalogue.upcoming import upcoming
from tongban.catalogue.ways import TRAVELLED
from tongban.jurisdictions import queries as jurisdictions
from tongban.portal import guide, places, printing, ways
from tongban.portal.door import page
from tongban.portal.places import Pair


@page
@require_safe
def item(request: HttpRequest, code: str) -> HttpResponse:
    """An item between two places; where one is not chosen, the page asks for it first.

    Answers about one's situation stand in the address and lead to the exact list of materials.
    """
    today = standing.today()
    pair = places.read(request.GET, on=today)
    found = catalogue.item(code)
    context: dict[str, object] = {
        "item": found,
        "version": catalogue.version_in_force(code, today, deciding=pair.there),
        "pair": pair,
        "here": pair.here or places.usual_place(request.user, on=today),
        "groups": places.groups(on=today, keep=pair.here),
        "sources": catalogue.sources(code),
        "ended": catalogue.ended(code),
        "heirs": catalogue.successors(code) if catalogue.ended(code) else (),
        "today": today,
        "is_hub": settings.IS_HUB,
    }
    if not pair.is_whole:
        return render(request, "portal/item_ask.html", context | {"asks": _question(found)})
    return render(request, "portal/item.html", context | _answer(request, found, pair))


def _answer(request: HttpRequest, found: Item, pair: Pair) -> dict[str, object]:
    today = standing.today()
    node = places.home_node(pair.here)
    path = reverse("portal:item", args=[found.code])
    told = {key: str(value) for key, value in request.GET.items() if key.startswith(guide.ASKED)}
    made = guide.guide(found.code, pair, on=today)
    return {
        "guide": made,
        "upcoming": upcoming(found.code, deciding=pair.there, on=today),
        "found": made.found,
        "materials": guide.materials(made, told),
        "told": told,
        **_ways(made, pair),
        "here_name": jurisdictions.short_name(pair.here),
        "there_name": jurisdictions.short_name(pair.there),
        "home_node": node,
        "home_url": f"{node.base_url.rstrip('/')}{path}?{pair.query}" if node else "",
        "start_url": f"{reverse('portal:start')}?item={found.code}&{pair.query}",
        "print_url": f"{reverse('portal:guide-pdf', args=[found.code])}?"
        + "&".join(part for part in (pair.query, urlencode(told)) if part),
    }


def _ways(made: Guide, pair: Pair) -> dict[str, object]:
    """The ways in sentences, where they are not only those that the page draws step by step."""
    if made.version is None:
        return {}
    drawn = {Mode.ONLINE, Mode.RECEIVED_FOR}
    return {
        "ways": ways.choices(made.version, made.found, pair),
        "other_ways": not drawn.issuperset(made.found.modes),
        "joint": made.version.joint if Mode.JOINT in made.found.modes else (),
        "spares": _spares_the_way(made.found.modes, pair),
    }


def _spares_the_way(modes: tuple[str, ...], pair: Pair) -> bool:
    """Whether somebody from elsewhere need not go to the deciding place, whichever way is taken."""
    lives_there = jurisdictions.deciding_place(pair.here) == pair.there
    return TRAVELLED.isdisjoint(modes) and not lives_there


def _question(found: Item) -> str:
    """What settles which place decides, for somebody who is not sure."""
    version = catalogue.version_in_force(found.code, standing.today())
    if version:
        return version.competence.question
    decides = (found.facts or {}).get("decides") or {}
    if decides.get("place"):
        return _("您的%(place)s在哪里？") % {"place": decides["place"]}
    return _("您想由哪里的机关办？")


@page
@require_safe
def guide_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The guide on paper, for the pair and the situation of the address; PDF/A.

    Without a whole pair it leads to the page that asks for it.
    """
    today = standing.today()
    pair = places.read(request.GET, on=today)
    found = catalogue.item(code)
    if not pair.is_whole:
        return redirect(f"{reverse('portal:item', args=[code])}?{pair.query}")
    made = guide.guide(code, pair, on=today)
    materials = guide.materials(made, {key: str(one) for key, one in request.GET.items()})
    answer = HttpResponse(printing.guide_pdf(made, materials), content_type="application/pdf")
    name = _("%(item)s办事指南.pdf") % {"item": found.name}
    answer["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    return answer
