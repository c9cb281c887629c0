"""The national lists beside a province's: in numbers, and item by item."""

from collections import Counter
from collections.abc import Mapping

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tongban.cases import standing
from tongban.catalogue import comparison
from tongban.catalogue.comparison import Standing
from tongban.jurisdictions import queries as jurisdictions
from tongban.oversight.filters import EVERY
from tongban.oversight.guards import manager_page
from tongban.parties.permissions import OfficerRequest

Table = list[tuple[str, int, list[int]]]
KINDS = {
    Standing.LISTED: "ok",
    Standing.ABSENT: "warn",
    Standing.UNLISTED: "warn",
    Standing.LATER: "",
    Standing.UNKNOWN: "",
    Standing.ADDED: "ok",
}


class ListFilters(forms.Form):
    """Whose list is compared, and which items are shown."""

    province = forms.ChoiceField(label=_("和哪个省对照"), required=False)
    standing = forms.ChoiceField(
        label=_("只看"), required=False,
        choices=[EVERY, ("renamed", _("换了名称的")), *Standing.choices],
    )  # fmt: skip

    def __init__(self, data: object) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        provinces = jurisdictions.provinces(standing.today())
        self.fields["province"].choices = [(one.code, one.name) for one in provinces]  # type: ignore[attr-defined]


@require_safe
@never_cache
@manager_page
def lists(request: OfficerRequest) -> HttpResponse:
    """One province beside the national lists; what nobody here has seen is said to be so."""
    filters = ListFilters(request.GET)
    filters.is_valid()
    said = filters.cleaned_data
    own = "350000" if settings.IS_HUB else f"{settings.NODE_ID}0000"
    province = said.get("province") or own
    found = comparison.compare(province, on=standing.today())
    only = said.get("standing", "")
    rows = found.renamed if only == "renamed" else found.rows
    if only and only != "renamed":
        rows = found.of(Standing(only))
    shown = [kind for kind in Standing if found.standings[kind]]
    context = {
        "filters": filters,
        "province": province,
        "name": jurisdictions.short_name(province),
        "found": found,
        "rows": rows,
        "only": only,
        "standings": [(one.label, found.standings[one], KINDS[one]) for one in shown],
        "carried": [(one.label, count) for one, count in found.carried.items()],
        "heads": [str(one.label) for one in shown],
        "tables": [
            (_("按牵头单位"), _table(found.by_lead(), shown)),
            (_("按实现形式"), [(comparison.mode_name(mode), *rest)
                          for mode, *rest in _table(found.by_mode(), shown)]),
            (_("按完成时限"), _table(found.by_deadline(), shown)),
        ],
        "kinds": KINDS,
    }  # fmt: skip
    return render(request, "oversight/lists.html", context)


def _table(counted: Mapping[str, Counter[Standing]], shown: list[Standing]) -> Table:
    return [
        (name, counts.total(), [counts[kind] for kind in shown]) for name, counts in counted.items()
    ]
