"""GET /implementations: how places carry items out, with their codes and versions."""

from datetime import date
from typing import Annotated, Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from tongban.api.places import place as place_out
from tongban.api.problems import Problem
from tongban.api.shapes import Place
from tongban.basics.refusals import FieldsRefused
from tongban.catalogue.models import Implementation, ImplementationVersion

router = Router(tags=["catalogue"])
PAGE, LARGEST_PAGE = 100, 500


class LocalVersionOut(BaseModel):
    """One published version of a place; `changes` is what lies over the national standard.

    `wording` keeps the source's own words beside the normalised values.
    """

    number: int
    from_day: date
    digest: str
    came_from: str
    changes: dict[str, Any]
    wording: dict[str, Any]


class ImplementationOut(BaseModel):
    """A row of a place's list (实施清单). Codes are kept as they came; `faults` names what is wrong.

    `part` is empty unless the place splits the item; then the two digits that end its code of 33.
    """

    item: str
    place: Place
    part: str
    name: str
    authority_code: str
    authority_name: str
    level: Annotated[str, Field(description="行使层级，GB/T 39046-2020 A.2")]
    catalog_code: str
    task_code: str
    handle_code: str
    local_code: str
    faults: list[str]
    retired_on: date | None
    versions: list[LocalVersionOut]


class ImplementationPage(BaseModel):
    """A page of implementations; `next` is what `after` takes to go on, empty at the end."""

    implementations: list[ImplementationOut]
    next: str


@router.get(
    "/implementations", response={200: ImplementationPage, 422: Problem}, summary="查实施清单"
)
def implementations(
    request: HttpRequest,
    item: Annotated[str, Query(max_length=12, description="事项编码")] = "",
    place: Annotated[
        str, Query(pattern="^([0-9]{2}|[0-9]{4}|[0-9]{6})?$", description="地方，含它下面的")
    ] = "",
    code: Annotated[
        str, Query(max_length=40, description="基本编码、实施编码或者业务办理项编码")
    ] = "",
    after: Annotated[str, Query(max_length=30, description="上一页的next")] = "",
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE)] = PAGE,
) -> ImplementationPage:
    """The rows of places' lists by item, place and part, with all versions, the newest first."""
    rows = Implementation.objects.order_by("item_id", "division_code", "part")
    if item:
        rows = rows.filter(item=item)
    if place:
        rows = rows.filter(division_code__startswith=place.removesuffix("00").removesuffix("00"))
    if code:
        rows = rows.filter(Q(task_code=code) | Q(catalog_code=code) | Q(handle_code=code))
    if after:
        rows = rows.filter(_after(after))
    found = list(rows[: limit + 1])
    shown = found[:limit]
    versions: dict[int, list[ImplementationVersion]] = {}
    for version in ImplementationVersion.objects.filter(implementation__in=shown).order_by(
        "-number"
    ):
        versions.setdefault(version.implementation_id, []).append(version)
    return ImplementationPage(
        implementations=[_out(row, versions.get(row.pk, [])) for row in shown],
        next=_key(shown[-1]) if len(found) > limit else "",
    )


def _key(row: Implementation) -> str:
    return f"{row.item_id}:{row.division_code}:{row.part}"


def _after(text: str) -> Q:
    item, _colon, rest = text.partition(":")
    place, colon, part = rest.partition(":")
    if not colon:
        raise FieldsRefused({"after": [_("这不是上一页的next，请从第一页开始")]})
    return (
        Q(item_id__gt=item)
        | Q(item_id=item, division_code__gt=place)
        | Q(item_id=item, division_code=place, part__gt=part)
    )


def _out(row: Implementation, versions: list[ImplementationVersion]) -> ImplementationOut:
    return ImplementationOut(
        item=row.item_id,
        place=place_out(row.division_code),
        part=row.part,
        name=row.name,
        authority_code=row.authority_code,
        authority_name=row.authority_name,
        level=row.level,
        catalog_code=row.catalog_code,
        task_code=row.task_code,
        handle_code=row.handle_code,
        local_code=row.local_code,
        faults=row.faults,
        retired_on=row.retired_on,
        versions=[
            LocalVersionOut(
                number=one.number,
                from_day=one.from_day,
                digest=one.digest,
                came_from=one.came_from,
                changes=one.content,
                wording=one.wording,
            )
            for one in versions
        ],
    )
