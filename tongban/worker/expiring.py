"""Clocks that ran out: deemed acceptance, lapses, alarms, names kept long enough; now and then."""

import asyncio
from contextlib import suppress

import structlog
from django.utils.timezone import now

from tongban.cases.inquiries import operations as inquiries
from tongban.cases.operations import alarming, expiring
from tongban.cases.operations.expiring import Done
from tongban.counters import forgetting
from tongban.worker.broker import Broker
from tongban.worker.hands import DATABASE_AWAY, Hands

log = structlog.get_logger(__name__)

# Clocks turn with the day; what a look costs is a query when nothing has turned.
SECONDS = 300.0


class Expiring:
    """Acts once for every clock that ran out, also after a day of downtime."""

    def __init__(self, broker: Broker, hands: Hands, *, seconds: float = SECONDS) -> None:
        self.broker = broker
        self._hands = hands
        self._seconds = seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Look every five minutes until told to stop, first of all at the start."""
        while not stop.is_set():
            try:
                await self.look()
            except DATABASE_AWAY as away:
                log.info("expiring.left_out", error=type(away).__name__)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._seconds)

    async def look(self) -> Done:
        """One look; gives what was done."""
        return await self._hands.run(_act)


def _act() -> Done:
    inquiries.remind_due(at=now())
    done = expiring.act_on_expired(at=now())
    alarming.escalate_due(at=now())
    forgetting.forget_due(at=now())
    return done
