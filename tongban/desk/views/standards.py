"""The receiving standard of an item at its deciding place: what a window judges, and what not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tongban.basics.refusals import NotFound, Refused
from tongban.catalogue import conformance
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
class LookedAt:
    """One check point with the single problems below it; local where the place wrote it otherwise."""

    point: CheckPoint
    is_local: bool
    children: tuple["LookedAt", ...]


@dataclass(frozen=True)
class Asked:
    """One material of the standard, its check points split by who judges them.

    `local` is empty where the material is the national one, otherwise changed or added.
    """

    material: MaterialSpec
    yours: tuple[LookedAt, ...]
    theirs: tuple[CheckPoint, ...]
    local: str


@require_GET
@desk_page
def standards(request: OfficerRequest) -> HttpResponse:
    """Find an item and a deciding place; with both, the standard that holds there on a day."""
    code, typed = request.GET.get("item", ""), request.GET.get("place", "").strip()
    day = _day(request.GET.get("on", ""))
    places = _places(typed)
    deciding = places[0].code if len(places) == 1 else ""
    version = _version(code, deciding, day)
    context: dict[str, Any] = {
        "items": [("", _("请选择")), *((one.code, one.name) for one in catalogue.items())],
        "item": code,
        # Who came by a link meets the code of the place; people read its name.
        "place": jurisdictions.full_name(typed) if typed == deciding else typed,
        "on": day.isoformat(),
        "day": day,
        "known": [jurisdictions.full_name(one.code) for one in _cities()],
        "version": version,
        "several": [(one.code, jurisdictions.full_name(one.code)) for one in places[:MOST]],
        "errors": _errors(request, version, places),
    }
    if version and deciding:
        context |= _standard(version, deciding, day)
    status = 422 if context["errors"] else 200
    return render(request, "desk/standards.html", context, status=status)


def _day(typed: str) -> date:
    """The day asked for; today where none is, or none that there is."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return localdate()


def _version(code: str, deciding: str, day: date) -> Version | None:
    """What holds at the deciding place; nothing where the item or its version is not there."""
    try:
        return catalogue.version_in_force(catalogue.item(code).code, day, deciding=deciding)
    except NotFound:
        return None


def _errors(
    request: OfficerRequest, version: Version | None, places: list[Division]
) -> list[tuple[str, str]]:
    if not request.GET:
        return []
    said = []
    if version is None:
        said.append(("id_item", _("选择事项；这一天还没有施行的标准的，换一天看")))
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


def _standard(version: Version, place: str, day: date) -> dict[str, Any]:
    province = place[:2]
    standard = catalogue.version_in_force(version.item, day)
    return {
        "place_name": jurisdictions.full_name(place),
        "short": jurisdictions.short_name(place),
        "authority": _authority(version, place),
        "modes": [(Mode(rule.mode).label, rule.is_default_for(province)) for rule in version.modes],
        "all_default": all(material.is_default for material in version.materials),
        "asked": [_asked(material, standard) for material in version.materials],
        "dropped": _dropped(version, standard),
        "differences": conformance.differences(version.item, place=place, on=day),
    }


def _dropped(version: Version, standard: Version | None) -> list[str]:
    """The materials of the national standard that this place does without."""
    here = {material.spec for material in version.materials}
    return [one.name for one in (standard.materials if standard else ()) if one.spec not in here]


def _authority(version: Version, place: str) -> Authority | None:
    try:
        return jurisdictions.competent_authority(version.department, place)
    except Refused:
        return None


def _asked(material: MaterialSpec, standard: Version | None) -> Asked:
    national = standard.material(material.spec) if standard else None
    known = {point.key: point for point in national.all_points} if national else {}
    return Asked(
        material=material,
        yours=tuple(
            _looked_at(point, known) for point in material.points if point.judged_by == "receiver"
        ),
        theirs=tuple(point for point in material.points if point.judged_by != "receiver"),
        local="" if national == material else "changed" if national else "added",
    )


def _looked_at(point: CheckPoint, known: Mapping[str, CheckPoint]) -> LookedAt:
    return LookedAt(
        point=point,
        is_local=known.get(point.key) != point,
        children=tuple(_looked_at(child, known) for child in point.children),
    )
