"""The relay: from the outbox to the mailboxes of the other nodes, each message once, in order.

Rows are locked while they are on their way (FOR UPDATE SKIP LOCKED), so any number of relays can
run. A message is marked as sent when the recipient's stream has acknowledged it; a crash before
that sends it again under the same id, which the stream and the other node's inbox both know.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import nats.errors
import structlog
from django.utils.timezone import now
from django.utils.translation import gettext as _
from nats.js.api import Header
from psycopg import AsyncConnection
from psycopg.rows import class_row

from tongban.basics import sealing
from tongban.basics.away import DATABASE_AWAY
from tongban.exchange import addresses, bags, posting, receipts
from tongban.exchange.envelope import Fault, Paper
from tongban.record import papers
from tongban.trust.store import StoreTrouble
from tongban.worker import bell, database, measures, pausing, uploading
from tongban.worker.bell import Bell, Ear
from tongban.worker.broker import Broker, BrokerAway
from tongban.worker.hands import Hands
from tongban.worker.looking import until
from tongban.worker.patience import Patience
from tongban.worker.sent import SENT as TALLY

log = structlog.get_logger(__name__)

BATCH = 200
# Messages with papers go in small batches of their own, so that large files delay no small news.
BATCH_WITH_PAPERS = 8
LONGEST_PAUSE_SECONDS = 5.0
# So many bags are on their way to the broker at once. It stores those of one connection one after
# another, so more would only wait there, and the client's own signs of life behind them.
UNDER_WAY = 8
NAMED_IN_LOG = 50

# Each node gets its share of a batch, so that one with much waiting delays no other; one whose pause
# is just over gets one message. The inner condition steps over what waits behind a message that cannot
# go now, which would take the place of others; the outer one keeps the order of a subject when another
# relay has the message before. OFFSET 0 has each looked up by its subject in the index: joined instead, by
# what the database believes before it has counted the table, it looked through all that waits for each.
_PICK = f"""
WITH RECURSIVE {pausing.OPEN},
share AS (SELECT greatest(%(limit)s / greatest(count(*), 1), 1) AS size FROM open),
picked AS MATERIALIZED (
  SELECT owed.*, open.is_probe FROM open, share, LATERAL (
    SELECT id, message_id, recipient, type, subject, envelope, files FROM exchange_outgoing AS one
    WHERE one.recipient = open.recipient AND one.sent_at IS NULL AND {pausing.MAY_GO}
      AND (one.retry_at IS NULL OR one.retry_at <= now()) AND {{ours}}
      AND NOT EXISTS (
        SELECT FROM exchange_outgoing AS before
        WHERE before.sent_at IS NULL AND before.recipient = one.recipient
          AND before.subject = one.subject AND before.id < one.id
          AND (before.retry_at > now() OR {{others}}) OFFSET 0)
    ORDER BY one.id LIMIT CASE WHEN open.is_probe THEN 1 ELSE share.size END
    FOR UPDATE SKIP LOCKED) AS owed)
SELECT picked.*, share.size AS share FROM picked, share WHERE NOT EXISTS (
  SELECT FROM exchange_outgoing AS before
  WHERE before.sent_at IS NULL AND before.recipient = picked.recipient
    AND before.subject = picked.subject AND before.id < picked.id
    AND before.id NOT IN (SELECT id FROM picked) OFFSET 0)
ORDER BY id
"""  # noqa: S608 - put together from our own constants
# For the plain messages, and for those with papers; each written out, so that it fits an index.
PICK = {
    True: _PICK.format(ours="one.files = '[]'", others="before.files <> '[]'"),
    False: _PICK.format(ours="one.files <> '[]'", others="before.files = '[]'"),
}
SENT = """
UPDATE exchange_outgoing SET sent_at = %(at)s, last_error = '', retry_at = NULL
WHERE id = ANY(%(ids)s)
"""
# Nobody confirms a receipt; once the mailbox has it, its work is done.
RECEIPT_SENT = "DELETE FROM exchange_outgoing WHERE id = ANY(%(ids)s)"
# A message that cannot go for a reason of its own waits by itself. When its node is paused or the
# broker is away, the others wait with it, and all go as soon as that is over.
FAILED = """
UPDATE exchange_outgoing SET attempts = attempts + 1, last_error = %(error)s,
  retry_at = CASE WHEN %(waits)s
    THEN now() + least(interval '5 s', interval '0.25 s' * power(2, least(attempts, 10))) END
