"""The counting itself: one clock in, its last day and its ledger out.

A day counts when it lies after the day of the start and in no stop. A stop from one day to another
takes away the days after the first up to and with the second: the day on which a clock was stopped
has been used, the day on which it goes on again has not. So nested and overlapping stops need no
rule of their own, and their order does not matter.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from tongban.basics.arrangements import Arrangement
from tongban.basics.calendar import FAR
from tongban.basics.hours import day_in_beijing
from tongban.cases.clocks import rules
from tongban.cases.clocks.values import (
    UNIT_WORDS,
    Line,
    Reckoning,
    Rule,
    State,
    Stop,
    Term,
    Unit,
)


def reckon(term: Term, *, at: datetime) -> Reckoning:
    """Work a clock out for a moment (for the moment it ended, if it has).

    Pure: the same term and moment give the same ledger on every node. Raises OverflowError for a
    last day beyond the year 2999.
    """
    if _total(term) == 0:  # what is done at once leaves nothing over
        term = replace(term, least_left=0)
    horizon = max(term.ended or at, term.start)
    swept = _sweep(term, _total(term))
    due, rolled_from = _last_day(term, swept)
    counted_in = Unit.WORKDAY if term.limit.unit is Unit.WORKDAY else Unit.DAY
    end_day = day_in_beijing(horizon)
    lines = tuple(_lines(term, horizon))
    state = State.ENDED if term.ended else State.RUNNING
    if not term.ended and any(_is_active(stop, horizon) for stop in term.stops):
        state = State.STOPPED
    late = due is not None and end_day > due
    used = sum(line.used for line in lines)
    left = _left(term, swept, due, end_day, used)
    return Reckoning(
        term=term,
        at=horizon,
        state=state,
        counted_in=counted_in,
        total=swept.total,
        used=used,
        left=left,
        due_on=due,
        rolled_from=rolled_from,
        is_provisional=_is_provisional(term, due or end_day),
        is_late=late,
        light=_light(term, state, late=late, left=left, total=swept.total),
        lines=lines,
        rules=_rules(term, lines, rolled=rolled_from is not None),
        documents=tuple(_documents(term, due or end_day)),
        remarks=tuple(_remarks(term)),
    )


def last_day(term: Term) -> date | None:
    """The last day in time alone, as `reckon` has it; None while the clock stands still."""
    if _total(term) == 0:
        term = replace(term, least_left=0)
    return _last_day(term, _sweep(term, _total(term)))[0]


def corresponding_day(day: date, months: int) -> date:
    """The same day so many months later; the month's last day where there is none such."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if year > FAR.year:
        raise OverflowError(f"{months} months after {day} lie beyond {FAR}")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _total(term: Term) -> int:
    """The whole limit with its extensions, in the unit of counting (months, years: in days)."""
    count = term.limit.count + sum(extension.count for extension in term.extensions)
    return _units(term, count)


def _units(term: Term, count: int) -> int:
    if term.limit.unit in {Unit.WORKDAY, Unit.DAY}:
        return count
    start = day_in_beijing(term.start)
    months = count * (12 if term.limit.unit is Unit.YEAR else 1)
    return (corresponding_day(start, months) - start).days


def _between(term: Term, first: date, last: date) -> int:
    """Units of counting after one day up to and with another, stops left aside."""
    if term.limit.unit is Unit.WORKDAY:
        return term.calendar.working_days_between(first, last)
    return (last - first).days


def _after(term: Term, day: date, count: int) -> date:
    if term.limit.unit is Unit.WORKDAY:
        return term.calendar.add_working_days(day, count)
    if count > (FAR - day).days:
        raise OverflowError(f"{count} days after {day} lie beyond {FAR}")
    return day + timedelta(days=count)


@dataclass(frozen=True)
class _Gap:
    """Days taken out of the count: those after `first` up to and with `last`; None while it lasts."""

    first: date
    last: date | None


def _gaps(term: Term) -> list[_Gap]:
    """The stops as days, those that touch or overlap made one, in order."""
    start = day_in_beijing(term.start)
    stops = sorted(
        (max(day_in_beijing(stop.since), start), day_in_beijing(stop.until) if stop.until else date.max)
        for stop in term.stops
        if stop.until is None or stop.until >= term.start
    )  # fmt: skip
    merged: list[list[date]] = []
    for first, last in stops:
        if merged and first <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], last)
        else:
            merged.append([first, last])
    return [_Gap(first, None if last == date.max else last) for first, last in merged]


