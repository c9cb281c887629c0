"""Reading the catalogue: items, their versions, documents, and whether a pair of places is open."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound, Refused
from tongban.catalogue import competence, implementations, organs, reach, snapshot
from tongban.catalogue.availability import Availability
from tongban.catalogue.competence import Decided
from tongban.catalogue.history import ended, former_names, history, successors
from tongban.catalogue.models import (
    Batch,
    DocumentRelation,
    Item,
    ItemSource,
    PolicyDocument,
    ProvinceRole,
    ReportDuty,
)
from tongban.catalogue.places import Place
from tongban.catalogue.reach import Listed, agreements, place, rollouts
from tongban.catalogue.themes import THEMES
from tongban.catalogue.versions import Version
from tongban.jurisdictions import queries as jurisdictions

__all__ = [
    "Availability",
    "Listed",
    "Place",
    "Theme",
    "Version",
    "agreements",
    "availability",
    "ended",
    "former_names",
    "history",
    "item",
    "place",
    "rollouts",
    "successors",
    "version_in_force",
]


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
    """The item with this code, also one that has ended (see `ended`). Refused: NoSuchItem."""
    found = snapshot.current().items.get(code)
    if found is None:
        raise NoSuchItem(_("目录里没有编码是%(code)s的事项") % {"code": code}, item=code)
    return found


def items(*, theme: str = "", subject: str = "") -> list[Item]:
    """All items in the order of the lists; of one theme, for one kind of applicant.

    Those that were merged, split or retired are not among them.
    """
    return [
        one
        for one in snapshot.current().items.values()
        if (not theme or one.theme == theme)
        and (not subject or subject in one.subjects)
        and not ended(one.code)
    ]


def themes() -> list[Theme]:
    """The twelve themes in their order, with their numbers of items."""
    counts = Counter(one.theme for one in items())
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
    """The items that can be filed here on this day; none that have ended."""
    found = ((code, version_in_force(code, on)) for code in sorted(snapshot.current().versions))
    return [
        item(code)
        for code, version in found
        if version and version.can_be_filed and not ended(code)
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


def availability(
    code: str, *, here: str, there: str, on: date, receiving: str = ""
) -> Availability:
    """Whether an item can be done from `here` for `there` on a day, how, and under what.

    `here` is the applicant's place, `receiving` the window's where that is another one. All are
    six-digit codes of any level below the province; decisions are made at city level, by the
    version that the deciding place carries out. Refused: NoSuchItem, NoSuchDivision.
    """
    found = item(code)
    place(there)
    version = version_in_force(code, on, deciding=there)
    return reach.availability(
        found,
        version,
        here=here,
        there=there,
        on=on,
        receiving=receiving,
        starts=None if version else _starts(code, on),
    )


def _starts(code: str, on: date) -> date | None:
    """The day from which the next version holds, where there is one to come."""
    return min((one.from_day for one in versions(code) if one.from_day > on), default=None)


def availabilities(
    codes: Iterable[str], *, here: str, there: str, on: date, receiving: str = ""
) -> dict[str, Availability]:
    """The answers for many items and one pair of places, by code; see `availability`.

    What places publish about the items is asked of the database once, not once an item.
    """
    wanted = list(codes)
    implementations.remember(wanted, there)
    return {
        code: availability(code, here=here, there=there, on=on, receiving=receiving)
        for code in wanted
    }


def relations(key: str) -> list[DocumentRelation]:
    """What a document implements, extends, replaces and cites, and what does so with it."""
    rows = DocumentRelation.objects.select_related("document", "other")
    return [row for row in rows if key in (row.document_id, row.other_id)]


def duties(*, list_code: str = "") -> list[ReportDuty]:
    """Who has to report what, when and to whom; of one list when asked so."""
    known = snapshot.current().duties
    return [one for one in known if list_code in {"", one.list_code}]


def roles(*, authority: str = "", role: str = "", phase: str | None = None) -> list[ProvinceRole]:
    """What part a province's authority has in items; `phase` is a year, or "" for later."""
    return [
        one
        for one in snapshot.current().roles
        if authority in {"", one.authority}
        and role in {"", one.role}
        and (phase is None or phase == one.phase)
    ]


def decides(version: Version, answers: Mapping[str, Any]) -> Decided | None:
    """The place that decides, from the applicant's answers; nothing while they do not say."""
    return competence.decides(version, answers, _decides_at)


def check_competent(
    version: Version, answers: Mapping[str, Any], *, deciding: str
) -> Decided | None:
    """Which place decides; refused (PlaceNotCompetent) at the field when it is another one."""
    return competence.check_competent(
        version,
        answers,
        deciding=place(deciding),
        decides_at=_decides_at,
        name_of=jurisdictions.full_name,
    )


def explain_competence(version: Version, answers: Mapping[str, Any]) -> str:
    """The sentence why the place decides that decides; empty while the answers do not say."""
    decided = decides(version, answers)
    if decided is None:
        return ""
    return competence.explain(
        version,
        organ=_line_of_work(version),
        answered=jurisdictions.full_name(str(answers[decided.field])),
        decider=organs.name_of(
            department=version.department, ministry=item(version.item).lead, place=decided.place
        ),
    )


def _line_of_work(version: Version) -> str:
    return _("%(line)s部门") % {"line": jurisdictions.department(version.department).name}


def _decides_at(code: str) -> str:
    try:
        return jurisdictions.deciding_place(code)
    except Refused:
        # The field itself is refused elsewhere; nobody decides for a place that does not exist.
        return code
