"""What may be asked of whoever holds a case: by whom, how often, and by when it is answered.

Values in, values out. Limits against flooding are the platform's defaults, no rule of law.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.basics import calendar
from tongban.basics.hours import day_in_beijing
from tongban.cases.clocks import rules
from tongban.cases.states import Party

LONGEST = 1000
MOST_PAPERS = 5
# Platform defaults: an answer within so many working days, and how often one may ask.
DAYS = rules.KINDS["request"].usual.count
MOST_A_DAY = 5
URGE_AGAIN = timedelta(days=1)
# What one node takes from another about one case in all, before it refuses to take more.
MOST_FROM_A_NODE = 500


@dataclass(frozen=True)
class Kind:
    """One thing to ask. `is_automatic`: the holder's node answers at once, no officer need look."""

    key: str
    label: str | Promise
    parties: frozenset[Party]
    is_automatic: bool = False


_PEOPLE = frozenset({Party.APPLICANT, Party.RECEIVER, Party.DECIDER})
_APPLICANT = frozenset({Party.APPLICANT})

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("withdraw", _("撤回"), _APPLICANT, is_automatic=True),
        Kind("urge", _("催办"), _PEOPLE),
        Kind("ask", _("询问"), _PEOPLE),
        Kind("add_paper", _("补交材料"), _APPLICANT),
        Kind("change_contact", _("变更联系方式"), _APPLICANT, is_automatic=True),
    )
}
# Those that an officer answers in words.
ANSWERED_BY_PEOPLE = tuple(key for key, kind in KINDS.items() if not kind.is_automatic)
AUTOMATIC = tuple(key for key, kind in KINDS.items() if kind.is_automatic)

OUTCOMES: dict[str, str | Promise] = {
    "granted": _("已经照办"),
    "answered": _("已经答复"),
    "refused": _("没有同意"),
    "acted": _("已经办了下一步"),
    "ended": _("办件已经结束，没有再答复"),
}


def due_on(asked_at: datetime) -> date:
    """The last day for an answer; the day of asking does not count."""
    return calendar.add_working_days(day_in_beijing(asked_at), DAYS)


def too_often(kind: str, asked_before: Iterable[datetime], at: datetime) -> bool:
    """Whether somebody asks the same thing of a case more often than the defaults allow."""
    before = sorted(asked_before)
    if kind == "urge" and before and at - before[-1] < URGE_AGAIN:
        return True
    return len([one for one in before if at - one < timedelta(days=1)]) >= MOST_A_DAY
