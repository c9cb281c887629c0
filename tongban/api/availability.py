"""GET /items/{code}/availability: whether it can be done between places, and under what."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import BaseModel, Field

from tongban.api import places
from tongban.api.problems import Problem
from tongban.api.shapes import Ground, Place
from tongban.catalogue import queries as catalogue
from tongban.catalogue.queries import Availability

router = Router(tags=["catalogue"])


class LimitOut(BaseModel):
    """So many working days; `basis` is empty for a default of this platform."""

    working_days: int
    kind: str
    basis: str


class InsteadOut(BaseModel):
    """What can be done when it is not open; `action` for machines, with the item or places meant."""

    text: str
    action: str
    item: str
    places: list[str]


class AvailabilityOut(BaseModel):
    """Whether the item can be done between two places on a day, why, and under which documents.

    `begins` is the day from which it will be; `ruling` what the documents alone say.
    """

    here: Place
    there: Place
    on: date
    verdict: str
    kind: str
    scope: str
    modes: list[str]
    reason: str
    decides: Place
    decides_kind: str
    limits: dict[str, LimitOut]
    visits: dict[str, int]
    grounds: list[Ground]
    notes: list[str]
    is_default: bool
    ruling: Annotated[str, Field(description="what the documents say, whatever a node can do")]
    begins: date | None
    instead: InsteadOut | None


@router.get(
    "/items/{code}/availability",
    response={200: AvailabilityOut, 404: Problem, 422: Problem},
    summary="能不能办",
)
def availability(
    request: HttpRequest,
    code: str,
    applicant: Annotated[str, Query(max_length=6, description="申请人在哪里")],
    deciding: Annotated[str, Query(max_length=6, description="由哪里办理")],
    receiving: Annotated[
        str, Query(max_length=6, description="在哪里的窗口交；不写就是申请人所在地")
    ] = "",
    on: Annotated[date | None, Query(description="哪一天，默认今天")] = None,
) -> AvailabilityOut:
    """Whether an item can be done for somebody in one place by the authority of another on a day.

    The answer with its reason, its grounds, and what to do when it cannot.
    """
    catalogue.item(code)
    today = places.day(on)
    places.check(today, applicant=applicant, deciding=deciding)
    if receiving:
        places.check(today, receiving=receiving)
    found = catalogue.availability(
        code, here=applicant, there=deciding, on=today, receiving=receiving
    )
    return availability_out(found, applicant, deciding, today)


def availability_out(found: Availability, here: str, there: str, on: date) -> AvailabilityOut:
    """An answer of the catalogue as the API gives it."""
    instead = found.instead
    return AvailabilityOut(
        here=places.place(here),
        there=places.place(there),
        on=on,
        verdict=found.verdict,
        kind=found.kind,
        scope=found.scope,
        modes=list(found.modes),
        reason=found.reason,
        decides=places.place(found.decides),
        decides_kind=found.decides_kind,
        limits=_limits(found),
        visits={mode: visits.times for mode, visits in found.visits.items()},
        grounds=[places.ground(one.document, one.place, one.says) for one in found.grounds],
        notes=list(found.notes),
        is_default=found.is_default,
        ruling=found.ruling.kind,
        begins=found.begins,
        instead=InsteadOut(
            text=instead.text,
            action=instead.action,
            item=instead.item,
            places=list(instead.places),
        )
        if instead
        else None,
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
