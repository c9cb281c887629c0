"""GET /documents: what every rule of the catalogue rests on."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import BaseModel, Field

from tongban.api.problems import Problem
from tongban.catalogue import queries as catalogue
from tongban.catalogue.models import DocumentRelation, PolicyDocument

router = Router(tags=["catalogue"])


class RelationOut(BaseModel):
    """That `document` implements, extends, replaces or cites `other`."""

    document: str
    kind: str
    other: str


class DocumentOut(BaseModel):
    """An official document, or a text that tells of official ones; what no text states is empty.

    `kind` policy, agreement, secondary (it reports and decides nothing) or named (only cited).
    `province` is two digits, empty for the nation's.
    """

    key: str
    kind: str
    number: str
    title: str
    short_title: str
    issuer: str
    issued_on: date | None
    precision: Annotated[str, Field(description="how exact issued_on is: day, month or year")]
    province: str
    url: str
    note: str
    text_digest: Annotated[str, Field(description="SHA-256 of the text that was read")]


class DocumentList(BaseModel):
    """All documents, the oldest first."""

    documents: list[DocumentOut]


class DocumentWithRelations(DocumentOut):
    """One document with what it has to do with others."""

    relations: list[RelationOut]


@router.get("/documents", response={200: DocumentList}, summary="政策文件")
def documents(request: HttpRequest) -> DocumentList:
    """All documents that the catalogue knows."""
    return DocumentList(documents=[DocumentOut(**_of(one)) for one in catalogue.documents()])


@router.get(
    "/documents/{key}", response={200: DocumentWithRelations, 404: Problem}, summary="一份政策文件"
)
def document(request: HttpRequest, key: str) -> DocumentWithRelations:
    """One document, what it implements and what implements it."""
    found = catalogue.document(key)
    relations = [_relation(one) for one in catalogue.relations(key)]
    return DocumentWithRelations(**_of(found), relations=relations)


def _of(one: PolicyDocument) -> dict[str, Any]:
    return {name: getattr(one, name) for name in DocumentOut.model_fields}


def _relation(one: DocumentRelation) -> RelationOut:
    return RelationOut(document=one.document_id, kind=one.kind, other=one.other_id)
