"""Reading the catalogue: items, their versions, documents, and whether a pair of places is open."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound, Refused
from tongban.catalogue import implementations, organs, rules, snapshot
from tongban.catalogue.models import Batch, Item, ItemSource, PolicyDocument, SourceState
from tongban.catalogue.rules import Availability, Decided, Place
from tongban.catalogue.themes import THEMES
from tongban.catalogue.versions import Ground, Version
from tongban.jurisdictions import queries as jurisdictions

__all__ = ["Availability", "Theme", "Version", "availability", "item", "version_in_force"]


class NoSuchItem(NotFound):
    """There is no item with this code, or not in this version."""

    code = "no-such-item"


@dataclass(frozen=True)
class Theme:
    """A theme of the home page, and how many items stand in it."""

    name: str
    hint: str
    count: int


def item(code: str) -> Item:
    """The item with this code. Refused: NoSuchItem."""
    found = snapshot.current().items.get(code)
    if found is None:
        raise NoSuchItem(_("目录里没有编码是%(code)s的事项") % {"code": code}, item=code)
    return found


def items(*, theme: str = "", subject: str = "") -> list[Item]:
    """All items in the order of the lists; of one theme, for one kind of applicant."""
    return [
        one
        for one in snapshot.current().items.values()
        if (not theme or one.theme == theme) and (not subject or subject in one.subjects)
    ]


def themes() -> list[Theme]:
    """The twelve themes in their order, with their numbers of items."""
    counts = Counter(one.theme for one in snapshot.current().items.values())
    return [Theme(name, hint, counts[name]) for name, hint in THEMES.items()]


def versions(code: str) -> tuple[Version, ...]:
    """All versions of an item's standard, the newest first; none where it cannot be filed yet."""
    return snapshot.current().versions.get(code, ())


def version(code: str, number: int, local: str = "") -> Version:
    """One version of an item, in force or not, with the places' changes that `local` names.

    Refused: NoSuchItem.
    """
    for one in versions(code):
        if one.number == number:
            return implementations.laid_over(one, implementations.named(code, local))
    raise NoSuchItem(
        _("事项%(code)s没有第%(number)s版") % {"code": code, "number": number},
        item=code,
        version=number,
    )


def version_in_force(code: str, on: date, *, deciding: str = "") -> Version | None:
    """The version that an application of this day is judged by; nothing before the first.

    With `deciding`, as the authority of that place carries it out; without, the standard alone.
    """
    found = next((one for one in versions(code) if one.from_day <= on), None)
    if found is None or not deciding:
        return found
    return implementations.laid_over(found, implementations.in_force(code, deciding, on))


def open_items(on: date) -> list[Item]:
    """The items that can be filed here on this day."""
    return [
        item(code) for code in sorted(snapshot.current().versions) if version_in_force(code, on)
    ]


def batches() -> tuple[Batch, ...]:
    """All batches with what they declare and what is known of them."""
    return snapshot.current().batches


def declared_and_known(list_code: str) -> tuple[int, int]:
    """How many items a list declares, and how many are known here: (140, 137) for 2020."""
    mine = [batch for batch in batches() if batch.list_id == list_code]
    return sum(batch.declared_total for batch in mine), sum(batch.known_total for batch in mine)


def documents() -> list[PolicyDocument]:
    """All policy documents, the oldest first."""
    return list(snapshot.current().documents.values())


def document(key: str) -> PolicyDocument:
    """One policy document. Refused: NotFound."""
    found = snapshot.current().documents.get(key)
    if found is None:
        raise NotFound(_("没有收录文件%(key)s") % {"key": key}, document=key)
    return found


def sources(code: str) -> list[ItemSource]:
    """The rows of documents that an item comes from."""
    return list(item(code).sources.all())


def place(code: str) -> Place:
    """A place as the rules want it. Refused: NoSuchDivision."""
    jurisdictions.division(code)
    return Place(
        code=code,
        name=jurisdictions.short_name(jurisdictions.deciding_place(code)),
        full_name=jurisdictions.full_name(code),
        province_name=jurisdictions.short_name(code[:2] + "0000"),
        decides_at=jurisdictions.deciding_place(code),
        is_connected=_is_connected(code),
    )


def _is_connected(code: str) -> bool:
    try:
        return jurisdictions.node_for(code).is_connected
    except jurisdictions.PlaceNotServed:
        return False


def availability(code: str, *, here: str, there: str, on: date) -> Availability:
    """Whether an item can be done from `here` for `there` on a day, how, and under what.

    `here` and `there` are six-digit codes of any level below the province; decisions are made at
    city level. Refused: NoSuchItem, NoSuchDivision.
    """
    found = item(code)
    version = version_in_force(code, on)
    asked = rules.Asked(
        rows=_rows(found),
        version=version,
        organ=organs.name_of(
            department=version.department if version else "", ministry=found.lead, place=there
        ),
        national=_national(found),
        provinces={one.key: one.province for one in documents()},
    )
    return rules.availability(asked, here=place(here), there=place(there))


def _rows(found: Item) -> list[rules.SourceRow]:
    rows = []
    for source in found.sources.all():
        said = source.form or SourceState(source.state).label
        text = f"{source.document.short_title}{source.place}"
        rows.append(
            rules.SourceRow(
                source.document_id, source.place, source.province, said, source.state, text
            )
        )
    return rows


def _national(found: Item) -> Ground:
    """The list that the item stands in; of the list of 2020 only the provinces' copies are known."""
    batch = found.batch
    is_copy = batch.document_id != batch.list.document_id
    said = _("第%(batch)s批，据省级方案转列") if is_copy else _("第%(batch)s批")
    return Ground(batch.list.document_id, _("附件清单"), said % {"batch": batch.number})


def decides(version: Version, answers: Mapping[str, Any]) -> Decided | None:
    """The place that decides, from the applicant's answers; nothing while they do not say."""
    return rules.decides(version, answers, _decides_at)


def check_competent(
    version: Version, answers: Mapping[str, Any], *, deciding: str
) -> Decided | None:
    """Which place decides; refused (PlaceNotCompetent) at the field when it is another one."""
    return rules.check_competent(
        version,
        answers,
        deciding=place(deciding),
        decides_at=_decides_at,
        name_of=jurisdictions.full_name,
    )


def _decides_at(code: str) -> str:
    try:
        return jurisdictions.deciding_place(code)
    except Refused:
        # The field itself is refused elsewhere; nobody decides for a place that does not exist.
        return code
