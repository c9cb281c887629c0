"""/cases/{number}/documents: the official documents given in a case."""

from datetime import datetime

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from ninja import Router
from pydantic import BaseModel

from tongban.api.acting import case_here
from tongban.api.bearer import needs
from tongban.api.files import BYTES, handed_out
from tongban.api.problems import Problem
from tongban.cases.documents import shelf

router = Router(tags=["cases"])


class CaseDocumentOut(BaseModel):
    """One document: the act that gave it (`seq` in the history), its kind and its number."""

    seq: int
    kind: str
    title: str
    number: str
    at: datetime
    url: str


class CaseDocumentsOut(BaseModel):
    """Every document given in a case, the latest first."""

    documents: list[CaseDocumentOut]


@router.get(
    "/cases/{number}/documents",
    response={200: CaseDocumentsOut, 404: Problem},
    url_name="case_documents",
    summary="一件的文书",
    **needs("cases"),
)
def documents(request: HttpRequest, number: str) -> CaseDocumentsOut:
    """Every notice given in a case; the decision's own document is its `result`.

    Seen like the case itself. Needs scope `cases`.
    """
    case = case_here(request, number)
    return CaseDocumentsOut(
        documents=[
            CaseDocumentOut(
                seq=one.seq,
                kind=one.kind,
                title=one.title,
                number=one.number,
                at=one.at,
                url=reverse("api-1:case_document", args=[case.number, one.seq, one.kind]),
            )
            for one in shelf.documents_of(case)
        ]
    )


@router.get(
    "/cases/{number}/documents/{seq}/{kind}",
    response={404: Problem},
    url_name="case_document",
    summary="取一份文书",
    **needs("cases", responses={200: {"description": "The document as PDF/A", "content": BYTES}}),
)
def document(request: HttpRequest, number: str, seq: int, kind: str) -> HttpResponseBase:
    """A document as PDF/A: the same bytes for whoever opens it, whenever."""
    given, digest = shelf.open_document(case_here(request, number), seq=seq, kind=kind)
    return handed_out(request, digest, f"{given.title}.pdf", "application/pdf")
