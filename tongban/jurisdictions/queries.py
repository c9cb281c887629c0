"""Reads with a name: places, who serves them, and who is competent there."""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound, Refused
from tongban.jurisdictions import rules, snapshot
from tongban.jurisdictions.models import (
    Authority,
    Department,
    Division,
    Level,
    Node,
    NodeKey,
    Region,
    Window,
)


class NoSuchDivision(NotFound):
    """A code that no place has or ever had."""

    code = "no-such-division"

    def __init__(self, code: str) -> None:
        super().__init__(_("没有区划代码是%(code)s的地方") % {"code": code}, division=code)


class DivisionEnded(Refused):
    """A place that is no more, and whose successor is several places or not known to us."""

    code = "division-ended"

    def __init__(self, division: Division) -> None:
        message = _("%(name)s（%(code)s）已于%(year)s年撤销，请选择现在的区划")
        year = division.valid_to.year if division.valid_to else ""
        super().__init__(
            message % {"name": division.name, "code": division.code, "year": year},
            division=division.code,
        )


class NoCompetentAuthority(Refused):
    """No organ of that department is known here for that place."""

    code = "no-competent-authority"

    def __init__(self, department_key: str, division_code: str) -> None:
        place = full_name(division_code)
        super().__init__(
            _("%(place)s还没有登记办理这类事项的机关") % {"place": place},
            department=department_key,
            division=division_code,
        )


class PlaceNotServed(Refused):
    """No installation serves that place."""

    code = "place-not-served"

    def __init__(self, division_code: str) -> None:
        super().__init__(
            _("%(place)s尚未接入通办") % {"place": full_name(division_code)}, division=division_code
        )


def _holds(division: Division, on: date) -> bool:
    return (division.valid_from is None or division.valid_from <= on) and (
        division.valid_to is None or on <= division.valid_to
    )


def division(code: str, on: date | None = None) -> Division:
    """The place with this code: as it was on a day, or its newest row, ended or not.

    In a year of change, when two rows hold, the newer one. Refused: NoSuchDivision.
    """
    rows = snapshot.current().divisions.get(code, ())
    holding = rows if on is None else [row for row in rows if _holds(row, on)]
    if not holding:
        raise NoSuchDivision(code)
    return holding[-1]


def exists(code: str, on: date) -> bool:
    """Whether there is such a place on that day."""
    return any(_holds(row, on) for row in snapshot.current().divisions.get(code, ()))


def resolve(code: str, on: date) -> Division:
    """The place that a code means on a day, following replaced codes: 370882 → 370812 兖州区.

    Refused: NoSuchDivision; DivisionEnded when the successor is not known or not one.
    """
    seen = {code}
    place = division(code)
    while not exists(place.code, on):
        heirs = [heir for heir in place.successors if heir not in seen]
        if len(heirs) != 1:
            raise DivisionEnded(place)
        seen.add(heirs[0])
        place = division(heirs[0])
    return division(place.code, on)


def short_name(code: str) -> str:
    """The place's own name: 长春市; of a code that nobody has, the code."""
    rows = snapshot.current().divisions.get(code)
    return rows[-1].name if rows else code


def full_name(code: str) -> str:
    """The name with all places above it: 吉林省长春市朝阳区."""
    return "".join(short_name(above) for above in [*_above(code), code])


def plain_name(code: str) -> str:
    """Province and place as people say them, for the line of two places: 吉林 长春."""
    found = snapshot.remembered(("plain name", code), lambda: _plain_name(code))
    return found if found is not None else code


def _plain_name(code: str) -> str:
    names = [rules.plain_name(one, short_name(one)) for one in [*_above(code), code]]
    return " ".join(names)


def _above(code: str) -> list[str]:
    found: list[str] = []
    rows = snapshot.current().divisions.get(code)
    while rows and (parent := rows[-1].parent_code):
        found.insert(0, parent)
        rows = snapshot.current().divisions.get(parent)
    return found


def ancestors(code: str) -> list[Division]:
    """The places above, the province first; the place itself is not among them."""
    return [division(above) for above in _above(code)]


def children(code: str, on: date) -> list[Division]:
    """The places directly below on that day; with an empty code the provinces."""
    below = snapshot.current().children.get(code, ())
    return [division(one, on) for one in below if exists(one, on)]


def provinces(on: date) -> list[Division]:
    """All places at province level, 兵团 and 港澳台 among them."""
    return children("", on)


def deciding_place(code: str) -> str:
    """The place whose organs decide at city level for somebody in `code`; see rules."""
    return rules.deciding_place(code, division(code).parent_code)


def cities(province: str, on: date) -> list[Division]:
    """The places of a province that decide at city level.

    Cities, and counties directly under the province; a municipality is its own only one.
    """
    if province[:2] in rules.MUNICIPALITIES | rules.UNDIVIDED:
        return [division(province, on)]
    return children(province, on)


def counties(city: str, on: date) -> list[Division]:
    """The counties of a city; none where the city has none, as 东莞."""
    below = children(city, on)
    return [place for place in below if place.level == Level.COUNTY]


def is_within(code: str, outer: str) -> bool:
    """Whether a place is another one or lies in it, as both stand today."""
    return code == outer or outer in _above(code)


def nodes() -> list[Node]:
    """All nodes of the directory, the hub first, connected or not."""
    return list(snapshot.current().nodes.values())


def node(code: str) -> Node:
    """The node with this code. Refused: NotFound."""
    found = snapshot.current().nodes.get(code)
    if found is None:
        raise NotFound(_("没有节点%(code)s") % {"code": code}, node=code)
    return found


