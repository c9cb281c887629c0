"""What happens to the keys of a node: made, taken into use, retired with overlap, revoked.

Values in, a store out; whoever calls saves it. Each refusal is a StoreTrouble.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tongban.trust.store import Entry, State, Store, StoreTrouble
from tongban.trust.suites import Purpose

# How long a retired key still opens and still checks: as long as papers wait for a node that is away.
OVERLAP = timedelta(days=30)


def with_first_keys(store: Store, suite: str, *, at: datetime) -> Store:
    """A store that can sign and open from now on; what is there already stays as it is."""
    for purpose in Purpose:
        if store.active(purpose) is None:
            store = store.with_new(suite, purpose, State.ACTIVE, at=at)
    return store


def with_next_key(
    store: Store, suite: str, purpose: Purpose, *, at: datetime, device: str = ""
) -> Store:
    """A key that others can get to know before it is used; refused while there is one already.

    With the URI of a device it is one that lies there, of whatever suite it is.
    """
    if _next(store, purpose) is not None:
        raise StoreTrouble("a next key waits already: ./run key rotate")
    if device:
        return store.with_device(device, purpose, State.NEXT, at=at)
    return store.with_new(suite, purpose, State.NEXT, at=at)


def rotated(store: Store, purpose: Purpose, *, at: datetime, overlap: timedelta = OVERLAP) -> Store:
    """The next key becomes the active one; the old one retires and ends after the overlap.

    Refused without a next key; so the second time it is refused too.
    """
    coming = _next(store, purpose)
    if coming is None:
        raise StoreTrouble("there is no next key: ./run key new")
    going = store.active(purpose)
    if going is not None:
        ends = min(going.valid_until, at + overlap) if going.valid_until else at + overlap
        store = store.with_entry(replace(going, state=State.RETIRING, valid_until=ends))
    return store.with_entry(replace(coming, state=State.ACTIVE))


def revoked(store: Store, key: str, *, at: datetime) -> Store:
    """A key that is good for nothing from now on; a next one takes its place at once, if there is.

    Refused for a key that is not here, and the second time.
    """
    entry = store.find(key)
    if entry is None:
        raise StoreTrouble(f"there is no key {key}: ./run key list")
    if entry.state is State.REVOKED:
        raise StoreTrouble(f"key {key} is revoked already")
    store = store.with_entry(replace(entry, state=State.REVOKED, revoked_at=at))
    coming = _next(store, entry.purpose)
    if entry.state is State.ACTIVE and coming is not None:
        store = store.with_entry(replace(coming, state=State.ACTIVE))
    return store


def as_introduced(store: Store) -> dict[str, Any]:
    """What a directory tells the others of a node's keys; nothing of it is secret."""
    signer = store.active(Purpose.SIGN)
    if signer is None:
        raise StoreTrouble("no signing key is active: ./run key list")
    keys = [
        {
            "public_key": entry.public,
            "from": entry.valid_from.isoformat(),
            "until": entry.valid_until.isoformat() if entry.valid_until else None,
            "revoked": entry.revoked_at.isoformat() if entry.revoked_at else None,
        }
        for entry in store.entries
    ]
    return {"public_key": signer.public, "key_id": signer.id, "keys": keys}


def _next(store: Store, purpose: Purpose) -> Entry | None:
    return next((e for e in store.entries if e.purpose is purpose and e.state is State.NEXT), None)
