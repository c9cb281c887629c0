"""GET /items/{code}/guide: all that the page of an item says about a pair of places (办事指南)."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel, Field

from tongban.api import places
from tongban.api.availability import AvailabilityOut, availability_out
from tongban.api.differences import DifferenceOut, difference_out
from tongban.api.problems import Problem
from tongban.api.shapes import Ground, Place
from tongban.api.texts import ContactOut, TimeOut, VersionText, version_text
from tongban.basics.refusals import FieldsRefused
from tongban.catalogue import guides, situations
from tongban.catalogue import queries as catalogue
from tongban.catalogue.guides import Guide
from tongban.catalogue.situations import Situation
from tongban.catalogue.versions import DEFAULT_NOTE
from tongban.catalogue.versions import Field as Asked
from tongban.jurisdictions.models import Authority, Window

router = Router(tags=["catalogue"])


class TermOut(BaseModel):
    """Who has how long, and by when if it begins on the day asked about."""

    key: str
    by: str
    limit: TimeOut
    last_day: date
    is_provisional: Annotated[
        bool, Field(description="the calendar of that year is not published yet")
    ]


class OptionOut(BaseModel):
    """One choice of a question."""

    value: str
    label: str


class AskedOut(BaseModel):
    """A question whose answer decides which materials are asked."""

    key: str
    label: str
    hint: str
    options: list[OptionOut]


class UnsettledOut(BaseModel):
    """A material that hangs on questions still open."""

    spec: str
    waits_for: list[str]


class SituationOut(BaseModel):
    """The materials in the situation that the answers describe, by their spec, and what to ask next.

    Empty `unsettled` and no `next`: the list is exact.
    """

    answers: dict[str, str]
    asked: list[str]
    unsettled: list[UnsettledOut]
    spared: list[str]
    next: AskedOut | None
    is_exact: bool


class OfficeOut(BaseModel):
    """An authority or a window; its hours are defaults until the place confirms them."""

    name: str
    number: int | None
    phone: str
    address: str
    hours: dict[str, Any]


class GuideOut(BaseModel):
    """The guide of an item for a pair of places on a day.

    `version` is what holds at the deciding place; `differences` what is asked there and not here.
    """

    item: str
    name: str
    here: Place
    there: Place
    on: date
    availability: AvailabilityOut
    version: VersionText | None
    terms: list[TermOut]
    last_day: date | None
    questions: list[AskedOut]
    situation: SituationOut | None
    differences: list[DifferenceOut]
    decider: OfficeOut | None
    windows: list[OfficeOut]
    contact: ContactOut
    bases: list[Ground]
    default_note: Annotated[str, Field(description="said of every value without a basis")]


@router.get(
    "/items/{code}/guide", response={200: GuideOut, 404: Problem, 422: Problem},
    summary="办事指南",
)  # fmt: skip
def guide(
    request: HttpRequest,
    code: str,
    here: Annotated[str, Query(max_length=6, description="在哪里申请")],
    there: Annotated[str, Query(max_length=6, description="由哪里办理")],
    on: Annotated[date | None, Query(description="哪一天，默认今天")] = None,
    answer: Annotated[
        list[str], Query(max_length=40, description="对情形问题的回答，写成 问题:选项，可以有几个")
    ] = [],  # noqa: B006 # the library copies it
) -> GuideOut:
    """All that the page says; with `answer` also which materials that situation needs."""
    catalogue.item(code)
    today = places.day(on)
    places.check(today, here=here, there=there)
    return guide_out(guides.guide(code, here=here, there=there, on=today), answers_of(answer))


def answers_of(given: list[str]) -> dict[str, str]:
    """Answers written question:option, by question; refused when one has another form."""
    pairs = [one.partition(":") for one in given]
    if any(not colon for _key, colon, _value in pairs):
        raise FieldsRefused({"answer": [_("写成“问题:选项”，例如house:leased")]})
    return {key: value for key, _colon, value in pairs}


def guide_out(found: Guide, answers: dict[str, str]) -> GuideOut:
    """A guide as the API and the command line give it."""
    version = found.version
    situation = situations.materials_for(version, answers) if version else None
    return GuideOut(
        item=found.item.code,
        name=version.name if version else found.item.name,
        here=places.place(found.here),
        there=places.place(found.there),
        on=found.on,
        availability=availability_out(found.found, found.here, found.there, found.on),
        version=version_text(version) if version else None,
        terms=[
            TermOut(
                key=term.key,
                by=term.by,
                limit=TimeOut.model_validate(term.limit),
                last_day=term.example,
                is_provisional=term.is_provisional,
            )
            for term in found.terms
        ],
        last_day=found.last_day,
        questions=[_asked(one) for one in found.questions],
        situation=_situation(situation) if situation else None,
        differences=[difference_out(one) for one in found.differences],
        decider=_authority(found.decider) if found.decider else None,
        windows=[_window(one) for one in found.windows],
        contact=ContactOut.model_validate(found.contact),
        bases=[
            places.ground(one.ground.document, one.ground.place, one.ground.says)
            for one in found.bases
        ],
        default_note=DEFAULT_NOTE,
    )


def _asked(one: Asked) -> AskedOut:
    options = [OptionOut(value=option.value, label=option.label) for option in one.options]
    return AskedOut(key=one.key, label=one.label, hint=one.hint, options=options)


def _situation(one: Situation) -> SituationOut:
    return SituationOut(
        answers=dict(one.answers),
        asked=[material.spec for material in one.asked],
        unsettled=[
            UnsettledOut(
                spec=waiting.material.spec, waits_for=[field.key for field in waiting.waits_for]
            )
            for waiting in one.unsettled
        ],
        spared=[material.spec for material in one.spared],
        next=_asked(one.next) if one.next else None,
        is_exact=one.is_exact,
    )


def _authority(one: Authority) -> OfficeOut:
    return OfficeOut(
        name=one.name, number=None, phone=one.phone, address=one.address, hours=one.office_hours
    )


def _window(one: Window) -> OfficeOut:
    return OfficeOut(
        name=one.authority.name,
        number=one.number,
        phone=one.phone,
        address=one.address,
        hours=one.office_hours,
    )
