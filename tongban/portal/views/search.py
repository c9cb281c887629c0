"""Finding items by words, two characters or pinyin initials, for a pair of places."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tongban.cases import standing
from tongban.catalogue import queries as catalogue
from tongban.catalogue.models import Item
from tongban.catalogue.queries import Availability
from tongban.guidance import queries as guidance
from tongban.guidance.queries import Found
from tongban.jurisdictions import queries as jurisdictions
from tongban.portal import placenames, places
from tongban.portal.door import page
from tongban.portal.places import Pair

PAGE = 20
VERDICTS = ("ok", "warn", "bad")


@dataclass(frozen=True)
class Hit:
    """An item in the answer; without a whole pair there is no verdict on it."""

    item: Item
    found: Availability | None
    modes: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """ok, warn or bad; nothing without a pair."""
        return self.found.verdict if self.found else ""


@page
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Items that fit the words, the theme and the filters, with what they mean for the pair."""
    today = standing.today()
    words = request.GET.get("q", "").strip()
    theme = request.GET.get("theme", "")
    pair = places.read(request.GET, on=today)
    found = guidance.search(words, limit=guidance.MOST, theme=theme) if words else None
    items: Sequence[Item] = catalogue.items(theme=theme) if found is None else found.items
    hits = [_hit(one, pair, today) for one in items]
    counts = Counter(hit.verdict for hit in hits)
    # What can be done comes first; among equals the order of the search stays.
    hits.sort(key=lambda hit: VERDICTS.index(hit.verdict) if hit.verdict else 0)
    shown = request.GET.get("show", "")
    if shown in VERDICTS:
        hits = [hit for hit in hits if hit.verdict == shown]
    context = {
        "words": words,
        "theme": theme,
        "themes": catalogue.themes(),
        "pair": pair,
        "here": pair.here or places.usual_place(request.user, on=today),
        "here_name": jurisdictions.short_name(pair.here) if pair.here else "",
        "there_name": jurisdictions.short_name(pair.there) if pair.there else "",
        "groups": places.groups(on=today, keep=pair.here),
        "found": found,
        "total": len(items),
        "shown": shown,
        "filters": [(key, counts[key], _filter(request, key)) for key in VERDICTS],
        "all_url": _filter(request, ""),
        "page": Paginator(hits, PAGE).get_page(request.GET.get("page")),
        "query": _without(request, "page"),
        "today": today,
        "near": _near(found, pair),
        "open_items": catalogue.open_items(today) if not items else [],
    }
    return render(request, "portal/search.html", context)


def _hit(item: Item, pair: Pair, today: date) -> Hit:
    version = catalogue.version_in_force(item.code, today)
    modes = version.mode_names if version else _said_modes(item)
    if not pair.is_whole:
        return Hit(item, None, modes)
    found = catalogue.availability(item.code, here=pair.here, there=pair.there, on=today)
    return Hit(item, found, found.modes or modes)


def _said_modes(item: Item) -> tuple[str, ...]:
    """The forms that documents name, whichever province's they are."""
    return tuple(dict.fromkeys(mode for source in item.sources.all() for mode in source.modes))


def _without(request: HttpRequest, *names: str) -> str:
    return urlencode({key: value for key, value in request.GET.items() if key not in names})


def _filter(request: HttpRequest, verdict: str) -> str:
    kept = _without(request, "show", "page")
    return f"?{kept}&show={verdict}" if verdict else f"?{kept}"


def _near(found: Found | None, pair: Pair) -> list[tuple[str, str]]:
    """Names that come near what was typed, with the address that searches for them."""
    names = found.suggestions if found else ()
    return [(name, f"?{pair.with_words(name)}") for name in names]


@page
@require_safe
def place_names(request: HttpRequest) -> HttpResponse:
    """Full names of places for what somebody is typing; the options of a list under the field."""
    typed = next(iter(request.GET.values()), "")
    names = placenames.suggest(str(typed), on=standing.today())
    return render(request, "portal/_place_names.html", {"names": names})
