"""The public keys of nodes, as the directory has introduced them to this one.

`keys_of` is the one question that the exchange asks. What it answers comes from the rows of NodeKey,
however those got here.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from tongban.jurisdictions import snapshot
from tongban.jurisdictions.models import Node, NodeKey
from tongban.trust import suites
from tongban.trust.suites import Purpose

# Whoever makes a key dates it by his own clock, and its first message may come at once.
CLOCKS_DIFFER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DirectoryKey:
    """A public key of a node, and from when until when it counts (open ends where None)."""

    key_id: str
    text: str
    purpose: Purpose
    suite: str
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    revoked_at: datetime | None = None

    def has_ended(self, at: datetime) -> bool:
        """Whether its time was over at a moment."""
        return self.valid_until is not None and at >= self.valid_until

    def is_valid(self, at: datetime) -> bool:
        """Whether it counts for what comes in at a moment; clocks may differ by a day."""
        has_begun = self.valid_from is None or self.valid_from <= at + CLOCKS_DIFFER
        return self.revoked_at is None and has_begun and not self.has_ended(at)


def from_text(text: str) -> DirectoryKey:
    """A key of which nothing but itself is known; raises trust.suites.KeyRefused."""
    key = suites.public_key(text)
    return DirectoryKey(key.key_id, key.text, key.purpose, key.suite)


def keys_of(node: str, *, purpose: Purpose, at: datetime | None = None) -> tuple[DirectoryKey, ...]:
    """The keys of a node for a purpose, the newest first; with `at`, those that count then."""
    found = snapshot.current()
    keys = [_of(row) for row in found.keys.get(node, ()) if row.purpose == purpose]
    listed = found.nodes.get(node)
    if purpose is Purpose.SIGN and listed is not None and listed.public_key:
        keys = _with_current(listed, keys)
    return tuple(key for key in keys if at is None or key.is_valid(at))


def signing_key(node: str, key_id: str) -> DirectoryKey | None:
    """The key of a node for signatures by its id, whether it counts or not; None if unheard of."""
    for key in keys_of(node, purpose=Purpose.SIGN):
        if key.key_id == key_id:
            return key
    row = NodeKey.objects.filter(node=node, key_id=key_id, purpose=NodeKey.Purpose.SIGN).first()
    return _of(row) if row else None


def sealing_key(node: str, *, at: datetime) -> DirectoryKey | None:
    """What a message to a node is encrypted to at a moment; None for a node without such a key."""
    return next(iter(keys_of(node, purpose=Purpose.SEAL, at=at)), None)


def wants_sealed(node: str) -> bool:
    """Whether a node ever had a key for encryption: then nothing goes to it in the open."""
    return bool(keys_of(node, purpose=Purpose.SEAL))


def _with_current(node: Node, keys: list[DirectoryKey]) -> list[DirectoryKey]:
    if any(key.key_id == node.key_id for key in keys):
        return keys
    return [from_text(node.public_key), *keys]


def _of(row: NodeKey) -> DirectoryKey:
    return DirectoryKey(
        row.key_id, row.public_key, Purpose(row.purpose), row.suite,
        row.valid_from, row.valid_until, row.revoked_at,
    )  # fmt: skip