def is_stopped_on(term: Term, day: date) -> bool:
    """Whether a day is taken out of the count by a stop."""
    return any(gap.first < day <= (gap.last or date.max) for gap in _gaps(term))


@dataclass(frozen=True)
class _Swept:
    """What going through the stops in order found; `due` before any moving to a working day."""

    total: int
    used_at_last_gap: int
    due: date | None


def _sweep(term: Term, total: int) -> _Swept:
    day, used, due = day_in_beijing(term.start), 0, None
    for gap in _gaps(term):
        leg = _between(term, day, gap.first)
        if due is None and used + leg >= total:
            reached = _after(term, day, max(total - used, 0))
            # Stopped on its last day, in time: what is left waits until the clock goes on.
            in_time = term.calendar.next_working_day(reached) >= gap.first
            due = None if in_time else reached
        used += leg
        if gap.last is None:
            return _Swept(total, used, due)
        day = gap.last
        if term.least_left and total - used < term.least_left:
            total, due = used + term.least_left, None
    if due is None:
        due = _after(term, day, max(total - used, 0))
    return _Swept(total, used, due)


def _last_day(term: Term, swept: _Swept) -> tuple[date | None, date | None]:
    """The last day in time, and the day it was moved from because that one is a day off."""
    if term.due_given:
        return term.due_given, None
    if swept.total == 0:
        return _of_instant(term), None
    if swept.due is None:
        return None, None
    moved = term.calendar.next_working_day(swept.due)
    return moved, swept.due if moved != swept.due else None


def _of_instant(term: Term) -> date | None:
    """An instant item is due when it came in; after closing time or on a day off, the next one.

    A stop that began in time puts it off until the clock goes on.
    """
    moment = term.start
    lasting = [stop for stop in term.stops if stop.until is None or stop.until > stop.since]
    for stop in sorted(lasting, key=lambda one: one.since):
        if day_in_beijing(stop.since) > _received_on(term, moment):
            break
        if stop.until is None:
            return None
        moment = max(moment, stop.until)
    return _received_on(term, moment)


def _received_on(term: Term, moment: datetime) -> date:
    if term.hours:
        return term.hours.received_on(moment, term.calendar)
    return term.calendar.next_working_day(day_in_beijing(moment))


def _is_active(stop: Stop, at: datetime) -> bool:
    return stop.since <= at and (stop.until is None or at < stop.until)


def _left(term: Term, swept: _Swept, due: date | None, end_day: date, used: int) -> int:
    """Units until the last day, stops to come left out; negative by as many as it is late."""
    if due is None:
        return max(swept.total - used, term.least_left)
    if end_day > due:
        return min(-_between(term, due, end_day), -1)
    left, day = 0, end_day
    for gap in _gaps(term):
        first, last = gap.first, gap.last or date.max
        if last <= day or first >= due:
            continue
        left += max(_between(term, day, max(first, day)), 0)
        day = max(day, last)
    return left + max(_between(term, day, due), 0) if day < due else left


def _is_provisional(term: Term, last: date) -> bool:
    """Whether a day that was counted, or the last day's being a working day, is not published."""
    calendar, start = term.calendar, day_in_beijing(term.start)
    if term.limit.unit is not Unit.WORKDAY:
        return calendar.is_provisional(last)
    first = min(start + timedelta(days=1), last)
    return any(calendar.is_provisional(date(y, 1, 1)) for y in range(first.year, last.year + 1))


def _light(term: Term, state: State, *, late: bool, left: int, total: int) -> str:
    if late:
        return "bad"
    if state is State.ENDED:
        return "ok"
    if state is State.STOPPED:
        return "pause"
    limits = term.thresholds
    return "warn" if left <= limits.amber_left or left * 100 <= limits.amber_share * total else "ok"


