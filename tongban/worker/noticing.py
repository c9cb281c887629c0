"""Telling people: what is owed to a phone or a mailbox goes out."""

from django.utils.timezone import now

from tongban.cases.notices import proving, sending
from tongban.worker.looking import Looking


class Noticing(Looking):
    """Sends notices; two workers of a node share the work."""

    SECONDS = 5.0

    async def look(self) -> int:
        """One look; gives how many notices went out."""
        return await self._hands.run(_send)


def _send() -> int:
    # A code is waited for by somebody who sits before the page.
    return proving.send_due(at=now()) + sending.send_due(at=now())
