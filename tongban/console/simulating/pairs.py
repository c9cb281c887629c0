"""Between which provinces cases go: from where somebody lives to where it is decided."""

import itertools
from bisect import bisect_right
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from random import Random

from tongban.console.simulating.figures import Figures


@dataclass(frozen=True)
class Pairs:
    """Pairs (applicant's node, deciding node) and the share of each, one in sum."""

    shares: dict[tuple[str, str], float]

    @cached_property
    def _ladder(self) -> tuple[list[tuple[str, str]], list[float]]:
        return list(self.shares), list(itertools.accumulate(self.shares.values()))

    def draw(self, random: Random) -> tuple[str, str]:
        """One pair by its share."""
        pairs, sums = self._ladder
        return pairs[min(bisect_right(sums, random.random() * sums[-1]), len(pairs) - 1)]

    def part_of(self, node: str) -> tuple[float, float]:
        """Of all cases, the shares that are applied for and that are decided at a node."""
        here = sum(share for (first, _), share in self.shares.items() if first == node)
        there = sum(share for (_, second), share in self.shares.items() if second == node)
        return here, there

    def involving(self, node: str) -> float:
        """Of all cases, those in which a node takes part on either side."""
        return sum(share for pair, share in self.shares.items() if node in pair)

    @property
    def nodes(self) -> list[str]:
        """All nodes, the most involved first."""
        names = {node for pair in self.shares for node in pair}
        return sorted(names, key=lambda node: (-self.involving(node), node))

    def among(self, nodes: Collection[str]) -> "Pairs":
        """The same proportions among some nodes alone, as if there were no others."""
        kept = {
            pair: share
            for pair, share in self.shares.items()
            if pair[0] in nodes and pair[1] in nodes
        }
        return Pairs(_normal(kept))


def across(figures: Figures) -> Pairs:
    """Cases that leave their province: people times pull here, people over pull there."""
    people, drawn = figures.people, figures.pulling
    pull = {node: figures["pull"] if node in drawn else 1.0 for node in people}
    weights = {}
    for here, there in itertools.permutations(people, 2):
        near = figures["same_region"] if here[0] == there[0] else 1.0
        weights[here, there] = people[here] * pull[here] * people[there] / pull[there] * near
    return Pairs(_normal(weights))


def within(figures: Figures) -> Pairs:
    """Cases that stay in their province, by people."""
    return Pairs(_normal({(node, node): float(many) for node, many in figures.people.items()}))


def national(figures: Figures) -> Pairs:
    """Both, as many of each as `crossing_share` says."""
    share = figures["crossing_share"]
    mixed = {pair: one * share for pair, one in across(figures).shares.items()}
    mixed |= {pair: one * (1 - share) for pair, one in within(figures).shares.items() if share < 1}
    return Pairs(mixed)


def _normal(weights: dict[tuple[str, str], float]) -> dict[tuple[str, str], float]:
    whole = sum(weights.values())
    return {pair: weight / whole for pair, weight in weights.items()}
