"""The receiving standard of an item at its deciding place: what a window judges, and what not."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tongban.basics.refusals import Refused
from tongban.catalogue import queries as catalogue
from tongban.catalogue.models import Mode
from tongban.catalogue.queries import Version
from tongban.catalogue.versions import CheckPoint, MaterialSpec
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Authority, Division

# More places than this are not a choice but a list to get lost in.
MOST = 30


@dataclass(frozen=True)
class Asked:
    """One material of the standard, its check points split by who judges them."""

    material: MaterialSpec
    yours: tuple[CheckPoint, ...]
    theirs: tuple[CheckPoint, ...]


@require_GET
@desk_page
def standards(request: OfficerRequest) -> HttpResponse:
    """Find an item and a deciding place; with both, the standard of the version in force today."""
    today = localdate()
    items = catalogue.open_items(today)
    code, typed = request.GET.get("item", ""), request.GET.get("place", "").strip()
    version = catalogue.version_in_force(code, today) if code else None
    places = _places(typed)
    context: dict[str, Any] = {
        "items": [("", _("请选择")), *((one.code, one.name) for one in items)],
        "item": code,
        "place": typed,
        "known": [jurisdictions.full_name(one.code) for one in _cities()],
        "version": version,
        "several": [(one.code, jurisdictions.full_name(one.code)) for one in places[:MOST]],
        "errors": _errors(request, version, places),
    }
    if version and len(places) == 1:
        context |= _standard(version, places[0].code)
    status = 422 if context["errors"] else 200
    return render(request, "desk/standards.html", context, status=status)


def _errors(
    request: OfficerRequest, version: Version | None, places: list[Division]
) -> list[tuple[str, str]]:
    if not request.GET:
        return []
    said = []
    if version is None:
        said.append(("id_item", _("选择事项")))
    if not places:
        said.append(("id_place", _("填写办理地，例如“福州市”，或者6位区划代码")))
    elif len(places) > MOST:
        said.append(("id_place", _("叫这个名字的地方太多，请写全，例如“福建省福州市”")))
    return said


def _cities() -> list[Division]:
    today = localdate()
    return [
        city
        for place in jurisdictions.provinces(today)
        for city in jurisdictions.cities(place.code, today)
    ]


def _places(typed: str) -> list[Division]:
    """The deciding places that somebody means by a code, a name or a part of one."""
    if not typed:
        return []
    if typed.isdigit():
        try:
            here = jurisdictions.resolve(typed, localdate())
        except Refused:
            return []
        return [jurisdictions.division(jurisdictions.deciding_place(here.code))]
    plain = typed.replace(" ", "")
    found = [one for one in _cities() if plain in jurisdictions.full_name(one.code)]
    exact = [one for one in found if plain in {one.name, jurisdictions.full_name(one.code)}]
    return exact or found


def _standard(version: Version, place: str) -> dict[str, Any]:
    province = jurisdictions.ancestors(place)[0].code[:2] if place[2:] != "0000" else place[:2]
    return {
        "place_name": jurisdictions.full_name(place),
        "short": jurisdictions.short_name(place),
        "authority": _authority(version, place),
        "modes": [(Mode(rule.mode).label, rule.is_default_for(province)) for rule in version.modes],
        "all_default": all(material.is_default for material in version.materials),
        "asked": [_asked(material) for material in version.materials],
    }


def _authority(version: Version, place: str) -> Authority | None:
    try:
        return jurisdictions.competent_authority(version.department, place)
    except Refused:
        return None


def _asked(material: MaterialSpec) -> Asked:
    return Asked(
        material=material,
        yours=tuple(point for point in material.points if point.judged_by == "receiver"),
        theirs=tuple(point for point in material.points if point.judged_by != "receiver"),
    )
