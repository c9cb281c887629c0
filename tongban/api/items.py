"""GET /items, GET /items/{code}: what can be done, and whether it can between two places."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from tongban.api.bearer import needs
from tongban.api.problems import Problem
from tongban.api.shapes import Ground, Place
from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.catalogue import queries as catalogue
from tongban.catalogue.models import Item
from tongban.catalogue.queries import Availability
from tongban.catalogue.versions import DEFAULT_NOTE, MaterialSpec, Version
from tongban.guidance import queries as guidance
from tongban.jurisdictions import queries as jurisdictions

router = Router(tags=["items"])
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


class LimitOut(BaseModel):
    """So many working days; `basis` is empty for a default of this platform."""

    working_days: int
    kind: str
    basis: str


class AvailabilityOut(BaseModel):
    """Whether the item can be done between two places on a day, why, and under which documents."""

    here: Place
    there: Place
    on: date
    verdict: str
    kind: str
    modes: list[str]
    reason: str
    decides: Place
    decides_kind: str
    limits: dict[str, LimitOut]
    visits: dict[str, int]
    grounds: list[Ground]
    notes: list[str]
    is_default: bool


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


class ItemOut(ItemLine):
    """One item with its sources, the version in force, and the answer for a pair of places."""

    cooperating: list[str]
    sources: list[Ground]
    version: VersionOut | None
    availability: AvailabilityOut | None
    default_note: str


@router.get("/items", response={200: ItemPage, 422: Problem}, summary="查事项", **needs("items"))
def items(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=80, description="词、两个字或拼音首字母")] = "",
    theme: Annotated[str, Query(max_length=20)] = "",
    after: Annotated[str, Query(max_length=12, description="上一页的next")] = "",
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
) -> ItemPage:
    """Items in the order of the lists, or with `q` the best matches first; needs scope `items`."""
    rows = catalogue.items(theme=theme)
    if q.strip():
        rows = list(guidance.search(q, limit=guidance.MOST, theme=theme))
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
    **needs("items"),
)
def item(
    request: HttpRequest,
    code: str,
    from_: Annotated[str, Query(alias="from", max_length=6, description="在哪里申请")] = "",
    to: Annotated[str, Query(max_length=6, description="由哪里办理")] = "",
    on: Annotated[date | None, Query(description="哪一天，默认今天")] = None,
) -> ItemOut:
    """One item; with `from` and `to` also whether it can be done between them on the day `on`.

    Refused: 404 for a code that no item has, 422 for a place that there is not on that day, and
    when only one of the two places is given. Needs scope `items`.
    """
    found = catalogue.item(code)
    day = on or localdate()
    version = catalogue.version_in_force(code, day)
    return ItemOut(
        **_line(found, day),
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
        availability=_between(code, from_, to, day) if from_ or to else None,
        default_note=DEFAULT_NOTE,
    )


def _line(item: Item, on: date) -> dict[str, Any]:
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
        "is_open": version is not None and version.can_be_filed,
    }


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
    errors = {
        name: [_("这一天没有区划代码是这个的地方") if place else _("要和另一个地方一起写")]
        for name, place in (("from", here), ("to", there))
        if not place or not jurisdictions.exists(place, on)
    }
    if errors:
        raise FieldsRefused(errors)
    found = catalogue.availability(code, here=here, there=there, on=on)
    return AvailabilityOut(
        here=_place(here),
        there=_place(there),
        on=on,
        verdict=found.verdict,
        kind=found.kind,
        modes=list(found.modes),
        reason=found.reason,
        decides=_place(found.decides),
        decides_kind=found.decides_kind,
        limits=_limits(found),
        visits={mode: visits.times for mode, visits in found.visits.items()},
        grounds=[_ground(ground.document, ground.place, ground.says) for ground in found.grounds],
        notes=list(found.notes),
        is_default=found.is_default,
    )


def _limits(found: Availability) -> dict[str, LimitOut]:
    if found.limits is None:
        return {}
    named = {"receive": found.limits.receive, "accept": found.limits.accept,
             "decide": found.limits.decide}  # fmt: skip
    return {
        name: LimitOut(working_days=limit.days, kind=limit.kind, basis=limit.basis)
        for name, limit in named.items()
    }


def _ground(document: str, place: str, says: str) -> Ground:
    try:
        title = catalogue.document(document).title
    except NotFound:
        # A ground of ours that names something else than a document of the catalogue.
        title = document
    return Ground(document=document, title=title, place=place, says=says)


def _place(code: str) -> Place:
    return Place(code=code, name=jurisdictions.full_name(code))
