"""Reconciling: once a day each node is asked how far it has come with what both keep."""

import structlog
from django.utils.timezone import now

from tongban.exchange import reconciling
from tongban.worker.looking import Looking

log = structlog.get_logger(__name__)


class Reconciling(Looking):
    """Asks only while the broker is there: a question in the outbox would compare with yesterday."""

    SECONDS = 300.0
    BEGINS_AT_ONCE = False

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