def this_node() -> Node:
    """The node that this process belongs to."""
    return node(settings.NODE_ID)


def node_for(division_code: str) -> Node:
    """The node that serves a place. Refused: NoSuchDivision, PlaceNotServed."""
    division(division_code)
    for one in snapshot.current().nodes.values():
        if one.is_open and division_code[:2] in one.prefixes:
            return one
    raise PlaceNotServed(division_code)


def public_key(node_code: str, key_id: str) -> str | None:
    """A key that a node has or once had, for what it signed then; None when we never saw it."""
    found = snapshot.current().nodes.get(node_code)
    if found and found.key_id == key_id:
        return found.public_key
    keys = NodeKey.objects.filter(node_id=node_code, key_id=key_id)
    return keys.values_list("public_key", flat=True).first()


def departments() -> list[Department]:
    """All lines of work, in their order."""
    return list(Department.objects.all())


def department(key: str) -> Department:
    """One line of work. Refused: NotFound."""
    found = snapshot.remembered(
        ("department", key), lambda: Department.objects.filter(pk=key).first()
    )
    if found is None:
        raise NotFound(_("没有部门条线%(key)s") % {"key": key}, department=key)
    return found


def department_of_ministry(name: str) -> Department | None:
    """The line of work that a list of items means by its lead unit; the first of several."""
    named = Department.objects.filter(ministry=name) | Department.objects.filter(
        aliases__contains=[name]
    )
    return named.order_by("number").first()


def authority(code: str) -> Authority:
    """One organ by its credit code. Refused: NotFound."""
    found = snapshot.remembered(("authority", code), lambda: _organs(pk=code).first())
    if found is None:
        raise NotFound(_("没有登记代码是%(code)s的机关") % {"code": code})
    return found


def competent_authority(
    department_key: str, division_code: str, on: date | None = None
) -> Authority:
    """The organ that decides for a place: the city's, or the province's where cities have none.

    A county, and with `on` a replaced code, resolves first. Refused: NoSuchDivision,
    DivisionEnded, NoCompetentAuthority.
    """
    code = resolve(division_code, on).code if on else division(division_code).code
    place = deciding_place(code)
    found = snapshot.remembered(
        ("competent", department_key, place), lambda: _competent(department_key, place)
    )
    if found is None:
        raise NoCompetentAuthority(department_key, division_code)
    return found


def _competent(department_key: str, place: str) -> Authority | None:
    province = rules.province_code(place)
    organs = _organs(department=department_key, division_code__in=[place, province])
    found = {organ.division_code: organ for organ in organs}
    if place in found:
        return found[place]
    above = found.get(province)
    return None if above is None or above.department.has_city_organs else above


def service_centre(division_code: str) -> Authority | None:
    """The service centre whose windows stand in exactly this place."""
    return snapshot.remembered(
        ("centre", division_code),
        lambda: _organs(department="zhengwu", division_code=division_code).first(),
    )


def find_organs(department_key: str, text: str, on: date, *, most: int = 12) -> list[Authority]:
    """The deciding organs of a line of work whose name or place says a text, by division code.

    Nothing for less than two characters. Only organs that decide for their own place.
    """
    words = "".join(text.split())
    if len(words) < 2:
        return []
    named = [
        code
        for code, rows in snapshot.current().divisions.items()
        if words in full_name(code) and _holds(rows[-1], on)
    ]
    asked = Q(name__contains=words) | Q(division_code__in=named)
    rows = _organs(department=department_key).filter(asked).order_by("division_code")
    deciding = (organ for organ in rows if _decides_at_home(organ))
    return list(islice(deciding, most))


def _decides_at_home(organ: Authority) -> bool:
    try:
        found = competent_authority(organ.department_id, organ.division_code)
    except Refused:
        return False
    return found.code == organ.code


def _organs(**which: Any) -> QuerySet[Authority]:
    return Authority.objects.select_related("department").filter(**which)


def window_authority(division_code: str) -> Authority:
    """The organ that receives in a place; a county without a centre goes to its city's.

    Refused: NoCompetentAuthority.
    """
    for code in dict.fromkeys([division_code, deciding_place(division_code)]):
        if found := service_centre(code):
            return found
    raise NoCompetentAuthority("zhengwu", division_code)


def receiving_windows(division_code: str) -> list[Window]:
    """The windows that receive for other places, in the place and everywhere below it."""
    codes = list(_with_below(division_code))
    return list(
        Window.objects.filter(authority__division_code__in=codes)
        .select_related("authority")
        .order_by("authority__division_code", "number")
    )


def _with_below(code: str) -> Iterator[str]:
    yield code
    for below in snapshot.current().children.get(code, ()):
        yield from _with_below(below)


def regions() -> list[Region]:
    """All named groups of places."""
    return list(snapshot.current().regions.values())


def region_members(key: str, on: date) -> list[str]:
    """The codes of the places in a group on that day; empty before it began."""
    rows = snapshot.current().members.get(key, ())
    return [
        row.division_code
        for row in rows
        if (row.valid_from is None or row.valid_from <= on)
        and (row.valid_to is None or on <= row.valid_to)
    ]


def shared_regions(one: str, other: str, on: date) -> list[Region]:
    """The groups that both places belong to on that day, by themselves or by a place above."""
    lines = [{code, *_above(code)} for code in (one, other)]
    return [
        region
        for key, region in snapshot.current().regions.items()
        if all(not line.isdisjoint(region_members(key, on)) for line in lines)
    ]
