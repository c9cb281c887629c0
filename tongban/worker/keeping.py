"""Keeping the catalogue: rules that come in force, and a copy that is whole."""

import time

from django.utils.timezone import now

from tongban.cases.operations import changing
from tongban.catalogue.operations import copying
from tongban.worker.broker import Broker
from tongban.worker.hands import Hands
from tongban.worker.looking import Looking

# So often the hub is asked whether this node's copy of the catalogue is whole; for the first time
# soon after the start, since a node may have been away for long.
ASK_SECONDS = 600.0


class Keeping(Looking):
    """Applies changes of rules whose day has come, and asks the hub for what a copy lacks."""

    SECONDS = 30.0

    def __init__(self, broker: Broker, hands: Hands, *, seconds: float | None = None) -> None:
        super().__init__(broker, hands, seconds=seconds)
        # At the second look: by then the mailbox has brought what came while we were away.
        self._ask_at = time.monotonic() + self._seconds / 2

    async def look(self) -> int:
        """One look; gives how many running cases came under other rules."""
        moved = await self._hands.run(_apply_due)
        # While the broker is away a question would only pile up with those before it.
        if self.broker.is_connected and time.monotonic() >= self._ask_at:
            await self._hands.run(_ask)
            self._ask_at = time.monotonic() + ASK_SECONDS
        return moved


def _apply_due() -> int:
    return changing.apply_due(at=now())


def _ask() -> bool:
    return copying.ask(at=now())
