"""The envelope every message travels in: a CloudEvent 1.0 in structured JSON, sealed and signed.

Outside stand the facts that carry it: who sends, to whom, its id, its type, its time, the keys. What
it is about lies inside (`letters.inner`), encrypted to the recipient's key and bound to all that
stands outside, so that it opens in no other envelope. The signature is the sender's over the canonical
JSON (RFC 8785) of the whole without the attribute `signature`, ciphertext included. Envelopes that leave
together may share one signature (format 3, `trust.together`): then it is over the root of a tree, and
`signedpath` leads there from the canonical JSON of each; each is checked by itself. `contentdigest` is
the SHA-256 of what is inside, which begins with a random salt: so a signature speaks of the content too,
and whoever is shown the content can check it without anybody's key.

Values in, values out; nothing here touches the database or the network.
"""

import base64
import binascii
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongban.basics import canonical
from tongban.exchange import letters
from tongban.exchange.addresses import MAX_ENVELOPE_BYTES
from tongban.exchange.faults import (
    BadSignature,
    Downgraded,
    Fault,
    IdReused,
    KeyExpired,
    KeyRevoked,
    NotOpened,
    Redirected,
    Reflected,
    TooLarge,
    Truncated,
    UnknownKey,
    UnknownSealKey,
    UnknownType,
    UnknownVersion,
    Unreadable,
    WrongRecipient,
    WrongSender,
)
from tongban.exchange.letters import Envelope, Paper, moment
from tongban.jurisdictions.keys import DirectoryKey
from tongban.trust import boxes, signing, suites, together
from tongban.trust.suites import CannotOpen, Opener, Signer

__all__ = [
    "BadSignature", "Downgraded", "Envelope", "Fault", "IdReused", "KeyExpired", "KeyRevoked",
    "NotOpened", "Paper", "Recipient", "Redirected", "Reflected", "TooLarge", "Truncated",
    "UnknownKey", "UnknownSealKey", "UnknownType", "UnknownVersion", "Unreadable",
    "WrongRecipient", "WrongSender", "check_size", "close_envelope", "moment", "open_envelope",
    "sign_envelopes",
]  # fmt: skip

SPEC_VERSION = "1.0"
# Of what is sealed and signed how; another meaning of any attribute is another version. Signed by
# itself, and signed together with others.
ALONE, TOGETHER = "2", "3"
# What a signature does not cover.
_OUTSIDE = {ALONE: {"signature"}, TOGETHER: {"signature", "signedpath"}}
UNSEALED = "none"
PLAIN, SEALED = "application/json", "application/octet-stream"

# A node's key for signatures by (node, key id), in whatever state; None when never heard of.
KeyOf = Callable[[str, str], DirectoryKey | None]

# More than all attributes of an envelope take together.
_ATTRIBUTES = 2000
_MOST_OVERHEAD = max(boxes.overhead(name) for name in suites.NAMES)


@dataclass(frozen=True)
class Recipient:
    """Who opens a message: its node's keys for encryption, and whether it takes any without."""

    code: str
    # The opener of a key by its id; None when it is not ours.
    opener: Callable[[str], Opener | None] = lambda _: None
    # What is known of that key beside it.
    key: Callable[[str], DirectoryKey | None] = lambda _: None
    wants_sealed: bool = False


def check_size(said: dict[str, Any]) -> None:
    """Refuse content that would not pass the broker in whatever envelope: TooLarge."""
    size = len(canonical.dumps(said)) + 40 + _MOST_OVERHEAD
    if (size + 2) // 3 * 4 + _ATTRIBUTES > MAX_ENVELOPE_BYTES:
        raise TooLarge(size)


def close_envelope(
    letter: Envelope, *, signer: Signer, to: str = "", format: str = ALONE
) -> dict[str, Any]:
    """The attributes of a message but its signature: encrypted to the key `to`, unless that is empty."""
    said = letters.inner(
        subject=letter.subject, data=letter.data, files=letter.files,
        sequence=letter.sequence, answers=letter.answers,
    )  # fmt: skip
    said["0"] = secrets.token_hex(16)
    plain = canonical.dumps(said)
    attributes: dict[str, Any] = {
        "specversion": SPEC_VERSION,
        "format": format,
        "id": str(letter.id),
        "source": f"/nodes/{letter.sender}",
        "type": letter.type,
        "time": moment(letter.at),
        "recipient": letter.recipient,
        "suite": signer.suite,
        "keyid": signer.key_id,
        "contentdigest": canonical.digest(plain),
    }
    if to:
        key = suites.public_key(to)
        attributes |= {"datacontenttype": SEALED, "sealing": key.suite, "sealkeyid": key.key_id}
        box = boxes.seal(to, plain, bound=canonical.dumps(attributes))
        attributes["data_base64"] = base64.b64encode(box).decode()
    else:
        attributes |= {"datacontenttype": PLAIN, "sealing": UNSEALED, "data": said}
    return attributes


def sign_envelopes(closed: Sequence[dict[str, Any]], *, signer: Signer) -> list[bytes]:
    """The bytes of messages, all of one format, with this key's signature on each or on all together."""
    messages = [canonical.dumps(attributes) for attributes in closed]
    if closed[0]["format"] == TOGETHER:
        signature, ways = together.sign(signer, messages)
        signed = [{"signature": signature, "signedpath": way} for way in ways]
    else:
        signed = [{"signature": signer.sign(message)} for message in messages]
    return [canonical.dumps(one | by) for one, by in zip(closed, signed, strict=True)]


