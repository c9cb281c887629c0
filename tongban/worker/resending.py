"""Resending: what nobody confirms is sent again by itself, without an operator who notices.

Two signs say that the broker lost something. Our mailbox is another one than before: then all
mailboxes are, and everything that is not confirmed is sent once more at once. Or a node confirmed
what was sent after a message and not that message: then it alone is sent again, after some minutes.
"""

import asyncio
from contextlib import suppress
from datetime import datetime

import structlog
from django.utils.timezone import now

from tongban.basics.away import DATABASE_AWAY
from tongban.exchange import addresses, operations
from tongban.worker.broker import BROKER_AWAY, Broker
from tongban.worker.hands import Hands
from tongban.worker.looking import Looking

log = structlog.get_logger(__name__)


class Resending(Looking):
    """Looks for both signs, at every connection and every few seconds."""

    SECONDS = 30.0
    # While the broker, or a mailbox that is being made anew, does not answer yet.
    SOON_SECONDS = 2.0
    BEGINS_AT_ONCE = False
    AWAY = (*BROKER_AWAY, *DATABASE_AWAY)

    def __init__(self, broker: Broker, hands: Hands, *, seconds: float | None = None) -> None:
        super().__init__(broker, hands, seconds=seconds)
        self._mailbox: datetime | None = None
        self._look_now = asyncio.Event()
        broker.on_connect.append(self._connected)

    async def rest(self, stop: asyncio.Event, seconds: float) -> None:
        """A new connection ends it, too."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken(stop), seconds)
        self._look_now.clear()

    async def look(self) -> int:
        """One look; gives how many messages are sent again."""
        count = await self._hands.run(_forgotten)
        return count + await self._look_at_mailbox()

    async def _look_at_mailbox(self) -> int:
        stream = addresses.mail_stream(self.broker.node)
        created = (await self.broker.jetstream.stream_info(stream)).created
        before, self._mailbox = self._mailbox, created
        if created is None or before == created:
            return 0
        if before is None:
            # Who remembered the former mailbox may have died with it.
            return await self._hands.run(operations.send_older_again, created, by="worker")
        count = await self._hands.run(operations.send_all_again, by="worker")
        log.warning("resending.mailbox_is_another", count=count)
        return count

    async def _connected(self) -> None:
        self._look_now.set()

    async def _woken(self, stop: asyncio.Event) -> None:
        waits = {asyncio.ensure_future(e.wait()) for e in (stop, self._look_now)}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


def _forgotten() -> int:
    return operations.send_forgotten_again(at=now()).total()
