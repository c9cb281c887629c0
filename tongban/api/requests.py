"""/cases/{number}/requests: what is asked of whoever holds a case, and what was answered."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import BaseModel, Field

from tongban.api.acting import case_here, is_officers, officer_of
from tongban.api.bearer import needs, owner_of
from tongban.api.enclosing import Digest, PaperIn, enclosed
from tongban.api.files import BYTES, handed_out
from tongban.api.problems import Problem
from tongban.api.repeating import Key, Text, once
from tongban.api.shapes import Body
from tongban.basics.refusals import NotFound
from tongban.cases import asked
from tongban.cases.asked import Asked
from tongban.cases.models import Case, Request
from tongban.cases.operations import requests
from tongban.cases.operations.requests import Handed, Wish

router = Router(tags=["requests"])

REFUSALS = {403: Problem, 404: Problem, 409: Problem, 422: Problem}


class RequestIn(Body):
    """What is asked: urge, ask and add_paper want words, change_contact a phone number."""

    kind: Literal["urge", "ask", "add_paper", "withdraw", "change_contact"]
    text: Text = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    papers: Annotated[list[PaperIn], Field(max_length=20)] = []


class RequestTaken(BaseModel):
    """A request is on its way to the holder; those that no person answers are answered already."""

    id: UUID
    number: str
    kind: str
    is_open: bool
    outcome: str


class RequestPaperOut(BaseModel):
    """A paper that came with a request."""

    name: str
    digest: str
    size: int
    media_type: str
    url: str


class RequestOut(BaseModel):
    """One request with its answer; `due_on` is the platform's default, no rule of law."""

    id: UUID
    kind: str
    label: str
    by: str
    asker: Annotated[str, Field(description="The office that asked; empty for the applicant")]
    asked_at: datetime
    text: str
    phone: str
    papers: list[RequestPaperOut]
    due_on: date
    is_open: bool
    answered_at: datetime | None
    outcome: str
    answer: str
    contact: dict[str, str]


class RequestsOut(BaseModel):
    """All requests of a case, the newest first."""

    requests: list[RequestOut]


@router.get(
    "/cases/{number}/requests",
    response={200: RequestsOut, 404: Problem},
    summary="请求和答复",
    **needs("requests"),
)
def requests_of(request: HttpRequest, number: str) -> RequestsOut:
    """Everything that was asked of the holders of a case, with the words and the answers.

    Seen like the case itself (GET /cases/{number}). Needs scope `requests`.
    """
    case = case_here(request, number)
    found = asked.of_case(case, today=localdate(), with_withdrawals=True)
    return RequestsOut(requests=[_out(case, one) for one in found])


def _out(case: Case, one: Asked) -> RequestOut:
    return RequestOut(
        id=one.id,
        kind=one.kind,
        label=str(one.label),
        by=one.by,
        asker=one.asker,
        asked_at=one.asked_at,
        text=one.words,
        phone=one.phone,
        papers=[
            RequestPaperOut(
                **paper,
                url=reverse("api-1:request_paper", args=[case.number, one.id, paper["digest"]]),
            )
            for paper in one.papers
        ],
        due_on=one.due_on,
        is_open=one.is_open,
        answered_at=one.answered_at,
        outcome=one.outcome,
        answer=one.answer,
        contact=one.contact,
    )


@router.post(
    "/cases/{number}/requests",
    response={200: RequestTaken, 201: RequestTaken, **REFUSALS, 429: Problem},
    url_name="ask_request",
    summary="提出请求",
    **needs("requests"),
)
def ask(request: HttpRequest, number: str, wish: RequestIn, key: Key) -> HttpResponse:
    """Ask something of the holder, for the applicant or as an office.

    Without an officer in the token: for the applicant, by the system that submitted the case. With
    one: as the officer's office (urge and ask). A withdrawal and a change of contact are answered by
    the holder's node, the rest by a person there. Papers are uploaded before (POST /materials).
    Needs scope `requests`.
    """
    case = case_here(request, number)

    def do() -> RequestTaken:
        return _taken(_asked(request, case, wish))

    return once(request, key, wish, do)


def _asked(request: HttpRequest, case: Case, told: RequestIn) -> Request:
    papers = enclosed(request, told.papers)
    wish = Wish(told.kind, told.text, told.phone, [Handed(name, file) for name, file in papers])
    if is_officers(request):
        return requests.ask_as_office(
            number=case.number, officer=officer_of(request), wish=wish, at=now()
        )
    return requests.ask_as_filer(number=case.number, owner=owner_of(request), wish=wish, at=now())


def _taken(row: Request) -> RequestTaken:
    return RequestTaken(
        id=row.pk,
        number=row.number,
        kind=row.kind,
        is_open=row.answered_at is None,
        outcome=row.outcome,
    )


class AnswerIn(Body):
    """The holder's answer; `refuse` says no (papers that were offered are not taken then)."""

    text: Text
    refuse: bool = False


@router.post(
    "/cases/{number}/requests/{request_id}/answer",
    response={200: RequestTaken, 201: RequestTaken, **REFUSALS},
    url_name="answer_request",
    summary="答复请求",
    **needs("requests", officer=True),
)
def answer(
    request: HttpRequest, number: str, request_id: UUID, told: AnswerIn, key: Key
) -> HttpResponse:
    """Answer on the record, as an officer of the office that holds the case.

    Papers that were offered become materials of the case. Needs scope `requests` and a token with
    an officer.
    """
    officer = officer_of(request)
    case = case_here(request, number)

    def do() -> RequestTaken:
        row = _of_case(case, request_id)
        return _taken(
            requests.answer(
                request_id=row.pk, officer=officer, text=told.text, refuse=told.refuse, at=now()
            )
        )

    return once(request, key, told, do)


@router.get(
    "/cases/{number}/requests/{request_id}/papers/{digest}",
    response={404: Problem, 503: Problem},
    url_name="request_paper",
    summary="取请求附的材料",
    **needs(
        "requests",
        responses={200: {"description": "The paper as it was handed in", "content": BYTES}},
    ),
)
def request_paper(
    request: HttpRequest, number: str, request_id: UUID, digest: Digest
) -> HttpResponseBase:
    """A paper that came with a request, before and after it was answered."""
    row = _of_case(case_here(request, number), request_id)
    for paper in requests.papers_of(row):
        if paper.file.digest == digest:
            return handed_out(request, digest, paper.name, paper.file.media_type)
    raise NotFound(_("这个请求里没有这份材料"))


def _of_case(case: Case, request_id: UUID) -> Request:
    row = asked.one(request_id)
    if row.number != case.number:
        raise NotFound(_("这件没有这个请求"))
    return row