def open_envelope(
    raw: bytes, *, me: Recipient, keys: KeyOf, at: datetime, published_by: str | None = None
) -> Envelope:
    """Check a message that came at a moment and give what is in it; raises a Fault for the rest.

    `published_by` is the sender as the broker made sure of it. The order of the checks is the
    order of trust: what is wrong with an unsigned claim is said before the claim is believed, and
    nothing is decrypted that its sender did not sign.
    """
    if len(raw) > MAX_ENVELOPE_BYTES:
        raise TooLarge(len(raw))
    attributes = _read(raw)
    sender = letters.sender(attributes)
    recipient = letters.text(attributes, "recipient", letters.NODE)
    key_id = letters.text(attributes, "keyid")
    _check_path(sender, recipient, me=me.code, published_by=published_by)
    _check_signature(attributes, keys(sender, key_id), sender, at)
    if recipient != me.code:
        raise WrongRecipient(recipient)
    plain = _content(attributes, me, sender, at)
    if canonical.digest(plain) != attributes.get("contentdigest"):
        raise NotOpened(sender)
    return letters.shape(attributes, _loaded(plain), key_id=key_id, raw=raw)


def _read(raw: bytes) -> dict[str, Any]:
    try:
        attributes = canonical.loads(raw)
    except (ValueError, RecursionError) as wrong:
        if raw.startswith(b'{"') and not raw.rstrip().endswith(b"}"):
            raise Truncated from wrong
        raise Unreadable("JSON") from wrong
    if not isinstance(attributes, dict):
        raise Unreadable("JSON")
    if attributes.get("specversion") != SPEC_VERSION:
        raise UnknownVersion(f"CloudEvents {str(attributes.get('specversion'))[:20]}")
    if attributes.get("format") not in (ALONE, TOGETHER):
        raise UnknownVersion(f"format {str(attributes.get('format'))[:20]}")
    if attributes.get("suite") not in suites.NAMES:
        raise UnknownVersion(f"suite {str(attributes.get('suite'))[:20]}")
    return attributes


def _check_path(sender: str, recipient: str, *, me: str, published_by: str | None) -> None:
    """Whether it came from whom it says, to whom it says."""
    if sender == me:
        raise Reflected
    if published_by is None or sender == published_by:
        return
    if recipient != me:
        raise Redirected(sender, recipient)
    raise WrongSender(sender, published_by)


def _check_signature(
    attributes: dict[str, Any], key: DirectoryKey | None, sender: str, at: datetime
) -> None:
    key_id = str(attributes.get("keyid"))
    if key is None:
        raise UnknownKey(sender, key_id)
    if key.suite != attributes["suite"]:
        raise Downgraded(sender, f"suite {attributes['suite']}")
    if not _is_signed(attributes, key):
        raise BadSignature(sender)
    _check_key(key, sender, at)


def _is_signed(attributes: dict[str, Any], key: DirectoryKey) -> bool:
    outside = _OUTSIDE[attributes["format"]]
    try:
        message = canonical.dumps({n: v for n, v in attributes.items() if n not in outside})
    except (ValueError, RecursionError) as wrong:
        raise Unreadable("JSON") from wrong
    signature = str(attributes.get("signature", ""))
    if attributes["format"] == TOGETHER:
        return together.verify(key.text, message, signature, str(attributes.get("signedpath", "")))
    return signing.verify(key.text, message, signature)


def _check_key(key: DirectoryKey, node: str, at: datetime) -> None:
    if key.revoked_at is not None:
        raise KeyRevoked(node, key.key_id)
    if not key.is_valid(at):
        raise KeyExpired(node, key.key_id)


def _content(attributes: dict[str, Any], me: Recipient, sender: str, at: datetime) -> bytes:
    """The bytes inside: decrypted, or as they stand where the recipient has no key."""
    sealing = attributes.get("sealing")
    if sealing == UNSEALED:
        if me.wants_sealed:
            raise Downgraded(sender, "not encrypted")
        try:
            return canonical.dumps(attributes.get("data"))
        except (ValueError, RecursionError) as wrong:
            raise Unreadable("data") from wrong
    key_id = letters.text(attributes, "sealkeyid")
    opener = me.opener(key_id)
    if opener is None:
        raise UnknownSealKey(key_id)
    if sealing != opener.suite:
        raise Downgraded(sender, f"sealing {str(sealing)[:20]}")
    if (key := me.key(key_id)) is not None:
        _check_key(key, me.code, at)
    outside = {"data_base64", *_OUTSIDE[attributes["format"]]}
    bound = {n: v for n, v in attributes.items() if n not in outside}
    try:
        box = base64.b64decode(_box(attributes), validate=True)
        return boxes.unseal(opener, box, bound=canonical.dumps(bound))
    except (CannotOpen, binascii.Error, ValueError) as wrong:
        raise NotOpened(sender) from wrong


def _box(attributes: dict[str, Any]) -> str:
    """The ciphertext of an envelope, in base64."""
    box = attributes.get("data_base64")
    if not isinstance(box, str):
        raise Unreadable("data")
    return box


def _loaded(plain: bytes) -> Any:
    try:
        return canonical.loads(plain)
    except (ValueError, RecursionError) as wrong:
        raise Unreadable("data") from wrong
