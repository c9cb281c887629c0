"""Stamping: the heads of a period go under a root, and an authority outside says when it was."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import structlog
from django.conf import settings
from django.utils.timezone import now

from tongban.record import stamping
from tongban.worker.broker import Broker
from tongban.worker.hands import DATABASE_AWAY, Hands

log = structlog.get_logger(__name__)

SECONDS = 15.0


class Stamping:
    """Works while the broker is away as well; without an authority there is nothing to do."""

    def __init__(self, broker: Broker, hands: Hands, *, seconds: float = SECONDS) -> None:
        self.broker = broker
        self._hands = hands
        self._seconds = seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Look four times a minute until told to stop."""
        while not stop.is_set():
            try:
                await self.look()
            except DATABASE_AWAY as away:
                log.info("stamping.left_out", error=type(away).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._seconds)

    async def look(self) -> int:
        """One look; gives how many stamps came."""
        if stamping.authority() is None:
            return 0
        await self._hands.run(_close)
        came = await self._hands.run(_send)
        if came:
            log.info("stamping.stamped", count=came)
        return came


def _close() -> None:
    stamping.close_period(at=now(), period=timedelta(minutes=settings.TSA_MINUTES))


def _send() -> int:
    return stamping.send_due(at=now())
