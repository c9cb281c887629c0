"""The worklist of a province: what differs from the standard and what is wrong, worst first."""

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.cases import standing
from tongban.catalogue import conformance, queries
from tongban.catalogue.conformance import Kind, tallying
from tongban.catalogue.worklist import NATION, TO_DO, Urgency, worklist
from tongban.jurisdictions import queries as jurisdictions
from tongban.oversight import openings
from tongban.oversight.filters import EVERY, Filters
from tongban.oversight.guards import manager_page
from tongban.parties.permissions import OfficerRequest

PAGE = 40
# One look for both words: an urgency and the kind of a difference share their values.
LIGHTS = {
    Urgency.CONTRADICTORY.value: "bad",
    Urgency.WRONG.value: "bad",
    Urgency.MISSING.value: "bad",
    Urgency.STRICTER.value: "warn",
    Urgency.ASK.value: "warn",
    Urgency.ALLOWED.value: "",
    Urgency.BETTER.value: "ok",
}
TODO, ALL = "", "all"


class WorklistFilters(Filters):
    """What the worklist is narrowed to."""

    province = forms.ChoiceField(label=_("谁的"), required=False)
    kind = forms.ChoiceField(
        label=_("性质"), required=False,
        choices=[(TODO, _("要处理的")), (ALL, _("全部")), *Urgency.choices],
    )  # fmt: skip
    section = forms.ChoiceField(
        label=_("要素"), required=False, choices=[EVERY, *conformance.SECTIONS.items()]
    )
    item = forms.ChoiceField(label=_("事项"), required=False)

    def __init__(self, data: object) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        provinces = jurisdictions.provinces(standing.today())
        nation = (f"{NATION}0000", _("国家标准本身"))
        self.offer("province", [nation, *((one.code, one.name) for one in provinces)])
        self.offer("item", [EVERY, *((one.code, one.name) for one in queries.items())])


@require_safe
@never_cache
@manager_page
def differences(request: OfficerRequest) -> HttpResponse:
    """One province's worklist, and the numbers of all provinces beside each other."""
    today = standing.today()
    filters = WorklistFilters(request.GET)
    wanted = filters.asked()
    province = wanted.get("province", f"{settings.NODE_ID}0000")
    kind = wanted.get("kind", TODO)
    kinds = {TODO: [one.value for one in TO_DO], ALL: Urgency.values}.get(kind, [kind])
    found = worklist(
        province,
        on=today,
        kinds=kinds,
        item=wanted.get("item", ""),
        section=wanted.get("section", ""),
        after=request.GET.get("after", ""),
        limit=PAGE,
    )
    asked = request.GET.copy()
    asked.pop("after", None)
    is_nation = province.startswith(NATION)
    context = {
        "filters": filters,
        "province": province,
        "kind": kind,
        "name": _("国家标准") if is_nation else openings.name(province),
        "is_nation": is_nation,
        "found": found,
        "counts": [(one.label, count, LIGHTS[one.value]) for one, count in found.counts.items()],
        "query": asked.urlencode(),
        "is_later": bool(request.GET.get("after")),
        "summaries": [
            (one, openings.name(one.province), [one.counts[kind] for kind in Kind])
            for one in tallying.overall(on=today)
        ],
        "kinds": [str(kind.label) for kind in Kind],
        "lights": LIGHTS,
    }
    return render(request, "oversight/differences/list.html", context)


@require_safe
@never_cache
@manager_page
def of_item(request: OfficerRequest, code: str, place: str) -> HttpResponse:
    """All differences of one item in one place, with both sides in words."""
    jurisdictions.division(place)
    context = {
        "item": queries.item(code),
        "place": place,
        "name": openings.name(place),
        "rows": conformance.differences(code, place=place, on=standing.today()),
        "parts": conformance.parts(code, place=place, on=standing.today()),
        "lights": LIGHTS,
    }
    return render(request, "oversight/differences/item.html", context)
