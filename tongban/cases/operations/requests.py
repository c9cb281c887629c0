"""What somebody with standing asks of whoever holds a case: withdraw it, urge, ask, add, change.

Only the holder moves a case, so a wish travels to the holder's node and is answered there on the
record. Every node that takes part keeps the wish, so that all of them show what stays unanswered.
"""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from tongban.basics import sealing
from tongban.basics.identifiers import check_mobile
from tongban.basics.refusals import FieldsRefused, NotAllowed, NotFound, Refused
from tongban.cases import asked, asking, happenings, messages, news, queries, states
from tongban.cases.models import Case, Request, Submission
from tongban.cases.news import News
from tongban.cases.operations import moving
from tongban.cases.permissions import MoveNotPossible, check_may_see, office_of
from tongban.cases.states import Party, State
from tongban.exchange import outbox
from tongban.parties.models import Account, Officer
from tongban.record import queries as recorded
from tongban.record.chains import Event, FileRef


class AlreadyAsked(Refused):
    """The same request is open; asking again would not bring the answer nearer."""

    code = "already-asked"

    def __init__(self, label: object = "撤回") -> None:
        super().__init__(f"已经提出过“{label}”，正在等答复，不用再提一次")


class AskedTooOften(Refused):
    """More requests than the platform's default allows."""

    code = "asked-too-often"
    status = 429

    def __init__(self, kind: str) -> None:
        often = "催办一天一次" if kind == "urge" else f"同一种请求一天最多{asking.MOST_A_DAY}次"
        super().__init__(f"{often}（平台默认值）。着急的，可以按页面上的电话联系")


class NobodyToAsk(Refused):
    """No office holds the case, so nobody would answer."""

    code = "nobody-to-ask"


@dataclass(frozen=True)
class Handed:
    """A paper that comes with a request: what it is, and its content."""

    name: str
    file: FileRef


@dataclass(frozen=True)
class Wish:
    """What is asked: its kind and words, and what comes with it."""

    kind: str
    text: str
    phone: str = ""
    papers: Sequence[Handed] = field(default_factory=tuple)


def withdraw(*, number: str, account: Account, reason: str, at: datetime) -> Request:
    """Withdraw a case before the decision.

    Held by the applicant or by an office of this node, it is withdrawn at once; held elsewhere,
    the wish travels to the holder and is answered on the record. Refused after the decision, and
    while the same wish is open.
    """
    return ask_as_applicant(number=number, account=account, wish=Wish("withdraw", reason), at=at)


@transaction.atomic
def ask_as_applicant(*, number: str, account: Account, wish: Wish, at: datetime) -> Request:
    """Ask something of the holder of one's own case.

    Urging, asking and adding want an office that holds the case. Refused: words that are missing
    or too long, the same thing while it is open, and more often than the platform's default.
    """
    case = queries.lock_case_of(account, number)
    return _ask(case, wish, by=Party.APPLICANT, authority="", at=at)


@transaction.atomic
def ask_as_filer(*, number: str, owner: str, wish: Wish, at: datetime) -> Request:
    """Ask something for the applicant, as the system that handed the case in for her.

    For a system that did not hand it in there is no such case. Refused like the applicant's own.
    """
    case = queries.lock_case(number)
    if not Submission.objects.filter(owner=owner, number=number).exists():
        raise NotFound(queries.NO_SUCH_CASE)
    return _ask(case, wish, by=Party.APPLICANT, authority="", at=at)


@transaction.atomic
def ask_as_office(*, number: str, officer: Officer, wish: Wish, at: datetime) -> Request:
    """Ask something of the office that holds a case which one's own office receives or decides.

    Refused like an applicant's, and where one's own office holds the case.
    """
    case = queries.lock_case(number)
    check_may_see(officer, case)
    code = office_of(officer).code
    party = next(p for p in (Party.RECEIVER, Party.DECIDER) if code == _authority(case, p))
    if _authority(case, Party(case.holder)) == code:
        raise NobodyToAsk("这件现在就在您所在的机关，不用请求自己")
    return _ask(case, wish, by=party, authority=code, at=at)


