"""Chains that offices of several nodes keep together beside the cases: one judge, one handler.

What two offices do with each other outside a case chain (an inquiry, a joint step, a parcel) is a
chain of its own in the record, signed and hashed like a case. A domain registers its kind with
what judges an event and what keeps the rows; writing, telling, duplicates, gaps, forks and nodes
that join later are the same for all kinds and stand here.

To make a kind:

    INQUIRY = shared_chains.register(Kind(
        "inquiry", "i", head=…, apply=…, keep=…, nodes=…))
    chain = shared_chains.new_chain(INQUIRY)
    shared_chains.write(INQUIRY, chain, "ask", by=author, at=at, content={…}, personal={…})

An operation takes the lock first (`kind.head(chain)` locks), looks, and then writes.
"""

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import Refused
from tongban.exchange import bundles, contradictions, inbox, outbox, reconciling
from tongban.exchange.envelope import Envelope
from tongban.jurisdictions import queries as jurisdictions
from tongban.record import chains
from tongban.record import operations as record
from tongban.record import queries as recorded
from tongban.record.chains import Author, ChainBroken, Event, FileRef, Head
from tongban.trust import signing

EVENTS = "chain.events.v1"

Standing = TypeVar("Standing")


class NotInTable(Exception):
    """An event that the judge of its kind does not allow at this point of its chain."""


class ChainRefused(Refused):
    """Events from elsewhere that are not what their chain, their author or the judge allows."""

    code = "chain-refused"


