"""POST /cases, GET /cases/{number} and what belongs to one case."""

from collections.abc import Container
from datetime import date, datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from ninja import Header, Query, Router
from pydantic import BaseModel, Field

from tongban.api.bearer import AnotherPlace, bounds, grant_of, needs, owner_of
from tongban.api.events import EventOut, event_out
from tongban.api.files import BYTES, handed_out
from tongban.api.problems import Problem
from tongban.api.shapes import Body, Place
from tongban.basics.refusals import FieldsRefused
from tongban.cases import bounds as seeing
from tongban.cases import intake as papers_in
from tongban.cases import provenance, queries, states, timeline
from tongban.cases.models import Case
from tongban.cases.operations import submission, uploads
from tongban.cases.rules import HandedIn, Intake
from tongban.cases.states import Mode, Party, State
from tongban.catalogue import queries as catalogue
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties.queries import Grant
from tongban.record import queries as recorded

router = Router(tags=["cases"])

Code = Annotated[str, Field(pattern=r"^[0-9]{6}$")]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=80,
        pattern=r"^[\x21-\x7e]+$",
        description="您为这份申请定的键：重发时不变，别的申请用别的键",
    ),
]


# What an applicant may say of a file, as the pages ask it (`cases.provenance.UPLOADED`).
MadeFrom = Literal["", "photo", "copy", "original"]


class ApplicantIn(Body):
    """Who applies: a person by identity number, an organisation by credit code."""

    kind: Literal["person", "organisation"]
    name: Annotated[str, Field(max_length=80)]
    id_number: Annotated[str, Field(max_length=40)]
    phone: Annotated[str, Field(max_length=40)]


class PlacesIn(Body):
    """Where the applicant is, where a window receives (none online), and where it is decided."""

    applicant: Code
    receiving: Annotated[str, Field(pattern=r"^([0-9]{6})?$")] = ""
    deciding: Code


class MaterialIn(Body):
    """A paper uploaded before, for one of the materials asked for, as the applicant calls it.

    `made_from` is what the applicant says it is: a picture of the original (photo), of a copy
    (copy), or an electronic original (original). Unsaid, the officer is told so.
    """

    spec: Annotated[str, Field(max_length=40)]
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    name: Annotated[str, Field(max_length=200)]
    made_from: MadeFrom = ""


class CaseIn(Body):
    """An application: `answers` and `materials` as GET /items/{code} says under `version`."""

    item: Annotated[str, Field(max_length=20)]
    mode: Literal["ONLINE", "RECEIVED_FOR", "JOINT", "ANYWHERE", "PRECHECK_MAIL", "ON_SITE"]
    applicant: ApplicantIn
    places: PlacesIn
    answers: Annotated[dict[str, str], Field(max_length=200)]
    materials: Annotated[list[MaterialIn], Field(max_length=50)] = []


class Taken(BaseModel):
    """A case was taken: its number, and where it is seen."""

    number: str
    url: str


class HolderOut(BaseModel):
    """Who holds a case, since when, and by when it should act; the channel is the way between."""

    party: str
    label: str
    place: Place | None
    authority: str
    bound_for: str
    since: datetime | None
    due_on: date | None


class PaperOut(BaseModel):
    """The paper that stands for a material; `made_from_label` says whose word its origin is."""

    spec: str
    name: str
    file_name: str
    digest: str
    size: int
    media_type: str
    grade: str
    made_from: str
    made_from_label: str
    url: str


class CaseOut(BaseModel):
    """One case as this node knows it, with who applies and what was answered."""

    number: str
    item: str
    item_name: str
    item_version: int
    mode: str
    state: str
    state_label: str
    holder: HolderOut
    places: dict[str, Place]
    authorities: dict[str, str]
    submitted_at: datetime | None
    received_at: datetime | None
    accepted_at: datetime | None
    decided_at: datetime | None
    ended_at: datetime | None
    decision: str
    applicant: dict[str, str]
    answers: dict[str, Any]
    materials: list[PaperOut]
    result: dict[str, str]
    head_seq: int
    head_hash: str


