"""How much an office and each of its people has in hand, and for how long already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Aggregate, Avg, Count, DurationField, ExpressionWrapper, F, Q, Value

from tongban.cases import queues
from tongban.cases.states import Party
from tongban.desk.narrowing import lit
from tongban.parties.models import Absence, Officer

FULL = 1000  # units of the picture's own coordinates
LEAST = 8  # narrower than this nobody sees it
LIGHTS = ("bad", "warn", "ok", "pause")


class Percentile(Aggregate):
    """What a share of the values does not exceed."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True)
class Amount:
    """Cases in hand by light, and how long they have been there."""

    total: int = 0
    bad: int = 0
    warn: int = 0
    ok: int = 0
    pause: int = 0
    average: float | None = None  # seconds
    half: float | None = None  # half of them not longer than this
    most: float | None = None  # nine tenths of them not longer than this


@dataclass(frozen=True)
class Share:
    """One piece of the picture of somebody's cases."""

    kind: str
    x: int
    width: int
    count: int


@dataclass(frozen=True)
class Load:
    """One person of the office, or the queue that nobody has claimed."""

    officer: Officer | None
    amount: Amount
    shares: tuple[Share, ...]
    absence: Absence | None


def of_office(officer: Officer, side: Party, *, today: date, at: datetime) -> Amount:
    """All that one side of an officer's office has in hand."""
    return _amount(_in_hand(officer, side).aggregate(**_measures(officer, today, at)))


def of_each(
    officer: Officer,
    side: Party,
    colleagues: Sequence[Officer],
    absent: Sequence[Absence],
    *,
    today: date,
    at: datetime,
) -> list[Load]:
    """The load of each who may act on this side or has cases of it, then what nobody has claimed."""
    measured = (
        _in_hand(officer, side).values("claimed_by").annotate(**_measures(officer, today, at))
    )
    amounts = {row.pop("claimed_by"): _amount(row) for row in measured.order_by("claimed_by")}
    away = {one.officer_id: one for one in absent if one.from_on <= today <= one.until_on}
    longest = max((amount.total for amount in amounts.values()), default=0)
    rows: list[Load] = []
    for one in [*colleagues, None]:
        key = one.pk if one else None
        if one is not None and side.value not in one.roles and key not in amounts:
            continue
        amount = amounts.get(key, Amount())
        rows.append(Load(one, amount, _picture(amount, longest), away.get(key or 0)))
    return rows


def _in_hand(officer: Officer, side: Party) -> Any:
    return queues.office_cases(officer, side).filter(holder=side)


def _measures(officer: Officer, today: date, at: datetime) -> dict[str, Aggregate]:
    held = ExpressionWrapper(Value(at) - F("held_since"), output_field=DurationField())
    return {
        "total": Count("pk"),
        **{kind: Count("pk", filter=Q(lit(kind, officer, today))) for kind in LIGHTS},
        "average": Avg(held),
        "half": Percentile(held, share="0.5"),
        "most": Percentile(held, share="0.9"),
    }


def _amount(row: dict[str, Any]) -> Amount:
    measured: dict[str, Any] = {
        name: value.total_seconds() if isinstance(value, timedelta) else value
        for name, value in row.items()
    }
    return Amount(**measured)


def _picture(amount: Amount, longest: int) -> tuple[Share, ...]:
    """Pieces side by side, on one scale for all people of the office."""
    found, at = [], 0
    for kind in LIGHTS:
        count = getattr(amount, kind)
        if count:
            width = max(LEAST, round(FULL * count / longest))
            found.append(Share(kind, at, width, count))
            at += width
    return tuple(found)
