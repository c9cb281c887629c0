"""What an applicant may ask of a case: to withdraw it, whoever holds it."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from tongban.basics import sealing
from tongban.basics.refusals import Refused
from tongban.cases import messages, queries, states
from tongban.cases.models import Case, Request
from tongban.cases.operations import moving
from tongban.cases.permissions import MoveNotPossible
from tongban.cases.states import Party, State
from tongban.exchange import outbox
from tongban.parties.models import Account


class AlreadyAsked(Refused):
    """The same request is open; asking again would not bring the answer nearer."""

    code = "already-asked"

    def __init__(self) -> None:
        super().__init__("您已经申请撤回，正在等对方系统答复，不用再次申请")


@transaction.atomic
def withdraw(*, number: str, account: Account, reason: str, at: datetime) -> Request:
    """Withdraw a case before the decision.

    Held by the applicant or by an office of this node, it is withdrawn at once; held elsewhere,
    the wish travels to the holder and is answered on the record. Refused after the decision, and
    while the same wish is open.
    """
    case = queries.lock_case_of(account, number)
    if State(case.state) not in states.UNDECIDED:
        raise MoveNotPossible(states.WITHDRAW, State(case.state))
    request = Request(
        id=uuid.uuid4(),
        number=case.number,
        kind="withdraw",
        node=settings.NODE_ID,
        reason=sealing.seal(reason.encode()),
        asked_at=at,
    )
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError as open_already:
        raise AlreadyAsked from open_already
    carry_on(case, asked(request, reason), at=at)
    request.refresh_from_db()
    return request


def asked(request: Request, reason: str) -> dict[str, Any]:
    """A request as it travels to the holder."""
    return {
        "id": str(request.id),
        "kind": request.kind,
        "node": request.node,
        "reason": reason,
        "asked_at": request.asked_at.isoformat(),
    }


def carry_on(case: Case, request: dict[str, Any], *, at: datetime) -> None:
    """Answer a request here if this node holds the case, else pass it to the node that does."""
    standing = case.standing()
    # An ended case is answered wherever the request finds it; nobody holds it any more.
    if standing.holder_node in {settings.NODE_ID, ""}:
        return _answer(case, request, at=at)
    outbox.tell([standing.holder_node], messages.REQUEST, case.number, {"request": request}, at=at)
    return None


def _answer(case: Case, request: dict[str, Any], *, at: datetime) -> None:
    if case.holder == Party.CHANNEL:
        moving.arrive(case, at=at)
    content = {"request": request["id"]}
    if State(case.state) in states.UNDECIDED:
        moving.make_move(
            case,
            states.WITHDRAW,
            by=moving.applicant_author(),
            at=at,
            content=content,
            personal={"reason": request["reason"]},
        )
    elif case.holder != Party.NOBODY:
        moving.write(
            case,
            states.ANSWER_REQUEST,
            by=moving.system_author(),
            at=at,
            content={**content, "outcome": "refused", "state": case.state},
        )
    settle(content | {"outcome": "" if case.state == State.WITHDRAWN else "refused"}, at=at)


def settle(content: dict[str, Any], *, at: datetime) -> None:
    """Close the open request that an event of the record answers, if it was asked here."""
    if request_id := content.get("request"):
        Request.objects.filter(pk=request_id, answered_at=None).update(
            answered_at=at, outcome=content.get("outcome") or "granted"
        )
