"""The calendars of this node: the shipped documents, and over them those that operators loaded."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics import arrangements
from tongban.basics.arrangements import NATION, Arrangement
from tongban.basics.calendar import Calendar
from tongban.basics.refusals import Refused
from tongban.jurisdictions import operations, rules, snapshot
from tongban.jurisdictions.models import LightRule, WorkingDays


class CalendarRefused(Refused):
    """A document about working days that cannot be taken; nothing of the file was."""

    code = "calendar-refused"
    status = 422


class CalendarDiffers(Refused):
    """The same document was loaded before and said something else."""

    code = "calendar-differs"


@dataclass(frozen=True)
class Change:
    """A day that a file makes worked or not, and by which document."""

    day: date
    works: bool
    holiday: str
    document: Arrangement


@dataclass(frozen=True)
class Plan:
    """What loading a file would do: documents new, changed, the same; days that change."""

    new: tuple[Arrangement, ...]
    changed: tuple[Arrangement, ...]
    same: tuple[Arrangement, ...]
    days: tuple[Change, ...]
    settled: tuple[int, ...]

    @property
    def since(self) -> date | None:
        """The first day from which dates may come out otherwise; None when nothing changes.

        A year that is settled changes no weekday by itself, but what was provisional is no more.
        """
        firsts = [change.day for change in self.days] + [date(y, 1, 1) for y in self.settled]
        return min(firsts, default=None)

    def as_dict(self) -> dict[str, Any]:
        """For a machine that asked."""

        def names(documents: Iterable[Arrangement]) -> list[dict[str, Any]]:
            return [
                {"place": one.place, "year": one.year, "number": one.number, "digest": one.digest}
                for one in documents
            ]

        return {
            "new": names(self.new),
            "changed": names(self.changed),
            "same": names(self.same),
            "settled": list(self.settled),
            "days": [
                {
                    "place": one.document.place,
                    "day": one.day.isoformat(),
                    "works": one.works,
                    "holiday": one.holiday,
                }
                for one in self.days
            ],
        }


def of(place: str = NATION) -> Calendar:
    """The calendar of a place as this process knows it; others notice a load within seconds."""
    known = snapshot.current()
    calendar = known.calendars.get(place)
    if calendar is None:
        calendar = Calendar(_together(known.documents), place)
        if place != NATION and all(one.is_national for one in calendar.documents):
            calendar = of()
        known.calendars[place] = calendar
    return calendar


def _together(loaded: Iterable[Arrangement]) -> list[Arrangement]:
    """Shipped and loaded documents; a loaded one replaces the shipped one of the same number."""
    rows = {_key(one): one for one in arrangements.shipped()}
    rows |= {_key(one): one for one in loaded}
    return list(rows.values())


def _key(document: Arrangement) -> tuple[str, int, str]:
    return document.place, document.year, document.number


def read(text: str) -> tuple[Arrangement, ...]:
    """The documents of a file. Refused with every fault: CalendarRefused."""
    try:
        documents = arrangements.read(text)
    except arrangements.ArrangementMalformed as wrong:
        message = _("文件有%(count)d处要改：%(faults)s")
        facts = {"count": len(wrong.faults), "faults": "；".join(map(str, wrong.faults))}
        told = [{"where": one.where, "words": one.words} for one in wrong.faults]
        raise CalendarRefused(message % facts, faults=told) from wrong
    keys = [_key(one) for one in documents]
    if len(set(keys)) != len(keys):
        raise CalendarRefused(_("文件里同一个地方、同一年、同一文号出现了两次"))
    for one in documents:
        if one.place != NATION and one.place not in snapshot.current().divisions:
            raise CalendarRefused(_("没有区划代码是%(code)s的地方") % {"code": one.place})
    return documents


def plan(documents: tuple[Arrangement, ...]) -> Plan:
    """What loading these documents would change here; nothing is written."""
    standing = {_key(one): one for one in _together(snapshot.current().documents)}
    sorted_out: dict[str, list[Arrangement]] = {"new": [], "changed": [], "same": []}
    for one in documents:
        before = standing.get(_key(one))
        kind = "new" if before is None else "same" if before == one else "changed"
        sorted_out[kind].append(one)
    after = {**standing, **{_key(one): one for one in documents}}
    changes: list[Change] = []
    settled: set[int] = set()
    for place in sorted({one.place for one in documents}):
        old, new = Calendar(standing.values(), place), Calendar(after.values(), place)
        changes += _changed_days(old, new, [one for one in documents if one.place == place])
        settled |= {
            one.year
            for one in documents
            if old.is_provisional(date(one.year, 1, 1))
            and not new.is_provisional(date(one.year, 1, 1))
        }
    return Plan(
        new=tuple(sorted_out["new"]),
        changed=tuple(sorted_out["changed"]),
        same=tuple(sorted_out["same"]),
        days=tuple(changes),
        settled=tuple(sorted(settled)),
    )


def _changed_days(old: Calendar, new: Calendar, documents: Iterable[Arrangement]) -> list[Change]:
    years = sorted({year for one in documents for year in one.years()})
    changes = []
    for year in years:
        for ordinal in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
            day = date.fromordinal(ordinal)
            said = new.said(day)
            if said.works != old.is_working_day(day):
                document = said.arrangement or next(iter(documents))
                changes.append(Change(day, said.works, said.holiday, document))
    return changes


@transaction.atomic
def load(documents: tuple[Arrangement, ...], *, at: datetime, replace: bool = False) -> Plan:
    """Keep documents about working days; what they change is answered.

    The second time does nothing. Refused (CalendarDiffers) when a document of the same number was
    loaded and says something else, unless `replace`.
    """
    operations.take_turn()
    snapshot.look_again()
    planned = plan(documents)
    if planned.changed and not replace:
        numbers = "、".join(one.name for one in planned.changed)
        message = _("%(numbers)s已经载入过，内容不同。确实要替换，请加 --replace")
        raise CalendarDiffers(message % {"numbers": numbers})
    WorkingDays.objects.bulk_create(
        [
            WorkingDays(
                place=one.place,
                year=one.year,
                number=one.number,
                document=one.as_dict(),
                digest=one.digest,
                loaded_at=at,
            )
            for one in (*planned.new, *planned.changed)
        ],
        update_conflicts=True,
        unique_fields=["place", "year", "number"],
        update_fields=["document", "digest", "loaded_at"],
    )
    if planned.new or planned.changed:
        operations.stamp(at=at)
    return planned


@dataclass(frozen=True)
class Lights:
    """When a clock turns amber: at so many units left, or at such a share of the limit."""

    amber_left: int
    amber_share: int
    basis: str
    is_default: bool = False


# What the queues have always shown; the thresholds of real places have not been found.
DEFAULT_LIGHTS = Lights(amber_left=1, amber_share=0, basis="", is_default=True)


def lights(place: str) -> Lights:
    """The thresholds of a place: its own, its city's, its province's, or the platform's default."""
    known = snapshot.current().lights
    for code in dict.fromkeys((place, place[:4] + "00", rules.province_code(place))):
        if row := known.get(code):
            return Lights(row.amber_left, row.amber_share, row.basis)
    return DEFAULT_LIGHTS


