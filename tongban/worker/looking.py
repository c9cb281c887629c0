"""The loop of a worker's part: a look now and then, whatever is away meanwhile, until told to stop."""

import asyncio
import math
from abc import ABC, abstractmethod
from contextlib import suppress
from typing import ClassVar

import structlog

from tongban.basics.away import DATABASE_AWAY
from tongban.worker.broker import Broker
from tongban.worker.hands import Hands

log = structlog.get_logger(__name__)


class Looking(ABC):
    """A part that looks, does what is due and pauses; it says what a look is, and how often.

    It works also while the broker is away, unless its look asks for it. A look during which
    something is away is left out, and no fall of the part; any other error is.
    """

    SECONDS: ClassVar[float]
    # The pause after a look that was left out, if that is shorter.
    SOON_SECONDS: ClassVar[float] = math.inf
    # Whether the first look comes at the start, or after the first pause.
    BEGINS_AT_ONCE: ClassVar[bool] = True
    AWAY: ClassVar[tuple[type[Exception], ...]] = DATABASE_AWAY

    def __init__(self, broker: Broker, hands: Hands, *, seconds: float | None = None) -> None:
        self.broker = broker
        self._hands = hands
        self._seconds = self.SECONDS if seconds is None else seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Look now and then until told to stop."""
        if not self.BEGINS_AT_ONCE:
            await self.rest(stop, self._seconds)
        while not stop.is_set():
            pause = self._seconds
            try:
                await self.look()
            except self.AWAY as away:
                pause = min(pause, self.SOON_SECONDS)
                name = type(self).__name__.lower()
                log.info(f"{name}.left_out", error=type(away).__name__)
            await self.rest(stop, pause)

    @abstractmethod
    async def look(self) -> object:
        """One look; raises one of AWAY when it cannot be done now."""

    async def rest(self, stop: asyncio.Event, seconds: float) -> None:
        """The pause between two looks; the end ends it."""
        await until(stop, seconds)


async def until(event: asyncio.Event, seconds: float) -> None:
    """Until something happens, at most so long."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