@transaction.atomic
def answer(
    *, request_id: uuid.UUID, officer: Officer, text: str, refuse: bool, at: datetime
) -> Request:
    """Answer a request on the record, as an officer of the office that holds the case.

    Papers that were offered become materials of the case, unless `refuse`. Refused: another
    office, an answer without words, and a request that was answered before.
    """
    number = Request.objects.filter(pk=request_id).values_list("number", flat=True).first()
    case = queries.lock_case(number or "")
    request = Request.objects.get(pk=request_id)
    check_may_answer(officer, case, request)
    if not text.strip() or len(text) > asking.LONGEST:
        raise FieldsRefused({"text": [f"写明怎样答复，最多{asking.LONGEST}个字"]})
    _write_answer(case, request, officer, text.strip(), refuse=refuse, at=at)
    request.refresh_from_db()
    return request


def check_may_answer(officer: Officer, case: Case, request: Request) -> None:
    """Officers of the office that holds the case answer what is open and wants an answer."""
    if request.answered_at is not None or request.kind not in asking.ANSWERED_BY_PEOPLE:
        raise Refused("这个请求已经答复过了，不用再答复")
    holder = Party(case.holder)
    if holder not in {Party.RECEIVER, Party.DECIDER}:
        raise NobodyToAsk("这件现在不在机关手里，等回到机关后再答复")
    if office_of(officer).code != _authority(case, holder) or holder not in officer.roles:
        raise NotAllowed("这个请求由现在持有这件的机关答复，不归您所在的机关")


def _ask(case: Case, wish: Wish, *, by: Party, authority: str, at: datetime) -> Request:
    kind = asking.KINDS.get(wish.kind)
    if kind is None or by not in kind.parties:
        raise NotAllowed("不能提出这种请求")
    check_time(case, wish.kind)
    wish = _checked(wish)
    before = Request.objects.filter(number=case.number, kind=wish.kind, by=by.value, is_ours=True)
    if before.filter(answered_at=None).exists():
        raise AlreadyAsked(kind.label)
    if asking.too_often(wish.kind, before.values_list("asked_at", flat=True), at):
        raise AskedTooOften(wish.kind)
    request = Request(
        id=uuid.uuid4(),
        number=case.number,
        kind=wish.kind,
        node=settings.NODE_ID,
        by=by.value,
        authority=authority,
        reason=sealing.seal(wish.text.encode()),
        said=sealing.seal(json.dumps(_beside(wish)).encode()),
        is_ours=True,
        asked_at=at,
    )
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError as open_already:
        raise AlreadyAsked(kind.label) from open_already
    carry_on(case, request, at=at)
    request.refresh_from_db()
    return request


def check_time(case: Case, kind: str) -> None:
    """A thing is asked while somebody can answer it. Refused: NobodyToAsk, MoveNotPossible."""
    state, holder = State(case.state), Party(case.holder)
    if kind == "withdraw":
        if state not in states.UNDECIDED:
            raise MoveNotPossible(states.WITHDRAW, state)
        return
    if holder is Party.NOBODY:
        raise NobodyToAsk("这件已经结束。还有问题的，按页面上的电话联系办理机关")
    if kind == "add_paper" and state not in states.UNDECIDED:
        raise NobodyToAsk("已经作出决定，不能再补交材料")
    if holder is Party.APPLICANT and kind in asking.ANSWERED_BY_PEOPLE:
        raise NobodyToAsk("现在等申请人办理，不在机关手里。有问题的，按页面上的电话联系")


def _checked(wish: Wish) -> Wish:
    text = wish.text.strip()
    errors: dict[str, list[str]] = {}
    if len(text) > asking.LONGEST or (not text and wish.kind in asking.ANSWERED_BY_PEOPLE):
        errors["text"] = [f"写明请求的内容，最多{asking.LONGEST}个字"]
    if wish.kind == "add_paper" and not 0 < len(wish.papers) <= asking.MOST_PAPERS:
        errors["papers"] = [f"选1到{asking.MOST_PAPERS}份要补交的材料"]
    phone = ""
    if wish.kind == "change_contact":
        try:
            phone = check_mobile(wish.phone)
        except Refused as wrong:
            errors["phone"] = [wrong.message]
    if errors:
        raise FieldsRefused(errors)
    return Wish(wish.kind, text, phone, wish.papers if wish.kind == "add_paper" else ())


def _beside(wish: Wish) -> dict[str, Any]:
    papers = [
        {
            "name": paper.name,
            "digest": paper.file.digest,
            "size": paper.file.size,
            "media_type": paper.file.media_type,
        }
        for paper in wish.papers
    ]
    return {"phone": wish.phone, "papers": papers}


