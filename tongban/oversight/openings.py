"""Roll-outs and agreements as pages show them: with honest members, on a time line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound, Refused
from tongban.catalogue.models import Agreement, Mode, RollOut
from tongban.jurisdictions import queries as jurisdictions
from tongban.oversight.provinces import Tile, tiles


class NoSuchOpening(NotFound):
    """No roll-out or agreement of this name is known."""

    code = "no-such-opening"


@dataclass(frozen=True)
class Opening:
    """One roll-out in words: since when as exactly as the source says, and for whom."""

    row: RollOut
    since: str
    state: str
    members: str
    items: str

    @property
    def modes(self) -> str:
        return "、".join(str(Mode(one).label) for one in self.row.modes)


@dataclass(frozen=True)
class Group:
    """The roll-outs of one kind."""

    kind: str
    title: str
    openings: tuple[Opening, ...]


def found(*, item: str = "", province: str = "", kind: str = "") -> QuerySet[RollOut]:
    """The roll-outs that concern an item, a province (code of six digits), of a kind."""
    rows = RollOut.objects.select_related("document").prefetch_related("items")
    if item:
        rows = rows.filter(items=item)
    if kind:
        rows = rows.filter(kind=kind)
    if province:
        keys = [row.key for row in rows if concerns(row, province)]
        rows = rows.filter(key__in=keys)
    return rows.distinct()


def concerns(row: RollOut, province: str) -> bool:
    """Whether a province or one of its places is a member; nationwide concerns every one."""
    if row.kind == RollOut.Kind.NATIONWIDE and not row.members:
        return True
    return any(code[:2] == province[:2] for code in places_of(row))


def places_of(row: RollOut | Agreement) -> list[str]:
    """All places that are named: members, and the ends of pairs."""
    pairs = row.pairs if isinstance(row, RollOut) else []
    return list(
        dict.fromkeys([*row.members, *(code for pair in pairs for code in pair if code != "*")])
    )


def groups(rows: Iterable[RollOut], *, on: date) -> list[Group]:
    """By kind, in the order of kinds; the earliest first in each."""
    shown = [opening(row, on=on) for row in rows]
    return [
        Group(kind, str(label), mine)
        for kind, label in RollOut.Kind.choices
        if (mine := tuple(one for one in shown if one.row.kind == kind))
    ]


def opening(row: RollOut, *, on: date) -> Opening:
    """One roll-out in words."""
    return Opening(row, day_words(row.from_day, row.precision), _state(row, on), _members(row),
                   _items(row))  # fmt: skip


def day_words(day: date | None, precision: str) -> str:
    """A day as exactly as the source says it: a year, a month, a day, or nothing."""
    if day is None:
        return _("文件没有写日期")
    if precision == "year":
        return _("%(year)d年") % {"year": day.year}
    if precision == "month":
        return _("%(year)d年%(month)d月") % {"year": day.year, "month": day.month}
    facts = {"year": day.year, "month": day.month, "day": day.day}
    if precision == "by":
        return _("不晚于%(year)d年%(month)d月%(day)d日") % facts
    return _("%(year)d年%(month)d月%(day)d日") % facts


def _state(row: RollOut, on: date) -> str:
    if row.from_day is None:
        return "unknown"
    if row.from_day > on:
        return "coming"
    return "past" if row.until and row.until <= on else "live"


def _members(row: RollOut) -> str:
    """Who is in it, in one line; a number without a list is said to be one."""
    if not row.members_known:
        unit = _("个地方")
        if row.kind == RollOut.Kind.PROVINCES:
            unit = _("个省份")
        elif row.kind == RollOut.Kind.CITIES:
            unit = _("个城市")
        count = f"{row.declared}{unit}" if row.declared else _("若干地方")
        return _("%(count)s，文件没有列出名单") % {"count": count}
    if row.kind == RollOut.Kind.NATIONWIDE and not row.members:
        return _("全国")
    if row.pairs:
        return "、".join("—".join(name(code) for code in pair) for pair in row.pairs)
    names = [name(code) for code in row.members]
    words = "、".join(names[:8])
    return (
        _("%(names)s等%(count)d个") % {"names": words, "count": len(names)} if names[8:] else words
    )


def _items(row: RollOut) -> str:
    items = list(row.items.all())
    if len(items) == 1:
        return items[0].name
    if items:
        return _("%(count)d个事项") % {"count": len(items)}
    if row.item_words:
        return row.item_words
    if row.declared_items:
        return _("%(count)d个事项，文件没有列出名单") % {"count": row.declared_items}
    return _("不直接开通事项")


def name(code: str) -> str:
    """A place's short name with its province for a city; the code when nobody knows it."""
    if code == "*":
        return _("各地")
    try:
        short = jurisdictions.short_name(code)
        return short if code.endswith("0000") else jurisdictions.full_name(code)
    except Refused:
        return code


def grid(row: RollOut | Agreement) -> list[Tile]:
    """The tiles of a roll-out whose members are known."""
    places = places_of(row)
    whole = {code for code in places if code.endswith("0000")}
    return tiles(whole, {f"{code[:2]}0000" for code in places} - whole)


def rollout(key: str) -> RollOut:
    """One roll-out. Refused: NoSuchOpening."""
    row = RollOut.objects.select_related("document").filter(pk=key).first()
    if row is None:
        raise NoSuchOpening(_("没有收录这次开通"))
    return row
