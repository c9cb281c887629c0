"""Couriering: orders that wait are placed, and couriers are asked where parcels are."""

import asyncio
from contextlib import suppress

import structlog
from django.utils.timezone import now

from tongban.delivery import ordering
from tongban.worker.broker import Broker
from tongban.worker.hands import DATABASE_AWAY, Hands

log = structlog.get_logger(__name__)

SECONDS = 10.0


class Couriering:
    """Works while the broker is away as well: a courier is another network."""

    def __init__(self, broker: Broker, hands: Hands, *, seconds: float = SECONDS) -> None:
        self.broker = broker
        self._hands = hands
        self._seconds = seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Look six times a minute until told to stop."""
        while not stop.is_set():
            try:
                await self.look()
            except DATABASE_AWAY as away:
                log.info("couriering.left_out", error=type(away).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._seconds)

    async def look(self) -> tuple[int, int]:
        """One look; gives how many orders were placed, and how much was new."""
        placed = await self._hands.run(_place)
        return placed, await self._hands.run(_ask)


def _place() -> int:
    return ordering.place_due(at=now())


def _ask() -> int:
    return ordering.ask_for_news(at=now())
