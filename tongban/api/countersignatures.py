"""/cases/{number}/countersignatures: what waits for the signature of the office's leader."""

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from ninja import Router
from pydantic import BaseModel, Field

from tongban.api.acting import case_here, officer_of
from tongban.api.bearer import needs
from tongban.api.problems import Problem
from tongban.api.repeating import Key, Text, once
from tongban.api.shapes import Body
from tongban.cases import queries
from tongban.cases.models import Countersignature
from tongban.cases.operations import countersigning

router = Router(tags=["acts"])

REFUSALS = {403: Problem, 404: Problem, 409: Problem, 422: Problem}
Signed = Literal["extend", "correct_decision", "reopen", "ask_correction", "give_more_time"]


class CountersignatureIn(Body):
    """What the leader is to sign for: the act, why, and by how many working days (extend, give_more_time)."""

    act: Signed
    reason: Text
    days: Annotated[int, Field(ge=1, le=400)] | None = None


class CountersignatureAsked(BaseModel):
    """An act that was put before the leader."""

    act: str
    state: str
    asked_at: datetime


class CountersignatureOut(CountersignatureAsked):
    """What became of it: waiting, signed (and not yet used), refused or used."""

    days: int | None
    reason: str
    note: Annotated[str, Field(description="of whoever signed or refused")]
    signed_at: datetime | None
    refused_at: datetime | None
    used_at: datetime | None


class CountersignaturesOut(BaseModel):
    """For each act of a case what was last asked; acts that nobody asked for are not named."""

    countersignatures: list[CountersignatureOut]


@router.get(
    "/cases/{number}/countersignatures",
    response={200: CountersignaturesOut, 403: Problem, 404: Problem},
    summary="负责人签字",
    **needs("acts", officer=True),
)
def countersignatures(request: HttpRequest, number: str) -> CountersignaturesOut:
    """Where the signatures of a case stand. Needs scope `acts` and a token with an officer."""
    case = queries.case_for(officer_of(request), case_here(request, number).number)
    found = [countersigning.last_of(case, act) for act in countersigning.ACTS]
    return CountersignaturesOut(countersignatures=[_out(row) for row in found if row])


def _out(row: Countersignature) -> CountersignatureOut:
    reason, note = countersigning.words(row)
    return CountersignatureOut(
        act=row.act,
        state=row.state,
        asked_at=row.asked_at,
        days=row.terms.get("days"),
        reason=reason,
        note=note,
        signed_at=row.signed_at,
        refused_at=row.refused_at,
        used_at=row.used_at,
    )


@router.post(
    "/cases/{number}/countersignatures",
    response={200: CountersignatureAsked, 201: CountersignatureAsked, **REFUSALS},
    url_name="ask_countersignature",
    summary="报负责人签字",
    **needs("acts", officer=True),
)
def ask(request: HttpRequest, number: str, wanted: CountersignatureIn, key: Key) -> HttpResponse:
    """Put an act before the leader of the office; once signed, the act itself is called.

    Asked again with another key while it is open, the new words stand in place of the old. Needs
    scope `acts` and a token with the officer who has claimed the case.
    """
    officer = officer_of(request)
    case = case_here(request, number)

    def do() -> CountersignatureAsked:
        row = countersigning.ask_countersignature(
            number=case.number,
            officer=officer,
            act=wanted.act,
            reason=wanted.reason,
            terms={} if wanted.days is None else {"days": wanted.days},
            at=now(),
        )
        return CountersignatureAsked(act=row.act, state=row.state, asked_at=row.asked_at)

    return once(request, key, wanted, do)


@router.delete(
    "/cases/{number}/countersignatures/{act}",
    response={204: None, **REFUSALS},
    summary="收回报签",
    **needs("acts", officer=True),
)
def take_back(request: HttpRequest, number: str, act: Signed) -> HttpResponse:
    """Take back what waits for a signature; twice changes nothing. Needs scope `acts`."""
    officer = officer_of(request)
    countersigning.take_back(number=case_here(request, number).number, officer=officer, act=act)
    return HttpResponse(status=204)
