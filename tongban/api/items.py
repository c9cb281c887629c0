"""GET /items, GET /items/{code}: what can be done, and whether it can between two places."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from tongban.api import places
from tongban.api.availability import AvailabilityOut, availability_out
from tongban.api.problems import Problem
from tongban.api.shapes import Ground
from tongban.basics.refusals import FieldsRefused
from tongban.catalogue import queries as catalogue
from tongban.catalogue.models import Item
from tongban.catalogue.versions import DEFAULT_NOTE, MaterialSpec, Version
from tongban.guidance import queries as guidance

router = Router(tags=["catalogue"])
PAGE, LARGEST_PAGE = 50, 200


class ItemLine(BaseModel):
    """One item as lists show it. `is_open`: it can be filed here on this day."""

    code: str
    name: str
    theme: str
    subjects: list[str]
    lead: str
    list_code: str
    batch: int
    number: int
    scenario: str
    is_open: bool


class ItemPage(BaseModel):
    """A page of items; `next` is what `after` takes to go on, empty at the end."""

    items: list[ItemLine]
    next: str


class MaterialOut(BaseModel):
    """A material asked for; `when` lists the answers that make it asked, empty for always."""

    spec: str
    name: str
    is_required: bool
    when: list[dict[str, Any]]
    formats: list[str]
    max_bytes: int
    hint: str
    basis: str


class VersionOut(BaseModel):
    """The rules in force: what to answer (JSON Schema 2020-12) and what to hand in."""

    number: int
    from_day: date
    applicant_kinds: list[str]
    modes: list[str]
    competence: dict[str, str]
    answers: Annotated[dict[str, Any], Field(description="JSON Schema of `answers`")]
    materials: list[MaterialOut]


class HeirOut(BaseModel):
    """An item that an ended one became."""

    code: str
    name: str


class EndedOut(BaseModel):
    """That an item was merged, split or retired: since when, by which document, what it is now."""

    on: date
    how: Annotated[str, Field(description="merge, split, retire")]
    document: str
    title: str
    place: str
    now: list[HeirOut]


class ItemOut(ItemLine):
    """One item with its sources, the version in force, and the answer for a pair of places.

    `ended` is nothing while the item goes on; `former_names` are those that still find it.
    """

    ended: EndedOut | None
    former_names: list[str]
    cooperating: list[str]
    sources: list[Ground]
    version: VersionOut | None
    availability: AvailabilityOut | None
    default_note: str


@router.get("/items", response={200: ItemPage, 422: Problem}, summary="查事项")
def items(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=80, description="词、两个字或拼音首字母")] = "",
    theme: Annotated[str, Query(max_length=20)] = "",
    subject: Annotated[Literal["person", "organisation", ""], Query(description="服务谁")] = "",
    lead: Annotated[str, Query(max_length=40, description="牵头单位")] = "",
    list_code: Annotated[str, Query(max_length=4, alias="list", description="哪份清单")] = "",
    after: Annotated[str, Query(max_length=12, description="上一页的next")] = "",
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
) -> ItemPage:
    """Items in the order of the lists, or with `q` the best matches first."""
    rows = catalogue.items(theme=theme)
    if q.strip():
        rows = list(guidance.search(q, limit=guidance.MOST, theme=theme))
    rows = [
        one
        for one in rows
        if (not subject or subject in one.subjects)
        and lead in {"", one.lead}
        and list_code in {"", one.batch.list_id}
    ]
    if after:
        codes = [item.code for item in rows]
        if after not in codes:
            raise FieldsRefused({"after": [_("这不是上一页的next，请从第一页开始")]})
        rows = rows[codes.index(after) + 1 :]
    today = localdate()
    page = rows[:limit]
    last = page[-1].code if len(rows) > limit else ""
    return ItemPage(items=[ItemLine(**_line(item, today)) for item in page], next=last)


@router.get(
    "/items/{code}",
    response={200: ItemOut, 404: Problem, 422: Problem},
    summary="看事项",
)
def item(
    request: HttpRequest,
    code: str,
    from_: Annotated[str, Query(alias="from", max_length=6, description="在哪里申请")] = "",
    to: Annotated[str, Query(max_length=6, description="由哪里办理")] = "",
    on: Annotated[date | None, Query(description="哪一天，默认今天")] = None,
) -> ItemOut:
    """One item; with `from` and `to` also whether it can be done between them on the day `on`.

    `version` is then what holds where it is decided, otherwise the national standard.

    Refused: 404 for a code that no item has, 422 for a place that there is not on that day, and
    when only one of the two places is given.
    """
    found = catalogue.item(code)
    day = on or localdate()
    between = _between(code, from_, to, day) if from_ or to else None
    version = catalogue.version_in_force(code, day, deciding=to)
    return ItemOut(
        **_line(found, day),
        ended=_ended(code),
        former_names=catalogue.former_names(code),
        cooperating=found.cooperating,
        sources=[
            Ground(
                document=source.document_id,
                title=source.document.title,
                place=source.place,
                says=source.form,
            )
            for source in found.sources.all()
        ],
        version=_version(version) if version else None,
        availability=between,
        default_note=DEFAULT_NOTE,
    )


def _line(item: Item, on: date) -> dict[str, Any]:
    version = catalogue.version_in_force(item.code, on)
    version = catalogue.version_in_force(item.code, on)
    return {
        "code": item.code,
        "name": item.name,
        "theme": item.theme,
        "subjects": item.subjects,
        "lead": item.lead,
        "list_code": item.batch.list_id,
        "batch": item.batch.number,
        "number": item.number,
        "scenario": item.scenario,
        "is_open": version is not None and version.can_be_filed and not catalogue.ended(item.code),
    }


def _ended(code: str) -> EndedOut | None:
    change = catalogue.ended(code)
    if change is None:
        return None
    return EndedOut(
        on=change.on,
        how=change.kind,
        document=change.document_id,
        title=change.document.title,
        place=change.place,
        now=[HeirOut(code=one.code, name=one.name) for one in catalogue.successors(code)],
    )


def _version(version: Version) -> VersionOut:
    return VersionOut(
        number=version.number,
        from_day=version.from_day,
        applicant_kinds=list(version.applicant_kinds),
        modes=list(version.mode_names),
        competence={"place": version.competence.place, "field": version.competence.field},
        answers=dict(version.schema),
        materials=[_material(material) for material in version.materials],
    )


def _material(material: MaterialSpec) -> MaterialOut:
    return MaterialOut(
        spec=material.spec,
        name=material.name,
        is_required=material.is_required,
        when=[{"field": one.field, "values": list(one.values)} for one in material.when],
        formats=list(material.formats),
        max_bytes=material.max_bytes,
        hint=material.hint,
        basis=material.basis,
    )


def _between(code: str, here: str, there: str, on: date) -> AvailabilityOut:
    """The answer for a pair of places; refused at the place that is missing or unknown."""
    places.check(on, from_=here, to=there)
    found = catalogue.availability(code, here=here, there=there, on=on)
    return availability_out(found, here, there, on)
