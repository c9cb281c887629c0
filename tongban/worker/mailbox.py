"""The mailbox: from the broker into the inbox, each message once, the order of a subject kept.

A message is acknowledged after the transaction that settled it. Messages are spread over a few
lanes by their subject, so one subject is one queue; while the database is away every lane holds
what it has and goes on with it afterwards.
"""

import asyncio
import re
import zlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import nats.errors
import structlog
from django.db import connection
from django.utils.timezone import now
from django.utils.translation import gettext as _
from nats.aio.msg import Msg

from tongban.basics.away import DATABASE_AWAY
from tongban.exchange import addresses, bags, inbox, posting
from tongban.exchange.envelope import Envelope, Fault, Paper
from tongban.record import papers
from tongban.worker import fetching, measures
from tongban.worker.broker import Broker, BrokerAway
from tongban.worker.hands import Hands
from tongban.worker.looking import until
from tongban.worker.pull import Pull

log = structlog.get_logger(__name__)

LANES = addresses.LANES
_HINT = re.compile(r"[0-9a-f]{8}")
# Messages of the broker that are in hand at once; each may be a bag.
ROOM = 64
# So many letters at least are taken in together, where so many are there.
BATCH = 32
SWEEP_SECONDS = 1.0
LEAVE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 5.0
# So often a paper is gone on with after the broker went away, and so long its return is waited for.
INTERRUPTIONS = 4
INTERRUPTED_SECONDS = 30.0
# So often a message is tried while the database answers others but fails for this one.
FAILS = 5


@dataclass(frozen=True)
class Bag:
    """What came in one message of the broker, and who published it."""

    message: Msg
    letters: Sequence[bytes]
    sender: str


