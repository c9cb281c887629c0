"""What happens to the keys of a node: made, taken into use, retired with overlap, revoked.

Values in, a store out; whoever calls saves it. Each refusal is a StoreTrouble.
"""

from dataclasses import replace
from datetime import datetime, timedelta

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


def with_next_key(store: Store, suite: str, purpose: Purpose, *, at: datetime) -> Store:
    """A key that others can get to know before it is used; refused while there is one already."""
    if _next(store, purpose) is not None:
        raise StoreTrouble("a next key waits already: ./run key rotate")
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


def _next(store: Store, purpose: Purpose) -> Entry | None:
    return next((e for e in store.entries if e.purpose is purpose and e.state is State.NEXT), None)
