"""Housekeeping: what has arrived elsewhere does not lie about at the broker any longer."""

import asyncio
from contextlib import suppress

import nats.errors
import structlog
from django.utils.timezone import now

from tongban.exchange import uploads
from tongban.worker import coming, files
from tongban.worker.broker import Broker, BrokerAway
from tongban.worker.hands import DATABASE_AWAY, Hands

log = structlog.get_logger(__name__)

SECONDS = 15.0


class Housekeeping:
    """Takes papers out of the buckets once every message they belong to is confirmed."""

    def __init__(self, broker: Broker, hands: Hands, *, seconds: float = SECONDS) -> None:
        self.broker = broker
        self._hands = hands
        self._seconds = seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Tidy up four times a minute until told to stop."""
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._seconds)
            if stop.is_set():
                return
            try:
                await self.tidy()
            except (BrokerAway, nats.errors.Error, TimeoutError, *DATABASE_AWAY) as away:
                log.info("housekeeping.left_out", error=type(away).__name__)

    async def tidy(self) -> int:
        """Remove what is no longer needed; gives the number of papers taken out."""
        await asyncio.to_thread(coming.forget_old)
        if not self.broker.is_connected:
            return 0
        finished = await self._hands.run(uploads.take_finished, at=now())
        for recipient, digest in finished:
            await files.remove(self.broker, recipient, digest)
        if finished:
            log.info("housekeeping.papers_removed", count=len(finished))
        return len(finished)
