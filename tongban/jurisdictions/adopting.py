"""Adopting an edition of the directory: what a node believes, what it refuses, and what it has.

The first edition is believed by the fingerprint of the hub's key, a setting that a person has put
in; each later one by a key that the edition before names for the hub. So the hub changes its key by an
edition that the old key signs and that names the new one.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F

from tongban.basics import canonical
from tongban.jurisdictions import edition, operations
from tongban.jurisdictions.directory import Key
from tongban.jurisdictions.edition import FILE, HUB, Edition, EditionRefused
from tongban.jurisdictions.keys import CLOCKS_DIFFER
from tongban.jurisdictions.models import DirectoryEdition, DirectoryRefusal, NodeKey

log = structlog.get_logger(__name__)
How = DirectoryEdition.How


@dataclass(frozen=True)
class Adopted:
    """The edition that is in force now, and whether it became so just now."""

    row: DirectoryEdition
    is_new: bool


def held() -> DirectoryEdition | None:
    """The edition in force at this node; None before the first."""
    return DirectoryEdition.objects.order_by("-pk").first()


def held_edition() -> Edition | None:
    """What the edition in force says."""
    row = held()
    return edition.read(bytes(row.signed)) if row else None


@transaction.atomic
def adopt(raw: bytes, *, at: datetime, how: str, own_key: Key | None = None) -> Adopted:
    """Take an edition over: from now on what it says of nodes and keys holds here.

    The one that is in force already changes nothing. Refused, and nothing is changed: EditionRefused
    for what is unsigned, cut off, not the hub's, older, other under the same number, or out of the
    chain; DirectoryMalformed for a node that there cannot be. `own_key` is the hub's own, for what it
    issues itself.
    """
    one = edition.read(raw)
    operations.take_turn()
    row = held()
    before = edition.read(bytes(row.signed)) if row else None
    is_anew = _check_signature(one, before, own_key, at=at)
    if one.issued_at > at + CLOCKS_DIFFER:
        raise EditionRefused("from-the-future")
    if row and before and not is_anew:
        if one.digest == row.digest:
            return Adopted(row, is_new=False)
        _check_order(one, before)
    operations.introduce(one.nodes, at=at)
    kept = DirectoryEdition.objects.create(
        number=one.number, digest=one.digest, previous=one.previous, key_id=one.key_id,
        issued_at=one.issued_at, signed=one.raw, adopted_at=at, how=how,
    )  # fmt: skip
    transaction.on_commit(lambda: _write(one.raw))
    log.info("directory.adopted", number=one.number, key=one.key_id, how=str(how))
    return Adopted(kept, is_new=True)


def adopt_or_note(raw: bytes, *, at: datetime, how: str) -> Adopted:
    """As `adopt`; what is refused is written down before it is raised."""
    try:
        return adopt(raw, at=at, how=how)
    except EditionRefused as refusal:
        note_refusal(refusal, raw, at=at, how=how)
        raise


def note_refusal(refusal: EditionRefused, raw: bytes, *, at: datetime, how: str) -> None:
    """Write down that a directory was not adopted; the same one again for the same reason counts."""
    digest = canonical.digest(raw)
    row, is_new = DirectoryRefusal.objects.get_or_create(
        digest=digest,
        code=refusal.code[:40],
        defaults={"reason": refusal.message[:300], "how": how, "first_at": at, "last_at": at},
    )
    if not is_new:
        DirectoryRefusal.objects.filter(pk=row.pk).update(times=F("times") + 1, last_at=at)
    log.warning("directory.refused", code=refusal.code, digest=digest[:16], how=str(how))


def refusals_since(since: datetime | None, *, limit: int = 20) -> list[DirectoryRefusal]:
    """What was not adopted after a moment, the newest first."""
    rows = DirectoryRefusal.objects.order_by("-last_at")
    return list((rows.filter(last_at__gt=since) if since else rows)[:limit])


def _check_signature(
    one: Edition, before: Edition | None, own_key: Key | None, *, at: datetime
) -> bool:
    """Whether the edition begins anew, believed by its fingerprint alone. Refused: EditionRefused."""
    if own_key is not None:
        edition.check_signed(one, [own_key])
        return False
    if before is None or _is_set_anew(one):
        _check_counts(edition.check_by_fingerprint(one, settings.HUB_KEY_FINGERPRINT), at)
        return True
    _check_counts(edition.check_signed(one, before.hub.signing_keys()), at)
    return False


def _is_set_anew(one: Edition) -> bool:
    """Whether it is signed by a key whose fingerprint a person has put in and no edition ever named.

    So a hub that lost its key can begin anew, while a key that ended or was revoked never comes
    back by a setting that nobody changed.
    """
    said = settings.HUB_KEY_FINGERPRINT
    key = edition.key_by_fingerprint(one, said) if said else None
    if key is None:
        return False
    return not NodeKey.objects.filter(node=HUB, public_key=key.public.text).exists()


def _check_counts(key: Key, at: datetime) -> None:
    if key.revoked_at is not None:
        raise EditionRefused("revoked-key", key=key.public.key_id)
    if not _counts(key, at):
        raise EditionRefused("expired-key", key=key.public.key_id)


def _counts(key: Key, at: datetime) -> bool:
    has_begun = key.valid_from is None or key.valid_from <= at + CLOCKS_DIFFER
    has_ended = key.valid_until is not None and at >= key.valid_until
    return key.revoked_at is None and has_begun and not has_ended


def _check_order(one: Edition, before: Edition) -> None:
    numbers = {"number": one.number, "held": before.number}
    if one.number < before.number:
        raise EditionRefused("older", **numbers)
    if one.number == before.number:
        raise EditionRefused("other-content", **numbers)
    if one.number == before.number + 1 and one.previous != before.digest:
        raise EditionRefused("broken-chain", **numbers)


def _write(raw: bytes) -> None:
    """Leave the edition beside the node's files; the database is what counts."""
    path = Path(settings.DATA_DIR) / FILE
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{FILE}.new")
        fresh.write_bytes(raw)
        fresh.replace(path)


@dataclass(frozen=True)
class Ending:
    """When the last key of a node for a purpose ends; none that has no end is among these."""

    node: str
    purpose: str
    ends_at: datetime

    def is_near(self, at: datetime, within: timedelta) -> bool:
        """Whether it ends soon, or has."""
        return self.ends_at - at <= within


def endings(keys: Iterable[tuple[str, str, datetime | None]]) -> list[Ending]:
    """The last end for each node and purpose, of keys that count now: (node, purpose, end)."""
    last: dict[tuple[str, str], datetime | None] = {}
    for node, purpose, ends_at in keys:
        kept = last.get((node, purpose), ends_at)
        last[node, purpose] = max(kept, ends_at) if kept and ends_at else None
    return [Ending(node, purpose, end) for (node, purpose), end in last.items() if end]
