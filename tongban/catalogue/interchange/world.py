"""What the tables know that judging a file asks for; read once a file, kept in memory."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count, Min
from django.utils.translation import gettext as _

from tongban.catalogue.interchange.ground import Ground
from tongban.catalogue.interchange.judging import PlaceFound
from tongban.catalogue.interchange.naming import Items
from tongban.catalogue.models import Implementation, Item, ItemVersion
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions import rules as places
from tongban.jurisdictions.models import Division, Level
from tongban.parties.models import Officer

_LEVELS = {
    Level.PROVINCE: frozenset("27"),
    Level.CITY: frozenset("37"),
    Level.COUNTY: frozenset("4567"),
}
_AT_CITY_LEVEL = frozenset("34567")  # counties of a municipality, or directly under the province


def _items() -> Items:
    known = (
        Implementation.objects.exclude(catalog_code="")
        .values("catalog_code")
        .annotate(items=Count("item", distinct=True), item_code=Min("item"))
        .filter(items=1)
        .values_list("catalog_code", "item_code")
    )
    return Items(dict(Item.objects.values_list("code", "name")), dict(known))


def standards() -> dict[str, dict[str, Any]]:
    """The content of the newest standard of each item."""
    rows = ItemVersion.objects.order_by("item", "-number").distinct("item")
    return dict(rows.values_list("item", "content"))


@dataclass
class Tables:
    """The world as the tables have it on a day, for this node and, where given, for an officer."""

    on: date
    officer: Officer | None = None
    items: Items = field(default_factory=_items)
    _standards: dict[str, dict[str, Any]] = field(default_factory=standards)
    _places: dict[str, PlaceFound] = field(default_factory=dict)
    _grounds: dict[str, Ground] = field(default_factory=dict)

    def ground(self, item: str) -> Ground:
        """The item's national name and the content of its standard; empty where there is none."""
        found = self._grounds.get(item)
        if found is None:
            found = Ground(self.items.names[item], self._standards.get(item, {}))
            self._grounds[item] = found
        return found

    def place(self, code: str) -> PlaceFound:
        """The place that a code means today, or why this node and this officer cannot take it."""
        found = self._places.get(code)
        if found is None:
            found = self._places[code] = self._look_up(code)
        return found

    def _look_up(self, code: str) -> PlaceFound:
        try:
            place = jurisdictions.resolve(code, self.on)
        except jurisdictions.NoSuchDivision as refused:
            return PlaceFound(
                code,
                refusal=("unknown-place", refused.message, _("对照现行区划代码表检查六位数字")),
            )
        except jurisdictions.DivisionEnded:
            return PlaceFound(code, refusal=_ended(code))
        name = jurisdictions.full_name(place.code)
        refusal = self._not_ours(place.code, name)
        remark = _replaced(code, place, name) if place.code != code else None
        return PlaceFound(place.code, name, _levels(place), refusal, remark)

    def _not_ours(self, code: str, name: str) -> tuple[str, str, str] | None:
        try:
            node = jurisdictions.node_for(code).code
        except jurisdictions.PlaceNotServed:
            node = ""
        if node != settings.NODE_ID:
            return (
                "place-not-served-here",
                _("%(place)s不由本节点服务，谁也不能替别的地方公布") % {"place": name},
                _("从文件里删去这一行，由%(place)s自己的节点导入") % {"place": name},
            )
        if self.officer and not jurisdictions.is_within(code, self.officer.place):
            return (
                "place-is-not-yours",
                _("%(place)s不在您所在机关的辖区") % {"place": name},
                _("从文件里删去这一行，由当地的事项管理人员导入"),
            )
        return None


def _levels(place: Division) -> frozenset[str]:
    is_direct = place.parent_code.endswith("0000")
    if place.level == Level.COUNTY and (is_direct or place.code[:2] in places.MUNICIPALITIES):
        return _AT_CITY_LEVEL
    return _LEVELS[Level(place.level)]


def _ended(code: str) -> tuple[str, str, str]:
    old = jurisdictions.division(code)
    heirs = "、".join(f"{heir} {jurisdictions.short_name(heir)}" for heir in old.successors)
    year = old.valid_to.year if old.valid_to else ""
    said = _("%(code)s %(name)s已于%(year)s年撤销") % {"code": code, "name": old.name, "year": year}
    if not heirs:
        return "division-ended", said, _("查现在是哪个地方管，写现在的区划代码")
    return (
        "division-ended",
        said,
        _("由%(heirs)s分别接替，这一行属于哪一个就写哪一个") % {"heirs": heirs},
    )


def _replaced(code: str, place: Division, name: str) -> tuple[str, str, str]:
    old = jurisdictions.short_name(code)
    return (
        "old-division-code",
        _("%(code)s %(old)s是旧区划代码，按现在的%(now)s %(name)s登记")
        % {"code": code, "old": old, "now": place.code, "name": name},
        _("区划代码改成%(now)s") % {"now": place.code},
    )
