"""What a journey tells: each step, who did it, where the case then is, how long it took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from tongban.console.journeying.browser import Stuck


@dataclass
class Crossing:
    """One way of the case between the nodes, in seconds since the act that sent it off."""

    what: str
    by: str
    sent: float | None
    delivered: float | None
    answered: float | None


@dataclass
class Told:
    """One step as it went."""

    what: str
    who: str
    node: str
    seconds: float = 0.0
    state: str = ""
    party: str = ""
    holder: str = ""
    place: str = ""
    crossing: Crossing | None = None
    failed: str = ""


@dataclass
class Story:
    """The steps of one journey so far."""

    name: str
    tell: Callable[[Told], None]
    steps: list[Told] = field(default_factory=list)
    number: str = ""
    # Every crossing at the end, when it is known what was answered and when.
    crossings: list[Crossing] = field(default_factory=list)

    @contextmanager
    def step(self, what: str, who: str, node: str) -> Iterator[Told]:
        """Time a step and tell it, however it ends."""
        told = Told(what, who, node)
        began = time.monotonic()
        try:
            yield told
        except Exception as stuck:
            told.failed = str(stuck) or type(stuck).__name__
            raise
        finally:
            told.seconds = round(time.monotonic() - began, 3)
            self.steps.append(told)
            self.tell(told)

    @property
    def has_failed(self) -> bool:
        """Whether a step went wrong."""
        return any(told.failed for told in self.steps)

    def as_dict(self) -> dict[str, Any]:
        """For a machine."""
        return {
            "name": self.name,
            "number": self.number,
            "failed": self.has_failed,
            "seconds": round(sum(told.seconds for told in self.steps), 3),
            "steps": [asdict(told) for told in self.steps],
            "crossings": [asdict(crossing) for crossing in self.crossings],
        }


def expect(is_so: bool, what: str) -> None:
    """A fact that must hold. Raises Stuck."""
    if not is_so:
        raise Stuck(what)
