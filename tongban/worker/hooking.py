"""Hooking: business systems are called for what happened to their cases."""

import asyncio
from contextlib import suppress

import structlog
from django.utils.timezone import now

from tongban.cases.hooks import sending
from tongban.worker.broker import Broker
from tongban.worker.hands import DATABASE_AWAY, Hands

log = structlog.get_logger(__name__)

SECONDS = 2.0


class Hooking:
    """Works while the broker is away as well; two workers of a node share the calls."""

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
                log.info("hooking.left_out", error=type(away).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._seconds)

    async def look(self) -> int:
        """One look; gives how many calls were taken."""
        return await self._hands.run(_look)


def _look() -> int:
    sent = sending.send_due(at=now())
    sending.forget_old(at=now())
    return sent