WHERE id = ANY(%(ids)s)
"""
UPLOADED = "SELECT digest FROM exchange_filesent WHERE recipient = %s AND digest = ANY(%s)"


@dataclass
class Row:
    """One message on its way, as the outbox keeps it."""

    id: int
    message_id: UUID
    recipient: str
    type: str
    subject: str
    envelope: bytes
    files: list[dict[str, Any]]
    # Whether its node was paused, and how many of a batch a node gets.
    is_probe: bool = False
    share: int = 0
    error: str = ""
    # Set when everything for that node would be refused as this was.
    pause: str = ""
    is_sent: bool = False
    # Signed and encrypted, ready to leave.
    sealed: bytes = b""
    lane: str = ""


@dataclass(frozen=True)
class Batch:
    """What became of one batch."""

    sent: int = 0
    failed: int = 0
    is_full: bool = False


class Relay:
    """One relay: a lane for plain messages and a lane for those with papers."""

    def __init__(self, broker: Broker, hands: Hands) -> None:
        self.broker = broker
        self._hands = hands
        self._patience = Patience()
        self._turn = asyncio.Semaphore(UNDER_WAY)
        self._bell = Bell(lambda: broker.is_connected)
        broker.on_connect.append(self._bell.ring_for_all)

    async def run(self, stop: asyncio.Event) -> None:
        """Send what is owed until told to stop; outlives a database or a broker that goes away."""
        self._bell.forget_ears()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._lane(stop, is_plain=True))
            group.create_task(self._lane(stop, is_plain=False))
            group.create_task(self._bell.run(stop))
            group.create_task(self._ring_at_the_end(stop))

    async def send_batch(self, link: AsyncConnection[Any], *, is_plain: bool = True) -> Batch:
        """Send the oldest messages that nobody else is sending, and write down how it went."""
        limit = BATCH if is_plain else BATCH_WITH_PAPERS
        async with link.transaction():
            rows = await _pick(link, is_plain=is_plain, limit=limit)
            if not rows:
                return Batch()
            if not is_plain:
                await self._upload_all(link, rows)
            await self._seal_and_publish(rows)
            await _note(link, rows, is_away=not self.broker.is_connected)
            await _note_pauses(link, rows, is_away=not self.broker.is_connected)
        sent = sum(row.is_sent for row in rows)
        if sent:
            log.info("relay.sent", count=sent, ids=_names(rows))
        failed = [row for row in rows if row.error]
        measures.count_sent(rows)
        TALLY.count(rows, at=now())
        if failed:
            log.warning("relay.failed", count=len(failed), error=failed[0].error)
        return Batch(sent, len(failed), is_full=_is_full(rows))

    async def _ring_at_the_end(self, stop: asyncio.Event) -> None:
        await stop.wait()
        await self._bell.ring_for_all()

    async def _lane(self, stop: asyncio.Event, *, is_plain: bool) -> None:
        ear = self._bell.ear(is_plain=is_plain)
        while not stop.is_set():
            try:
                async with await database.connect("relay") as link:
                    await self._work(link, stop, ear, is_plain=is_plain)
            except (*database.AWAY, *DATABASE_AWAY) as away:
                log.warning("relay.database_away", detail=str(away)[:200])
                await until(stop, 1.0)

    async def _work(
        self, link: AsyncConnection[Any], stop: asyncio.Event, ear: Ear, *, is_plain: bool
    ) -> None:
        failures = 0
        while not stop.is_set():
            ear.listen_anew()
            batch = await self.send_batch(link, is_plain=is_plain)
            if batch.sent:
                self._bell.stir()
            # What failed for a reason of its own, or of its node's, waits by itself; others do not.
            is_away = bool(batch.failed) and not self.broker.is_connected
            failures = failures + 1 if is_away else 0
            if failures:
                await until(ear.again, min(0.25 * 2**failures, LONGEST_PAUSE_SECONDS))
            elif not batch.is_full:
                await until(ear.look, bell.LOOK_ANYWAY_SECONDS)

    async def _upload_all(self, link: AsyncConnection[Any], rows: Iterable[Row]) -> None:
        """Put the papers of messages where the recipient finds them; once per recipient."""
        for row in rows:
            listed = [Paper(f["digest"], f["size"], f["mediatype"]) for f in row.files]
            found = await link.execute(UPLOADED, [row.recipient, [p.digest for p in listed]])
            there = {digest for (digest,) in await found.fetchall()}
            for paper in listed:
                if paper.digest in there or row.error:
                    continue
                row.error = await self._upload(row.recipient, paper)
                if not row.error:
                    there.add(paper.digest)

    async def _upload(self, recipient: str, paper: Paper) -> str:
        try:
            await uploading.upload(self.broker, self._hands, recipient, paper)
        except papers.PaperMissing:
            return _("本节点缺少文件%(digest)s") % {"digest": paper.digest[:12]}
        except Fault as fault:
            return fault.message
        except (BrokerAway, nats.errors.Error, TimeoutError, OSError) as error:
            refused = pausing.refusal(error)
            return (
                _("给对方的文件桶满了，要等对方收取")
                if refused.code == pausing.FULL
                else refused.words
            )
        return ""

    async def _seal_and_publish(self, rows: list[Row]) -> None:
        """Lanes side by side, the bags of one lane one after another.

        While some are on their way to the broker's disk, the next are signed and encrypted.
        """
        under_way: dict[tuple[str, int], asyncio.Task[bool]] = {}
        stuck: set[tuple[str, str]] = set()
        try:
            for lane, bag in _bags(rows):
                await self._hands.run(_seal_all, bag)
                going = self._send_after(under_way.get(lane), bag, stuck)
                under_way[lane] = asyncio.create_task(going)
        finally:
            await asyncio.gather(*under_way.values())

    async def _send_after(
        self, before: asyncio.Task[bool] | None, bag: list[Row], stuck: set[tuple[str, str]]
    ) -> bool:
        """Send a bag once the one before it is stored; False, and nothing sent, if that one is not.

        `stuck` are the subjects with a message that cannot go: the later ones stay behind it.
        """
        if before is not None and not await before:
            return False
        going = _without_stuck(bag, stuck)
        refused = await self._publish(going) if going else None
        if refused is not None:
            _keep_back(going, refused)
            return False
        for row in going:
            row.is_sent = True
        return True

    async def _publish(self, bag: list[Row]) -> pausing.Refusal | None:
        """Put a bag into its mailbox; gives why it was not taken."""
        to = bag[0].recipient
        name = bags.name([row.message_id for row in bag])
        try:
            async with self._turn, self._patience.waiting() as seconds:
                await self.broker.store(
                    addresses.mail_subject(to, self.broker.node),
                    bags.pack([row.sealed for row in bag]),
                    stream=addresses.mail_stream(to),
                    patience=seconds,
                    headers={Header.MSG_ID: name, addresses.LANE_HEADER: bag[0].lane},
                )
        except (BrokerAway, nats.errors.Error, TimeoutError, OSError) as error:
            return pausing.refusal(error)
        return None


def _bags(rows: list[Row]) -> Iterator[tuple[tuple[str, int], list[Row]]]:
    """The messages in bags for one lane of one node each, in their order within it."""
    open_bags: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        # Which messages belong together, and no more: a plain hash would give the case away.
        row.lane = sealing.match(row.subject)[:8]
        lane = (row.recipient, int(row.lane, 16) % addresses.LANES)
        bag = open_bags.setdefault(lane, [])
        if bag and not _has_room(bag, row):
            yield lane, bag
            bag = open_bags[lane] = []
        bag.append(row)
    yield from open_bags.items()


def _has_room(bag: list[Row], row: Row) -> bool:
    """Whether a message may travel with others; one with papers makes nobody wait for them."""
    size = sum(len(one.envelope) for one in [*bag, row])
    return len(bag) < bags.MOST and size <= bags.LONGEST and not (row.files or bag[-1].files)


def _line(row: Row) -> tuple[str, str]:
    """Whom it stands in line with: none overtakes another of the same."""
    return row.recipient, row.subject


def _without_stuck(bag: list[Row], stuck: set[tuple[str, str]]) -> list[Row]:
    """Those that go: none that cannot, and none behind such a one, which `stuck` remembers."""
    going = []
    for row in bag:
        if row.error:
            stuck.add(_line(row))
        elif _line(row) not in stuck:
            going.append(row)
    return going


def _keep_back(bag: list[Row], refused: pausing.Refusal) -> None:
    """A refusal is of the first message of each subject; the others wait behind it."""
    for row in {_line(row): row for row in reversed(bag)}.values():
        row.error, row.pause = refused.words, refused.code


def _seal_all(rows: list[Row]) -> None:
    """Sign and encrypt with the keys of this moment; what cannot be sealed gets its error."""
    ready = [row for row in rows if not row.error]
    try:
        found = posting.sealed_together([(row.message_id, row.envelope) for row in ready], at=now())
    except StoreTrouble as trouble:
        for row in ready:
            row.error = _("本节点的密钥不能使用：%(why)s") % {"why": trouble}
            row.pause = pausing.OWN_KEY
        return
    for row, one in zip(ready, found, strict=True):
        match one:
            case bytes():
                row.sealed = one
            case posting.NoKeyToSealTo():
                row.error, row.pause = one.message, pausing.NO_KEY
            case Fault():
                row.error = one.message
            case _:
                row.error = _("报文是用另一把字段密钥保存的，解不开")


async def _pick(link: AsyncConnection[Any], *, is_plain: bool, limit: int) -> list[Row]:
    async with link.cursor(row_factory=class_row(Row)) as cursor:
        await cursor.execute(PICK[is_plain], {"limit": limit})
        return await cursor.fetchall()


async def _note(link: AsyncConnection[Any], rows: list[Row], *, is_away: bool) -> None:
    """Write down what was sent and what was not, in the transaction that holds the locks."""
    sent = [row for row in rows if row.is_sent]
    told = [row.id for row in sent if row.type == receipts.TYPE]
    others = [row.id for row in sent if row.type != receipts.TYPE]
    at: datetime = now()
    if others:
        await link.execute(SENT, {"ids": others, "at": at})
    if told:
        await link.execute(RECEIPT_SENT, {"ids": told})
    failed: dict[tuple[str, bool], list[int]] = {}
    for row in rows:
        if row.error:
            waits = not is_away and not row.pause
            failed.setdefault((row.error[:500], waits), []).append(row.id)
    for (error, waits), ids in failed.items():
        await link.execute(FAILED, {"ids": ids, "error": error, "waits": waits})


async def _note_pauses(link: AsyncConnection[Any], rows: list[Row], *, is_away: bool) -> None:
    """Pause the nodes that refuse, and go on with those that take mail again."""
    again = {row.recipient for row in rows if row.is_probe and row.is_sent}
    if again:
        await pausing.resume(link, again)
        log.info("relay.resumed", recipients=sorted(again))
    refused = {
        row.recipient: pausing.Refusal(row.error, row.pause)
        for row in rows
        if row.pause and not is_away
    }
    if refused:
        await pausing.pause(link, refused)
        log.warning("relay.paused", recipients={to: why.code for to, why in refused.items()})


def _is_full(rows: list[Row]) -> bool:
    """Whether there may be more to send at once: a node had its whole share, or goes on again."""
    if any(row.is_probe and row.is_sent for row in rows):
        return True
    counts = Counter(row.recipient for row in rows if not row.is_probe)
    return any(count >= rows[0].share for count in counts.values())


def _names(rows: Iterable[Row]) -> list[str]:
    """The ids by which sender and recipient find the same message in both logs; not endlessly."""
    return [str(row.message_id) for row in rows if row.is_sent][:NAMED_IN_LOG]