class CaseEvents(BaseModel):
    """The history of one case from a sequence number on; `next` goes on from its end."""

    events: list[EventOut]
    next: int


@router.post(
    "/cases",
    response={200: Taken, 201: Taken, 403: Problem, 415: Problem, 422: Problem},
    summary="提交申请",
    **needs("submit"),
)
def submit(request: HttpRequest, case: CaseIn, key: Key) -> HttpResponse:
    """Take an application for somebody: 201 with a new case, 200 with the one this key stands for.

    The same key with the same content is the same case, however often and however concurrently it
    is sent; with other content it is refused (422, idempotency-key-used-otherwise). Applicant and
    window must stand in the system's own places (403, another-place). Everything that is wrong is
    said at once, by field, and nothing is written then. Needs scope `submit`.
    """
    _check_places(grant_of(request), case.places)
    owner = owner_of(request)
    intake = _intake(case, owner)
    try:
        taken = submission.submit(intake=intake, owner=owner, key=key, at=now())
    except FieldsRefused as refusal:
        raise FieldsRefused(_located(refusal.errors, case)) from refusal
    url = reverse("api-1:case", args=[taken.number])
    body = Taken(number=taken.number, url=url).model_dump_json()
    return HttpResponse(
        body,
        status=201 if taken.is_new else 200,
        content_type="application/json",
        headers={"Location": url, "Cache-Control": "no-store"},
    )


def _check_places(grant: Grant, places: PlacesIn) -> None:
    """Places exist; those where somebody stands are the system's own."""
    today, errors = localdate(), {}
    for name, code in places:
        if code and not jurisdictions.exists(code, today):
            errors[f"places.{name}"] = [_("没有区划代码是%(code)s的地方") % {"code": code}]
    if errors:
        raise FieldsRefused(errors)
    for name in ("applicant", "receiving"):
        code = getattr(places, name)
        if code and not grant.reaches(code):
            raise AnotherPlace(f"places.{name}", jurisdictions.full_name(code))


def _intake(case: CaseIn, owner: str) -> Intake:
    digests = {paper.digest for paper in case.materials}
    files = uploads.uploaded(owner, digests) if digests else {}
    errors = {
        f"materials.{paper.spec}": [sentence]
        for paper in case.materials
        if (sentence := _wrong_with(paper, files))
    }
    if errors:
        raise FieldsRefused(errors)
    return Intake(
        item=case.item,
        mode=Mode(case.mode),
        applicant=dict(case.applicant),
        applicant_place=case.places.applicant,
        receiving_place=case.places.receiving,
        deciding_place=case.places.deciding,
        answers=case.answers,
        papers=tuple(
            HandedIn(one.spec, files[one.digest], one.name, one.made_from) for one in case.materials
        ),
    )


def _wrong_with(paper: MaterialIn, files: Container[str]) -> str:
    """Why a paper cannot be handed in under this name; nothing when it can."""
    if paper.digest not in files:
        return _("没有这份材料。请先用POST /materials上传，再用得到的digest")
    try:
        papers_in.check_name(paper.name)
    except papers_in.PaperRefused as refusal:
        return refusal.message
    return ""


def _located(errors: dict[str, list[str]], case: CaseIn) -> dict[str, list[str]]:
    """The fields as the request calls them: answers.…, materials.…, applicant.…"""
    version = catalogue.version_in_force(case.item, localdate())
    fields = set(version.fields()) | set(case.answers) if version else set(case.answers)

    def name(key: str) -> str:
        if key.startswith("applicant."):
            return key
        return f"answers.{key}" if key in fields else f"materials.{key}"

    return {name(key): sentences for key, sentences in errors.items()}