class Mailbox:
    """Takes in what arrives for this node."""

    def __init__(self, broker: Broker, hands: Hands) -> None:
        self.broker = broker
        self._hands = hands
        self._pull = Pull(broker, ROOM)
        self._lanes: list[asyncio.Queue[Bag]] = [asyncio.Queue() for _ in range(LANES)]
        # By their place in the stream: what we hold is not taken a second time.
        self._held: dict[int, Msg] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Take in messages until told to stop; outlives a database or a broker that goes away."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._lane(lane)) for lane in self._lanes]
            tasks.append(group.create_task(self._keep_holding()))
            tasks.append(group.create_task(self._sweep(stop)))
            await self._collect(stop)
            await self._let_go()
            for task in tasks:
                task.cancel()

    async def _collect(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                async for message in self._pull.messages(stop):
                    await self._hold(message)
            except BrokerAway:
                await until(stop, 0.1)
            except nats.errors.Error as error:
                log.warning("mailbox.interrupted", error=type(error).__name__)
                await until(stop, 0.5)

    async def _hold(self, message: Msg) -> None:
        place = message.metadata.sequence.stream
        held = self._held.get(place)
        if held is not None and held.metadata.timestamp == message.metadata.timestamp:
            self._pull.settled()
            return
        # Another one in the same place: the broker lost its mailboxes and began anew. The one we
        # hold is settled, but an acknowledgement of it would take the new one away.
        self._held[place] = message
        # The hint is the sender's. Without one all of its messages share a lane and keep their order;
        # a wrong one costs its own messages theirs, which the inbox then restores.
        hint = (message.headers or {}).get(addresses.LANE_HEADER, "")
        lane = int(hint, 16) if _HINT.fullmatch(hint) else zlib.crc32(message.subject.encode())
        sender = addresses.sender_of(message.subject)
        await self._lanes[lane % LANES].put(Bag(message, bags.unpack(message.data), sender))

    async def _lane(self, lane: asyncio.Queue[Bag]) -> None:
        while True:
            come = [await lane.get()]
            letters = [(letter, come[0].sender) for letter in come[0].letters]
            while len(letters) < BATCH and not lane.empty():
                come.append(lane.get_nowait())
                letters += [(letter, come[-1].sender) for letter in come[-1].letters]
            together = len(letters) > 1 and await self._are_settled(letters)
            for bag in come:
                # Acknowledged when the last letter in it is settled.
                for letter in () if together else bag.letters:
                    await self._settle(letter, bag.sender)
                await self._done(bag.message)

    async def _done(self, message: Msg) -> None:
        place = message.metadata.sequence.stream
        if self._held.get(place) is message:
            # Lost with the connection, an acknowledgement costs a second delivery: harmless.
            with suppress(nats.errors.Error):
                await message.ack()
            self._held.pop(place, None)
        self._pull.settled()

    async def _are_settled(self, letters: list[tuple[bytes, str]]) -> bool:
        """Under load: several at once, if all of them are plain; else none was."""
        try:
            return await self._hands.run(_take_in_all, letters)
        except DATABASE_AWAY:
            return False
        except Exception:
            log.exception("mailbox.failed_together", count=len(letters))
            return False

    async def _settle(self, raw: bytes, sender: str) -> None:
        """Until it is written down, whatever becomes of it."""
        fails = 0
        while not await self._is_written(raw, sender, fails):
            fails += await self._is_database_there()
            await asyncio.sleep(min(0.2 * 2 ** min(fails, 5), LONGEST_PAUSE_SECONDS))

    async def _is_written(self, raw: bytes, sender: str, fails: int) -> bool:
        """One try; after several that the database itself survived, the message is set aside."""
        try:
            if fails >= FAILS:
                await self._hands.run(_set_aside, raw, sender)
            else:
                await self._take(raw, sender)
        except DATABASE_AWAY as away:
            log.warning("mailbox.database_away", error=type(away).__name__, fails=fails)
            return False
        except Exception:
            log.exception("mailbox.failed", sender=sender, fails=fails)
            return False
        return True

    async def _take(self, raw: bytes, sender: str) -> None:
        envelope = await self._hands.run(_take_in, raw, sender)
        if envelope is not None:
            for paper in envelope.files:
                await self._fetch(sender, paper)
            await self._hands.run(_receive, envelope, raw, sender)

    async def _fetch(self, sender: str, paper: Paper) -> None:
        """Get a paper if it can be got; what is missing then, the inbox asks for.

        An interruption is no reason to ask for all of it again: what came so far is kept.
        """
        for _try in range(INTERRUPTIONS):
            if papers.has(paper.digest):
                return
            try:
                await fetching.fetch(self.broker, self._hands, sender, paper)
            except fetching.PaperNotThere as error:
                log.warning("mailbox.paper_not_there", sender=sender, error=type(error).__name__)
                return
            except (BrokerAway, nats.errors.Error, TimeoutError) as error:
                log.warning("mailbox.paper_interrupted", sender=sender, error=type(error).__name__)
                await self._until_connected()

    async def _until_connected(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(INTERRUPTED_SECONDS):
                await asyncio.sleep(LONGEST_PAUSE_SECONDS / 10)
                while not self.broker.is_connected:
                    await asyncio.sleep(LONGEST_PAUSE_SECONDS / 10)

    async def _is_database_there(self) -> bool:
        try:
            await self._hands.run(_ask_database)
        except DATABASE_AWAY:
            return False
        return True

    async def _keep_holding(self) -> None:
        """Tell the broker that we are still at it, before it delivers to somebody else."""
        while True:
            await asyncio.sleep(addresses.ACK_WAIT_SECONDS / 3)
            with suppress(BrokerAway, nats.errors.Error):
                for message in list(self._held.values()):
                    await message.in_progress()

    async def _let_go(self) -> None:
        """At the end: bring what was taken to its end; what takes too long is given back."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_SECONDS):
                while self._held:
                    await asyncio.sleep(0.02)
        for message in self._held.values():
            with suppress(nats.errors.Error):
                await message.nak()

    async def _sweep(self, stop: asyncio.Event) -> None:
        """Try again what waits, when its time has come."""
        while not stop.is_set():
            try:
                await self._hands.run(_try_due)
            except DATABASE_AWAY as away:
                log.warning("mailbox.database_away", error=type(away).__name__)
            await until(stop, SWEEP_SECONDS)


class NotWritten(Fault):
    """The database answers, and writing this message fails all the same."""

    code = "not-written"

    def __init__(self) -> None:
        super().__init__(_("报文多次写入失败，请查看日志，排除原因后重试"))


def _take_in_all(letters: list[tuple[bytes, str]]) -> bool:
    """Several messages in one transaction; False, and nothing written, if any needs more care."""
    try:
        envelopes = [_opened(raw, sender) for raw, sender in letters]
    except Fault:
        return False
    if not all(papers.has(paper.digest) for one in envelopes for paper in one.files):
        return False
    if not inbox.receive_plainly(envelopes, at=now()):
        return False
    measures.count_taken(envelopes, "handled", at=now())
    log.info("mailbox.handled", count=len(envelopes), ids=[str(one.id) for one in envelopes])
    return True


def _opened(raw: bytes, sender: str) -> Envelope:
    return posting.opened(raw, published_by=sender, at=now())


def _take_in(raw: bytes, sender: str) -> Envelope | None:
    """Handle a message, or park it; the opened envelope when papers have to be fetched first."""
    try:
        envelope = _opened(raw, sender)
    except Fault as fault:
        _park(raw, sender, fault)
        return None
    if not all(papers.has(paper.digest) for paper in envelope.files):
        return envelope
    _receive(envelope, raw, sender)
    return None


def _receive(envelope: Envelope, raw: bytes, sender: str) -> None:
    try:
        outcome = inbox.receive(envelope, at=now())
    except Fault as fault:
        _park(raw, sender, fault)
        return
    measures.count_taken([envelope], str(outcome), at=now())
    log.info("mailbox.handled", count=1, ids=[str(envelope.id)], outcome=str(outcome))


def _park(raw: bytes, sender: str, fault: Fault) -> None:
    inbox.park(raw, fault, published_by=sender, at=now())
    measures.TAKEN.labels(sender, "parked").inc()
    log.warning("mailbox.parked", sender=sender, code=fault.code)


def _set_aside(raw: bytes, sender: str) -> None:
    _park(raw, sender, NotWritten())


def _try_due() -> None:
    for subject in inbox.due_subjects(at=now()):
        inbox.try_waiting(subject, at=now())


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
