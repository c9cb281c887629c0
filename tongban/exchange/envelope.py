"""The envelope every message travels in: a CloudEvent 1.0 in structured JSON, signed by its node.

Values in, values out; nothing here touches the database or the network. The signature is the
sending node's Ed25519 over the canonical JSON (RFC 8785) of the whole envelope without the
attribute `signature`, so anybody with the public key can check a message with public tools.
CloudEvents lets an extension attribute be a word or a number only; the list of files therefore
lies in `data`, beside the content.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from tongban.basics import canonical
from tongban.exchange.addresses import MAX_ENVELOPE_BYTES
from tongban.trust import signing
from tongban.trust.signing import Signer

SPEC_VERSION = "1.0"
SUITE = "ed25519"
CONTENT_TYPE = "application/json"

# The public key of a node by (node, key id); None when the directory does not know it.
KeyOf = Callable[[str, str], str | None]

_TYPE = re.compile(r"^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)+\.v[1-9][0-9]*$")
_NODE = re.compile(r"^[0-9a-z]{2,8}$")
_DIGEST = re.compile(r"^[0-9a-f]{64}$")


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that travels beside a message: its SHA-256, its size in bytes and what it is."""

    digest: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message between two nodes, opened and found to be what its sender signed."""

    id: UUID
    type: str
    sender: str
    recipient: str
    subject: str
    at: datetime
    # Not shown when an error is: it may be about a person.
    data: Any = field(repr=False)
    files: tuple[Paper, ...] = ()
    sequence: int | None = None
    key_id: str = ""
    raw: bytes = field(default=b"", repr=False)


class Fault(Exception):
    """A message that cannot be handled as it is; `message` tells the operator what to do."""

    code = "message-fault"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Unreadable(Fault):
    """Not JSON, or not a CloudEvent with the attributes we need."""

    code = "unreadable"

    def __init__(self, what: str) -> None:
        super().__init__(_("报文读不出来（%(what)s），请对方节点检查发出的内容") % {"what": what})


class TooLarge(Fault):
    """More bytes than one message may have."""

    code = "too-large"

    def __init__(self, size: int) -> None:
        facts = {"size": size, "limit": MAX_ENVELOPE_BYTES}
        super().__init__(
            _("报文有%(size)d字节，超过%(limit)d字节的上限，大的内容请作为文件传送") % facts
        )


class UnknownVersion(Fault):
    """A CloudEvents version or a signature suite that this node does not speak."""

    code = "unknown-version"

    def __init__(self, what: str) -> None:
        super().__init__(_("报文格式%(what)s本节点还不认识，升级后再重试") % {"what": what})


class UnknownType(Fault):
    """A kind of message, or a version of it, that nothing here handles."""

    code = "unknown-type"

    def __init__(self, kind: str) -> None:
        super().__init__(_("本节点不处理“%(kind)s”这种报文，升级后再重试") % {"kind": kind})


class WrongRecipient(Fault):
    """A message for another node."""

    code = "wrong-recipient"

    def __init__(self, recipient: str) -> None:
        facts = {"recipient": recipient}
        super().__init__(_("这份报文写明发给节点%(recipient)s，不是发给本节点的") % facts)


class WrongSender(Fault):
    """The broker knows who published it, and the envelope names somebody else."""

    code = "wrong-sender"

    def __init__(self, claimed: str, published: str) -> None:
        facts = {"claimed": claimed, "published": published}
        super().__init__(_("报文自称来自节点%(claimed)s，实际由节点%(published)s发出") % facts)


class UnknownKey(Fault):
    """Signed with a key that the directory does not have for that node."""

    code = "unknown-key"

    def __init__(self, sender: str, key_id: str) -> None:
        facts = {"sender": sender, "key": key_id}
        super().__init__(_("目录里没有节点%(sender)s的密钥%(key)s，更新目录后再重试") % facts)


class BadSignature(Fault):
    """The signature is not the sender's, or something was changed after signing."""

    code = "bad-signature"

    def __init__(self, sender: str) -> None:
        facts = {"sender": sender}
        super().__init__(_("签名与节点%(sender)s不符，内容可能被改动，不能办理") % facts)