class ChainForked(ChainRefused, contradictions.ForkFound):
    """Another event than ours in a place of a chain: one of the two nodes is wrong."""

    def __init__(self, message: str, event: Event, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.event = event


@dataclass(frozen=True, slots=True)
class Kind(Generic[Standing]):
    """One kind of chain, as the domain that owns it registers it.

    `name` is a word for people who read logs, `letter` begins the name of every chain of the kind.
    `head` locks a chain's row until the transaction ends and gives where it stands; None while
    this node does not know the chain. `apply` is the judge: where a chain stands after one more
    event (None before the first), the same on every node; it raises NotInTable, and may raise
    KeyError, ValueError or TypeError for contents it cannot read. `keep` brings the rows to the
    newer standing; the event is the one that led there. `nodes` are the codes of all nodes that
    take part: they are told every event, and one that is new is told the whole chain. A node that
    once took part stays in it. `arrived` runs after events from elsewhere were kept, under the
    same lock; there a kind writes what this node itself has to add (an arrival). `mend` makes the
    rows exactly what a standing says and tells nobody, for rows that were damaged or lost; without
    it `keep` does so by itself. `shared_with` names the chains that a node takes part in, to be
    reconciled with it.
    """

    name: str
    letter: str
    head: Callable[[str], Standing | None]
    apply: Callable[[Standing | None, Event], Standing]
    keep: Callable[[Standing, Event], None]
    nodes: Callable[[Standing], Collection[str]]
    arrived: Callable[[Standing, datetime], None] | None = None
    mend: Callable[[Standing], None] | None = None
    shared_with: Callable[[str], Iterable[str]] = lambda _node: ()


_KINDS: dict[str, Kind[Any]] = {}


def register(kind: Kind[Standing]) -> Kind[Standing]:
    """Make a kind known; two kinds never share a letter, and none begins like a case number."""
    if len(kind.letter) != 1 or not ("a" <= kind.letter <= "z"):
        raise ValueError(f"{kind.letter!r} is not one small letter")
    if _KINDS.setdefault(kind.letter, kind) is not kind:
        raise ValueError(f"{kind.letter} is the letter of two kinds")
    return kind


def kind_of(chain: str) -> Kind[Any] | None:
    """The kind of a chain by its name; None when nobody registered it."""
    return _KINDS.get(chain[:1])


def kinds() -> list[Kind[Any]]:
    """All kinds that were registered, by their letters."""
    return [_KINDS[letter] for letter in sorted(_KINDS)]


def new_chain(kind: Kind[Any]) -> str:
    """A name for a new chain, with the node that begins it: i22-0f3a…"""
    return f"{kind.letter}{settings.NODE_ID}-{secrets.token_hex(10)}"


def begun_by(chain: str) -> str:
    """The node that may write the first event of a chain, by the chain's name."""
    return chain[1:].partition("-")[0]


@transaction.atomic
def write(
    kind: Kind[Standing],
    chain: str,
    event_kind: str,
    *,
    by: Author,
    at: datetime,
    content: dict[str, Any] | None = None,
    personal: dict[str, Any] | None = None,
    files: Sequence[FileRef] = (),
) -> Event:
    """Add one event to a chain, keep the rows and tell the other nodes that take part.

    `personal` travels sealed beside the event. Raises NotInTable when the judge does not allow it;
    then nothing was written. Whoever checks something first holds the lock of `kind.head`.
    """
    before = kind.head(chain)
    digest, part = chains.sealed_part(personal) if personal is not None else ("", None)
    event = chains.make(
        recorded.head(chain),
        chain=chain,
        kind=event_kind,
        author=by,
        at=at,
        content=content or {},
        sealed=digest,
        files=files,
        signer=signing.load_signer(settings.NODE_KEY_FILE),
    )
    after = _judged(kind, before, event)
    record.append(event, part=part)
    kind.keep(after, event)
    _tell(kind, event, before=before, after=after, at=at)
    return event


def fold(kind: Kind[Standing], events: Sequence[Event]) -> Standing:
    """Where a chain stands after all its events; raises NotInTable."""
    standing: Standing | None = None
    for event in events:
        standing = _judged(kind, standing, event)
    if standing is None:
        raise ValueError("a chain has at least one event")
    return standing


@inbox.handles(EVENTS)
def take_events(envelope: Envelope) -> None:
    """Add another node's events to our copy of a chain, in order and each once.

    An event we have is passed over; if ours differs, one of the two nodes is wrong and the message
    is parked with both hashes. A gap is re-requested. Events that this node or their author takes
    no part in are refused.
    """
    kind = kind_of(envelope.subject)
    if kind is None:
        raise ChainRefused(_("本节点没有这种往来记录"))
    events, parts = _read(envelope)
    before = kind.head(envelope.subject)
    end = recorded.head(envelope.subject)
    _check_same(events, end)
    fresh = bundles.fresh(events, end)
    for digest, part in parts.items():
        record.keep_part(digest, part)
    standing = before
    for event in fresh:
        standing = _take(kind, standing, event, end, sender=envelope.sender)
        end = event.head
    if not fresh:
        return
    _check_ours(kind.nodes(standing), envelope.sender)
    if kind.arrived is not None:
        kind.arrived(standing, datetime.now(UTC))


@outbox.resends(EVENTS)
def resend_events(*, subject: str, from_seq: int, recipient: str, at: datetime) -> None:
    """Tell a node the events of a chain it misses, if it takes part in it."""
    kind = kind_of(subject)
    standing = kind.head(subject) if kind else None
    if kind is None or standing is None or recipient not in kind.nodes(standing):
        return
    events = recorded.events(subject, from_seq=from_seq)
    if events:
        bundles.owe([recipient], EVENTS, events, at=at)


@reconciling.shares(EVENTS)
def shared_with(node: str) -> Iterable[str]:
    """Every chain of every kind that a node takes part in."""
    for kind in _KINDS.values():
        yield from kind.shared_with(node)


def _read(envelope: Envelope) -> tuple[list[Event], dict[str, bytes]]:
    try:
        events, parts = bundles.unpack(envelope.data)
    except (ChainBroken, KeyError, TypeError, AttributeError) as broken:
        raise ChainRefused(_("读不懂报文里的往来记录：%(why)s") % {"why": broken}) from broken
    if not events or any(event.chain != envelope.subject for event in events):
        raise ChainRefused(_("报文里的记录编号和信封不一致"))
    return events, parts


def _check_same(events: Sequence[Event], end: Head | None) -> None:
    if found := bundles.forked(events, end):
        event, ours = found
        facts = {"seq": event.seq, "ours": ours, "theirs": event.hash}
        raise ChainForked(
            _(
                "第%(seq)d条记录和本节点的不一样（本节点%(ours).12s，对方%(theirs).12s），"
                "两边的签名都已留存，请两地核对"
            )
            % facts,
            event,
            **facts,
        )


def _take(
    kind: Kind[Standing], before: Standing | None, event: Event, end: Head | None, *, sender: str
) -> Standing:
    try:
        chains.check_follows(event, end)
        bundles.check_signed(event, sender=sender)
        _check_author(event)
        after = _judged(kind, before, event)
    except (ChainBroken, NotInTable) as broken:
        why = {"why": broken}
        raise ChainRefused(_("这条往来记录不能接受：%(why)s") % why, seq=event.seq) from broken
    record.append(event)
    kind.keep(after, event)
    return after


def _judged(kind: Kind[Standing], before: Standing | None, event: Event) -> Standing:
    """The judge's word; contents it cannot read, and authors who take no part, are not allowed."""
    try:
        after = kind.apply(before, event)
    except (KeyError, ValueError, TypeError, AttributeError) as unreadable:
        raise NotInTable(f"unreadable content ({type(unreadable).__name__})") from unreadable
    if event.author.node not in kind.nodes(after):
        raise NotInTable(f"node {event.author.node} takes no part in {event.chain}")
    return after


def _check_author(event: Event) -> None:
    """A chain is begun by the node in its name, and a node signs for authorities of its own places.

    An authority that the directory does not know is judged by none.
    """
    author = event.author
    if event.seq == 1 and author.node != begun_by(event.chain):
        raise NotInTable(f"chain {event.chain} is not begun by node {author.node}")
    if not author.authority:
        return
    try:
        organ = jurisdictions.authority(author.authority)
        node = jurisdictions.node_for(organ.division_code).code
    except Refused:
        return
    if node != author.node:
        raise NotInTable(f"authority {author.authority} is not of node {author.node}")


def _check_ours(nodes: Collection[str], sender: str) -> None:
    if settings.NODE_ID not in nodes:
        raise ChainRefused(_("这份往来记录不经过本节点"))
    if sender not in nodes:
        raise ChainRefused(_("发来记录的节点不参与这份往来"))


def _tell(
    kind: Kind[Standing],
    event: Event,
    *,
    before: Standing | None,
    after: Standing,
    at: datetime,
) -> None:
    """Owe the event to every node that takes part; a node that is new to it gets all of them."""
    known = set(kind.nodes(before)) if before is not None else set()
    new = set(kind.nodes(after)) - known
    if others := known - {settings.NODE_ID}:
        bundles.owe(others, EVENTS, [event], at=at)
    if others := new - {settings.NODE_ID}:
        bundles.owe(others, EVENTS, recorded.events(event.chain), at=at)
