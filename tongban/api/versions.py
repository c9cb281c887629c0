"""GET /items/{code}/versions…, /items/{code}/version, …/receiving-standard: what holds when."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel

from tongban.api import places
from tongban.api.problems import Problem
from tongban.api.shapes import Place
from tongban.api.texts import MaterialText, VersionText, version_text
from tongban.basics.refusals import NotFound
from tongban.catalogue import queries as catalogue
from tongban.catalogue.versions import Version

router = Router(tags=["catalogue"])
Day = Annotated[date | None, Query(description="哪一天，默认今天")]


class VersionLine(BaseModel):
    """A version of the national standard; it holds from a day until the next one does."""

    number: int
    from_day: date
    until: date | None
    digest: str
    is_in_force: bool


class VersionList(BaseModel):
    """All versions of an item's national standard, the newest first."""

    item: str
    versions: list[VersionLine]


class ReceivingStandardOut(BaseModel):
    """What a window checks before it takes papers in for a deciding place (收件标准)."""

    item: str
    name: str
    deciding: Place
    on: date
    number: int
    local: str
    materials: list[MaterialText]


class NothingInForce(NotFound):
    """The item has no standard on this day."""

    code = "nothing-in-force"


@router.get(
    "/items/{code}/versions", response={200: VersionList, 404: Problem, 422: Problem},
    summary="事项的各个版本",
)  # fmt: skip
def versions(request: HttpRequest, code: str, on: Day = None) -> VersionList:
    """The versions of the national standard; which one is in force on the day `on`."""
    catalogue.item(code)
    found = catalogue.versions(code)
    now = catalogue.version_in_force(code, places.day(on))
    ends = [None, *(one.from_day for one in found)]
    lines = [
        VersionLine(
            number=one.number,
            from_day=one.from_day,
            until=end,
            digest=one.digest,
            is_in_force=one is now,
        )
        for one, end in zip(found, ends, strict=False)
    ]
    return VersionList(item=code, versions=lines)


@router.get(
    "/items/{code}/versions/{number}",
    response={200: VersionText, 404: Problem, 422: Problem},
    summary="某一版的内容",
)
def version(
    request: HttpRequest,
    code: str,
    number: int,
    local: Annotated[
        str, Query(max_length=80, description="办件带着的地方版本，例如350000:1 350100:2")
    ] = "",
) -> VersionText:
    """One version by its number, in force or not, with the places' versions that `local` names.

    What is published never changes.
    """
    catalogue.item(code)
    return version_text(catalogue.version(code, number, local))


@router.get(
    "/items/{code}/version", response={200: VersionText, 404: Problem, 422: Problem},
    summary="现行的内容",
)  # fmt: skip
def effective(
    request: HttpRequest,
    code: str,
    deciding: Annotated[str, Query(max_length=6, description="由哪里办理；不写就是全国标准")] = "",
    on: Day = None,
) -> VersionText:
    """What holds on a day: the national standard, with `deciding` as that place carries it out."""
    return version_text(in_force(code, deciding, places.day(on)))


@router.get(
    "/items/{code}/receiving-standard",
    response={200: ReceivingStandardOut, 404: Problem, 422: Problem},
    summary="收件标准",
)
def receiving_standard(
    request: HttpRequest,
    code: str,
    deciding: Annotated[str, Query(max_length=6, description="由哪里办理")],
    on: Day = None,
) -> ReceivingStandardOut:
    """What the deciding place asks of every material: the tree of check points, and how to mend."""
    catalogue.item(code)
    today = places.day(on)
    places.check(today, deciding=deciding)
    found = in_force(code, deciding, today)
    return ReceivingStandardOut(
        item=code,
        name=found.name,
        deciding=places.place(deciding),
        on=today,
        number=found.number,
        local=found.local,
        materials=[MaterialText.model_validate(one) for one in found.materials],
    )


def in_force(code: str, deciding: str, on: date) -> Version:
    """The version in force, or a refusal that says that there is none; see `effective`."""
    catalogue.item(code)
    if deciding:
        places.check(on, deciding=deciding)
    found = catalogue.version_in_force(code, on, deciding=deciding)
    if found is None:
        raise NothingInForce(_("这一天，这个事项还没有标准"), item=code, on=on.isoformat())
    return found
