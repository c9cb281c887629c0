"""The bell of the relay: rings when something is owed, and costs those who write almost nothing.

Awake, the relay looks every few milliseconds. When nothing was sent for a while it falls asleep
and lets PostgreSQL wake it; only then do writers pay for a NOTIFY (migration 0002 says why, and
keeps the other half of the agreement: a lock that a sleeping relay holds alone).
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import structlog
from psycopg import AsyncConnection

from tongban.exchange import outbox
from tongban.worker import database, pausing
from tongban.worker.looking import until

log = structlog.get_logger(__name__)

LOOK_SECONDS = 0.005
# Between two looks at least so many times what the last one took: on a machine, or at a database, that
# has too much to do, looking must not be what keeps it from doing it.
LOOK_SHARE, LONGEST_LOOK_SECONDS = 5, 0.25
# While a lane is at work on what it was called to, it looks for itself when it is done.
BUSY_LOOK_SECONDS = 0.05
AWAKE_SECONDS = 0.1
LOOK_ANYWAY_SECONDS = 1.0
# So often a sleeping bell sees whether it is to end.
STOP_SECONDS = 0.5
AWAY_SECONDS = 0.25

# Whether there is something for the lane of plain messages, and for that of messages with papers: due,
# for a node that is not paused, and nothing of its subject before it.
_FOUND = """EXISTS (
  SELECT FROM open, LATERAL (
    SELECT FROM exchange_outgoing AS one
    WHERE one.recipient = open.recipient AND one.sent_at IS NULL AND {may_go}
      AND one.files {papers} '[]'::jsonb
      AND (one.retry_at IS NULL OR one.retry_at <= now()) AND NOT EXISTS (
        SELECT FROM exchange_outgoing AS before
        WHERE before.sent_at IS NULL AND before.recipient = one.recipient
          AND before.subject = one.subject AND before.id < one.id OFFSET 0)
    ORDER BY one.id LIMIT 1) AS found)"""
LOOK = f"""
WITH RECURSIVE {pausing.OPEN}
SELECT {_FOUND.format(may_go=pausing.MAY_GO, papers="=")},
  {_FOUND.format(may_go=pausing.MAY_GO, papers="<>")}
"""
FALL_ASLEEP = "SELECT pg_try_advisory_lock(%s)"
WAKE_UP = "SELECT pg_advisory_unlock(%s)"
IS_ANOTHER_ASLEEP = "SELECT NOT pg_try_advisory_xact_lock_shared(%s)"


@dataclass
class Ear:
    """One lane's ear: `look` when something may be owed, `again` when a failure may be over."""

    # Whether it is the lane of plain messages or that of those with papers.
    is_plain: bool
    # For the bell: a lane that was called has begun to look.
    heard: asyncio.Event
    look: asyncio.Event = field(default_factory=asyncio.Event)
    again: asyncio.Event = field(default_factory=asyncio.Event)

    def listen_anew(self) -> None:
        """Forget what rang before this look."""
        self.look.clear()
        self.again.clear()
        self.heard.set()


class Owed(NamedTuple):
    """For which lanes there is something."""

    plain: bool
    with_papers: bool


_BOTH = Owed(plain=True, with_papers=True)


class Bell:
    """Rings for the lanes of one relay."""

    def __init__(self, is_connected: Callable[[], bool]) -> None:
        self._is_connected = is_connected
        self._ears: list[Ear] = []
        self._stirred_at = 0.0
        self._is_holding = False
        self._look_took = 0.0
        self._heard = asyncio.Event()

    def ear(self, *, is_plain: bool) -> Ear:
        """A new ear, for one lane."""
        ear = Ear(is_plain, self._heard)
        self._ears.append(ear)
        return ear

    def forget_ears(self) -> None:
        """Lanes that are gone need no bell."""
        self._ears.clear()

    def stir(self) -> None:
        """Something was sent, so more may come: stay awake."""
        self._stirred_at = time.monotonic()

    async def ring_for_all(self) -> None:
        """Also for lanes that wait after a failure: the broker is back, or the end has come."""
        self.stir()
        for ear in self._ears:
            ear.look.set()
            ear.again.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Ring until told to stop."""
        while not stop.is_set():
            self._is_holding = False
            try:
                async with await database.connect("relay, bell") as link:
                    await link.execute(f"LISTEN {outbox.CHANNEL}")
                    while not stop.is_set():
                        await self._be_awake(link, stop)
                        await self._sleep(link, stop)
            except database.AWAY as away:
                log.warning("relay.database_away", detail=str(away)[:200])
                await until(stop, LOOK_ANYWAY_SECONDS)
        await self.ring_for_all()

    async def _be_awake(self, link: AsyncConnection[Any], stop: asyncio.Event) -> None:
        """Ring again and again until all is quiet and nobody is about to write."""
        self.stir()
        owed = _BOTH
        while not stop.is_set():
            if not self._is_connected():
                # Nothing can be sent, so nobody needs to be woken; the broker's return rings.
                await asyncio.sleep(AWAY_SECONDS)
                continue
            self._ring(owed)
            await self._rest()
            owed = await self._look(link)
            if not any(owed) and time.monotonic() - self._stirred_at > AWAKE_SECONDS:
                if await self._falls_asleep(link):
                    return
                self.stir()
                owed = _BOTH

    def _ring(self, owed: Owed) -> None:
        for ear in self._ears:
            if owed.plain if ear.is_plain else owed.with_papers:
                ear.look.set()

    async def _rest(self) -> None:
        """Until the next look. A lane that is called and still at work need not be called again."""
        if any(ear.look.is_set() for ear in self._ears):
            self._heard.clear()
            await until(self._heard, BUSY_LOOK_SECONDS)
        seconds = max(LOOK_SECONDS, LOOK_SHARE * self._look_took)
        await asyncio.sleep(min(seconds, LONGEST_LOOK_SECONDS))

    async def _look(self, link: AsyncConnection[Any]) -> Owed:
        began = time.monotonic()
        owed = await _look(link)
        self._look_took = time.monotonic() - began
        return owed

    async def _falls_asleep(self, link: AsyncConnection[Any]) -> bool:
        """Take the lock, then look once more: what was written before it is visible now."""
        if await _ask(link, FALL_ASLEEP, outbox.SLEEP_LOCK):
            self._is_holding = True
            if not any(await _look(link)):
                return True
            await self._wake_up(link)
            return False
        # Somebody is writing and holds the lock with others; or another relay sleeps already, and
        # then writers notify both of us.
        return await _ask(link, IS_ANOTHER_ASLEEP, outbox.SLEEP_LOCK)

    async def _sleep(self, link: AsyncConnection[Any], stop: asyncio.Event) -> None:
        looked_at = time.monotonic()
        while not stop.is_set():
            if [note async for note in link.notifies(timeout=STOP_SECONDS, stop_after=1)]:
                break
            if time.monotonic() - looked_at < LOOK_ANYWAY_SECONDS:
                continue
            if any(await _look(link)):
                break
            looked_at = time.monotonic()
        await self._wake_up(link)

    async def _wake_up(self, link: AsyncConnection[Any]) -> None:
        if self._is_holding:
            self._is_holding = False
            await _ask(link, WAKE_UP, outbox.SLEEP_LOCK)


async def _look(link: AsyncConnection[Any]) -> Owed:
    row = await (await link.execute(LOOK)).fetchone()
    return Owed(*row) if row else _BOTH


async def _ask(link: AsyncConnection[Any], question: str, *facts: object) -> bool:
    row = await (await link.execute(question, facts)).fetchone()
    return bool(row and row[0])
