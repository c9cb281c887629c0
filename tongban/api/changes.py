"""GET /changes: what of the catalogue is to be read again, in order and nothing left out."""

from datetime import date, datetime
from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, Field

from tongban.api.problems import Problem
from tongban.catalogue import changes as feed

router = Router(tags=["catalogue"])
PAGE = 100
Kind = Literal["standard", "implementation", "rollout"]


class ChangeOut(BaseModel):
    """Something to read again; `number`, `from_day` and `digest` of the version that was published.

    Without a number the row itself changed: a code, a name, a retirement. `is_gone`: taken away.
    """

    cursor: str
    kind: Annotated[str, Field(description="standard, implementation or rollout")]
    key: str
    item: str
    place: str
    part: str
    number: int | None
    from_day: date | None
    digest: str
    is_gone: bool
    told_at: datetime


class ChangesOut(BaseModel):
    """Changes since a cursor; `next` is the `after` of the next call, now if `has_more`."""

    changes: list[ChangeOut]
    next: str
    has_more: bool


@router.get("/changes", response={200: ChangesOut, 422: Problem}, summary="目录的变化")
def changes(
    request: HttpRequest,
    after: Annotated[str, Query(max_length=40, description="上一次回答里的next")] = "",
    kind: Annotated[list[Kind], Query(max_length=3, description="只要哪几类；不写就是全部")] = [],  # noqa: B006 # the library copies it
    limit: Annotated[int, Query(ge=1, le=feed.LARGEST_PAGE)] = PAGE,
) -> ChangesOut:
    """What was published since a cursor, in the order in which this node committed it.

    From the beginning without one. What a slow publication writes is told after all that began
    before it has ended, so a reader who keeps `next` misses nothing.
    """
    found = feed.since(after, limit=limit, kinds=kind)
    return ChangesOut(
        changes=[
            ChangeOut(
                cursor=one.cursor,
                kind=one.change.kind,
                key=one.change.key,
                item=one.change.item,
                place=one.change.place,
                part=one.change.part,
                number=one.change.number,
                from_day=one.from_day,
                digest=one.digest,
                is_gone=one.change.is_gone,
                told_at=one.change.told_at,
            )
            for one in found.changes
        ],
        next=found.next,
        has_more=found.has_more,
    )
