"""Looking through the catalogue: items, their versions, one version in full, two side by side."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.cases import standing
from tongban.catalogue import queries
from tongban.catalogue.models import Mode
from tongban.oversight import bars, browsing, comparing, drafts, renewals, sheet
from tongban.oversight.browsing import Ref, VersionRow, Wanted
from tongban.oversight.filters import ItemFilters
from tongban.oversight.guards import manager_page
from tongban.parties.permissions import OfficerRequest

PAGE = 40


@require_safe
@never_cache
@manager_page
def items(request: OfficerRequest) -> HttpResponse:
    """All items by filter; the address carries the filter, so it can be kept and sent."""
    today = standing.today()
    every = browsing.item_rows(Wanted(), on=today)
    filters = ItemFilters(request.GET, rows=every)
    wanted = filters.wanted()
    rows = browsing.item_rows(wanted, on=today) if wanted.is_narrow else every
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {"filters": filters, "page": page, "total": len(every), "query": asked.urlencode()}
    return render(request, "oversight/items/list.html", context | {"is_narrow": wanted.is_narrow})


@require_safe
@never_cache
@manager_page
def item(request: OfficerRequest, code: str) -> HttpResponse:
    """One item: what holds today, what comes, and every version on a time line."""
    found, today = queries.item(code), standing.today()
    rows = browsing.version_rows(code, on=today)
    context = {
        "item": found,
        "axis": bars.Axis.over([row.from_day for row in rows], today=today),
        "rows": rows,
        "live": [row for row in rows if row.is_live],
        "coming": sorted((r for r in rows if r.state == "coming"), key=lambda one: one.from_day),
        "mode_words": {mode.value: mode.label for mode in Mode},
        "today": today,
        "fate": renewals.fate(code),
        "renewals": renewals.history(code),
        **_to_compare(rows),
        **drafting(request, code),
    }
    return render(request, "oversight/items/item.html", context)


def drafting(request: OfficerRequest, code: str) -> dict[str, Any]:
    """The open drafts of an item, and for whom the officer may begin one."""
    return {
        "drafts": drafts.open_drafts(code),
        "may_begin": drafts.places_to_begin(request.officer, code),
    }


def _to_compare(rows: list[VersionRow]) -> dict[str, Any]:
    """What the two fields of the comparison begin with: the newest against the one before it."""
    options = [(str(row.ref), row) for row in rows]
    local = next((row for row in rows if row.ref.place and row.state != "past"), None)
    standard = next((row for row in rows if row.is_standard and row.is_live), None)
    if local and standard:
        first, second = str(standard.ref), str(local.ref)
    else:
        names = [name for name, _row in options]
        second, first = (names[0], names[1]) if len(names) > 1 else ("", "")
    return {"options": options, "first": first, "second": second}


@require_safe
@never_cache
@manager_page
def version(request: OfficerRequest, code: str, ref: str) -> HttpResponse:
    """One version in full; of a place, laid over the standard of its first day."""
    found, wanted = queries.item(code), Ref.read(ref)
    rows = browsing.version_rows(code, on=standing.today())
    content = browsing.content_of(code, wanted)
    row = next(one for one in rows if one.ref == wanted)
    context = {
        "item": found,
        "row": row,
        "sections": sheet.sections(content),
        "others": [one for one in rows if one.ref != wanted],
    }
    return render(request, "oversight/items/version.html", context)


@require_safe
@never_cache
@manager_page
def compare(request: OfficerRequest, code: str) -> HttpResponse:
    """Two versions of an item side by side; `all` shows what is the same, too."""
    found = queries.item(code)
    first, second = request.GET.get("a", ""), request.GET.get("b", "")
    if not (first and second):
        return redirect(f"{reverse('oversight:item', args=[code])}#compare")
    rows = browsing.version_rows(code, on=standing.today())
    a, b = Ref.read(first), Ref.read(second)
    everything = "all" in request.GET
    before, after = browsing.content_of(code, a), browsing.content_of(code, b)
    compared = comparing.compare(before, after, only_changed=not everything)
    context = {
        "item": found,
        "a": next(row for row in rows if row.ref == a),
        "b": next(row for row in rows if row.ref == b),
        "options": [(str(row.ref), row) for row in rows],
        "compared": compared,
        "count": comparing.count(compared),
        "everything": everything,
    }
    return render(request, "oversight/items/compare.html", context)
