"""Reckonings and ledgers as machines read them, and in the words of a line."""

from datetime import date, datetime
from typing import Any

from tongban.basics.arrangements import Arrangement
from tongban.basics.hours import BEIJING
from tongban.cases import states
from tongban.cases.clocks.ledger import CaseLine, Ledger
from tongban.cases.clocks.values import UNIT_WORDS, Line, Reckoning, Rule, Unit


def moment(at: datetime) -> str:
    """A moment on Beijing's clock, to the second where it has one."""
    return at.astimezone(BEIJING).isoformat()


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def rule(one: Rule) -> dict[str, str]:
    """A rule with its source and how sure that is."""
    return {"key": one.key, "words": one.words, "basis": one.basis, "mark": one.mark.value}


def document(one: Arrangement) -> dict[str, Any]:
    """A document about working days, by what two nodes compare."""
    return {
        "place": one.place,
        "year": one.year,
        "number": one.number,
        "title": one.title,
        "digest": one.digest,
    }


def line(one: Line) -> dict[str, Any]:
    """A line of one clock."""
    return {
        "from": moment(one.since),
        "to": moment(one.until),
        "holder": one.holder,
        "counts": one.counts,
        "rules": [each.key for each in one.rules],
        "used": one.used,
        "left": one.left,
        "adds": one.adds,
        "seconds": one.seconds,
    }


def reckoning(one: Reckoning) -> dict[str, Any]:
    """A clock worked out: what `tongban clock compute --json` prints."""
    term = one.term
    return {
        "kind": term.kind,
        "start": moment(term.start),
        "limit": {"count": term.limit.count, "unit": term.limit.unit.value},
        "at": moment(one.at),
        "state": one.state.value,
        "due_on": _day(one.due_on),
        "rolled_from": _day(one.rolled_from),
        "closes": f"{term.hours.closes:%H:%M}" if term.hours else None,
        "provisional": one.is_provisional,
        "late": one.is_late,
        "light": one.light,
        "thresholds": {
            "amber_left": term.thresholds.amber_left,
            "amber_share": term.thresholds.amber_share,
            "default": term.thresholds.is_default,
            "basis": term.thresholds.basis,
        },
        "counted_in": one.counted_in.value,
        "total": one.total,
        "used": one.used,
        "left": one.left,
        "lines": [line(each) for each in one.lines],
        "rules": [rule(each) for each in one.rules],
        "calendar": [document(each) for each in one.documents],
        "remarks": list(one.remarks),
    }


def ledger(one: Ledger) -> dict[str, Any]:
    """The ledger of a case: what `tongban case clock --json` prints."""
    return {
        "number": one.number,
        "at": moment(one.at),
        "due_on": _day(one.due_on),
        "held": {party.value: seconds for party, seconds in one.held.items()},
        "whole": sum(one.held.values()),
        "lines": [_case_line(each) for each in one.lines],
        "clocks": [
            {"label": clock.kind.label, "party": clock.kind.party.value}
            | reckoning(clock.reckoning)
            for clock in one.clocks
        ],
        "calendar": [document(each) for each in one.documents],
    }


def _case_line(one: CaseLine) -> dict[str, Any]:
    return {
        "from": moment(one.since),
        "to": moment(one.until),
        "holder": one.span.party.value,
        "state": one.span.state.value,
        "clock": one.clock.kind.key if one.clock else None,
        "counts": one.counts,
        "rules": [each.key for each in one.rules],
        "used": one.used,
        "left": one.left,
        "adds": one.adds,
    }


def amount(count: int, unit: Unit) -> str:
    """5个工作日, 30天."""
    return f"{count}{UNIT_WORDS[unit]}"


def light_words(one: Reckoning) -> str:
    """What the light of a clock says: 剩2个工作日, 今天到期, 超1天, 停着."""
    if one.is_late:
        return f"超{amount(-one.left, one.counted_in)}"
    if one.state.value == "ended":
        return "按时"
    if one.light == "pause":
        return f"停止计时，剩{amount(one.left, one.counted_in)}"
    return f"剩{amount(one.left, one.counted_in)}" if one.left else "今天到期"


def counts_words(one: CaseLine) -> str:
    """What the time of a line did, in words: 算受理期限; 不算."""
    if one.clock is None:
        return "不算"
    label = one.clock.kind.label
    if one.adds:
        return f"{label}加{amount(one.adds, one.clock.reckoning.counted_in)}"
    return f"算{label}" if one.counts else f"{label}停止"


def holder_words(one: CaseLine) -> str:
    """Who held it and what for: 办理地（等受理）."""
    party = states.PARTY_LABELS[one.span.party]
    return f"{party}（{states.LABELS[one.span.state]}）"
