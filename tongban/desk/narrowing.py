"""What an officer narrows her queue to: some filters, one condition, one address to come back to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.basics import calendar
from tongban.cases import clocks_of_cases, states
from tongban.cases.permissions import office_of
from tongban.cases.states import Mode, Party
from tongban.catalogue import queries as catalogue
from tongban.catalogue.models import Mode as ModeLabels
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties.models import Officer

EVERY = ("", _("全部"))
LIGHTS = (
    ("bad", _("红灯：超时")),
    ("warn", _("黄灯：快到期")),
    ("ok", _("绿灯：还早")),
    ("pause", _("没有在计时")),
)
MINE, NOBODYS = "mine", "nobody"
# The states in which a case that its applicant holds stops all clocks of the office.
_STOPPED = Q(holder=Party.APPLICANT, state__in=states.WAITS_FOR_APPLICANT)


# What may be chosen for a filter: values and words.
Choices = tuple[tuple[str, str | Promise], ...]
_STATES = tuple((one.value, words) for one, words in states.LABELS.items() if one != "draft")
_MODES = tuple((one.value, ModeLabels(one.value).label) for one in Mode)
_LABELS = {
    "item": _("事项"),
    "state": _("环节"),
    "place": _("对方在哪个省"),
    "mode": _("办理方式"),
    "light": _("时限"),
    "whose": _("认领人"),
}


@dataclass(frozen=True)
class Filter:
    """One filter as the page offers it, and what was chosen of it."""

    name: str
    label: str | Promise
    choices: Choices
    value: str

    @property
    def id(self) -> str:
        """Its name in the page."""
        return f"narrow-{self.name}"


class Narrowing:
    """The filters of a queue. Any address may carry them, so nonsense in one narrows nothing."""

    def __init__(
        self, data: QueryDict | dict[str, Any], *, colleagues: Sequence[Officer], today: date
    ) -> None:
        self.today = today
        self._choices: dict[str, Choices] = {
            "item": tuple((one.code, one.name) for one in catalogue.items()),
            "state": _STATES,
            "place": tuple((one.code, one.name) for one in jurisdictions.provinces(today)),
            "mode": _MODES,
            "light": LIGHTS,
            "whose": (
                (MINE, _("我")),
                (NOBODYS, _("没有人认领")),
                *((str(one.pk), one.name) for one in colleagues),
            ),
        }
        given = {name: data.get(name, "") for name in self._choices}
        # What was asked for, by filter; what is not offered is left out.
        self.asked: dict[str, str] = {
            name: value
            for name, value in given.items()
            if value and any(value == key for key, _words in self._choices[name])
        }

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The filters as the page offers them."""
        return tuple(
            Filter(name, _LABELS[name], (EVERY, *choices), self.asked.get(name, ""))
            for name, choices in self._choices.items()
        )

    @property
    def words(self) -> list[str]:
        """What was asked for, as the page says it."""
        return [str(dict(self._choices[name])[value]) for name, value in self.asked.items()]

    def condition(self, side: Party, officer: Officer) -> Q:
        """The cases of one side of an office that these filters leave."""
        found = Q()
        for name, value in self.asked.items():
            found &= _CONDITIONS[name](value, side, officer, self.today)
        return found


def lit(kind: str, officer: Officer, today: date) -> Q:
    """The cases of an officer's office whose light is of a kind on a day.

    By the days left that the office's place has set; `queries.light`, which says the same of one
    case, knows a share of the limit besides.
    """
    left = clocks_of_cases.thresholds(office_of(officer).division_code).amber_left
    soon = calendar.add_working_days(today, left)
    return {
        "bad": ~_STOPPED & Q(due_on__lt=today),
        "warn": ~_STOPPED & Q(due_on__gte=today, due_on__lte=soon),
        "ok": ~_STOPPED & Q(due_on__gt=soon),
        "pause": _STOPPED | Q(due_on=None),
    }[kind]


def _whose(value: str, _side: Party, officer: Officer, _today: date) -> Q:
    if value == NOBODYS:
        return Q(claimed_by=None)
    return Q(claimed_by=officer.pk if value == MINE else int(value))


def _place(value: str, side: Party, _officer: Officer, _today: date) -> Q:
    """The province of the other office; the applicant's where a case came without a window."""
    if side is Party.RECEIVER:
        return Q(deciding_place__startswith=value[:2])
    return Q(receiving_place__startswith=value[:2]) | Q(
        receiving_place="", applicant_place__startswith=value[:2]
    )


_CONDITIONS: dict[str, Any] = {
    "item": lambda value, _side, _officer, _today: Q(item=value),
    "state": lambda value, _side, _officer, _today: Q(state=value),
    "mode": lambda value, _side, _officer, _today: Q(mode=value),
    "light": lambda value, _side, officer, today: lit(value, officer, today),
    "place": _place,
    "whose": _whose,
}
