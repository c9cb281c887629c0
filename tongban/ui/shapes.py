"""What the components for figures are given."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True)
class Part:
    """One stretch of a split bar. `shown` is what the reader sees; a percentage when empty."""

    party: str  # app, recv, deci, part, chan
    words: Words
    amount: float
    shown: Words = ""


@dataclass(frozen=True)
class Span:
    """One line of a clock ledger: since when who held the case, and what the clock did."""

    party: str  # app, recv, deci, part, chan
    holder: Words
    since: datetime
    seconds: float
    counts: Words  # in words: 算长春的收件时限 · 不算 · 停止计时，规则：请申请人补正
    used: Words = ""  # in the clock's own unit, 1个工作日; the time passed when empty
