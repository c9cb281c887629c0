"""Telling people: what is owed to a phone or a mailbox goes out, and last days are reminded of."""

import asyncio
import time
from contextlib import suppress

import structlog
from django.utils.timezone import now

from tongban.cases.notices import reminding, sending
from tongban.worker.broker import Broker
from tongban.worker.hands import DATABASE_AWAY, Hands

log = structlog.get_logger(__name__)

SECONDS = 5.0
# So often running corrections are looked through; a reminder is a matter of days.
REMIND_SECONDS = 600.0


class Noticing:
    """Sends notices and writes reminders; two workers of a node share the work."""

    def __init__(self, broker: Broker, hands: Hands, *, seconds: float = SECONDS) -> None:
        self.broker = broker
        self._hands = hands
        self._seconds = seconds
        self._remind_at = time.monotonic()

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
        if time.monotonic() >= self._remind_at:
            await self._hands.run(_remind)
            self._remind_at = time.monotonic() + REMIND_SECONDS
        return await self._hands.run(_send)


def _remind() -> int:
    return reminding.remind(at=now())


def _send() -> int:
    return sending.send_due(at=now())
