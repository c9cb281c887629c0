"""The order in which tests are handed out to several processes, so many at once."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def packed(groups: Iterable[Sequence[T]], others: Iterable[T], *, room: int) -> list[T]:
    """The groups before the others, each within one handful of `room` where it fits into one.

    What is left free in a handful is filled up with others, which stay in their order.
    """
    left = sorted(groups, key=len, reverse=True)
    rest = iter(others)
    ordered: list[T] = []
    while left:
        free = room - len(ordered) % room
        fits = next((one for one in left if len(one) <= free), None)
        filling = list(islice(rest, free)) if fits is None and free < room else []
        ordered += filling
        if not filling:
            # The largest one that fits; what fits nowhere is split, and so is all when nobody fills.
            group = left[0] if fits is None else fits
            left.remove(group)
            ordered += group
    return [*ordered, *rest]
