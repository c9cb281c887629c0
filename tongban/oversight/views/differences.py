"""The worklist of differences: what a province does otherwise than the standard, worst first."""

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.cases import standing
from tongban.catalogue import conformance, queries
from tongban.catalogue.conformance import Kind, tallying
from tongban.catalogue.conformance.tallying import Placed
from tongban.jurisdictions import queries as jurisdictions
from tongban.oversight import openings
from tongban.oversight.filters import EVERY
from tongban.oversight.guards import manager_page
from tongban.parties.permissions import OfficerRequest

PAGE = 40
LIGHTS = {
    Kind.CONTRADICTORY: "bad",
    Kind.MISSING: "bad",
    Kind.STRICTER: "warn",
    Kind.ALLOWED: "",
    Kind.BETTER: "ok",
}
GROUNDS = (EVERY, ("named", _("写了依据")), ("none", _("没有写依据")))


class DifferenceFilters(forms.Form):
    """What the worklist is narrowed to."""

    province = forms.ChoiceField(label=_("省份"), required=False)
    kind = forms.ChoiceField(label=_("性质"), required=False, choices=[EVERY, *Kind.choices])
    section = forms.ChoiceField(
        label=_("要素"), required=False, choices=[EVERY, *conformance.SECTIONS.items()]
    )
    basis = forms.ChoiceField(label=_("依据"), required=False, choices=GROUNDS)
    item = forms.CharField(label=_("事项名称或编码"), required=False)

    def __init__(self, data: object, *, provinces: list[tuple[str, str]]) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["province"].choices = provinces  # type: ignore[attr-defined]

    def wanted(self) -> dict[str, str]:
        """What was asked for; a value that is not offered narrows nothing."""
        self.is_valid()
        return {key: value for key, value in self.cleaned_data.items() if value}


@require_safe
@never_cache
@manager_page
def differences(request: OfficerRequest) -> HttpResponse:
    """One province's differences from the national standard, and all provinces beside each other."""
    today = standing.today()
    overall = tallying.overall(on=today)
    known = [(one.province, openings.name(one.province)) for one in overall]
    filters = DifferenceFilters(request.GET, provinces=known)
    wanted = filters.wanted()
    province = wanted.pop("province", "") or _own_province(known)
    found = tallying.placed(province, on=today) if province else []
    rows = sorted((one for one in found if _fits(one, wanted)), key=_worst_first)
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {
        "filters": filters,
        "province": province,
        "name": openings.name(province) if province else "",
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "query": asked.urlencode(),
        "summaries": [
            (one, openings.name(one.province), [one.counts[kind] for kind in Kind])
            for one in overall
        ],
        "kinds": [(kind.label, LIGHTS[kind]) for kind in Kind],
        "lights": LIGHTS,
        "is_narrow": bool(wanted),
    }
    return render(request, "oversight/differences/list.html", context)


def _own_province(known: list[tuple[str, str]]) -> str:
    """This node's own province first; at the hub the first that has rows of its own."""
    codes = [code for code, _name in known]
    own = f"{settings.NODE_ID}0000"
    return own if own in codes else (codes[0] if codes else "")


def _fits(row: Placed, wanted: dict[str, str]) -> bool:
    one = row.difference
    words = wanted.get("item", "").strip()
    basis = wanted.get("basis")
    return (
        wanted.get("kind") in {None, one.kind.value}
        and wanted.get("section") in {None, one.section}
        and (not words or words in row.item.name or words == row.item.code)
        and (not basis or (basis == "named") == bool(one.basis))
    )


def _worst_first(row: Placed) -> tuple[int, str, str]:
    return list(Kind).index(row.difference.kind), row.item.code, row.place


@require_safe
@never_cache
@manager_page
def of_item(request: OfficerRequest, code: str, place: str) -> HttpResponse:
    """All differences of one item in one place, with both sides in words."""
    today = standing.today()
    jurisdictions.division(place)
    context = {
        "item": queries.item(code),
        "place": place,
        "name": openings.name(place),
        "rows": conformance.differences(code, place=place, on=today),
        "lights": LIGHTS,
    }
    return render(request, "oversight/differences/item.html", context)
