"""A bag: several envelopes to one node in one message of the broker, one a line.

The broker writes each of its messages to the disk before it says so, and every message costs both
nodes and the broker the same whatever is in it. So what waits for one node travels together. Each
envelope stays signed and encrypted by itself, and is refused, parked, receipted and kept by itself; the
bag has no meaning of its own. Canonical JSON holds no line break, so an envelope alone is a bag of one.
"""

from collections.abc import Sequence
from uuid import NAMESPACE_OID, UUID, uuid5

# So many letters share a bag, and so long it gets; a longer letter travels alone.
MOST, LONGEST = 64, 256 * 1024
# More than anybody packs: then it is no bag, and refused as the one unreadable message it is.
_MOST_TAKEN = 256


def pack(envelopes: Sequence[bytes]) -> bytes:
    """The bytes of a bag."""
    return b"\n".join(envelopes)


def unpack(raw: bytes) -> list[bytes]:
    """The envelopes in what came, in their order; what is no bag, as it is."""
    found = raw.split(b"\n", _MOST_TAKEN)
    return found if all(found) and len(found) <= _MOST_TAKEN else [raw]


def name(messages: Sequence[UUID]) -> str:
    """By what the broker knows the same bag again: the id of one message, or a hash of several.

    After a crash what was not marked as sent may be packed with other messages; then the inbox knows
    each of them again.
    """
    if len(messages) == 1:
        return str(messages[0])
    return str(uuid5(NAMESPACE_OID, ",".join(map(str, messages))))