def papers_of(request: Request) -> list[Handed]:
    """The papers that came with a request."""
    return [
        Handed(one["name"], FileRef(one["digest"], size=one["size"], media_type=one["media_type"]))
        for one in asked.beside(request).get("papers", ())
    ]


def carry_on(case: Case, request: Request, *, at: datetime) -> None:
    """Let every node of the case know of a request; the one that holds the case deals with it."""
    others = {*case.told, case.standing().holder_node} - {"", settings.NODE_ID}
    _tell(others, request, at=at)
    deal_with(case, request, at=at)


def _tell(recipients: set[str], request: Request, *, at: datetime) -> None:
    if recipients:
        files = [paper.file for paper in papers_of(request)]
        data = {"request": packed(request)}
        outbox.tell(recipients, messages.REQUEST, request.number, data, files=files, at=at)


def packed(request: Request) -> dict[str, Any]:
    """A request as it travels."""
    return {
        "id": str(request.id),
        "kind": request.kind,
        "node": request.node,
        "by": request.by,
        "authority": request.authority,
        "reason": asked.words(request),
        "beside": asked.beside(request),
        "asked_at": request.asked_at.isoformat(),
    }


def take(case: Case, data: dict[str, Any], *, at: datetime) -> None:
    """Keep a request that another node told; the second time changes nothing.

    The node that holds the case deals with it; another that knows of a later holder tells it.
    """
    request, is_new = Request.objects.get_or_create(
        id=uuid.UUID(data["id"]),
        number=case.number,
        defaults={
            "kind": data["kind"],
            "node": data["node"],
            "by": data["by"],
            "authority": data["authority"],
            "reason": sealing.seal(data["reason"].encode()),
            "said": sealing.seal(json.dumps(data["beside"]).encode()),
            "is_ours": False,
            "asked_at": datetime.fromisoformat(data["asked_at"]),
        },
    )
    if request.answered_at is not None:
        return
    if is_new and _was_answered(case, request):
        return
    if is_new and (later := {case.standing().holder_node} - {"", settings.NODE_ID, request.node}):
        _tell(later, request, at=at)
    deal_with(case, request, at=at)


def _was_answered(case: Case, request: Request) -> bool:
    """Settle a request that comes after its answer: the two are of different kinds of messages."""
    for event in recorded.events(case.number):
        if event.content.get("request") == str(request.id) or _moves_on(event, request):
            settle(event.content, at=event.at)
            _settle_urges(case, event)
            return True
    return False


def deal_with(case: Case, request: Request, *, at: datetime) -> None:
    """Answer here what needs no officer, if this node holds the case; the rest waits for one."""
    if case.standing().holder_node not in {settings.NODE_ID, ""}:
        return
    if case.holder == Party.NOBODY:
        outcome = "refused" if request.kind == "withdraw" else "ended"
        settle({"request": str(request.id), "outcome": outcome}, at=at)
    elif request.kind == "withdraw":
        _answer_withdrawal(case, request, at=at)
    elif request.kind == "change_contact":
        _change_contact(case, request, at=at)
    elif case.claimed_by is not None:
        news.tell(News(news.ASKED, case.claimed_by, str(request.id), at, case.number))


def _answer_withdrawal(case: Case, request: Request, *, at: datetime) -> None:
    if case.holder == Party.CHANNEL:
        moving.arrive(case, at=at)
    content = {"request": str(request.id), "kind": request.kind}
    if State(case.state) in states.UNDECIDED:
        moving.make_move(
            case,
            states.WITHDRAW,
            by=moving.applicant_author(),
            at=at,
            content=content,
            personal={"reason": asked.words(request)},
        )
    else:
        moving.write(
            case,
            states.ANSWER_REQUEST,
            by=moving.system_author(),
            at=at,
            content={**content, "outcome": "refused", "state": case.state},
        )
    settle(content | {"outcome": "" if case.state == State.WITHDRAWN else "refused"}, at=at)


