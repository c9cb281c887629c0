"""Many values under one hash, and the short way from one of them to it.

Everything is ASCII text, so that a way is walked with sha256sum and nothing else: a leaf is the
SHA-256 of `head CHAIN SEQ HASH`, a node that of `node LEFT RIGHT`; the words keep them apart. A
node without a neighbour goes up as it is. Values in, values out.
"""

import hashlib
from collections.abc import Sequence

LEFT, RIGHT = "L", "R"
# Each step: on which side the other one stands, and its hash.
Way = tuple[tuple[str, str], ...]


def leaf_text(chain: str, seq: int, head: str) -> str:
    """What a leaf is the hash of."""
    return f"head {chain} {seq} {head}"


def hashed(text: str) -> str:
    """SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def root(leaves: Sequence[str]) -> str:
    """The root over hashes of leaves. Raises ValueError for none."""
    return levels(leaves)[-1][0]


def levels(leaves: Sequence[str]) -> list[list[str]]:
    """All hashes, from the leaves to the root."""
    if not leaves:
        raise ValueError("a tree has at least one leaf")
    found = [list(leaves)]
    while len(found[-1]) > 1:
        below = found[-1]
        pairs = zip(below[::2], below[1::2], strict=False)
        above = [hashed(f"node {left} {right}") for left, right in pairs]
        found.append(above + below[len(above) * 2 :])
    return found


def way(tree: Sequence[Sequence[str]], place: int) -> Way:
    """The way from a leaf of a tree (`levels`) to its root."""
    steps = []
    for level in tree[:-1]:
        other = place ^ 1
        if other < len(level):
            steps.append((LEFT if other < place else RIGHT, level[other]))
        place //= 2
    return tuple(steps)


def climb(leaf: str, steps: Way) -> str:
    """Where a way leads. Raises ValueError for a step that is neither left nor right."""
    for side, other in steps:
        if side not in {LEFT, RIGHT}:
            raise ValueError(f"not a side: {side}")
        pair = f"{other} {leaf}" if side == LEFT else f"{leaf} {other}"
        leaf = hashed(f"node {pair}")
    return leaf
