"""The deadline calculator's question, from JSON: every fault is named with where it stands.

{
  "start": "2026-02-13T16:30", "limit": 5, "unit": "workday",
  "rule": "accept", "place": "220100",
  "office_hours": {"workdays": [["08:30", "12:00"], ["13:30", "17:00"]]},
  "stops": [{"from": "2026-02-16T09:00", "to": "2026-02-20T10:00", "rule": "correction"}],
  "extensions": [{"count": 10, "at": "2026-03-01", "rule": "legal"}],
  "least_left": 0, "ended": null, "at": "2026-03-02T09:00",
  "lights": {"amber_left": 1, "amber_share": 0},
  "calendar": [{"year": 2027, …}]
}

Only start and limit are needed. Without `at` the ledger goes to the end of the last day. A
moment without a zone is Beijing's; a day alone begins at 0:00.
`to` null is a stop that lasts. `calendar` holds documents as `tongban calendar load` takes them.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Any, TypeVar

from tongban.basics import arrangements, calendar, hours
from tongban.basics.arrangements import NATION, ArrangementMalformed, Fault
from tongban.basics.calendar import Calendar
from tongban.basics.hours import BEIJING, HoursMalformed, OfficeHours
from tongban.cases.clocks import counting, rules
from tongban.cases.clocks.values import (
    UNIT_WORDS,
    Extension,
    Limit,
    Mark,
    Reckoning,
    Rule,
    Stop,
    Term,
    Thresholds,
    Unit,
)

Known = TypeVar("Known")
MOST_STOPS = 50
MOST_EXTENSIONS = 10
# More than this is a slip: nothing that an office owes takes longer.
MOST = {Unit.WORKDAY: 2000, Unit.DAY: 3650, Unit.MONTH: 240, Unit.YEAR: 30}
FIRST_YEAR, LAST_YEAR = 2004, 2099
KEYS = {
    "start", "limit", "unit", "rule", "place", "office_hours", "stops", "extensions", "least_left",
    "ended", "at", "lights", "calendar",
}  # fmt: skip


class QuestionMalformed(Exception):
    """A question that cannot be answered; `faults` says where and how to mend each."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("；".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True)
class Question:
    """A clock, and the moment for which it is asked; without one, the end of its last day."""

    term: Term
    at: datetime | None
    now: datetime

    def answer(self) -> Reckoning:
        """The clock worked out; where it stands still and no moment is asked for, until now."""
        if self.at:
            return counting.reckon(self.term, at=self.at)
        due = counting.reckon(self.term, at=self.term.start).due_on
        if due is None:
            return counting.reckon(self.term, at=max(self.now, self.term.start))
        return counting.reckon(self.term, at=datetime.combine(due, time(23, 59), BEIJING))


def read(text: str, *, now: datetime) -> Question:
    """A question from JSON text; QuestionMalformed with every fault."""
    try:
        data = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as wrong:
        raise QuestionMalformed([Fault("", f"不是JSON：{wrong}")]) from wrong
    if not isinstance(data, dict):
        raise QuestionMalformed([Fault("", "最外面应是一个对象：{…}")])
    return from_dict(data, now=now)


def _no_constant(word: str) -> None:
    raise ValueError(word)


def from_dict(
    data: Mapping[str, Any],
    *,
    now: datetime,
    calendar_of: Callable[[str], Calendar] = calendar.of,
) -> Question:
    """A question from values as JSON has them; QuestionMalformed with every fault."""
    reading = _Reading(data, now, calendar_of)
    question = reading.question()
    if reading.faults or question is None:
        raise QuestionMalformed(reading.faults)
    try:
        question.answer()
    except OverflowError as far:
        raise QuestionMalformed([Fault("limit", "期限太长，算不出到期日")]) from far
    return question