def _change_contact(case: Case, request: Request, *, at: datetime) -> None:
    if case.holder == Party.CHANNEL:
        moving.arrive(case, at=at)
    particulars = queries.particulars(case)
    applicant = particulars["applicant"] | {"phone": asked.beside(request)["phone"]}
    content = {"request": str(request.id), "kind": request.kind, "outcome": "granted"}
    moving.write(
        case,
        states.CHANGE_CONTACT,
        by=moving.applicant_author(),
        at=at,
        content=content,
        personal=particulars | {"applicant": applicant},
    )
    settle(content, at=at)


def _write_answer(
    case: Case, request: Request, officer: Officer, text: str, *, refuse: bool, at: datetime
) -> None:
    takes_papers = request.kind == "add_paper" and not refuse
    content: dict[str, Any] = {
        "request": str(request.id),
        "kind": request.kind,
        "outcome": "granted" if takes_papers else "refused" if refuse else "answered",
    }
    handed = papers_of(request) if takes_papers else []
    if handed:
        content["materials"] = [
            {
                "spec": f"added-{str(request.id)[:8]}-{place}",
                "name": paper.name,
                "digest": paper.file.digest,
                "grade": "D",
            }
            for place, paper in enumerate(handed, start=1)
        ]
    moving.write(
        case,
        states.ADD_PAPER if takes_papers else states.ANSWER_REQUEST,
        by=moving.officer_author(officer, Party(case.holder)),
        at=at,
        content=content,
        personal={
            "question": asked.words(request),
            "answer": text,
            "contact": queries.contact(officer),
        },
        files=[paper.file for paper in handed],
    )
    settle(content, at=at)


def settle(content: dict[str, Any], *, at: datetime) -> None:
    """Close the open request that an event of the record answers, if this node knows of it."""
    if request_id := content.get("request"):
        Request.objects.filter(pk=request_id, answered_at=None).update(
            answered_at=at, outcome=content.get("outcome") or "granted"
        )


def _moves_on(event: Event, request: Request) -> bool:
    """Whether an event is what an urging asked for: an office made a move after it."""
    return (
        request.kind == "urge"
        and event.kind in states.BY_NAME
        and event.author.role in {Party.RECEIVER, Party.DECIDER}
        and event.at >= request.asked_at
    )


def _settle_urges(case: Case, event: Event) -> None:
    Request.objects.filter(
        number=case.number, kind="urge", answered_at=None, asked_at__lte=event.at
    ).update(answered_at=event.at, outcome="acted")


# Every event but the first: nobody has asked anything about a case that has just begun, and a
# submission that nobody listens to is one statement.
_LATER = ({*states.BY_NAME} - {states.SUBMIT.name, states.SUBMIT_ONLINE.name}) | {
    states.ARRIVE, states.CHANGE_RULES, *states.NOTES,
}  # fmt: skip


@happenings.on(*sorted(_LATER))
def follow(case: Case, event: Event) -> None:
    """Keep open requests with the case: to its next holder, and closed when it has ended."""
    here = settings.NODE_ID
    if event.kind in states.BY_NAME and event.author.role in {Party.RECEIVER, Party.DECIDER}:
        _settle_urges(case, event)
    if case.holder == Party.NOBODY:
        settled = str(event.content.get("request", ""))
        open_ones = Request.objects.filter(number=case.number, answered_at=None)
        for request in open_ones:
            if str(request.id) != settled:
                settle({"request": str(request.id), "outcome": "ended"}, at=event.at)
    elif event.author.node == here and case.holder == Party.CHANNEL:
        there = {case.standing().holder_node} - {"", here}
        for request in Request.objects.filter(number=case.number, answered_at=None):
            _tell(there, request, at=event.at)
    elif event.author.node == here and event.kind == states.ARRIVE:
        waiting = Request.objects.filter(
            number=case.number, answered_at=None, kind__in=asking.AUTOMATIC
        )
        for request in waiting.order_by("asked_at"):
            deal_with(case, request, at=event.at)


def check_flood(number: str, node: str) -> None:
    """Refuse more requests about a case than a node ever sends that keeps to the same defaults.

    All of them count: when they were asked is the sender's own claim.
    """
    taken = Request.objects.filter(number=number, node=node, is_ours=False).count()
    if taken >= asking.MOST_FROM_A_NODE:
        raise AskedTooOften("")


def _authority(case: Case, party: Party) -> str:
    return {
        Party.RECEIVER: case.receiver_authority,
        Party.DECIDER: case.decider_authority,
    }.get(party, "")
