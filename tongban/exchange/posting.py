"""Between the tables and the wire: letters into envelopes, and envelopes into letters.

Here the directory's keys, this node's own keys and the envelope meet. The keys are those of the
moment: a letter that had to wait, or is sent again, goes with the newest.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from tongban.basics import sealing
from tongban.basics.sealing import SealBroken
from tongban.exchange import editions, letters
from tongban.exchange.addresses import MAX_ENVELOPE_BYTES
from tongban.exchange.envelope import (
    ALONE,
    TOGETHER,
    Envelope,
    Recipient,
    close_envelope,
    open_envelope,
    sign_envelopes,
)
from tongban.exchange.faults import Fault, KeyRevoked, NodeIsOut, TooLarge, UnknownKey
from tongban.jurisdictions import keys as directory
from tongban.jurisdictions import snapshot
from tongban.jurisdictions.keys import DirectoryKey
from tongban.jurisdictions.models import Node
from tongban.trust import store
from tongban.trust.store import Entry, State
from tongban.trust.suites import CannotOpen, Opener, Signer

# What also goes to a node that is suspended: what it needs to know that it is, and that it is back.
ALWAYS = frozenset({editions.TYPE})


class NoKeyToSealTo(Fault):
    """The other node has keys for encryption and none of them counts now; nothing goes unsealed."""

    code = "no-key-to-seal-to"

    def __init__(self, node: str) -> None:
        super().__init__(
            _("节点%(node)s现在没有有效的加密公钥，更新节点名录后会自动发出") % {"node": node}
        )


def sealed_together(
    kept: Sequence[tuple[UUID, bytes]], *, at: datetime
) -> list[bytes | SealBroken | Fault]:
    """The envelopes of letters of the outbox that leave together, with the keys of this moment.

    Two and more go under one signature. In the place of one that cannot go stands why: SealBroken,
    or a Fault (NoKeyToSealTo, NodeIsOut, Unreadable, TooLarge). Raises trust.store.StoreTrouble,
    and then none can.
    """
    signer = store.load(settings.NODE_KEY_FILE).signer()
    format = TOGETHER if len(kept) > 1 else ALONE
    found: list[dict[str, Any] | SealBroken | Fault] = []
    for message_id, letter in kept:
        try:
            found.append(_closed(message_id, letter, signer, format, at))
        except (SealBroken, Fault) as wrong:
            found.append(wrong)
    closed = [one for one in found if isinstance(one, dict)]
    raws = iter(sign_envelopes(closed, signer=signer) if closed else ())
    return [_checked(next(raws)) if isinstance(one, dict) else one for one in found]


def _closed(
    message_id: UUID, kept: bytes, signer: Signer, format: str, at: datetime
) -> dict[str, Any]:
    letter = letters.unpack(sealing.unseal(kept, context=message_id.bytes))
    if letter.type not in ALWAYS:
        check_takes_part(letter.recipient)
    to = key_to_seal_to(letter.recipient, at=at)
    return close_envelope(letter, signer=signer, to=to, format=format)


def _checked(raw: bytes) -> bytes | Fault:
    return raw if len(raw) <= MAX_ENVELOPE_BYTES else TooLarge(len(raw))


def key_to_seal_to(node: str, *, at: datetime) -> str:
    """The text of the key that what goes to a node is encrypted to; empty when it never had one."""
    key = directory.sealing_key(node, at=at)
    if key is None and directory.wants_sealed(node):
        raise NoKeyToSealTo(node)
    return key.text if key else ""


def opened(raw: bytes, *, published_by: str, at: datetime) -> Envelope:
    """A message that came to this node at a moment, opened; raises a Fault.

    One from a node that is suspended or has left is refused, too; by then it is certain who wrote it.
    """
    message = open_envelope(
        raw, me=recipient(), keys=directory.signing_key, at=at, published_by=published_by
    )
    check_takes_part(message.sender)
    return message


def check_takes_part(node: str) -> None:
    """Nothing goes to, or comes from, a node that is suspended or has left. Raises NodeIsOut."""
    listed = snapshot.current().nodes.get(node)
    if listed is not None and listed.is_out:
        raise out(listed)


def out(node: Node) -> NodeIsOut:
    """What is said of a message to or from a node that is suspended or has left."""
    return NodeIsOut(node.code, has_left=node.state == Node.State.LEFT)


def reopened(kept: bytes) -> Envelope:
    """A message that was opened before, from its letter; refused when its key was revoked since."""
    letter = letters.unpack(kept)
    check_takes_part(letter.sender)
    key = directory.signing_key(letter.sender, letter.key_id)
    if key is None:
        raise UnknownKey(letter.sender, letter.key_id)
    if key.revoked_at is not None:
        raise KeyRevoked(letter.sender, letter.key_id)
    return letter


def opener_of_paper(key_id: str, *, at: datetime) -> Opener | None:
    """What opens a paper that is sealed to a key; None for one in the open, where that is allowed.

    Raises trust.suites.CannotOpen for anything else.
    """
    me = recipient()
    if not key_id and not me.wants_sealed:
        return None
    opener, key = me.opener(key_id), me.key(key_id)
    if opener is None or key is None or not key.is_valid(at):
        raise CannotOpen
    return opener


def recipient() -> Recipient:
    """This node, as one who opens messages."""
    return Recipient(
        settings.NODE_ID,
        opener=partial(_opener, settings.NODE_KEY_FILE),
        key=partial(_own_key, settings.NODE_KEY_FILE),
        wants_sealed=directory.wants_sealed(settings.NODE_ID),
    )


def _opener(path: Path, key_id: str) -> Opener | None:
    return store.load(path).opener(key_id)


def _own_key(path: Path, key_id: str) -> DirectoryKey | None:
    """Our own word on our key, which is newer than what the directory says of it."""
    entry = store.load(path).find(key_id)
    return _as_listed(entry) if entry else None


def _as_listed(entry: Entry) -> DirectoryKey:
    revoked_at = entry.revoked_at or (entry.valid_from if entry.state is State.REVOKED else None)
    return DirectoryKey(
        entry.id, entry.public, entry.purpose, entry.suite,
        entry.valid_from, entry.valid_until, revoked_at,
    )  # fmt: skip
