"""GET /rollouts: where items are open, since when, under which sentence of which document."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, Field

from tongban.api import places
from tongban.api.problems import Problem
from tongban.api.shapes import Ground
from tongban.catalogue import queries as catalogue
from tongban.catalogue.queries import Listed

router = Router(tags=["catalogue"])


class RollOutOut(BaseModel):
    """That a document opens, or tries out, items somewhere from a day on.

    `members` are the places known to take part, `declared` how many the source counts: where it
    names none of them, nothing is inferred. `pairs` are [receiving, deciding], "*" is anywhere.
    `precision` says how exact `from_day` is: day, month, year (its first day is given), or by.
    """

    key: str
    kind: str
    name: str
    items: list[str]
    item_words: str
    declared_items: int | None
    region: str
    members: list[str]
    members_known: bool
    declared: int | None
    pairs: list[list[str]]
    is_mutual: bool
    modes: list[str]
    from_day: date | None
    precision: str
    until: date | None
    limit_days: Annotated[int | None, Field(description="working days that the group promises")]
    is_start_of_system: bool
    ground: Ground
    line: Annotated[int, Field(description="of the text that was read")]


class RollOutList(BaseModel):
    """Roll-outs, the earliest first."""

    rollouts: list[RollOutOut]


@router.get(
    "/rollouts", response={200: RollOutList, 404: Problem, 422: Problem}, summary="开通范围"
)
def rollouts(
    request: HttpRequest,
    item: Annotated[str, Query(max_length=12, description="事项编码")] = "",
    place: Annotated[str, Query(max_length=6, description="哪个地方参加")] = "",
    on: Annotated[date | None, Query(description="只要这一天有效的；不写就是全部")] = None,
) -> RollOutList:
    """The roll-outs that name an item, in which a place takes part, that hold on a day."""
    if item:
        catalogue.item(item)
    if place:
        places.check(places.day(on), place=place)
    found = catalogue.rollouts(item=item, place=place, on=on)
    return RollOutList(rollouts=[_out(one) for one in found])


def _out(one: Listed) -> RollOutOut:
    row = one.rollout
    return RollOutOut(
        key=row.key,
        kind=row.kind,
        name=row.name,
        items=[item.code for item in one.items],
        item_words=row.item_words,
        declared_items=row.declared_items,
        region=row.region,
        members=list(one.members),
        members_known=row.members_known,
        declared=row.declared,
        pairs=row.pairs,
        is_mutual=row.is_mutual,
        modes=row.modes,
        from_day=row.from_day,
        precision=row.precision,
        until=row.until,
        limit_days=row.limit_days,
        is_start_of_system=row.is_start_of_system,
        ground=places.ground(row.document_id, row.place, row.sentence),
        line=row.line,
    )
