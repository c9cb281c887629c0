"""A letter: what one node says to another, before it is signed and encrypted and after.

The outbox keeps letters, and each leaves in an envelope made with the keys of that moment; a message
that was opened and still waits for something is kept as a letter again. Values in, values out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tongban.basics import canonical
from tongban.exchange.faults import Unreadable

TYPE = re.compile(r"^[a-z][a-z0-9_-]*(\.[a-z][a-z0-9_-]*)+\.v[1-9][0-9]*$")
NODE = re.compile(r"^[0-9a-z]{2,8}$")
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
    # The message that this one answers, where it answers one.
    answers: UUID | None = None
    # The sender's key that signed it.
    key_id: str = ""
    raw: bytes = field(default=b"", repr=False)


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def inner(
    *,
    subject: str,
    data: Any,
    files: Sequence[Paper],
    sequence: int | None,
    answers: UUID | None,
) -> dict[str, Any]:
    """What nobody between two nodes may read: the case, its place in order, the content."""
    said: dict[str, Any] = {
        "subject": subject,
        "content": data,
        "files": [{"digest": f.digest, "size": f.size, "mediatype": f.media_type} for f in files],
    }
    if sequence is not None:
        said["sequence"] = sequence
    if answers is not None:
        said["answers"] = str(answers)
    return said


def pack(message: Envelope) -> bytes:
    """A letter as bytes, to be kept encrypted at rest."""
    return canonical.dumps(
        {
            "id": str(message.id),
            "type": message.type,
            "source": f"/nodes/{message.sender}",
            "recipient": message.recipient,
            "time": moment(message.at),
            "keyid": message.key_id,
            "data": inner(
                subject=message.subject, data=message.data, files=message.files,
                sequence=message.sequence, answers=message.answers,
            ),
        }
    )  # fmt: skip


def unpack(letter: bytes) -> Envelope:
    """A letter of our own keeping; raises Unreadable when it is of another form."""
    try:
        said = canonical.loads(letter)
    except (ValueError, RecursionError) as wrong:
        raise Unreadable("JSON") from wrong
    if not isinstance(said, dict):
        raise Unreadable("JSON")
    return shape(said, said.get("data"), key_id=str(said.get("keyid", "")))


def shape(attributes: dict[str, Any], data: Any, *, key_id: str, raw: bytes = b"") -> Envelope:
    """The message that attributes and content make; raises Unreadable naming the first wrong one."""
    if not isinstance(data, dict) or "content" not in data:
        raise Unreadable("data")
    sequence = data.get("sequence")
    if sequence is not None and not (type(sequence) is int and 0 < sequence < 2**31):
        raise Unreadable("sequence")
    return Envelope(
        id=_uuid(attributes, "id"),
        type=text(attributes, "type", TYPE),
        sender=sender(attributes),
        recipient=text(attributes, "recipient", NODE),
        subject=text(data, "subject"),
        at=_time(attributes),
        data=data["content"],
        files=_files(data),
        sequence=sequence,
        answers=_uuid(data, "answers") if "answers" in data else None,
        key_id=key_id,
        raw=raw,
    )


def sender(attributes: dict[str, Any]) -> str:
    """Who claims to have sent a message."""
    return text(attributes, "source").removeprefix("/nodes/")


def text(attributes: dict[str, Any], name: str, shape: re.Pattern[str] | None = None) -> str:
    """An attribute that is a word; raises Unreadable."""
    value = attributes.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 200 or "\x00" in value:
        raise Unreadable(name)
    if shape and not shape.fullmatch(value):
        raise Unreadable(name)
    return value


def _uuid(attributes: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(text(attributes, name))
    except ValueError as wrong:
        raise Unreadable(name) from wrong


def _time(attributes: dict[str, Any]) -> datetime:
    try:
        at = datetime.fromisoformat(text(attributes, "time"))
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
