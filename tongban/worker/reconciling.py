"""Reconciling: once a day each node is asked how far it has come with what both keep."""

import asyncio
from contextlib import suppress

import structlog
from django.utils.timezone import now

from tongban.exchange import reconciling
from tongban.worker.broker import Broker
from tongban.worker.hands import DATABASE_AWAY, Hands

log = structlog.get_logger(__name__)

SECONDS = 300.0


class Reconciling:
    """Asks only while the broker is there: a question in the outbox would compare with yesterday."""

    def __init__(self, broker: Broker, hands: Hands, *, seconds: float = SECONDS) -> None:
        self.broker = broker
        self._hands = hands
        self._seconds = seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Look every few minutes, for the first time after the first of them, until told to stop."""
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._seconds)
            if stop.is_set():
                return
            try:
                await self.look()
            except DATABASE_AWAY as away:
                log.info("reconciling.left_out", error=type(away).__name__)

    async def look(self) -> list[str]:
        """One look; gives the nodes that were asked."""
        if not self.broker.is_connected:
            return []
        asked = await self._hands.run(_ask)
        if asked:
            log.info("reconciling.asked", nodes=asked)
        return asked


def _ask() -> list[str]:
    return reconciling.ask_due(at=now())
