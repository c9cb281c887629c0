"""The catalogue as managers look through it: items by filter, and all versions of one item."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Count
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound
from tongban.catalogue import archetypes, implementations, queries
from tongban.catalogue.models import (
    Draft,
    Implementation,
    ImplementationVersion,
    Item,
    ItemVersion,
    Mode,
)
from tongban.catalogue.overlay import overlay
from tongban.catalogue.reading import DATA
from tongban.jurisdictions import queries as jurisdictions
from tongban.oversight.sheet import Content

DIGITS = 9  # of a number of a version, which the database still holds
OPEN = (Draft.State.EDITING, Draft.State.IN_REVIEW)


class NoSuchVersion(NotFound):
    """There is no such version of the item at this node."""

    code = "no-such-version"


@dataclass(frozen=True)
class Wanted:
    """What the list of items is narrowed to; empty for everything."""

    words: str = ""
    list: str = ""
    batch: str = ""
    lead: str = ""
    mode: str = ""
    theme: str = ""
    archetype: str = ""
    draft: str = ""

    @property
    def is_narrow(self) -> bool:
        return self != Wanted()


@dataclass(frozen=True)
class ItemRow:
    """One line of the list of items."""

    item: Item
    number: int
    from_day: date | None
    modes: tuple[str, ...]
    archetype: str
    places: int
    drafts: tuple[str, ...]
    coming: date | None

    @property
    def archetype_name(self) -> str:
        """What sort of matter it is; a key that no file knows stands for itself."""
        return archetypes.names(DATA).get(self.archetype, self.archetype)

    @property
    def mode_words(self) -> str:
        return "、".join(str(Mode(one).label) for one in self.modes)


def item_rows(wanted: Wanted, *, on: date) -> list[ItemRow]:
    """The items that fit, in the order of the lists, each with the standard of this day."""
    standards, coming = _standards(on)
    places = dict(
        Implementation.objects.filter(retired_on=None)
        .values_list("item_id")
        .annotate(count=Count("division_code", distinct=True))
        .order_by()
    )
    drafts: dict[str, tuple[str, ...]] = {}
    for code, state in Draft.objects.filter(state__in=OPEN).values_list("item_id", "state"):
        drafts[code] = (*drafts.get(code, ()), state)
    rows = (
        ItemRow(
            item=one,
            places=places.get(one.code, 0),
            drafts=drafts.get(one.code, ()),
            coming=coming.get(one.code),
            **standards.get(one.code, _NOTHING),
        )
        for one in queries.items()
    )
    return [row for row in rows if _fits(row, wanted)]


_NOTHING: dict[str, Any] = {"number": 0, "from_day": None, "modes": (), "archetype": ""}


def _standards(on: date) -> tuple[dict[str, dict[str, Any]], dict[str, date]]:
    """For each item the standard in force, and the day of the next one that is not yet."""
    found: dict[str, dict[str, Any]] = {}
    coming: dict[str, date] = {}
    rows = (
        ItemVersion.objects.order_by("item", "from_day")
        .annotate(archetype_key=KT("content__archetype"))
        .values_list("item_id", "number", "from_day", "modes", "archetype_key")
    )
    for code, number, from_day, modes, archetype in rows:
        if from_day <= on:
            found[code] = {
                "number": number,
                "from_day": from_day,
                "modes": tuple(modes),
                "archetype": archetype or "",
            }
        else:
            coming.setdefault(code, from_day)
    return found, coming


def _fits(row: ItemRow, wanted: Wanted) -> bool:
    item = row.item
    words = wanted.words.strip()
    return (
        (not words or words in item.name or words == item.code)
        and wanted.list in {"", item.batch.list_id}
        and wanted.batch in {"", f"{item.batch.list_id}-{item.batch.number}"}
        and wanted.lead in {"", item.lead}
        and (not wanted.mode or wanted.mode in row.modes)
        and wanted.theme in {"", item.theme}
        and wanted.archetype in {"", row.archetype}
        and _draft_fits(row, wanted.draft)
    )


def _draft_fits(row: ItemRow, state: str) -> bool:
    if state == "none":
        return not row.drafts
    return not state or state in row.drafts


# --- one item ---


@dataclass(frozen=True)
class Ref:
    """A version named in an address: the standard's `standard:2`, or a place's `350000:1`.

    A part of an item that the place has split is named with it: `350100-01:1`.
    """

    place: str
    number: int
    part: str = ""

    def __str__(self) -> str:
        return f"{laid_down_by(self.place, self.part) or 'standard'}:{self.number}"

    @classmethod
    def read(cls, text: str) -> "Ref":
        """Refused: NoSuchVersion."""
        named, _colon, number = text.partition(":")
        if not (number.isascii() and number.isdecimal() and len(number) <= DIGITS):
            raise NoSuchVersion(_("没有“%(text)s”这一版") % {"text": text})
        place, _dash, part = named.partition("-")
        return cls("" if place == "standard" else place, int(number), part)


def laid_down_by(place: str, part: str) -> str:
    """A place, or a part of what it has split, as addresses and forms name it: 350100-01."""
    return f"{place}-{part}" if part else place


def called(place: str, part: str = "", name: str = "") -> str:
    """Whose version it is: 国家标准, 福州市, or 福州市拆分01（name）."""
    if not place:
        return _("国家标准")
    full = jurisdictions.full_name(place)
    if not part:
        return full
    facts = {"place": full, "part": part, "name": name}
    return _("%(place)s拆分%(part)s（%(name)s）") % facts if name else f"{full}-{part}"


@dataclass(frozen=True)
class VersionRow:
    """One version of the standard or of a place, and how it stands on a day."""

    ref: Ref
    who: str
    from_day: date
    until: date | None
    came_from: str
    published_by: str
    state: str

    @property
    def is_standard(self) -> bool:
        return not self.ref.place

    @property
    def is_live(self) -> bool:
        return self.state == "live"


def version_rows(code: str, *, on: date) -> list[VersionRow]:
    """All versions of an item, the standard's first, the newest first in each.

    Of a place what holds for the whole item comes before the parts that it has split the item into.
    """
    standard = ItemVersion.objects.filter(item_id=code)
    rows = _in_order(called(""), standard.order_by("-number"))
    local = (
        ImplementationVersion.objects.filter(implementation__item_id=code)
        .select_related("implementation")
        .order_by("implementation__division_code", "implementation__part", "-number")
    )
    for of, versions in groupby(local, key=lambda one: one.implementation):
        rows += _in_order(called(of.division_code, of.part, of.name), versions)
    return [_standing(*row, on=on) for row in rows]


Numbered = ItemVersion | ImplementationVersion
_Row = tuple[str, Numbered, date | None]


def _in_order(who: str, versions: Iterable[Numbered]) -> list[_Row]:
    """The newest first; each ends where the one above it begins."""
    rows: list[_Row] = []
    until = None
    for one in versions:
        rows.append((who, one, until))
        until = one.from_day
    return rows


def _standing(who: str, one: Numbered, until: date | None, *, on: date) -> VersionRow:
    of = one.implementation if isinstance(one, ImplementationVersion) else None
    if one.from_day > on:
        state = "coming"
    elif until and until <= on:
        state = "past"
    else:
        state = "live"
    return VersionRow(
        ref=Ref(of.division_code, one.number, of.part) if of else Ref("", one.number),
        who=who,
        from_day=one.from_day,
        until=until,
        came_from=one.came_from,
        published_by=one.published_by,
        state=state,
    )


def content_of(code: str, ref: Ref) -> Content:
    """The whole content of a version: of a place, laid over what it lies over on its first day.

    Refused: NoSuchVersion.
    """
    if not ref.place:
        row = ItemVersion.objects.filter(item_id=code, number=ref.number).first()
        if row is None:
            raise NoSuchVersion(_("国家标准没有第%(number)d版") % {"number": ref.number})
        return named(row.content, queries.item(code).name)
    local = ImplementationVersion.objects.filter(
        implementation__item_id=code,
        implementation__division_code=ref.place,
        implementation__part=ref.part,
        number=ref.number,
    ).first()
    if local is None:
        place = called(ref.place, ref.part)
        said = _("%(place)s没有第%(number)d版") % {"place": place, "number": ref.number}
        raise NoSuchVersion(said)
    return overlay(below(code, ref.place, on=local.from_day), local.content)


def below(code: str, place: str, *, on: date) -> Content:
    """What a place's changes lie over on a day: the standard and the wider places' changes.

    Before the first standard, the first one. Refused: NoSuchVersion where there is none at all.
    """
    versions = ItemVersion.objects.filter(item_id=code).order_by("-from_day")
    standard = versions.filter(from_day__lte=on).first() or versions.last()
    if standard is None:
        raise NoSuchVersion(_("这个事项还没有国家标准，不能写一个地方的规定"))
    content: Content = named(standard.content, queries.item(code).name)
    for one in implementations.in_force(code, place, on):
        if one.place != place:
            content = overlay(content, ImplementationVersion.objects.get(pk=one.row).content)
    return content


def in_force(code: str, place: str, part: str = "", *, on: date) -> Content | None:
    """What holds on a day for the standard (place empty) or a place; nothing before the first.

    A part lies over what the place's rules lie over, and not over them: it stands beside them.
    """
    standard = (
        ItemVersion.objects.filter(item_id=code, from_day__lte=on).order_by("-from_day").first()
    )
    if standard is None:
        return None
    if part:
        local = implementations.part_in_force(code, place, part, on)
        under = below(code, place, on=on)
        return overlay(under, local.content) if local else under
    content: Content = named(standard.content, queries.item(code).name)
    for one in implementations.in_force(code, place, on) if place else ():
        content = overlay(content, ImplementationVersion.objects.get(pk=one.row).content)
    return content


def named(content: Mapping[str, Any], name: str) -> Content:
    """A standard's content with the item's name, which stands in the list and not in the version."""
    return {"name": name, **content}
