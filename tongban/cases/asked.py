"""Reading requests: what was asked, what stands open with an office, what was answered."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tongban.basics import calendar, sealing
from tongban.basics.prepared import Count
from tongban.basics.refusals import NotFound
from tongban.basics.selecting import Selection
from tongban.cases import asking, permissions
from tongban.cases.models import Case, Request
from tongban.cases.queries import Light
from tongban.cases.states import Party
from tongban.parties.models import Officer
from tongban.record import queries as recorded


def words(request: Request) -> str:
    """What was asked, in the asker's own words."""
    return sealing.unseal(bytes(request.reason)).decode()


def beside(request: Request) -> dict[str, Any]:
    """What came with a request: a telephone number, papers."""
    if not request.said:
        return {}
    found: dict[str, Any] = json.loads(sealing.unseal(bytes(request.said)))
    return found


@dataclass(frozen=True)
class Asked:
    """One request as a page shows it."""

    id: UUID
    number: str
    kind: str
    label: str | Promise
    by: str
    asker: str  # the office that asked; empty for the applicant
    asked_at: datetime
    words: str
    phone: str
    papers: tuple[dict[str, Any], ...]
    due_on: date
    light: Light
    is_open: bool
    answered_at: datetime | None
    outcome: str
    outcome_words: str | Promise
    answer: str
    contact: dict[str, str]
    is_mine: bool = False


def of_case(
    case: Case, *, today: date, for_: str = "", with_withdrawals: bool = False
) -> list[Asked]:
    """Everything that was asked about a case besides its withdrawal, newest first.

    `for_` is the party that looks (a value of Party); its own requests are marked. Pages show a
    withdrawal by itself; whoever shows all in one list asks for it `with_withdrawals`.
    """
    shown = Request.objects.all() if with_withdrawals else _shown()
    rows = list(shown.filter(number=case.number).order_by("-asked_at"))
    return _told(rows, today=today, for_=for_)


def open_of_office(officer: Officer, *, today: date) -> list[Asked]:
    """What waits for the answer of the officer's office, first due first."""
    return _told(list(_waiting(officer).order_by("asked_at")[:200]), today=today)


def count_of_office(officer: Officer) -> Count:
    """How much waits for the answer of the officer's office; every page of the desk says it."""
    return Count(_COUNT, {"office": permissions.office_of(officer).code})


def count_of_case(case: Case) -> int:
    """How much of what was asked about a case is not answered yet."""
    return _OF_CASE.count(number=case.number).now()


def one(request_id: UUID) -> Request:
    """A request. Refused: NotFound."""
    found = Request.objects.filter(pk=request_id).first()
    if found is None:
        raise NotFound(_("没有找到这个请求"))
    return found


_KINDS = ", ".join(f"'{kind}'" for kind in sorted(asking.ANSWERED_BY_PEOPLE))
# As `_waiting`, one side after the other, so that each begins with what that side has in hand.
_COUNT = "SELECT sum(waiting) FROM ({}) AS sides".format(  # noqa: S608 - our own words
    " UNION ALL ".join(
        f"""
        SELECT count(*) AS waiting FROM cases_case AS held
        JOIN cases_request AS asked ON asked.number = held.number
        WHERE held.holder = '{party}' AND held.{party}_authority = %(office)s::text
          AND asked.answered_at IS NULL AND asked.kind IN ({_KINDS})
        """  # noqa: S608
        for party in ("receiver", "decider")
    )
)


def _shown() -> QuerySet[Request]:
    return Request.objects.exclude(kind="withdraw")


def _waiting(officer: Officer) -> QuerySet[Request]:
    code = permissions.office_of(officer).code
    held = Case.objects.filter(
        Q(holder=Party.RECEIVER.value, receiver_authority=code)
        | Q(holder=Party.DECIDER.value, decider_authority=code)
    )
    return Request.objects.filter(
        answered_at=None, kind__in=asking.ANSWERED_BY_PEOPLE, number__in=held.values("number")
    )


def _told(rows: Sequence[Request], *, today: date, for_: str = "") -> list[Asked]:
    answers = _answers({row.number for row in rows if row.answered_at is not None})
    return [_asked(row, answers.get(str(row.id), {}), today, for_) for row in rows]


def _answers(numbers: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The sealed words of every answer on the record of these cases, by request."""
    answering = {
        str(event.content["request"]): event.sealed
        for number in numbers
        for event in recorded.events(number)
        if event.content.get("request") and event.sealed
    }
    parts = recorded.parts(answering.values())
    return {request: parts.get(digest, {}) for request, digest in answering.items()}


def _asked(row: Request, answer: dict[str, Any], today: date, for_: str) -> Asked:
    more = beside(row)
    due = asking.due_on(row.asked_at)
    return Asked(
        id=row.id,
        number=row.number,
        kind=row.kind,
        label=asking.KINDS[row.kind].label,
        by=row.by,
        asker=permissions.authority_name(row.authority) if row.authority else "",
        asked_at=row.asked_at,
        words=words(row),
        phone=more.get("phone", ""),
        papers=tuple(more.get("papers", ())),
        due_on=due,
        light=light(due, today),
        is_open=row.answered_at is None,
        answered_at=row.answered_at,
        outcome=row.outcome,
        outcome_words=asking.OUTCOMES.get(row.outcome, ""),
        answer=str(answer.get("answer", "")),
        contact=answer.get("contact", {}),
        is_mine=bool(for_) and row.by == for_,
    )


def light(due: date, today: date) -> Light:
    """The light of something that wants an answer by a day; amber on the last day but one."""
    left = calendar.working_days_between(today, due)
    provisional = calendar.is_provisional(due)
    if left < 0:
        return Light("bad", _("超%(days)d个工作日，还没有答复") % {"days": -left}, due, provisional)
    if left == 0:
        return Light("warn", _("今天该答复"), due, provisional)
    return Light(
        "warn" if left == 1 else "ok",
        _("剩%(days)d个工作日") % {"days": left},
        due,
        provisional,
    )


_OF_CASE = Selection(
    lambda p: _shown().filter(number=p("number"), answered_at=None).values_list("pk")
)
