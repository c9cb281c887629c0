"""What this node does with messages about cases from other nodes."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from tongban.basics.refusals import Refused
from tongban.cases import asking, happenings, messages, standing
from tongban.cases.judging import NotInTable
from tongban.cases.models import Case
from tongban.cases.operations import moving, requests
from tongban.cases.standing import Standing
from tongban.cases.states import Party
from tongban.exchange import bundles, contradictions, inbox, outbox, reconciling
from tongban.exchange.envelope import Envelope, Paper
from tongban.jurisdictions import queries as jurisdictions
from tongban.record import chains
from tongban.record import operations as record
from tongban.record import queries as recorded
from tongban.record.chains import ChainBroken, Event


class EventRefused(Refused):
    """An event from elsewhere that is not what its chain, its author or the table allows."""

    code = "event-refused"


class EventForked(EventRefused, contradictions.ForkFound):
    """Another event than ours in a place of a case: one of the two nodes is wrong."""

    def __init__(self, message: str, event: Event, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.event = event


@inbox.handles(messages.EVENTS)
def take_events(envelope: Envelope) -> None:
    """Add another node's events to our copy of a case, in order and each once.

    An event we have is passed over; if ours differs, one of the two nodes is wrong and the message
    is parked with both hashes. A gap is re-requested. Where the baton arrives here, it is taken.
    """
    try:
        events, parts = bundles.unpack(envelope.data)
    except (ChainBroken, KeyError, TypeError, AttributeError) as broken:
        raise EventRefused(f"读不懂报文里的办件记录：{broken}") from broken
    if not events or any(event.chain != envelope.subject for event in events):
        raise EventRefused("报文里的办件编号和信封不一致")
    case = Case.objects.select_for_update().filter(pk=envelope.subject).first()
    end = chains.Head(case.head_seq, case.head_hash) if case else None
    _check_same(events, end)
    fresh = bundles.fresh(events, end)
    for digest, part in parts.items():
        record.keep_part(digest, part)
    for event in fresh:
        case = _take(case, event, sender=envelope.sender)
    if case and fresh:
        moving.arrive(case, at=datetime.now(UTC))


def _check_same(events: Sequence[Event], end: chains.Head | None) -> None:
    if found := bundles.forked(events, end):
        event, ours = found
        raise EventForked(
            f"第{event.seq}条记录和本节点的不一样（本节点{ours[:12]}，"
            f"对方{event.hash[:12]}），两边的签名都已留存，请两地核对",
            event,
            seq=event.seq,
            ours=ours,
            theirs=event.hash,
        )


def _take(case: Case | None, event: Event, *, sender: str) -> Case:
    before = case.standing() if case else Standing(number=event.chain)
    head = chains.Head(before.head_seq, before.head_hash) if case else None
    try:
        chains.check_follows(event, head)
        bundles.check_signed(event, sender=sender)
        after = standing.apply(before, event)
    except (ChainBroken, NotInTable, KeyError, ValueError) as broken:
        raise EventRefused(f"这条办件记录不能接受：{broken}", seq=event.seq) from broken
    _check_ours(before, after)
    record.append(event)
    kept = case or Case(number=event.chain)
    moving.keep(kept, after)
    if kept.claimed_by_id is not None and after.holder != before.holder:
        moving.release(kept)
    requests.settle(event.content, at=event.at)
    happenings.tell(kept, event)
    return kept


def _check_ours(before: Standing, after: Standing) -> None:
    """A new case must concern this node, and decide by an authority that has the power here."""
    here = settings.NODE_ID
    if here not in {after.applicant_node, after.receiver_node, after.decider_node}:
        raise EventRefused("这件不经过本节点")
    if not before.head_seq and after.decider_node == here:
        try:
            organ = jurisdictions.authority(after.decider_authority)
            is_ours = jurisdictions.node_for(organ.division_code).code == here
        except Refused as unknown:
            raise EventRefused(f"办理机关没有登记：{unknown.message}") from unknown
        if not is_ours:
            raise EventRefused("办理机关不在本节点的辖区")


@outbox.resends(messages.EVENTS)
def resend_events(*, subject: str, from_seq: int, recipient: str, at: datetime) -> None:
    """Tell a node the events of a case it misses, if it takes part in the case."""
    case = Case.objects.filter(pk=subject).first()
    if case is None or recipient not in case.told:
        return
    events = recorded.events(subject, from_seq=from_seq)
    if events:
        bundles.owe([recipient], messages.EVENTS, events, at=at)


@reconciling.shares(messages.EVENTS)
def shared_with(node: str) -> Iterable[str]:
    """The cases that this node and another one are told of."""
    cases = Case.objects.filter(told__contains=[node]).order_by("pk")
    return cases.values_list("pk", flat=True).iterator(chunk_size=5000)


@inbox.handles(messages.REQUEST)
def take_request(envelope: Envelope) -> None:
    """Keep what somebody elsewhere asks of the holder; answer it, or tell whoever holds the case."""
    request: dict[str, Any] = envelope.data["request"]
    case = Case.objects.select_for_update().filter(pk=envelope.subject).first()
    if case is None:
        raise inbox.Gap(1, kind=messages.EVENTS)
    if not _is_request(request, envelope.files):
        raise EventRefused("不认识这种申请")
    if not {envelope.sender, request["node"]} <= set(case.told):
        raise EventRefused("提出申请的节点不参与这件")
    if not _is_askers(case, request):
        raise EventRefused("提出申请的一方不在那个节点")
    at = datetime.now(UTC)
    requests.check_flood(case.number, envelope.sender)
    requests.take(case, request, at=at)


def _is_askers(case: Case, request: dict[str, Any]) -> bool:
    """Whether the node and the office of a request are those of the party it speaks for."""
    node, authority = {
        Party.APPLICANT: (case.applicant_node, ""),
        Party.RECEIVER: (case.receiver_node, case.receiver_authority),
        Party.DECIDER: (case.decider_node, case.decider_authority),
    }[Party(request["by"])]
    return bool((request["node"], request["authority"]) == (node, authority))


def _is_request(request: dict[str, Any], sent: Sequence[Paper]) -> bool:
    """Whether a request has the shape of one, is no longer than an asker may make it, and whole."""
    try:
        kind = asking.KINDS[request["kind"]]
        beside = request["beside"]
        UUID(request["id"])
        return (
            Party(request["by"]) in kind.parties
            and datetime.fromisoformat(request["asked_at"]).tzinfo is not None
            and _is_text(request["reason"], asking.LONGEST)
            and _is_text(request["authority"], 18)
            and _is_text(beside["phone"], 20)
            and len(beside["papers"]) <= asking.MOST_PAPERS
            and all(_is_sent(one, sent) for one in beside["papers"])
        )
    except (KeyError, TypeError, ValueError):
        return False


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest


def _is_sent(paper: dict[str, Any], sent: Sequence[Paper]) -> bool:
    """Whether a paper that a request names came along with it."""
    named = Paper(paper["digest"], paper["size"], paper["media_type"])
    return _is_text(paper["name"], 200) and named in sent
