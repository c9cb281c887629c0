"""Housekeeping: what has arrived elsewhere does not lie about at the broker any longer."""

import asyncio

import structlog
from django.utils.timezone import now

from tongban.basics.away import DATABASE_AWAY
from tongban.exchange import uploads
from tongban.worker import coming, files
from tongban.worker.broker import BROKER_AWAY
from tongban.worker.looking import Looking

log = structlog.get_logger(__name__)


class Housekeeping(Looking):
    """Takes papers out of the buckets once every message they belong to is confirmed."""

    SECONDS = 15.0
    BEGINS_AT_ONCE = False
    AWAY = (*BROKER_AWAY, *DATABASE_AWAY)

    async def look(self) -> int:
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
