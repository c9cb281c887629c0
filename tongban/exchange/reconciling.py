"""Comparing with another node what both keep: what one of them lacks is brought back.

A node sends a summary: for each day on which chains began that both take part in, how many there
are and the Merkle root over their heads. The other one answers with the heads of the days that
differ. What we lack we ask for (requests.RESEND), what it lacks we tell again; where both have an
event in one place and not the same, both get the other's signed event and report the contradiction
(exchange.contradictions). Everything goes the usual way, through outbox and inbox, so a node that is
away is compared with later.

A domain says which chains it shares with whom (`shares`), and registers what tells them again
(`registry.resends`) as it does anyway.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.utils.timezone import now

from tongban.exchange import outbox, registry
from tongban.exchange.envelope import Envelope, Unreadable
from tongban.exchange.models import Contradiction, Reconciliation
from tongban.exchange.requests import RESEND
from tongban.jurisdictions import queries as jurisdictions
from tongban.record import merkle

SUMMARY = "exchange.summary.v1"
HEADS = "exchange.heads.v1"
SUBJECT = "reconcile"
EVERY = timedelta(days=1)
# So many heads fit into one message with room to spare.
MOST_HEADS = 1500

# The names of the chains that this node shares with a peer.
Shared = Callable[[str], Iterable[str]]
_SOURCES: dict[str, Shared] = {}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a chain stands at one node; `day` (UTC) is when it began, the same at every node."""

    chain: str
    seq: int
    hash: str
    day: str


Days = dict[str, list[Place]]


def shares(kind: str) -> Callable[[Shared], Shared]:
    """Register what names the chains whose events travel in messages of a type."""

    def register(function: Shared) -> Shared:
        _SOURCES[kind] = function
        return function

    return register


def ask(peer: str, *, at: datetime) -> int:
    """Send a node our summary; gives the number of chains in it. Asking again is another comparison."""
    days = _days(peer)
    Reconciliation.objects.create(peer=peer, asked_at=at, chains=_count(days), days=len(days))
    summary = {day: [len(places), _root(places)] for day, places in days.items()}
    outbox.tell([peer], SUMMARY, SUBJECT, {"asked": at.isoformat(), "days": summary}, at=at)
    return _count(days)


def ask_due(*, at: datetime) -> list[str]:
    """Ask every node that we share chains with and did not ask for a day; gives their codes."""
    asked = []
    for peer in peers():
        last = Reconciliation.objects.filter(peer=peer).order_by("-asked_at").first()
        if (last is None or last.asked_at + EVERY <= at) and _kinds(peer):
            ask(peer, at=at)
            asked.append(peer)
    return asked


def peers() -> list[str]:
    """The connected nodes besides this one."""
    return [
        node.code
        for node in jurisdictions.nodes()
        if node.is_connected and node.code != settings.NODE_ID
    ]


def latest() -> list[Reconciliation]:
    """The last comparison with each peer."""
    rows = Reconciliation.objects.order_by("peer", "-asked_at").distinct("peer")
    return list(rows)


@registry.handles(SUMMARY)
def answer(envelope: Envelope) -> None:
    """Answer a summary with our heads of the days that differ, in as many messages as they need."""
    asked, theirs = _summary(envelope.data)
    ours = _days(envelope.sender)
    differing = [
        day
        for day in sorted(theirs.keys() | ours.keys())
        if theirs.get(day) != (len(ours.get(day, ())), _root(ours.get(day, ())))
    ]
    for days in _portions({day: ours.get(day, []) for day in differing}):
        said = {day: [[p.chain, p.seq, p.hash] for p in places] for day, places in days.items()}
        outbox.tell([envelope.sender], HEADS, SUBJECT, {"asked": asked, "days": said}, at=now())


@registry.handles(HEADS)
def compare(envelope: Envelope) -> None:
    """Compare a node's heads with ours; ask for what we lack, tell what it lacks."""
    asked, days = _heads(envelope.data)
    peer, at = envelope.sender, now()
    kinds = _kinds(peer)
    ours = _places(kinds)
    theirs = {place.chain: place for places in days.values() for place in places}
    # Of what is known to contradict, people have both sides already; it is not told every night.
    settled = set(Contradiction.objects.filter(peer=peer).values_list("chain", flat=True))
    lacking = [
        place
        for place in theirs.values()
        if place.chain not in settled and _is_behind(ours.get(place.chain), place)
    ]
    for place in lacking:
        _ask_for(peer, place, ours.get(place.chain), kinds, at=at)
    telling = [
        place
        for place in ours.values()
        if place.day in days
        and place.chain not in settled
        and _is_behind(theirs.get(place.chain), place)
    ]
    for place in telling:
        _tell(peer, place, theirs.get(place.chain), kinds, at=at)
    Reconciliation.objects.filter(peer=peer, asked_at=asked).update(
        answered_at=at,
        differing=F("differing") + len(days),
        asked_for=F("asked_for") + len(lacking),
        told=F("told") + len(telling),
    )


