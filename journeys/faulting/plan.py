"""What breaks when: drawn from a seed, so that a run can be repeated.

Which processes meet which message at that moment is not drawn; a seed repeats the misfortunes, not
the course of the world.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from journeys.faulting.wires import Trick


class Kind(StrEnum):
    """Kinds of misfortune; `what` they happen to is a process, a wire, or a node."""

    KILL = "kill -9"
    FREEZE = "stopped and continued"
    CUT = "wire cut"
    SLOW = "wire slow"
    SILENT = "wire half-open"
    TRICK = "one message"
    CLOCK = "clock wrong by hours"
    DISK = "disk full"
    WIPE = "broker wiped"
    RESTORE = "node restored from a backup"


@dataclass(frozen=True)
class Fault:
    """One misfortune: after `pause` seconds, for so many `seconds`; `amount` is delay or hours."""

    index: int
    kind: Kind
    target: str
    pause: float
    seconds: float = 0.0
    amount: float = 0.0
    trick: Trick | None = None

    def __str__(self) -> str:
        words = [f"#{self.index}", self.trick or self.kind.value, self.target]
        if self.seconds:
            words.append(f"{self.seconds:.1f} s")
        if self.amount:
            words.append(f"{self.amount:+.2f}")
        return " ".join(words)


# How often each is drawn, and where it happens: broker wires, database wires, processes.
_WEIGHTS: tuple[tuple[Kind, str, float], ...] = (
    (Kind.TRICK, "broker", 40),
    (Kind.CUT, "broker", 16),
    (Kind.SLOW, "broker", 8),
    (Kind.SILENT, "broker", 6),
    (Kind.CUT, "database", 9),
    (Kind.SLOW, "database", 4),
    (Kind.SILENT, "database", 3),
    (Kind.KILL, "worker", 3),
    (Kind.KILL, "web", 2),
    (Kind.KILL, "nats-server", 2.5),
    (Kind.KILL, "postgresql", 1.5),
    (Kind.FREEZE, "worker", 3),
    (Kind.FREEZE, "web", 2),
    (Kind.FREEZE, "nats-server", 2),
    (Kind.FREEZE, "postgresql", 1),
    (Kind.CLOCK, "node", 0.7),
    (Kind.DISK, "broker-disk", 0.7),
    (Kind.WIPE, "nats-server", 0.4),
)
_SERVERS = {"nats-server", "postgresql", "broker-disk"}
_TRICKS = list(Trick)
# An acknowledgement or a delivery that is lost costs the broker's patience; it needs not be often.
_TRICK_WEIGHTS = {Trick.LOSE_DELIVERY: 1, Trick.LOSE_ACK: 2, Trick.LOSE_STORED: 2}


@dataclass(frozen=True)
class Plan:
    """A seed, the nodes it is for, the average pause, and what cannot happen here."""

    seed: int
    nodes: Sequence[str]
    pause: float = 0.5
    impossible: frozenset[Kind] = frozenset()

    def faults(self) -> Iterator[Fault]:
        """One misfortune after another, without an end."""
        chance = random.Random(self.seed)
        ways = [one for one in _WEIGHTS if one[0] not in self.impossible]
        index = 0
        while True:
            index += 1
            kind, where, _ = chance.choices(ways, [weight for *_, weight in ways])[0]
            target = where if where in _SERVERS else f"{where}-{chance.choice(list(self.nodes))}"
            pause = chance.expovariate(1 / self.pause)
            yield _drawn(chance, index, kind, target, min(pause, 4 * self.pause))


def _drawn(chance: random.Random, index: int, kind: Kind, target: str, pause: float) -> Fault:
    match kind:
        case Kind.TRICK:
            weights = [_TRICK_WEIGHTS.get(one, 5) for one in _TRICKS]
            trick = chance.choices(_TRICKS, weights)[0]
            return Fault(index, kind, target, pause, 8.0, trick=trick)
        case Kind.KILL | Kind.WIPE:
            return Fault(index, kind, target, pause)
        case Kind.CLOCK:
            hours = chance.choice([-5.0, -2.0, -0.5, 0.5, 3.0, 11.0])
            return Fault(index, kind, target, pause, chance.uniform(4, 10), hours)
        case Kind.DISK:
            return Fault(index, kind, target, pause, chance.uniform(2, 5))
        case Kind.SLOW:
            return Fault(
                index, kind, target, pause, chance.uniform(1, 4), chance.uniform(0.02, 0.6)
            )
    longest = {Kind.SILENT: 3.0, Kind.CUT: 1.0}.get(kind, 2.0)
    return Fault(index, kind, target, pause, chance.uniform(0.1, longest))
