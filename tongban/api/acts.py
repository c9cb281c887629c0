"""POST /cases/{number}/acts/…: what an officer does, entered from a business system.

Each act is the operation behind the page's button: the same checks, in the name of the officer whom
the token names.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from ninja import Router
from pydantic import BaseModel, Field

from tongban.api import act_bodies as bodies
from tongban.api.acting import case_here, officer_of
from tongban.api.bearer import needs
from tongban.api.problems import Problem
from tongban.api.repeating import Key, Text, once
from tongban.api.shapes import Body
from tongban.cases import states
from tongban.cases.models import Case
from tongban.cases.operations import claims, course, deciding, lapsing, posting, review, window
from tongban.cases.states import State

router = Router(tags=["acts"])

REFUSALS = {403: Problem, 404: Problem, 409: Problem, 422: Problem}


class ActDone(BaseModel):
    """An act is on the record: as which event, and where the case stands then."""

    number: str
    act: str
    seq: int
    hash: str
    state: str
    state_label: str
    holder: str
    due_on: date | None


@dataclass(frozen=True)
class Act:
    """One act: its address, its summary, what it asks to be told (nothing), and its operation."""

    name: str
    summary: str
    body: type[bodies.Words] | None
    do: Callable[..., Case]


ACTS: tuple[Act, ...] = (
    # Of the receiving window.
    Act("receive", "收件", bodies.Receiving, window.receive_case),
    Act("return", "退回申请人修改", bodies.Faults, window.return_for_form),
    Act("hand-over", "移交办理地", bodies.Note, window.hand_over),
    Act("close", "交付结果，办结", bodies.HandedOut, window.close_at_window),
    Act("return-result", "把结果退回办理地", bodies.Returning, posting.return_result),
    # Of the deciding authority.
    Act("accept", "受理", None, review.accept_case),
    Act("refuse-acceptance", "不予受理", bodies.Refusing, review.refuse_acceptance),
    Act("ask-correction", "一次性告知补正", bodies.Faults, review.ask_correction),
    Act("give-more-time", "另给补正期限", bodies.Longer, lapsing.give_more_time),
    Act("begin-special", "开始特别程序", bodies.Special, course.begin_special),
    Act("end-special", "结束特别程序", bodies.Outcome, course.end_special),
    Act("extend", "延长办理时限", bodies.Longer, course.extend),
    Act("suspend", "中止", bodies.Suspending, course.suspend),
    Act("resume", "恢复", bodies.Note, course.resume),
    Act("terminate", "终止", bodies.Grounded, course.terminate),
    Act("propose", "提出决定意见", bodies.Proposal, deciding.propose),
    Act("send-back-proposal", "退回决定意见", bodies.Reason, deciding.send_back_proposal),
    Act("approve", "准予", bodies.Note, review.approve),
    Act("deny", "不予批准", bodies.Grounded, review.deny),
    Act("issue-result", "制作结果", None, review.issue_result),
    Act("correct-decision", "更正决定", bodies.Mending, deciding.correct_decision),
    Act("reissue-result", "重新制作结果", bodies.Reason, deciding.reissue_result),
    Act("deliver", "送出结果", None, review.deliver),
    Act("attempt-delivery", "登记一次送达", bodies.Attempt, deciding.attempt_delivery),
    Act("keep-damaged", "寄到时有损坏，申请人收下，办结", bodies.Note, posting.accept_damaged),
    Act("reopen", "重新打开", bodies.Reason, deciding.reopen),
)


def _done(act: Act, case: Case) -> ActDone:
    return ActDone(
        number=case.number,
        act=act.name,
        seq=case.head_seq,
        hash=case.head_hash,
        state=case.state,
        state_label=str(states.LABELS[State(case.state)]),
        holder=case.holder,
        due_on=case.due_on,
    )


def _perform(
    request: HttpRequest, act: Act, number: str, key: str, told: bodies.Words | None
) -> HttpResponse:
    officer = officer_of(request)
    case = case_here(request, number)
    words: dict[str, Any] = told.arguments() if told else {}

    def do() -> ActDone:
        return _done(act, act.do(number=case.number, officer=officer, at=now(), **words))

    return once(request, key, told, do)


def _endpoint(act: Act) -> Callable[..., HttpResponse]:
    """The view of one act, with the signature that the description is made from."""

    def plain(request: HttpRequest, number: str, key: Key) -> HttpResponse:
        return _perform(request, act, number, key, None)

    def telling(request: HttpRequest, number: str, told: Any, key: Key) -> HttpResponse:
        return _perform(request, act, number, key, told)

    view = telling if act.body else plain
    if act.body:
        view.__annotations__["told"] = act.body
    view.__name__ = f"act_{act.name.replace('-', '_')}"
    operation = (act.do.__doc__ or "").strip()
    view.__doc__ = (
        f"{operation}\n\n    201 with what it led to, 200 with the same when the key was used before."
        " The case is claimed\n    first. Needs scope `acts` and a token with an officer."
    )
    return view


for _act in ACTS:
    router.post(
        f"/cases/{{number}}/acts/{_act.name}",
        response={200: ActDone, 201: ActDone, **REFUSALS},
        summary=_act.summary,
        **needs("acts", officer=True),
    )(_endpoint(_act))


class ClaimOut(BaseModel):
    """Whether the officer of the token has a case now, and since when."""

    number: str
    is_mine: bool
    claimed_at: datetime | None


@router.post(
    "/cases/{number}/claim",
    response={200: ClaimOut, **REFUSALS},
    summary="认领",
    **needs("acts", officer=True),
)
def claim(request: HttpRequest, number: str) -> ClaimOut:
    """Take a case from the queue of the officer's office; twice changes nothing.

    Refused while a colleague has it, and while it is not in the hands of the office. Needs scope
    `acts` and a token with an officer.
    """
    officer = officer_of(request)
    case = claims.claim_case(number=case_here(request, number).number, officer=officer, at=now())
    return ClaimOut(number=case.number, is_mine=True, claimed_at=case.claimed_at)


@router.post(
    "/cases/{number}/release",
    response={200: ClaimOut, **REFUSALS},
    summary="放回队列",
    **needs("acts", officer=True),
)
def release(request: HttpRequest, number: str) -> ClaimOut:
    """Put a case back for the colleagues; twice changes nothing. Needs scope `acts`."""
    officer = officer_of(request)
    case = claims.release_case(number=case_here(request, number).number, officer=officer)
    return ClaimOut(number=case.number, is_mine=False, claimed_at=None)


class CheckIn(Body):
    """What was seen at one check point of a material."""

    spec: Annotated[str, Field(max_length=40)]
    point: Annotated[str, Field(max_length=60)]
    is_good: bool
    note: Text = ""


class CheckOut(BaseModel):
    """A check point as it was looked at last."""

    spec: str
    point: str
    is_good: bool
    note: str
    at: datetime


@router.post(
    "/cases/{number}/checks",
    response={200: CheckOut, **REFUSALS},
    summary="记下一个核查要点",
    **needs("acts", officer=True),
)
def note_check(request: HttpRequest, number: str, seen: CheckIn) -> CheckOut:
    """Write down what was seen at a check point of the receiving standard; a later look replaces it.

    A window hands a case over when all of its points are good. Needs scope `acts` and a token with
    the officer who has claimed the case.
    """
    officer = officer_of(request)
    row = window.note_check(
        number=case_here(request, number).number, officer=officer, at=now(), **dict(seen)
    )
    return CheckOut(spec=row.spec, point=row.point, is_good=row.is_good, note=row.note, at=row.at)