@router.get(
    "/cases/{number}",
    response={200: CaseOut, 404: Problem},
    url_name="case",
    summary="看一件",
    **needs("cases"),
)
def case(request: HttpRequest, number: str) -> CaseOut:
    """One case with what is personal in it, for whoever takes part in it.

    Seen by a system in whose places the applicant, the window or the decider is, and if it speaks
    for one authority, only when that authority receives or decides; for all others the case does
    not exist (404). Needs scope `cases`.
    """
    found = seeing.case_within(bounds(request), number)
    personal = queries.particulars(found)
    names = personal.get("file_names", {})
    return CaseOut(
        number=found.number,
        item=found.item,
        item_name=queries.version_of(found).name,
        item_version=found.item_version,
        mode=found.mode,
        state=found.state,
        state_label=states.LABELS[State(found.state)],
        holder=_holder(found),
        places=_places(found),
        authorities={"receiver": found.receiver_authority, "decider": found.decider_authority},
        submitted_at=found.submitted_at,
        received_at=found.received_at,
        accepted_at=found.accepted_at,
        decided_at=found.decided_at,
        ended_at=found.ended_at,
        decision=found.decision,
        applicant=personal.get("applicant", {}),
        answers=personal.get("answers", {}),
        materials=_papers(found, names),
        result=found.result,
        head_seq=found.head_seq,
        head_hash=found.head_hash,
    )


def _holder(found: Case) -> HolderOut:
    party = Party(found.holder)
    code = {
        Party.APPLICANT: found.applicant_place,
        Party.RECEIVER: found.receiving_place,
        Party.DECIDER: found.deciding_place,
    }.get(party, "")
    return HolderOut(
        party=party,
        label=states.PARTY_LABELS[party],
        place=_place(code) if code else None,
        authority={
            Party.RECEIVER: found.receiver_authority,
            Party.DECIDER: found.decider_authority,
        }.get(party, ""),
        bound_for=found.bound_for,
        since=found.held_since,
        due_on=found.due_on,
    )


def _places(found: Case) -> dict[str, Place]:
    named = {
        "applicant": found.applicant_place,
        "receiving": found.receiving_place,
        "deciding": found.deciding_place,
        "evaluating": found.evaluating_place,
    }
    return {name: _place(code) for name, code in named.items() if code}


def _place(code: str) -> Place:
    return Place(code=code, name=jurisdictions.full_name(code))


def _papers(found: Case, names: dict[str, str]) -> list[PaperOut]:
    return [
        PaperOut(
            spec=material.spec,
            name=material.name,
            file_name=names.get(material.digest, ""),
            digest=material.digest,
            size=material.size,
            media_type=material.media_type,
            grade=material.grade,
            made_from=material.made_from,
            made_from_label=str(provenance.words(material)),
            url=reverse("api-1:paper", args=[found.number, material.digest]),
        )
        for material in queries.materials_of(found)
    ]


@router.get(
    "/cases/{number}/events",
    response={200: CaseEvents, 404: Problem},
    summary="看一件的经过",
    **needs("events"),
)
def events(
    request: HttpRequest,
    number: str,
    after: Annotated[int, Query(ge=0, le=1_000_000, description="已经有的最后一个seq")] = 0,
) -> CaseEvents:
    """The signed history of one case after a sequence number, to be followed or verified.

    Nothing personal is in it: that lies in sealed parts, which the events name by digest. The
    bodies, hashes and signatures are those that every node of the case holds. Needs scope `events`.
    """
    case = seeing.case_within(bounds(request), number)
    truths = {step.seq: step.truths for step in timeline.steps(case, with_personal=False)}
    found = [
        event_out(event, truths.get(event.seq))
        for event in recorded.events(number, from_seq=after + 1)
    ]
    return CaseEvents(events=found, next=found[-1].seq if found else after)


@router.get(
    "/cases/{number}/materials/{digest}",
    response={404: Problem, 503: Problem},
    url_name="paper",
    summary="取材料或结果",
    **needs(
        "cases",
        responses={
            200: {
                "description": "The paper as it was handed in, or the result as it was made",
                "content": BYTES,
            }
        },
    ),
)
def paper(request: HttpRequest, number: str, digest: str) -> HttpResponseBase:
    """A paper of a case, also one that was replaced, or its result; seen like the case itself."""
    found = seeing.case_within(bounds(request), number)
    file = seeing.paper_of(found, digest)
    names = queries.particulars(found).get("file_names", {})
    name = names.get(file.digest) or file.digest[:16]
    return handed_out(request, file.digest, name, file.media_type)