def _lines(term: Term, horizon: datetime) -> list[Line]:
    """The ledger up to a moment: a line wherever a stop, a hand or the limit changed."""
    moments = {term.start, horizon}
    for stop in term.stops:
        moments |= {stop.since, stop.until or horizon}
    moments |= {extension.at for extension in term.extensions}
    moments |= {moment for moment, _ in term.changes}
    points = sorted(moment for moment in moments if term.start <= moment <= horizon)
    allowed = _units(term, term.limit.count)
    book = _Book(term, allowed)
    for place, since in enumerate(points):
        book.add_extensions(since)
        if place + 1 < len(points):
            book.add(since, points[place + 1])
    if len(points) == 1:
        book.add(horizon, horizon)
    return book.lines


class _Book:
    """Writes lines one after another, keeping what is used and what is allowed so far."""

    def __init__(self, term: Term, allowed: int) -> None:
        self.term, self.allowed = term, allowed
        self.used, self.granted = 0, 0
        self.lines: list[Line] = []

    def add(self, since: datetime, until: datetime) -> None:
        stops = [stop for stop in self.term.stops if _is_active(stop, since)]
        if not stops and any(stop.until == since for stop in self.term.stops):
            self._leave_enough(since)
        used = 0 if stops else _between(self.term, day_in_beijing(since), day_in_beijing(until))
        self.used += used
        holder = self._holder(since, stops)
        why = tuple(dict.fromkeys(stop.rule for stop in stops)) or (self.term.rule,)
        left = self.allowed - self.used
        self.lines.append(Line(since, until, holder, not stops, why, used, left))

    def _holder(self, since: datetime, stops: list[Stop]) -> str:
        named = [holder for moment, holder in self.term.changes if moment <= since]
        if named:
            return named[-1]
        return next((stop.holder for stop in stops if stop.holder), self.term.holder)

    def _leave_enough(self, at: datetime) -> None:
        short = self.term.least_left - (self.allowed - self.used)
        if self.term.least_left and short > 0:
            self._grant(short, at, rules.LEFT_ON_RESUMING)

    def _grant(self, more: int, at: datetime, rule: Rule) -> None:
        self.allowed += more
        left = self.allowed - self.used
        self.lines.append(Line(at, at, self.term.holder, True, (rule,), 0, left, adds=more))  # noqa: FBT003

    def add_extensions(self, at: datetime) -> None:
        """Write down what was granted at this very moment (before the start: with the start)."""
        term = self.term
        for extension in sorted(term.extensions, key=lambda one: (one.at, one.rule.key)):
            if extension.at == at or (extension.at < term.start and at == term.start):
                count = term.limit.count + self.granted
                more = _units(term, count + extension.count) - _units(term, count)
                self.granted += extension.count
                self._grant(more, at, extension.rule)


def _rules(term: Term, lines: tuple[Line, ...], *, rolled: bool) -> tuple[Rule, ...]:
    found = [term.rule]
    if term.limit.count == 0 and not term.extensions:
        found.append(rules.INSTANT)
    else:
        found.append(rules.FIRST_DAY)
        if term.limit.unit is Unit.WORKDAY:
            found.append(rules.WORKING_DAYS)
        elif term.limit.unit in {Unit.MONTH, Unit.YEAR}:
            found.append(rules.CORRESPONDING)
    if term.due_given:
        found.append(rules.GIVEN)
    if term.stops:
        found.append(rules.DAY_OF_STOP)
    if rolled:
        found.append(rules.ROLLED)
    for line in lines:
        found += line.rules
    return tuple(dict.fromkeys(found))


def _documents(term: Term, last: date) -> list[Arrangement]:
    """The documents that settle the days counted; of a limit in plain days only the last one."""
    first = day_in_beijing(term.start)
    if term.limit.unit is not Unit.WORKDAY:
        first = last
    return term.calendar.used_in(min(first, last), last)


def _remarks(term: Term) -> list[str]:
    """What a reader has to know besides: an extension that came when it was too late."""
    said = []
    for extension in term.extensions:
        others = tuple(one for one in term.extensions if one is not extension)
        before = replace(term, extensions=others)
        due, _ = _last_day(before, _sweep(before, _total(before)))
        if due is not None and day_in_beijing(extension.at) > due:
            unit = UNIT_WORDS[term.limit.unit]
            said.append(f"延长{extension.count}{unit}是在到期（{due}）以后才批准的")
    return said
