"""Finding items by words, two characters or pinyin initials, for a pair of places."""

from dataclasses import replace
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongban.cases import standing
from tongban.catalogue import queries as catalogue
from tongban.guidance import queries as guidance
from tongban.guidance.queries import Found
from tongban.jurisdictions import queries as jurisdictions
from tongban.portal import finding, listing, placenames, places
from tongban.portal.door import page
from tongban.portal.places import Pair

PAGE, LONG_PAGE = 20, 100
ELSE = 5  # items offered where nothing was found
WINDOWS = 2


@page
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Items that fit the words, and the filters chosen, with what they mean for the pair."""
    today = standing.today()
    words = request.GET.get("q", "").strip()
    pair = places.read(request.GET, on=today)
    found = (
        guidance.search(words, limit=guidance.MOST, there=pair.there, on=today) if words else None
    )
    pair = _with_typed_place(pair, found)
    items = catalogue.items() if found is None else found.items
    every = finding.hits(items, found, pair, on=today)
    asked = {name: str(value) for name, value in request.GET.items()}
    hits, filters = finding.narrow(every, asked)
    size = LONG_PAGE if asked.get("size") == str(LONG_PAGE) else PAGE
    here = pair.here or places.usual_place(request.user, on=today)
    context = {
        "words": words,
        "pair": pair,
        "here": here,
        "here_name": jurisdictions.short_name(pair.here) if pair.here else "",
        "there_name": jurisdictions.short_name(pair.there) if pair.there else "",
        "groups": places.groups(on=today, keep=pair.here),
        "found": found,
        "total": len(items),
        "count": len(hits),
        "filters": filters,
        "chosen": [one for one in filters if one.chosen],
        "theme": asked.get("theme", ""),
        "page": Paginator(hits, size).get_page(asked.get("page")),
        "query": _without(request, "page"),
        "long_url": "" if size == LONG_PAGE else f"?{_without(request, 'page', 'size')}&size=100",
        "today": today,
    }
    return render(
        request, "portal/search.html", context | ({} if hits else _way_on(found, pair, here))
    )


def _with_typed_place(pair: Pair, found: Found | None) -> Pair:
    """The pair with the place that was typed among the words, where none was chosen."""
    if not found or not found.place or pair.there:
        return pair
    return replace(pair, there=jurisdictions.deciding_place(found.place), is_unsure=False)


def _way_on(found: Found | None, pair: Pair, here: str) -> dict[str, object]:
    """Where somebody goes who found nothing: near names, people to ask, what is asked most."""
    names = found.suggestions if found else ()
    return {
        "near": [(name, f"?{pair.with_words(name)}") for name in names],
        "windows": jurisdictions.receiving_windows(here)[:WINDOWS] if here else [],
        "common": listing.common("person", at_most=ELSE),
    }


def _without(request: HttpRequest, *names: str) -> str:
    return urlencode({key: value for key, value in request.GET.items() if key not in names})


@page
@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """Names of items for what somebody is typing; the options of a list under the field."""
    there = places.read(request.GET, on=standing.today()).there
    found = guidance.suggest(request.GET.get("q", ""), there=there)
    return render(request, "portal/_suggestions.html", {"found": found})


@page
@require_safe
def place_names(request: HttpRequest) -> HttpResponse:
    """Full names of places for what somebody is typing; the options of a list under the field."""
    typed = next(iter(request.GET.values()), "")
    names = placenames.suggest(str(typed), on=standing.today())
    return render(request, "portal/_place_names.html", {"names": names})
