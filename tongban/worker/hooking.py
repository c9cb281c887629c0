"""Hooking: business systems are called for what happened to their cases."""

from django.utils.timezone import now

from tongban.cases.hooks import sending
from tongban.worker.looking import Looking


class Hooking(Looking):
    """Works while the broker is away as well; two workers of a node share the calls."""

    SECONDS = 2.0

    async def look(self) -> int:
        """One look; gives how many calls were taken."""
        return await self._hands.run(_look)


def _look() -> int:
    sent = sending.send_due(at=now())
    sending.forget_old(at=now())
    return sent
