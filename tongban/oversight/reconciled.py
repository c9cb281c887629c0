"""What the page of messages shows of comparisons: the last with each node, and contradictions."""

from dataclasses import dataclass
from typing import Any

from tongban.exchange import reconciling
from tongban.exchange.models import Contradiction, Reconciliation
from tongban.oversight.traffic import SHOWN, name_of


@dataclass(frozen=True, slots=True)
class Compared:
    """The last comparison with a node; `row` is None when there was none."""

    code: str
    name: str
    row: Reconciliation | None


@dataclass(frozen=True, slots=True)
class Contradicted:
    """One contradiction with the name of the other node."""

    row: Contradiction
    name: str


def facts() -> dict[str, Any]:
    """Every connected node with its last comparison, and what contradicts."""
    last = {row.peer: row for row in reconciling.latest()}
    every = Contradiction.objects.order_by("-found_at", "seq")
    found = list(every[: SHOWN + 1])
    return {
        "compared": [Compared(code, name_of(code), last.get(code)) for code in reconciling.peers()],
        "contradictions": [Contradicted(row, name_of(row.peer)) for row in found[:SHOWN]],
        "contradicted": every.count() if len(found) > SHOWN else len(found),
    }
