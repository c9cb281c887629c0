"""Where items are open across places, since when, under which document; and agreements."""

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.cases import standing
from tongban.catalogue import queries
from tongban.catalogue.models import Agreement, Item, RollOut
from tongban.oversight import bars, openings
from tongban.oversight.filters import EVERY, Filters
from tongban.oversight.guards import manager_page
from tongban.oversight.provinces import GRID
from tongban.parties.permissions import OfficerRequest


class RollOutFilters(Filters):
    """What the roll-outs are narrowed to."""

    item = forms.ChoiceField(label=_("事项"), required=False)
    province = forms.ChoiceField(label=_("省份"), required=False)
    kind = forms.ChoiceField(
        label=_("范围"), required=False, choices=[EVERY, *RollOut.Kind.choices]
    )

    def __init__(self, data: object) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        items: list[Item] = queries.items()
        provinces = [code for code, _sign, _column in GRID if code != "660000"]
        self.offer("item", [EVERY, *((one.code, one.name) for one in items)])
        self.offer("province", [EVERY, *((code, openings.name(code)) for code in provinces)])


@require_safe
@never_cache
@manager_page
def rollouts(request: OfficerRequest) -> HttpResponse:
    """All roll-outs on a time line of years, by kind."""
    today = standing.today()
    filters = RollOutFilters(request.GET)
    wanted = filters.asked()
    rows = list(openings.found(**wanted))
    groups = openings.groups(rows, on=today)
    axis = bars.Axis.over([row.from_day for row in rows], today=today)
    context = {
        "filters": filters,
        "is_narrow": bool(wanted),
        "groups": groups,
        "axis": axis,
        "count": len(rows),
        "unknown": sum(not row.members_known for row in rows),
        "by_year": _by_year(axis, groups),
        "agreements": Agreement.objects.count(),
    }
    return render(request, "oversight/rollouts/list.html", context)


def _by_year(
    axis: bars.Axis, groups: list[openings.Group]
) -> list[tuple[openings.Group, list[int], int]]:
    """For each kind how many begin in each year of the axis, and how many name no day."""
    table = []
    for group in groups:
        days = [one.row.from_day for one in group.openings]
        counts = [sum(day is not None and day.year == year for day in days) for year in axis.years]
        table.append((group, counts, days.count(None)))
    return table


@require_safe
@never_cache
@manager_page
def rollout(request: OfficerRequest, key: str) -> HttpResponse:
    """One roll-out: its document and line, its items, its members on tiles."""
    row = openings.rollout(key)
    context = {
        "one": openings.opening(row, on=standing.today()),
        "row": row,
        "items": row.items.all(),
        "tiles": openings.grid(row) if row.members_known and openings.places_of(row) else [],
        "places": [openings.name(code) for code in row.members],
        "pairs": [[openings.name(code) for code in pair] for pair in row.pairs],
        "agreements": row.agreements.all(),
    }
    return render(request, "oversight/rollouts/rollout.html", context)


@require_safe
@never_cache
@manager_page
def agreements(request: OfficerRequest) -> HttpResponse:
    """All agreements that a document tells of, and what each opened."""
    rows = Agreement.objects.select_related("document").prefetch_related("rollouts")
    lines = [
        (
            row,
            openings.day_words(row.signed_on, row.precision),
            "、".join(openings.name(code) for code in row.members),
            list(row.rollouts.all()),
        )
        for row in rows
    ]
    return render(request, "oversight/rollouts/agreements.html", {"lines": lines})
