"""What happens to running cases when a version comes in force, and whom it would touch.

By default they keep the version of their application day. A change that is better for applicants
may move them, where the draft says so and why. Cases stand above the catalogue, so the domain that
knows them registers how to count them (`counts`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tongban.catalogue.judging import Problem
from tongban.catalogue.models import Draft, ImplementationVersion, ItemVersion
from tongban.catalogue.versions import MaterialSpec, Version

KEEP: Mapping[str, Any] = {"rule": "keep"}


@dataclass(frozen=True)
class Change:
    """A change of rules as the domain of cases sees it; `place` is empty for the standard."""

    item: str
    place: str
    number: int


@dataclass(frozen=True)
class Touched:
    """So many running cases in one state; `label` as pages say it."""

    state: str
    label: str
    count: int


# Counts cases by state: those that still follow a version before the change, decided in its place.
Counter = Callable[[Change], Sequence[Touched]]
_COUNTERS: list[Counter] = []
# States in which cases may be moved, and how pages call them; filled by who registers a counter.
_STATES: dict[str, str] = {}


def counts(*, states: Mapping[str, str]) -> Callable[[Counter], Counter]:
    """Register what counts running cases, and in which states (with labels) they can be moved."""

    def register(function: Counter) -> Counter:
        if function not in _COUNTERS:
            _COUNTERS.append(function)
        _STATES.update(states)
        return function

    return register


def states() -> dict[str, str]:
    """The states in which running cases may be moved, with their labels."""
    return dict(_STATES)


@dataclass(frozen=True)
class Due:
    """A change in force that moves running cases in some states, and why."""

    change: Change
    states: tuple[str, ...]
    why: str


def due(on: date) -> list[Due]:
    """All changes in force on a day that move running cases, in the order in which they came."""
    standards = ItemVersion.objects.filter(running__rule="move", from_day__lte=on)
    locals_ = ImplementationVersion.objects.filter(
        running__rule="move", from_day__lte=on, implementation__part=""
    )
    found = [
        (day, Due(Change(item, "", number), *_said(said)))
        for item, number, day, said in standards.values_list(
            "item_id", "number", "from_day", "running"
        )
    ]
    found += [
        (day, Due(Change(item, place, number), *_said(said)))
        for item, place, number, day, said in locals_.values_list(
            "implementation__item_id",
            "implementation__division_code",
            "number",
            "from_day",
            "running",
        )
    ]
    ordered = sorted(found, key=lambda one: (one[0], one[1].change.place, one[1].change.number))
    return [one for _day, one in ordered]


def _said(running: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    return tuple(map(str, running.get("states", []))), str(running.get("why", ""))


def preview(draft: Draft) -> list[Touched]:
    """The running cases of the draft's item and place by state, as they stand now at this node.

    Other nodes have cases of their own, so of a national standard this is not the whole. With the
    rule "move" those in its states will be moved if the new rules are no worse for each of them;
    all others keep the rules of their application day. Cases follow the item as a whole and never a
    part into which a place has split it.
    """
    if draft.part:
        return []
    change = Change(draft.item_id, draft.division_code, draft.base + 1)
    return [touched for count in _COUNTERS for touched in count(change)]


def under_way(item: str, *, number: int) -> list[Touched]:
    """The running cases of an item that this node decides, by state, under versions below `number`."""
    change = Change(item, "", number)
    return [touched for count in _COUNTERS for touched in count(change)]


def problems(
    running: Mapping[str, Any], before: Version | None, after: Version | None
) -> list[Problem]:
    """What is wrong with a rule for running cases; moving is for changes that hurt nobody.

    `before` is the version that running cases follow, `after` the drafted one; either may be
    missing, then only the rule itself is judged.
    """
    rule = running.get("rule", "keep")
    if rule == "keep":
        return []
    if rule != "move":
        return [Problem("/running/rule", _("只能选择“保持原规定”或“改按新规定”"))]
    found = []
    chosen = running.get("states")
    if not isinstance(chosen, list) or not chosen or not set(map(str, chosen)) <= set(_STATES):
        labels = "、".join(_STATES.values())
        found.append(Problem("/running/states", _("选择哪些状态的办件：%s") % labels))
    if not str(running.get("why") or "").strip():
        found.append(Problem("/running/why", _("写明为什么让在办的办件改按新规定")))
    if before and after:
        found += [Problem("/running", worse) for worse in worse_for_applicants(before, after)]
    return found


def worse_for_applicants(before: Version, after: Version) -> list[str]:
    """In what a version asks more of an applicant, or gives later; empty when it may be applied.

    Who applied under one set of rules is never asked for more: no further or stricter material,
    no further question, condition, fee or visit, no longer limit.
    """
    found = [
        *_materials_worse(before, after),
        *_questions_worse(before, after),
        *_limits_worse(before, after),
    ]
    if after.fee.is_charged and (not before.fee.is_charged or before.fee.text != after.fee.text):
        found.append(_("收费增加或改变"))
    found += [_("增加了条件：%s") % text for text in _new(before.conditions, after.conditions)]
    found += [_("增加了不受理的情形：%s") % text for text in _new(before.not_for, after.not_for)]
    for mode in before.mode_names:
        was, now = before.visits.get(mode), after.visits.get(mode)
        if mode not in after.mode_names:
            found.append(_("取消了一种办理形式"))
        elif was and now and now.times > was.times:
            found.append(_("要多跑%s次现场") % (now.times - was.times))
    if _who_decides(before) != _who_decides(after):
        found.append(_("办理机关变了"))
    return found


def _who_decides(version: Version) -> tuple[str, str, str]:
    """The place, the answer that names it and the line of work; not how a guide explains it."""
    return version.competence.place, version.competence.field, version.department


def _new(before: Sequence[Any], after: Sequence[Any]) -> list[str]:
    known = {one.text for one in before}
    return [one.text for one in after if one.text not in known]


def _materials_worse(before: Version, after: Version) -> list[str]:
    found = []
    for now in after.materials:
        was = before.material(now.spec)
        if now.is_required and (was is None or not was.is_required):
            found.append(_("增加了必交材料：%s") % now.name)
        elif was and (now.is_required or was.is_required) and _is_stricter(was, now):
            found.append(_("材料要求提高：%s") % now.name)
    return found


def _is_stricter(was: MaterialSpec, now: MaterialSpec) -> bool:
    """A better grade, fewer formats, more paper, in more situations, or more looked at."""
    return (
        now.grade < was.grade  # A is the best
        or not set(was.formats) <= set(now.formats)
        or now.max_bytes < was.max_bytes
        or now.originals > was.originals
        or now.copies > was.copies
        or (now.form != was.form and now.form.startswith("original"))
        or not _is_narrower(was, now)
        or bool({point.key for point in now.points} - {point.key for point in was.points})
    )


def _is_narrower(was: MaterialSpec, now: MaterialSpec) -> bool:
    """Whether the material is asked for in no situation in which it was not asked before."""
    still = {one.field: set(one.values) for one in now.when}
    return all(one.field in still and still[one.field] <= set(one.values) for one in was.when)


def _questions_worse(before: Version, after: Version) -> list[str]:
    known = before.fields()
    return [
        _("增加了必答问题：%s") % now.label
        for key, now in after.fields().items()
        if now.is_required and (key not in known or not known[key].is_required)
    ]


def _limits_worse(before: Version, after: Version) -> list[str]:
    parts = {"receive": _("收件"), "accept": _("受理"), "decide": _("作出决定")}
    return [
        _("%s的时限变长") % name
        for part, name in parts.items()
        if getattr(after.limits, part).days > getattr(before.limits, part).days
    ]
