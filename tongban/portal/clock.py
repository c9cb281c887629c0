"""The ledger of a case in the applicant's words: the very lines that `case clock` prints."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from tongban.basics.hours import day_in_beijing
from tongban.cases import clocks_of_cases
from tongban.cases.clocks import counting, rules, writing
from tongban.cases.clocks.ledger import CaseLine, Ledger
from tongban.cases.clocks.values import Unit
from tongban.cases.models import Case
from tongban.cases.standing import Standing
from tongban.cases.states import LABELS, Party
from tongban.portal.placenames import place_name
from tongban.portal.tracking import MARKS
from tongban.ui.shapes import Span


def ledger(case: Case, *, at: datetime) -> Ledger:
    """The ledger of a case at a moment, from its events."""
    found = clocks_of_cases.ledger(case.number, at=at)
    if found is None:
        raise LookupError(f"case {case.number} has no record")
    return found


def spans(told: Ledger) -> list[Span]:
    """Every stretch of a case's time, from submission until now or until the end."""
    return list(_spans(told))


def _spans(told: Ledger) -> Iterator[Span]:
    for line in told.lines:
        yield Span(
            party=MARKS[line.span.party],
            holder=_holder(line.span.held),
            since=line.since,
            seconds=max(0.0, (line.until - line.since).total_seconds()),
            counts=_counts(line),
            used=_used(line),
        )


def _holder(held: Standing) -> str:
    if held.holder == Party.CHANNEL:
        return _("送往%(there)s") % {"there": _place(held, held.bound_for)}
    if held.holder == Party.APPLICANT:
        return _("您")
    if held.holder == Party.NOBODY:
        return _(LABELS[held.state])  # type: ignore[index]
    facts = {"place": _place(held, held.holder), "does": _(LABELS[held.state])}  # type: ignore[index]
    return _("%(place)s，%(does)s") % facts


def _place(held: Standing, party: str) -> str:
    codes = {Party.RECEIVER.value: held.receiving_place, Party.DECIDER.value: held.deciding_place}
    return place_name(codes.get(party, held.applicant_place))


def _counts(line: CaseLine) -> str:
    """What the clock did, in words, and why where it stood still."""
    if line.clock is None:
        return _("不算")
    if line.adds:
        return "，".join([writing.counts_words(line), *(_(rule.words) for rule in line.rules)])
    label = _(line.clock.kind.label)
    if line.counts:
        limit = str(line.clock.reckoning.term.limit)
        return _("算%(clock)s，%(limit)s") % {"clock": label, "limit": limit}
    why = "；".join(f"{_(rule.words)}（{_(rule.source)}）" for rule in line.rules)
    return _("%(clock)s停止计时：%(why)s") % {"clock": label, "why": why}


def _used(line: CaseLine) -> str:
    """What it used of a limit that ran; elsewhere the page shows the time that passed."""
    if line.clock is None or not line.counts or line.adds:
        return ""
    return writing.amount(line.used, line.clock.reckoning.counted_in)


@dataclass(frozen=True)
class Count:
    """How a due day was counted: by which clock, from when, how many days, which days they are."""

    clock: str
    since_words: str
    source: str
    from_day: date
    days: tuple[date, ...]
    due_on: date
    is_given: bool
    is_in_working_days: bool
    is_provisional: bool


def count(told: Ledger) -> Count | None:
    """The days that make up the due day of whoever holds the case; None while no clock of theirs runs."""
    running = told.running
    if running is None or running.reckoning.due_on is None:
        return None
    found, due = running.reckoning, running.reckoning.due_on
    term, from_day = found.term, day_in_beijing(found.term.start)
    span = (from_day + timedelta(days=n) for n in range(1, (due - from_day).days + 1))
    in_working_days = term.limit.unit is Unit.WORKDAY
    return Count(
        clock=_(running.kind.label),
        since_words=_since_words(running.kind.key, term.rule is rules.DEEMED),
        source=term.rule.source,
        from_day=from_day,
        days=tuple(
            day
            for day in span
            if not counting.is_stopped_on(term, day)
            and (not in_working_days or term.calendar.is_working_day(day))
        ),
        due_on=due,
        is_given=term.due_given is not None,
        is_in_working_days=in_working_days,
        is_provisional=found.is_provisional,
    )


def _since_words(kind: str, is_deemed: bool) -> str:
    if is_deemed:
        return _("从收到材料的第二天算：")
    return {
        "receive": _("从您提交的第二天算："),
        "accept": _("从材料送达的第二天算："),
        "decide": _("从受理的第二天算："),
        "deliver": _("从作出决定的第二天算："),
        "reopened": _("从重新打开的第二天算："),
        "special": _("从开始特别程序的第二天算："),
        "correction": _("从告知补正的第二天算："),
        "lapsed": _("从补正逾期转回的第二天算："),
        "originals": _("从请您寄原件的第二天算："),
    }.get(kind, _("从开始的第二天算："))