class _Reading:
    """Reads one question and gathers all that is wrong with it."""

    def __init__(
        self, data: Mapping[str, Any], now: datetime, calendar_of: Callable[[str], Calendar]
    ) -> None:
        self.data, self.now, self.calendar_of = data, now, calendar_of
        self.faults: list[Fault] = []

    def wrong(self, where: str, words: str) -> None:
        self.faults.append(Fault(where, words))

    def question(self) -> Question | None:
        for key in sorted(set(self.data) - KEYS):
            self.wrong(str(key), "没有这一项，请删去或改正写法")
        start = self.moment("start", self.data.get("start"))
        limit = self.limit()
        ended = self.moment("ended", self.data.get("ended"), optional=True)
        at = self.moment("at", self.data.get("at"), optional=True)
        stops, extensions = self.stops(start), self.extensions(limit)
        kind = self._one_of("rule", self.data.get("rule", "other"), rules.KINDS)
        known = self.calendar()
        office, least, lights = self.hours(), self.least(), self.lights()
        if start and ended and ended < start:
            self.wrong("ended", "办完的时间在开始以前")
        if self.faults or not (start and limit and kind and known):
            return None
        term = Term(
            kind=kind.key, start=start, limit=limit, rule=kind.rule, calendar=known, stops=stops,
            extensions=extensions, hours=office, ended=ended, least_left=least, thresholds=lights,
        )  # fmt: skip
        if at and at < start:
            at = start
        return Question(term, at, self.now)

    def moment(self, where: str, value: Any, *, optional: bool = False) -> datetime | None:
        """2026-02-13, 2026-02-13T16:30, 2026-02-13 16:30:05, or with a zone."""
        if value is None and optional:
            return None
        pattern = r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?"
        try:
            if isinstance(value, str) and re.fullmatch(pattern, value):
                found = datetime.fromisoformat(value)
                aware = found if found.tzinfo else found.replace(tzinfo=BEIJING)
                if FIRST_YEAR <= aware.astimezone(BEIJING).year <= LAST_YEAR:
                    return aware
                self.wrong(where, f"年份要在{FIRST_YEAR}到{LAST_YEAR}之间")
                return None
        except (ValueError, OverflowError):
            pass
        self.wrong(where, "写日期或者日期和时间，例如2026-02-13或2026-02-13T16:30")
        return None

    def _count(self, where: str, value: Any, most: int, *, least: int = 0) -> int | None:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.wrong(where, f"写{least}到{most}之间的整数")
        return None

    def _one_of(self, where: str, value: Any, known: Mapping[str, Known]) -> Known | None:
        found = known.get(value) if isinstance(value, str) else None
        if found is None:
            self.wrong(where, f"写其中之一：{'、'.join(known)}")
        return found

    def limit(self) -> Limit | None:
        units = {unit.value: unit for unit in Unit}
        unit = self._one_of("unit", self.data.get("unit", "workday"), units)
        most = MOST[unit or Unit.WORKDAY]
        count = self._count("limit", self.data.get("limit"), most)
        return Limit(count, unit) if unit and count is not None else None

    def _rows(self, key: str, most: int) -> list[tuple[str, Mapping[str, Any]]]:
        rows = self.data.get(key) or []
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.wrong(key, "写成列表：[{…}, …]")
            return []
        if len(rows) > most:
            self.wrong(key, f"最多{most}项")
            return []
        return [(f"{key}.{number}", row) for number, row in enumerate(rows)]

    def stops(self, start: datetime | None) -> tuple[Stop, ...]:
        found = []
        for where, row in self._rows("stops", MOST_STOPS):
            for key in sorted(set(row) - {"from", "to", "rule", "holder", "basis"}):
                self.wrong(f"{where}.{key}", "没有这一项，请删去或改正写法")
            since = self.moment(f"{where}.from", row.get("from"))
            until = self.moment(f"{where}.to", row.get("to"), optional=True)
            rule = self._one_of(f"{where}.rule", row.get("rule", "other"), rules.STOPS)
            if since and start and since < start:
                self.wrong(f"{where}.from", "停止计时不能早于开始")
            if since and until and until <= since:
                self.wrong(f"{where}.to", "恢复要晚于停止")
            if since and rule:
                rule = self._grounded(rule, where, row)
                found.append(Stop(since, until, rule, str(row.get("holder", ""))[:40]))
        return tuple(found)

    def _grounded(self, rule: Rule, where: str, row: Mapping[str, Any]) -> Rule:
        """A rule with the basis that the asker names; it is theirs, so nobody here has read it."""
        basis = row.get("basis", "")
        if not isinstance(basis, str) or len(basis) > 200:
            self.wrong(f"{where}.basis", "写不超过200个字的依据")
            return rule
        return replace(rule, basis=basis.strip(), mark=Mark.UNVERIFIED) if basis.strip() else rule

    def extensions(self, limit: Limit | None) -> tuple[Extension, ...]:
        found = []
        for where, row in self._rows("extensions", MOST_EXTENSIONS):
            for key in sorted(set(row) - {"count", "at", "rule", "basis", "unit"}):
                self.wrong(f"{where}.{key}", "没有这一项，请删去或改正写法")
            if limit and row.get("unit", limit.unit.value) != limit.unit.value:
                self.wrong(f"{where}.unit", f"和期限用同一个单位：{UNIT_WORDS[limit.unit]}")
            most = MOST[limit.unit if limit else Unit.WORKDAY]
            count = self._count(f"{where}.count", row.get("count"), most, least=1)
            at = self.moment(f"{where}.at", row.get("at"))
            rule = self._one_of(f"{where}.rule", row.get("rule", "legal"), rules.EXTENSIONS)
            if count and at and rule:
                found.append(Extension(count, at, self._grounded(rule, where, row)))
        return tuple(found)

    def hours(self) -> OfficeHours | None:
        value = self.data.get("office_hours")
        if value is None:
            return None
        try:
            if isinstance(value, dict):
                return hours.read(value)
        except HoursMalformed as wrong:
            self.wrong("office_hours", str(wrong))
            return None
        self.wrong("office_hours", '写成{"workdays": [["08:30", "12:00"], ["13:30", "17:00"]]}')
        return None

    def least(self) -> int:
        return self._count("least_left", self.data.get("least_left", 0), 30) or 0

    def lights(self) -> Thresholds:
        value = self.data.get("lights")
        if value is None:
            return Thresholds()
        if not isinstance(value, dict) or set(value) - {"amber_left", "amber_share", "basis"}:
            self.wrong("lights", '写成{"amber_left": 1, "amber_share": 20}')
            return Thresholds()
        left = self._count("lights.amber_left", value.get("amber_left", 1), 365)
        share = self._count("lights.amber_share", value.get("amber_share", 0), 100)
        basis = str(value.get("basis", "")).strip() or "提问人自定"
        return Thresholds(left or 0, share or 0, basis[:200])

    def calendar(self) -> Calendar | None:
        place = self.data.get("place", NATION)
        if not (isinstance(place, str) and re.fullmatch(r"\d{6}", place)):
            self.wrong("place", "写六位行政区划代码")
            return None
        known = self.calendar_of(place)
        rows = self.data.get("calendar") or []
        if not rows:
            return known
        if not isinstance(rows, list):
            self.wrong("calendar", "写成列表：[{“year”: 2027, …}]")
            return None
        try:
            more = arrangements.from_dict({"arrangements": rows}, needs_source=False)
        except ArrangementMalformed as malformed:
            self.faults += [Fault(f"calendar {one.where}", one.words) for one in malformed.faults]
            return None
        replaced = {(one.place, one.year, one.number) for one in more}
        kept = [d for d in known.documents if (d.place, d.year, d.number) not in replaced]
        return Calendar([*kept, *more], place)