def _is_behind(here: Place | None, there: Place) -> bool:
    """Whether `here` has something to learn from `there`; of a fork both have."""
    if here is None or here.seq < there.seq:
        return True
    return here.seq == there.seq and here.hash != there.hash


def _from_seq(here: Place | None, there: Place) -> int:
    """From where on events are needed: with the last one that is known, so that it is compared.

    Where both end at the same place the fork may lie anywhere, so all of it is needed.
    """
    return 1 if here is None or here.seq == there.seq else here.seq


def _ask_for(
    peer: str, place: Place, ours: Place | None, kinds: dict[str, str], *, at: datetime
) -> None:
    """Ask for the events of a chain; of one we do not know every teller is asked, one knows it."""
    asked = [kinds[place.chain]] if place.chain in kinds else list(_SOURCES)
    for kind in asked:
        word = {"type": kind, "from": _from_seq(ours, place)}
        outbox.tell([peer], RESEND, place.chain, word, at=at)


def _tell(
    peer: str, place: Place, theirs: Place | None, kinds: dict[str, str], *, at: datetime
) -> None:
    resender = registry.resender(kinds[place.chain])
    if resender is not None:
        from_seq = _from_seq(theirs, place)
        resender(subject=place.chain, from_seq=from_seq, recipient=peer, at=at)


def _kinds(peer: str) -> dict[str, str]:
    """The chains shared with a peer, and the type of message that tells each again."""
    return {chain: kind for kind, source in _SOURCES.items() for chain in source(peer)}


_ENDS = """
SELECT head.chain, head.seq, head.hash, first.at FROM (
  SELECT DISTINCT ON (chain) chain, seq, hash FROM record_entry
  WHERE chain = ANY(%s) ORDER BY chain, seq DESC) AS head
JOIN record_entry AS first ON first.chain = head.chain AND first.seq = 1
"""


def _places(chains: Iterable[str]) -> dict[str, Place]:
    """Where our chains stand, by the record itself."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDS, [list(chains)])
        return {
            chain: Place(chain, seq, head, began.astimezone(UTC).date().isoformat())
            for chain, seq, head, began in cursor.fetchall()
        }


def _days(peer: str) -> Days:
    """Where the chains shared with a peer stand, by the day on which they began."""
    found: Days = {}
    for _chain, place in sorted(_places(_kinds(peer)).items()):
        found.setdefault(place.day, []).append(place)
    return found


def _count(days: Days) -> int:
    return sum(len(places) for places in days.values())


def _root(places: Sequence[Place]) -> str:
    if not places:
        return ""
    leaves = [merkle.leaf_text(place.chain, place.seq, place.hash) for place in places]
    return merkle.root([merkle.hashed(leaf) for leaf in leaves])


def _portions(days: Days) -> list[Days]:
    """Days together up to what one message holds; a day is never split, for it is compared whole."""
    portions: list[Days] = [{}]
    for day, places in days.items():
        if portions[-1] and _count(portions[-1]) + len(places) > MOST_HEADS:
            portions.append({})
        portions[-1][day] = places
    return portions


def _summary(data: Any) -> tuple[str, dict[str, tuple[int, str]]]:
    match data:
        case {"asked": str(asked), "days": dict(days)}:
            found = {_day(day): _counted(said) for day, said in days.items()}
            return _moment(asked), found
    raise Unreadable("summary")


def _counted(said: Any) -> tuple[int, str]:
    match said:
        case [int(count), str(root)]:
            return count, root
    raise Unreadable("summary")


def _heads(data: Any) -> tuple[str, Days]:
    match data:
        case {"asked": str(asked), "days": dict(days)}:
            found = {_day(day): said for day, said in days.items()}
            return _moment(asked), {day: _places_said(found[day], day) for day in found}
    raise Unreadable("heads")


def _places_said(said: Any, day: str) -> list[Place]:
    if not isinstance(said, list):
        raise Unreadable("heads")
    return [_place(one, day) for one in said]


def _place(said: Any, day: str) -> Place:
    match said:
        case [str(chain), int(seq), str(head)] if seq > 0 and 0 < len(chain) <= 32:
            return Place(chain, seq, head, day)
    raise Unreadable("heads")


def _day(text: Any) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except (TypeError, ValueError) as wrong:
        raise Unreadable("day") from wrong


def _moment(text: str) -> str:
    try:
        return datetime.fromisoformat(text).isoformat()
    except ValueError as wrong:
        raise Unreadable("asked") from wrong
