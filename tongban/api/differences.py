"""GET /items/{code}/differences, /differences: how places differ from the national standard."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, Field

from tongban.api import places
from tongban.api.problems import Problem
from tongban.api.shapes import Ground, Place
from tongban.catalogue import conformance
from tongban.catalogue import queries as catalogue
from tongban.catalogue.conformance import Difference, Kind
from tongban.catalogue.conformance.tallying import Counts

router = Router(tags=["catalogue"])
Day = Annotated[date | None, Query(description="哪一天，默认今天")]


class DifferenceOut(BaseModel):
    """One difference with its kind and ground; `sentence` for managers, `plain` for applicants.

    `basis` is the document that the place names for it, empty where it names none.
    `is_against_default`: the standard's own part is a default of this platform.
    """

    section: str
    key: str
    change: str
    kind: Annotated[
        str, Field(description="contradictory, missing, stricter, allowed-local or better")
    ]
    standard: str
    local: str
    sentence: str
    plain: str
    ground: Ground
    basis: str
    is_against_default: bool


class DifferencesOut(BaseModel):
    """How an item is carried out in a place otherwise than the standard in force that day."""

    item: str
    place: Place
    on: date
    differences: list[DifferenceOut]


class ItemCountsOut(BaseModel):
    """One item of a province: where it has rows of its own, and how many differences of which kind."""

    item: str
    has_standard: bool
    places: list[str]
    counts: dict[str, int]


class ProvinceSummaryOut(BaseModel):
    """A province's differences by item, and all together; a city counts what it changes itself."""

    province: Place
    on: date
    carried_out: int
    counts: dict[str, int]
    items: list[ItemCountsOut]


@router.get(
    "/items/{code}/differences",
    response={200: DifferencesOut, 404: Problem, 422: Problem},
    summary="和全国标准的差异",
)
def differences(
    request: HttpRequest,
    code: str,
    place: Annotated[str, Query(max_length=6, description="哪个地方")],
    on: Day = None,
) -> DifferencesOut:
    """How a place carries an item out otherwise than the national standard, by section."""
    catalogue.item(code)
    today = places.day(on)
    places.check(today, place=place)
    found = conformance.differences(code, place=place, on=today)
    return DifferencesOut(
        item=code,
        place=places.place(place),
        on=today,
        differences=[difference_out(one) for one in found],
    )


@router.get(
    "/differences", response={200: ProvinceSummaryOut, 422: Problem}, summary="一个省的差异汇总"
)
def summary(
    request: HttpRequest,
    province: Annotated[str, Query(max_length=6, description="省级行政区划代码，例如350000")],
    on: Day = None,
) -> ProvinceSummaryOut:
    """How many differences of which kind each item has in a province and the places in it."""
    today = places.day(on)
    places.check(today, province=province)
    found = conformance.summary(province, on=today)
    return ProvinceSummaryOut(
        province=places.place(found.province),
        on=today,
        carried_out=found.carried_out,
        counts=_counts(found.counts),
        items=[
            ItemCountsOut(
                item=one.item.code,
                has_standard=one.has_standard,
                places=list(one.places),
                counts=_counts(one.counts),
            )
            for one in found.items
        ],
    )


def _counts(counts: Counts) -> dict[str, int]:
    return {Kind(kind).value: number for kind, number in counts.items()}


def difference_out(one: Difference) -> DifferenceOut:
    """A difference as the API gives it."""
    return DifferenceOut(
        section=one.section,
        key=one.key,
        change=one.change,
        kind=one.kind.value,
        standard=one.standard,
        local=one.local,
        sentence=one.sentence,
        plain=one.plain,
        ground=places.ground(one.ground.document, one.ground.place, one.ground.says),
        basis=one.basis,
        is_against_default=one.is_against_default,
    )
