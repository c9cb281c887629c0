"""Where items are open: roll-outs, agreements and the answer for a pair of places.

All of it stands in the snapshots of the catalogue and of the places: a warm process asks the
database nothing, so every row of a search can have its answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tongban.catalogue import availability as answers
from tongban.catalogue import history, organs, snapshot
from tongban.catalogue.availability import Asked, Availability, Ended
from tongban.catalogue.models import (
    Agreement,
    Item,
    ItemChange,
    ItemSource,
    PolicyDocument,
    RollOut,
)
from tongban.catalogue.models import SourceState as State
from tongban.catalogue.openings import Member, Opening, Ruling, SourceRow, rule
from tongban.catalogue.places import Place
from tongban.catalogue.versions import Ground, Version
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions import snapshot as places

CAPITALS = "（省会城市及计划单列市）"


@dataclass(frozen=True)
class Listed:
    """A roll-out with the items it names and the places that take part on the day asked about."""

    rollout: RollOut
    items: tuple[Item, ...]
    members: tuple[str, ...]

    @property
    def unknown_members(self) -> int:
        """How many places the source counts and does not name."""
        return max((self.rollout.declared or 0) - len(self.members), 0)

    @property
    def unknown_items(self) -> int:
        """How many items the source counts and nobody here can name."""
        return max((self.rollout.declared_items or 0) - len(self.items), 0)


def rollouts(*, item: str = "", place: str = "", on: date | None = None) -> list[Listed]:
    """The roll-outs that name an item, have a place among theirs, and hold on a day.

    The earliest first, those without a day last. With `on` only what holds then; a place counts
    when it, or a place above it, takes part (everywhere takes part in what is nationwide).
    """
    now = snapshot.current()
    found = []
    for row in now.rollouts.values():
        codes = now.rollout_items.get(row.key, ())
        if (item and item not in codes) or (on and not _holds(row, on)):
            continue
        members = _members(row)
        taking_part = tuple(one.code for one in members if on is None or one.holds(on))
        if place and not _takes_part(row, taking_part, place):
            continue
        found.append(Listed(row, tuple(now.items[code] for code in codes), taking_part))
    return found


def _holds(row: RollOut, on: date) -> bool:
    return bool(row.from_day and row.from_day <= on) and (row.until is None or on <= row.until)


def _takes_part(row: RollOut, members: Iterable[str], place_code: str) -> bool:
    named = {code for pair in row.pairs for code in pair} | set(members)
    return row.kind == RollOut.Kind.NATIONWIDE or not named.isdisjoint(place(place_code).line)


def agreements(*, place: str = "", on: date | None = None) -> list[Agreement]:
    """The agreements, the earliest first; of one place, and signed by a day, when asked so."""
    line = _line(place) if place else frozenset()
    return [
        one
        for one in snapshot.current().agreements
        if (not place or not line.isdisjoint(one.members))
        and (on is None or (one.signed_on is not None and one.signed_on <= on))
    ]


def _line(code: str) -> frozenset[str]:
    return place(code).line


def place(code: str) -> Place:
    """A place as the rules want it. Refused: NoSuchDivision."""
    return places.remembered(("catalogue-place", code), lambda: _place(code)) or _place(code)


def _place(code: str) -> Place:
    jurisdictions.division(code)
    return Place(
        code=code,
        name=jurisdictions.short_name(jurisdictions.deciding_place(code)),
        full_name=jurisdictions.full_name(code),
        province_name=jurisdictions.short_name(code[:2] + "0000"),
        decides_at=jurisdictions.deciding_place(code),
        is_connected=_is_connected(code),
        is_suspended=_is_suspended(code),
    )


def _is_suspended(code: str) -> bool:
    try:
        return jurisdictions.node_for(code).is_suspended
    except jurisdictions.PlaceNotServed:
        return False


def _is_connected(code: str) -> bool:
    try:
        return jurisdictions.node_for(code).is_connected
    except jurisdictions.PlaceNotServed:
        return False


# --- the answer for a pair ---


@dataclass(frozen=True)
class _Facts:
    """What is asked about an item whatever the places and the day are."""

    rows: tuple[SourceRow, ...]
    openings: tuple[Opening, ...]
    national: Ground
    on_site_organ: str
    wider: tuple[str, str] | None


@dataclass(frozen=True)
class _Documents:
    """What is asked about documents: whose they are, how they are called, which only report."""

    provinces: Mapping[str, str]
    titles: Mapping[str, str]
    reports: frozenset[str]


def availability(
    found: Item,
    version: Version | None,
    *,
    here: str,
    there: str,
    on: date,
    receiving: str = "",
    starts: date | None = None,
) -> Availability:
    """The answer for one item whose version for the deciding place is known; see `queries`."""
    facts, documents = _facts(found), _documents()
    asked = Asked(
        rows=facts.rows,
        version=version,
        organ=organs.name_of(
            department=version.department if version else "", ministry=found.lead, place=there
        ),
        national=facts.national,
        provinces=documents.provinces,
        openings=facts.openings,
        titles=documents.titles,
        reports=documents.reports,
        on_site_organ=facts.on_site_organ,
        starts=starts,
        wider=facts.wider,
        ended=_ended(found.code, on),
    )
    return answers.availability(
        asked,
        here=place(here),
        there=place(there),
        on=on,
        receiving=place(receiving) if receiving else None,
    )


def _ended(code: str, on: date) -> Ended | None:
    """What an item became, once the day has come."""
    change = history.ended(code)
    if change is None or change.on > on:
        return None
    heirs = tuple((one.code, one.name) for one in history.successors(code))
    return Ended(change.on, change.get_kind_display(), heirs, _ended_by(change))


def _ended_by(change: ItemChange) -> Ground:
    return Ground(change.document_id, change.place, change.why)


def ruling(found: Item, *, here: str, there: str, on: date) -> Ruling:
    """What the documents alone say about receiving `here` for `there`."""
    facts = _facts(found)
    return rule(facts.rows, facts.openings, here=place(here), there=place(there), on=on)


def _documents() -> _Documents:
    now = snapshot.current()
    known: _Documents | None = now.asked.get("documents")
    if known is None:
        rows = now.documents.values()
        known = now.asked["documents"] = _Documents(
            provinces={one.key: one.province for one in rows},
            titles={one.key: one.short_title for one in rows},
            reports=frozenset(one.key for one in rows if one.kind == PolicyDocument.Kind.SECONDARY),
        )
    return known


def _facts(found: Item) -> _Facts:
    now, here = snapshot.current(), places.current()
    known: tuple[object, _Facts] | None = now.asked.get(("facts", found.code))
    if known is None or known[0] != here.stamp:
        known = now.asked["facts", found.code] = (here.stamp, _gather(found))
    return known[1]


def _gather(found: Item) -> _Facts:
    now = snapshot.current()
    decides = found.facts.get("decides") or {}
    is_on_site = any(source.state == State.ON_SITE for source in found.sources.all())
    openings = tuple(
        opening(row, len(codes))
        for row in now.rollouts.values()
        if found.code in (codes := now.rollout_items.get(row.key, ())) and _counts(row)
    )
    return _Facts(
        rows=tuple(
            source_row(one, now.documents[one.document_id], whole=not found.name.endswith(CAPITALS))
            for one in found.sources.all()
        ),
        openings=openings or _deadlines(found),
        national=_national(found),
        on_site_organ=decides.get("organ", "") if is_on_site else "",
        wider=_wider(found, now.items.values()),
    )


def _counts(row: RollOut) -> bool:
    """Whether the roll-out opens items: it has a day and is not only a system going live."""
    return row.from_day is not None and not row.is_start_of_system


def opening(row: RollOut, items: int) -> Opening:
    """A roll-out as the rules want it, with its region's members and their days.

    One without a day never begins.
    """
    return Opening(
        key=row.key,
        kind=row.kind,
        name=row.name,
        document=row.document_id,
        place=row.place,
        line=row.line,
        sentence=row.sentence,
        from_day=row.from_day or date.max,
        precision=row.precision,
        until=row.until,
        members=_members(row),
        pairs=tuple((one, other) for one, other in row.pairs),
        is_mutual=row.is_mutual,
        is_complete=row.members_known,
        declared=row.declared,
        modes=tuple(row.modes),
        limit_days=row.limit_days,
        items=items,
        is_report=row.document_id in _documents().reports,
        note=row.note,
    )


def _members(row: RollOut) -> tuple[Member, ...]:
    """Who takes part, and since when; a region counts only where the source means all of it."""
    own = [Member(code) for code in row.members]
    if not row.region or not row.members_known:
        return tuple(own)
    rows = places.current().members.get(row.region, ())
    return (*own, *(Member(one.division_code, one.valid_from, one.valid_to) for one in rows))


def source_row(source: ItemSource, document: PolicyDocument, *, whole: bool = True) -> SourceRow:
    """The row that an item comes from, with the days that its own province names.

    Where the item is not for the `whole` province, its day opens nothing by itself.
    """
    days = [one for one in source.deadlines if one["scope"] == source.province]
    done = any(one["kind"] == "done" for one in days)
    due = [date.fromisoformat(one["by"]) for one in days if one["by"] and not one["coverage"]]
    return SourceRow(
        document=source.document_id,
        place=source.place,
        province=source.province,
        form=source.form or State(source.state).label,
        state=source.state,
        text=f"{document.short_title}{source.place}",
        modes=tuple(source.modes),
        done_on=document.issued_on if done and source.province and whole else None,
        due_on=max(due, default=None) if source.province and whole else None,
        line=source.first_line,
    )


def _deadlines(found: Item) -> tuple[Opening, ...]:
    """The nation's own days for an item that no roll-out names: one added here since."""
    return tuple(
        Opening(
            key=f"{source.document_id}:{source.place}",
            kind="nationwide",
            name=one["text"],
            document=source.document_id,
            place=source.place,
            line=source.first_line,
            sentence=one["text"],
            from_day=date.fromisoformat(one["by"]),
            precision="by",
        )
        for source in found.sources.all()
        for one in source.deadlines
        if one["scope"] == "national" and one["by"] and not one["coverage"]
    )


def _national(found: Item) -> Ground:
    """The list that the item stands in; of the list of 2020 only the provinces' copies are known."""
    batch = found.batch
    is_copy = batch.document_id != batch.list.document_id
    said = _("第%(batch)s批，据省级方案转列") if is_copy else _("第%(batch)s批")
    return Ground(batch.list.document_id, _("附件清单"), said % {"batch": batch.number})


def _wider(found: Item, items: Iterable[Item]) -> tuple[str, str] | None:
    """The same item without the limit to some cities."""
    if not found.name.endswith(CAPITALS):
        return None
    name = found.name.removesuffix(CAPITALS)
    return next(((one.code, one.name) for one in items if one.name == name), None)
