"""Telling people: what is owed to a phone or a mailbox goes out."""

import asyncio
from contextlib import suppress

import structlog
from django.utils.timezone import now

from tongban.cases.notices import proving, sending
from tongban.worker.broker import Broker
from tongban.worker.hands import DATABASE_AWAY, Hands

log = structlog.get_logger(__name__)

SECONDS = 5.0


class Noticing:
    """Sends notices; two workers of a node share the work."""

    def __init__(self, broker: Broker, hands: Hands, *, seconds: float = SECONDS) -> None:
        self.broker = broker
        self._hands = hands
        self._seconds = seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Look every few seconds until told to stop."""
        while not stop.is_set():
            try:
                await self.look()
            except DATABASE_AWAY as away:
                log.info("noticing.left_out", error=type(away).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._seconds)

    async def look(self) -> int:
        """One look; gives how many notices went out."""
        return await self._hands.run(_send)


def _send() -> int:
    # A code is waited for by somebody who sits before the page.
    return proving.send_due(at=now()) + sending.send_due(at=now())
