"""How long the broker's word is waited for: what it took of late twice over, and never too short.

A broker that many nodes write to at once, after an outage of the whole country, answers late. Whoever
gives up on it after a fixed time and sends again gives it more to do, of which nothing gets done: it
stores what nobody waits for any more. So a wait in vain makes the next one longer.
"""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

FIRST, LONGEST = 5.0, 40.0
# What is left of a long patience after each answer that came sooner.
SOONER = 0.9


class Patience:
    """The patience of one relay, for all that it has under way at once."""

    def __init__(self) -> None:
        self.seconds = FIRST
        self._lengthened_at = 0.0

    @asynccontextmanager
    async def waiting(self) -> AsyncIterator[float]:
        """Around one wait; gives its seconds. What is raised but TimeoutError is an answer, too."""
        began = time.monotonic()
        try:
            yield self.seconds
        except TimeoutError:
            self.in_vain(began, time.monotonic())
            raise
        except Exception:
            self.answered(time.monotonic() - began)
            raise
        self.answered(time.monotonic() - began)

    def answered(self, took: float) -> None:
        """An answer came after so many seconds."""
        self.seconds = min(max(FIRST, 2 * took, SOONER * self.seconds), LONGEST)

    def in_vain(self, began: float, ended: float) -> None:
        """No answer came; of several that began together only the first says anything new."""
        if began >= self._lengthened_at:
            self.seconds = min(2 * self.seconds, LONGEST)
            self._lengthened_at = ended