def all_lights() -> list[Lights]:
    """The default and every threshold that a place has set."""
    rows = snapshot.current().lights.values()
    return [DEFAULT_LIGHTS, *(Lights(row.amber_left, row.amber_share, row.basis) for row in rows)]


def lights_set() -> list[LightRule]:
    """What places have set, by their codes."""
    return sorted(snapshot.current().lights.values(), key=lambda rule: rule.place)


@transaction.atomic
def set_lights(
    *, place: str, amber_left: int, amber_share: int, basis: str, at: datetime, by: str = ""
) -> LightRule:
    """Set when the clocks of a place turn amber; the second time replaces the first.

    Refused (CalendarRefused) without a basis, for a place nobody knows, and beyond 100 percent.
    """
    if not basis.strip():
        raise CalendarRefused(_("写明依据：哪份文件定的"))
    if place not in snapshot.current().divisions:
        raise CalendarRefused(_("没有区划代码是%(code)s的地方") % {"code": place})
    if not (0 <= amber_left <= 365 and 0 <= amber_share <= 100):
        raise CalendarRefused(_("剩余天数写0到365，剩余比例写0到100"))
    row, _made = LightRule.objects.update_or_create(
        place=place,
        defaults={
            "amber_left": amber_left,
            "amber_share": amber_share,
            "basis": basis.strip(),
            "set_at": at,
            "set_by": by,
        },
    )
    operations.stamp(at=at)
    return row
