"""One signature for several messages, each of which can be checked without the others.

A signature of SM2 costs ten times what everything else about a message does, and a device makes few a
second. So the digests of messages that leave together become the leaves of a binary tree, the tree's
root is signed, and each message carries the way from its leaf to the root: six digests for sixty-four
messages. Leaves and inner nodes are hashed apart (as in RFC 6962), so neither passes for the other, and
what is signed begins with a label, so a root passes for no message and no message for a root.
"""

import base64
import binascii
from collections.abc import Sequence
from functools import lru_cache

from tongban.trust import signing, suites
from tongban.trust.suites import Signer

_LABEL = b"tongban signed together v1\n"
_LEAF, _NODE = b"\0", b"\1"
_LEFT, _RIGHT = b"\0", b"\1"
_DIGEST = 32
_STEP = 1 + _DIGEST
# A tree of a thousand leaves is ten high; nobody sends so many at once.
_HIGHEST = 10


def sign(signer: Signer, messages: Sequence[bytes]) -> tuple[str, list[str]]:
    """The signature over the root of all messages, and the way to it from each, both in base64.

    A way is a row of steps from the leaf up: on which side the other digest stands, and that digest.
    The root of one message is its leaf, and its way is empty.
    """
    suite = suites.suite(signer.suite)
    levels = [[suite.digest(_LEAF + message) for message in messages]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        pairs = [below[at : at + 2] for at in range(0, len(below), 2)]
        # The last of an odd number goes up as it is.
        levels.append([suite.digest(_NODE + b"".join(p)) if len(p) == 2 else p[0] for p in pairs])
    ways = [_way(levels[:-1], place) for place in range(len(messages))]
    return signer.sign(_LABEL + levels[-1][0]), ways


def _way(levels: Sequence[Sequence[bytes]], place: int) -> str:
    steps = b""
    for level in levels:
        other = place ^ 1
        if other < len(level):
            steps += (_RIGHT if other > place else _LEFT) + level[other]
        place //= 2
    return base64.b64encode(steps).decode()


def verify(public_key: str, message: bytes, signature: str, way: str) -> bool:
    """Whether this key signed this message together with others; nonsense is simply no."""
    try:
        suite = suites.suite(suites.public_key(public_key).suite)
        steps = base64.b64decode(way, validate=True)
    except (suites.KeyRefused, binascii.Error, ValueError):
        return False
    if len(steps) % _STEP or len(steps) > _HIGHEST * _STEP:
        return False
    digest = suite.digest(_LEAF + message)
    for at in range(0, len(steps), _STEP):
        side, other = steps[at : at + 1], steps[at + 1 : at + _STEP]
        if side == _LEFT:
            digest = suite.digest(_NODE + other + digest)
        elif side == _RIGHT:
            digest = suite.digest(_NODE + digest + other)
        else:
            return False
    return _is_signed(public_key, digest, signature)


@lru_cache(maxsize=1024)
def _is_signed(public_key: str, root: bytes, signature: str) -> bool:
    """Remembered, for all messages of one root ask; it depends on nothing but what is given."""
    return signing.verify(public_key, _LABEL + root, signature)
