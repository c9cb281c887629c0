"""Reading drafts: what they were begun from, what is wrong with them, whom they concern."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound, may
from tongban.catalogue import (
    implementations,
    judging,
    overlay,
    permissions,
    queries,
    reading,
    running,
)
from tongban.catalogue.judging import Problem
from tongban.catalogue.models import (
    Draft,
    Implementation,
    ImplementationVersion,
    ItemVersion,
)
from tongban.catalogue.versions import Version
from tongban.parties.models import Officer

OPEN = (Draft.State.EDITING, Draft.State.IN_REVIEW)


@dataclass(frozen=True)
class Basis:
    """A published version that a draft is begun from; number 0 and nothing in it before the first."""

    number: int
    from_day: date | None
    content: dict[str, Any]
    wording: dict[str, Any]


def draft(draft_id: int) -> Draft:
    """One draft. Refused: NotFound."""
    found = Draft.objects.select_related("item").filter(pk=draft_id).first()
    if found is None:
        raise NotFound(_("没有这份草稿"), draft=draft_id)
    return found


def drafts_for(officer: Officer, *, is_open: bool = True) -> list[Draft]:
    """The drafts that an officer may read as a manager, saved last first; only open ones, or all."""
    rows: QuerySet[Draft] = Draft.objects.select_related("item")
    if is_open:
        rows = rows.filter(state__in=OPEN)
    return [row for row in rows if may(permissions.check_may_manage, officer, row.division_code)]


def basis(item: str, division_code: str, part: str) -> Basis:
    """The last published version of a standard ("" for the place) or of a place's rules.

    The last one and not the one in force: what is to come in force later must not be lost.
    """
    row: ItemVersion | ImplementationVersion | None
    if not division_code:
        row = ItemVersion.objects.filter(item_id=item).order_by("-number").first()
        return Basis(row.number, row.from_day, _own(row.content), {}) if row else _NOTHING
    row = (
        ImplementationVersion.objects.filter(
            implementation__item_id=item,
            implementation__division_code=division_code,
            implementation__part=part,
        )
        .order_by("-number")
        .first()
    )
    return Basis(row.number, row.from_day, row.content, row.wording) if row else _NOTHING


def parts(item: str, places: Sequence[str]) -> list[tuple[str, str, str]]:
    """The parts into which these places have split an item: place, part and name."""
    rows = Implementation.objects.filter(item_id=item, division_code__in=places, retired_on=None)
    named = rows.exclude(part="").order_by("division_code", "part")
    return list(named.values_list("division_code", "part", "name"))


def part_name(found: Draft) -> str:
    """What the place calls the part that a draft is of."""
    of = {"item_id": found.item_id, "division_code": found.division_code, "part": found.part}
    return Implementation.objects.filter(**of).values_list("name", flat=True).first() or ""


_NOTHING = Basis(0, None, {}, {})
# What a version says of itself, which publishing fills in.
ITS_OWN = ("item", "number", "from_day")


def _own(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key not in ITS_OWN}


def whole(found: Draft) -> dict[str, Any]:
    """The content that a draft of a standard would publish."""
    day = found.from_day or date(9999, 12, 31)
    said = {"item": found.item_id, "number": found.base + 1, "from_day": day.isoformat()}
    return said | _own(found.content)


def merged(found: Draft) -> dict[str, Any]:
    """What an applicant would be asked: the draft itself, or what lies below it with its changes.

    The changes must be sound.
    """
    if not found.division_code:
        return whole(found)
    below = _below(found)
    return overlay.overlay(below[0], found.content) if below else {}


def content_problems(found: Draft) -> list[Problem]:
    """What is wrong with the content of a draft, judged as it will be read."""
    if not found.division_code:
        return judging.judge(whole(found), name=found.item.name)
    below = _below(found)
    if not below:
        return [Problem("/", _("这个事项还没有全国标准，不能写本地的规定"))]
    said: dict[tuple[str, str], Problem] = {}
    for content in below:
        for problem in overlay.problems(content, found.content):
            said.setdefault((problem.place, problem.sentence), problem)
    return list(said.values())


def _below(found: Draft) -> list[dict[str, Any]]:
    """What a place's rules lie over on their day, and over every standard that is to follow.

    A city's rules lie over its province's, and both over the national standard.
    """
    rows = list(ItemVersion.objects.filter(item_id=found.item_id).order_by("number"))
    day = found.from_day or date.max
    before = [row for row in rows if row.from_day <= day]
    left = rows[len(before) - 1 :] if before else rows[-1:]
    return [implementations.over_wider(row.content, found.division_code, day) for row in left]


def problems(found: Draft, *, on: date) -> list[Problem]:
    """Everything that keeps a draft from being handed in or published on a day (in Beijing).

    Its content, its day (the day after publication at the earliest, and after the last version's),
    why it is made, what becomes of running cases, and that it changes anything at all.
    """
    said = content_problems(found)
    last = basis(found.item_id, found.division_code, found.part)
    if found.from_day is None:
        said.append(Problem("/from_day", _("写明从哪一天起施行")))
    elif found.from_day <= on:
        # Whoever applies today is judged by one set of rules, in the morning and in the evening.
        said.append(Problem("/from_day", _("最早从公布的第二天起施行")))
    elif last.from_day and found.from_day <= last.from_day:
        facts = {"number": last.number, "day": last.from_day.isoformat()}
        said.append(Problem("/from_day", _("要晚于第%(number)s版的施行日期（%(day)s）") % facts))
    if not found.why.strip():
        said.append(Problem("/why", _("写明为什么修改")))
    if last.number and last.content == _compared(found):
        said.append(Problem("/", _("和上一版一样，没有改动")))
    return said + _running_problems(found, has_faults=bool(said))


def _compared(found: Draft) -> dict[str, Any]:
    return found.content if found.division_code else _own(found.content)


def _running_problems(found: Draft, *, has_faults: bool) -> list[Problem]:
    if found.part and found.running.get("rule", "keep") != "keep":
        said = _("拆分的一项只用来对照和导出，办件按整个事项的规定办，没有可以改按新规定的办件")
        return [Problem("/running/rule", said)]
    if has_faults or found.running.get("rule", "keep") == "keep":
        return running.problems(found.running, None, None)
    before, after = versions_of(found)
    return running.problems(found.running, before, after)


def versions_of(found: Draft) -> tuple[Version | None, Version]:
    """The rules in force before a draft's day, and the rules as drafted. The draft must be sound."""
    content = merged(found)
    name = content.pop("name", "") or found.item.name
    after = reading.read(content, name=name)
    before = None
    if found.from_day is not None:
        before = queries.version_in_force(
            found.item_id, found.from_day, deciding=found.division_code
        )
    return before, after


def unfit(found: Draft) -> list[tuple[str, list[Problem]]]:
    """The places whose own rules would no longer lie over a drafted standard, with the reasons.

    They do not stop the standard: until such a place mends its rules, the standard alone holds
    where they cannot be read at all, and the worklist of differences names the rest.
    """
    if found.division_code or content_problems(found):
        return []
    standard = whole(found)
    rows = (
        ImplementationVersion.objects.filter(
            Q(implementation__item_id=found.item_id), implementation__part=""
        )
        .order_by("implementation__division_code", "-number")
        .distinct("implementation__division_code")
        .values_list("implementation__division_code", "content")
    )
    judged = [(place, overlay.problems(standard, changes)) for place, changes in rows]
    return [(place, said) for place, said in judged if said]
