"""Stamping: the heads of a period go under a root, and an authority outside says when it was."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.utils.timezone import now

from tongban.record import stamping
from tongban.worker.looking import Looking

log = structlog.get_logger(__name__)


class Stamping(Looking):
    """Works while the broker is away as well; without an authority there is nothing to do."""

    SECONDS = 15.0

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
