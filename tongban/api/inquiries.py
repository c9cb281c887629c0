"""/inquiries: 协查, one office asks another, entered from a business system."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localdate, now
from ninja import Query, Router
from pydantic import BaseModel, Field

from tongban.api.acting import officer_of
from tongban.api.bearer import needs
from tongban.api.enclosing import Digest, PaperIn, enclosed
from tongban.api.files import BYTES, handed_out
from tongban.api.problems import Problem
from tongban.api.repeating import Key, Text, once
from tongban.api.shapes import Body
from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.cases.inquiries import operations, queries
from tongban.cases.inquiries.models import Inquiry
from tongban.cases.inquiries.operations import Attachment, Question, Reply
from tongban.cases.inquiries.standing import DAYS, LABELS, MOST_DAYS, State
from tongban.cases.permissions import authority_name
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Authority

router = Router(tags=["inquiries"])

REFUSALS = {403: Problem, 404: Problem, 409: Problem, 422: Problem}
PAGE, LARGEST_PAGE = 50, 200
Papers = Annotated[list[PaperIn], Field(max_length=20)]


class InquiryIn(Body):
    """What an office wants to know of another one: on a case it sees, or without one."""

    to: Annotated[str, Field(max_length=18, description="信用代码 of the office that is asked")]
    subject: Annotated[str, Field(max_length=60)]
    text: Text
    days: Annotated[int, Field(ge=1, le=MOST_DAYS, description="个工作日")] = DAYS
    case: Annotated[str, Field(max_length=40, description="办件编号, or empty")] = ""
    papers: Papers = []


class ReplyIn(Body):
    """An answer, and what goes with it."""

    text: Text
    papers: Papers = []


class RefusalIn(Body):
    """Why there is no answer, and who may know instead."""

    ground: Annotated[str, Field(max_length=500)]
    right_organ: Annotated[str, Field(max_length=200)] = ""


class MoreIn(Body):
    """What else is to be known about an answer."""

    text: Text


class InquiryOfficeOut(BaseModel):
    """One of the two offices."""

    authority: str
    name: str
    place: str


class InquiryLine(BaseModel):
    """Where an inquiry stands; `case` is the number it is about, if any."""

    chain: str
    subject: str
    state: str
    label: str
    asker: InquiryOfficeOut
    answerer: InquiryOfficeOut
    case: str
    asked_at: datetime
    due_on: date
    arrived_at: datetime | None
    answered_at: datetime | None
    reminded_at: datetime | None
    url: str


class InquiriesOut(BaseModel):
    """A page of inquiries, newest first; `next` leads on, empty at the end."""

    inquiries: list[InquiryLine]
    next: str


class EnclosedOut(BaseModel):
    """A paper of a thread; `url` is empty while it is on its way here."""

    name: str
    digest: str
    media_type: str
    url: str


class SaidOut(BaseModel):
    """One entry of the thread: an event with its words."""

    seq: int
    kind: str
    at: datetime
    is_asker: bool
    office: str
    text: str
    ground: str
    right_organ: str
    contact: dict[str, str]
    papers: list[EnclosedOut]


class InquiryOut(InquiryLine):
    """One inquiry with everything that was said, oldest first."""

    thread: list[SaidOut]


class InquiryDone(BaseModel):
    """What was done to an inquiry is on its record, or on its way to the node that holds it."""

    chain: str
    state: str
    url: str


@router.get(
    "/inquiries",
    response={200: InquiriesOut, 403: Problem, 422: Problem},
    summary="协查清单",
    **needs("inquiries", officer=True),
)
def inquiries(
    request: HttpRequest,
    box: Literal["in", "out"] = "in",
    state: Literal["asked", "arrived", "answered", "refused", "withdrawn"] | None = None,
    after: Annotated[str, Query(max_length=60, description="上一次回答里的next")] = "",
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
) -> InquiriesOut:
    """What the officer's office was asked (`in`) or asked (`out`).

    Needs scope `inquiries` and a token with an officer.
    """
    officer = officer_of(request)
    rows = queries.went_out(officer) if box == "out" else queries.came_in(officer)
    if state:
        rows = rows.filter(state=state)
    found = list(queries.behind(rows, after)[: limit + 1])
    kept = found[:limit]
    lines = queries.lines(kept, officer, today=localdate())
    more = len(found) > limit
    return InquiriesOut(
        inquiries=[_line(one.row, one.subject) for one in lines],
        next=queries.cursor_after(kept[-1]) if more else "",
    )


def _line(row: Inquiry, subject: str) -> InquiryLine:
    return InquiryLine(
        chain=row.chain,
        subject=subject,
        state=row.state,
        label=str(LABELS[State(row.state)]),
        asker=_office(row.asker_authority, row.asker_place),
        answerer=_office(row.answerer_authority, row.answerer_place),
        case=row.number,
        asked_at=row.asked_at,
        due_on=row.due_on,
        arrived_at=row.arrived_at,
        answered_at=row.answered_at,
        reminded_at=row.reminded_at,
        url=reverse("api-1:inquiry", args=[row.chain]),
    )


def _office(code: str, place: str) -> InquiryOfficeOut:
    return InquiryOfficeOut(authority=code, name=authority_name(code), place=place)


@router.post(
    "/inquiries",
    response={200: InquiryDone, 201: InquiryDone, **REFUSALS},
    url_name="inquiry_ask",
    summary="发起协查",
    **needs("inquiries", officer=True),
)
def ask(request: HttpRequest, inquiry: InquiryIn, key: Key) -> HttpResponse:
    """Ask another office something; papers are uploaded before (POST /materials).

    Needs scope `inquiries` and a token with an officer.
    """
    officer = officer_of(request)

    def do() -> InquiryDone:
        row = operations.ask(
            officer=officer,
            to=_authority(inquiry.to),
            question=Question(inquiry.subject, inquiry.text, _attached(request, inquiry.papers)),
            days=inquiry.days,
            number=inquiry.case,
            at=now(),
        )
        return _done(row)

    return once(request, key, inquiry, do)


def _authority(code: str) -> Authority:
    try:
        return jurisdictions.authority(code)
    except NotFound as unknown:
        raise FieldsRefused({"to": [unknown.message]}) from unknown


def _attached(request: HttpRequest, papers: list[PaperIn]) -> list[Attachment]:
    return [Attachment(name, file) for name, file in enclosed(request, papers)]


def _done(row: Inquiry) -> InquiryDone:
    return InquiryDone(
        chain=row.chain, state=row.state, url=reverse("api-1:inquiry", args=[row.chain])
    )


@router.get(
    "/inquiries/{chain}",
    response={200: InquiryOut, 403: Problem, 404: Problem},
    summary="看一份协查",
    **needs("inquiries", officer=True),
)
def inquiry(request: HttpRequest, chain: str) -> InquiryOut:
    """One inquiry as a thread, for the two offices; for all others it does not exist (404)."""
    officer = officer_of(request)
    row = queries.inquiry_for(officer, chain)
    (line,) = queries.lines([row], officer, today=localdate())
    thread = [
        SaidOut(
            seq=said.seq,
            kind=said.kind,
            at=said.at,
            is_asker=said.is_asker,
            office=said.office,
            text=said.text,
            ground=said.ground,
            right_organ=said.right_organ,
            contact=said.contact,
            papers=[_enclosed(row, paper) for paper in said.papers],
        )
        for said in queries.thread(row)
    ]
    return InquiryOut(**dict(_line(row, line.subject)), thread=thread)


def _enclosed(row: Inquiry, paper: queries.Enclosed) -> EnclosedOut:
    url = reverse("api-1:inquiry_paper", args=[row.chain, paper.digest]) if paper.is_here else ""
    return EnclosedOut(name=paper.name, digest=paper.digest, media_type=paper.media_type, url=url)


@router.get(
    "/inquiries/{chain}/papers/{digest}",
    response={403: Problem, 404: Problem, 503: Problem},
    url_name="inquiry_paper",
    summary="取协查的附件",
    **needs(
        "inquiries",
        officer=True,
        responses={200: {"description": "The paper as it was enclosed", "content": BYTES}},
    ),
)
def inquiry_paper(request: HttpRequest, chain: str, digest: Digest) -> HttpResponseBase:
    """A paper of an inquiry, for its two offices."""
    row = queries.inquiry_for(officer_of(request), chain)
    paper = queries.enclosed(row, digest)
    return handed_out(request, digest, paper.name, paper.media_type)


@router.post(
    "/inquiries/{chain}/answer",
    response={200: InquiryDone, 201: InquiryDone, **REFUSALS},
    url_name="inquiry_answer",
    summary="答复协查",
    **needs("inquiries", officer=True),
)
def answer(request: HttpRequest, chain: str, told: ReplyIn, key: Key) -> HttpResponse:
    """Answer as the office that was asked, once. Needs scope `inquiries` and an officer."""
    officer = officer_of(request)

    def do() -> InquiryDone:
        reply = Reply(text=told.text, papers=_attached(request, told.papers))
        return _done(operations.answer(chain_name=chain, officer=officer, reply=reply, at=now()))

    return once(request, key, told, do)


@router.post(
    "/inquiries/{chain}/refusal",
    response={200: InquiryDone, 201: InquiryDone, **REFUSALS},
    url_name="inquiry_refuse",
    summary="不能协查",
    **needs("inquiries", officer=True),
)
def refuse(request: HttpRequest, chain: str, told: RefusalIn, key: Key) -> HttpResponse:
    """Say why there is no answer, as the office that was asked. Needs scope `inquiries`."""
    officer = officer_of(request)
    if not told.ground.strip():
        raise FieldsRefused({"ground": ["写明不能协查的理由"]})

    def do() -> InquiryDone:
        reply = Reply(ground=told.ground, right_organ=told.right_organ)
        return _done(operations.answer(chain_name=chain, officer=officer, reply=reply, at=now()))

    return once(request, key, told, do)


@router.post(
    "/inquiries/{chain}/more",
    response={200: InquiryDone, 201: InquiryDone, **REFUSALS},
    url_name="inquiry_ask_more",
    summary="追问",
    **needs("inquiries", officer=True),
)
def ask_more(request: HttpRequest, chain: str, told: MoreIn, key: Key) -> HttpResponse:
    """Ask more about an answer; the time for it begins anew. Needs scope `inquiries`."""
    officer = officer_of(request)

    def do() -> InquiryDone:
        return _done(
            operations.ask_more(chain_name=chain, officer=officer, text=told.text, at=now())
        )

    return once(request, key, told, do)


@router.post(
    "/inquiries/{chain}/withdrawal",
    response={200: InquiryDone, 201: InquiryDone, **REFUSALS},
    url_name="inquiry_withdraw",
    summary="撤回协查",
    **needs("inquiries", officer=True),
)
def withdraw(request: HttpRequest, chain: str, key: Key) -> HttpResponse:
    """Take an inquiry back before it is answered; an answer may still come first."""
    return _by_asker(request, chain, key, operations.withdraw)


@router.post(
    "/inquiries/{chain}/reminder",
    response={200: InquiryDone, 201: InquiryDone, **REFUSALS},
    url_name="inquiry_remind",
    summary="催协查",
    **needs("inquiries", officer=True),
)
def remind(request: HttpRequest, chain: str, key: Key) -> HttpResponse:
    """Remind the other office once its last day is over; the second time on a day changes nothing."""
    return _by_asker(request, chain, key, operations.remind)


def _by_asker(
    request: HttpRequest, chain: str, key: str, do: Callable[..., Inquiry]
) -> HttpResponse:
    officer = officer_of(request)
    return once(request, key, None, lambda: _done(do(chain_name=chain, officer=officer, at=now())))