def source(node: str) -> str:
    """A node as CloudEvents names where an event comes from."""
    return f"/nodes/{node}"


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seal_envelope(
    *,
    message_id: UUID,
    type: str,
    sender: str,
    recipient: str,
    subject: str,
    at: datetime,
    data: Any,
    signer: Signer,
    files: Sequence[Paper] = (),
    sequence: int | None = None,
) -> bytes:
    """The bytes of a message, signed; refused (TooLarge) when they would not pass the broker."""
    attributes: dict[str, Any] = {
        "specversion": SPEC_VERSION,
        "id": str(message_id),
        "source": source(sender),
        "type": type,
        "subject": subject,
        "time": moment(at),
        "datacontenttype": CONTENT_TYPE,
        "recipient": recipient,
        "suite": SUITE,
        "keyid": signer.key_id,
        "data": {
            "content": data,
            "files": [
                {"digest": f.digest, "size": f.size, "mediatype": f.media_type} for f in files
            ],
        },
    }
    if sequence is not None:
        attributes["sequence"] = sequence
    attributes["signature"] = signer.sign(canonical.dumps(attributes))
    raw = canonical.dumps(attributes)
    if len(raw) > MAX_ENVELOPE_BYTES:
        raise TooLarge(len(raw))
    return raw


def open_envelope(raw: bytes, *, me: str, keys: KeyOf, published_by: str | None = None) -> Envelope:
    """Check a message and give what is in it; raises a Fault for anything that is not right.

    `published_by` is the sender as the broker made sure of it. The order of the checks is the
    order of trust: what is wrong with an unsigned claim is said before the claim is believed.
    """
    if len(raw) > MAX_ENVELOPE_BYTES:
        raise TooLarge(len(raw))
    attributes = _read(raw)
    envelope = _shape(attributes, raw)
    if published_by is not None and envelope.sender != published_by:
        raise WrongSender(envelope.sender, published_by)
    _check_signature(attributes, envelope, keys)
    if envelope.recipient != me:
        raise WrongRecipient(envelope.recipient)
    return envelope


def _read(raw: bytes) -> dict[str, Any]:
    try:
        attributes = canonical.loads(raw)
    except (ValueError, RecursionError) as wrong:
        raise Unreadable("JSON") from wrong
    if not isinstance(attributes, dict):
        raise Unreadable("JSON")
    if attributes.get("specversion") != SPEC_VERSION:
        raise UnknownVersion(f"CloudEvents {str(attributes.get('specversion'))[:20]}")
    if attributes.get("suite") != SUITE:
        raise UnknownVersion(f"suite {str(attributes.get('suite'))[:20]}")
    return attributes


def _shape(attributes: dict[str, Any], raw: bytes) -> Envelope:
    """The envelope that the attributes make; raises Unreadable naming the first wrong one."""
    sequence = attributes.get("sequence")
    if sequence is not None and not (type(sequence) is int and 0 < sequence < 2**31):
        raise Unreadable("sequence")
    data = attributes.get("data")
    if not isinstance(data, dict) or "content" not in data:
        raise Unreadable("data")
    return Envelope(
        id=_id(attributes),
        type=_text(attributes, "type", _TYPE),
        sender=_text(attributes, "source").removeprefix("/nodes/"),
        recipient=_text(attributes, "recipient", _NODE),
        subject=_text(attributes, "subject"),
        at=_time(attributes),
        data=data["content"],
        files=_files(data),
        sequence=sequence,
        key_id=_text(attributes, "keyid"),
        raw=raw,
    )


def _text(attributes: dict[str, Any], name: str, shape: re.Pattern[str] | None = None) -> str:
    value = attributes.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 200 or "\x00" in value:
        raise Unreadable(name)
    if shape and not shape.fullmatch(value):
        raise Unreadable(name)
    return value


def _id(attributes: dict[str, Any]) -> UUID:
    try:
        return UUID(_text(attributes, "id"))
    except ValueError as wrong:
        raise Unreadable("id") from wrong


def _time(attributes: dict[str, Any]) -> datetime:
    try:
        at = datetime.fromisoformat(_text(attributes, "time"))
    except ValueError as wrong:
        raise Unreadable("time") from wrong
    if at.tzinfo is None:
        raise Unreadable("time")
    return at


def _files(data: dict[str, Any]) -> tuple[Paper, ...]:
    files = data.get("files", [])
    if not isinstance(files, list) or len(files) > 500:
        raise Unreadable("files")
    return tuple(_paper(file) for file in files)


def _paper(file: Any) -> Paper:
    match file:
        case {"digest": str(digest), "size": int(size), "mediatype": str(media_type)}:
            if _DIGEST.fullmatch(digest) and size >= 0 and len(media_type) <= 100:
                return Paper(digest, size, media_type)
    raise Unreadable("files")


def _check_signature(attributes: dict[str, Any], envelope: Envelope, keys: KeyOf) -> None:
    signed = {name: value for name, value in attributes.items() if name != "signature"}
    key = keys(envelope.sender, envelope.key_id)
    if key is None:
        raise UnknownKey(envelope.sender, envelope.key_id)
    try:
        message = canonical.dumps(signed)
    except (ValueError, RecursionError) as wrong:
        raise Unreadable("JSON") from wrong
    if not signing.verify(key, message, str(attributes.get("signature", ""))):
        raise BadSignature(envelope.sender)
