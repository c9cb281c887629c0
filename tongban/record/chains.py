"""A chain of events: each one hashed over the one before and signed by its author's node.

Values in, values out; nothing here touches the database. The body of an event is canonical JSON
(RFC 8785), its hash is the SHA-256 of that body, its signature is the author node's over the same
bytes by the suite of its key, so anybody holding the bodies and the public keys can check a chain
with public tools. What is personal is not in a chain: an event names the digest of a sealed part
that travels and is kept beside it.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tongban.basics import canonical
from tongban.trust import signing
from tongban.trust.signing import Signer

FORMAT = 1

# The public key of a node by (node, key id); None when the directory does not know it.
KeyOf = Callable[[str, str], str | None]


class ChainBroken(Exception):
    """An event does not follow from the one before it, or is not what its author signed."""

    def __init__(self, chain: str, seq: int, why: str) -> None:
        super().__init__(f"{chain} #{seq}: {why}")
        self.chain, self.seq, self.why = chain, seq, why


@dataclass(frozen=True, slots=True)
class Author:
    """Who made an event: a node always; an authority, place and pseudonym where a person acted."""

    node: str
    role: str  # applicant | receiver | decider | system
    place: str = ""  # 6-digit division
    authority: str = ""  # 18-character code
    officer: str = ""  # pseudonym, stable for one officer within one node


@dataclass(frozen=True, slots=True)
class FileRef:
    """A paper as the record knows it: by the SHA-256 of its content."""

    digest: str
    size: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: what the next event must follow."""

    seq: int
    hash: str


class Event(NamedTuple):
    """One event of a chain, as its author's node signed it."""

    # A tuple, since very many are made: a frozen dataclass takes three times as long to make.

    chain: str
    seq: int
    prev: str
    kind: str
    author: Author
    at: datetime
    content: dict[str, Any]
    sealed: str
    files: tuple[FileRef, ...]
    body: bytes
    hash: str
    key_id: str
    signature: str

    @property
    def head(self) -> Head:
        return Head(self.seq, self.hash)

    def packed(self) -> dict[str, str]:
        """The event as it travels and as evidence keeps it: the very bytes that were signed."""
        return {"body": self.body.decode(), "keyid": self.key_id, "signature": self.signature}


def moment(at: datetime) -> str:
    """A moment as events write it: UTC, to the microsecond, always the same width."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def make(
    after: Head | None,
    *,
    chain: str,
    kind: str,
    author: Author,
    at: datetime,
    content: dict[str, Any],
    signer: Signer,
    sealed: str = "",
    files: Sequence[FileRef] = (),
) -> Event:
    """The next event of a chain, signed by this node."""
    seq, prev = (after.seq + 1, after.hash) if after else (1, "")
    body = canonical.dumps(
        {
            "v": FORMAT,
            "chain": chain,
            "seq": seq,
            "prev": prev,
            "kind": kind,
            "author": _plain(author),
            "at": moment(at),
            "content": content,
            "sealed": sealed,
            "files": [_plain(file) for file in files],
        }
    )
    data = canonical.loads(body)
    return _event(data, body, key_id=signer.key_id, signature=signer.sign(body))


def _plain(part: Author | FileRef) -> dict[str, Any]:
    return {name: getattr(part, name) for name in part.__slots__}


def unpack(packed: dict[str, str]) -> Event:
    """An event from its packed form; refused when the body is not canonical or not of our form."""
    try:
        body = packed["body"].encode()
        data = canonical.loads(body)
        if data["v"] != FORMAT or canonical.dumps(data) != body:
            raise ValueError("not canonical, or of another format")  # noqa: TRY301 - as the others
        _check_types(data)
        event = _event(data, body, key_id=packed["keyid"], signature=packed["signature"])
    except (KeyError, ValueError, TypeError, AttributeError, RecursionError) as wrong:
        raise ChainBroken("?", 0, f"unreadable event ({type(wrong).__name__})") from wrong
    return event


def reread(body: str, *, key_id: str, signature: str) -> Event:
    """An event of our own record, whose form was looked at before it was written there.

    Whether it is still the same bytes, its hash and the event after it say (`check_follows`).
    """
    try:
        return _event(canonical.reloads(body), body.encode(), key_id=key_id, signature=signature)
    except (KeyError, ValueError, TypeError, AttributeError) as wrong:
        raise ChainBroken("?", 0, f"unreadable event ({type(wrong).__name__})") from wrong


_WORDS = ("chain", "prev", "kind", "at", "sealed")


def _check_types(data: dict[str, Any]) -> None:
    """Refuse what another node may have put where a word or a number belongs: TypeError."""
    words = [data[name] for name in _WORDS] + list(data["author"].values())
    for file in data["files"]:
        words += [file["digest"], file["media_type"]]
        if type(file["size"]) is not int or file["size"] < 0:
            raise TypeError("size")
    if not all(type(word) is str for word in words) or type(data["content"]) is not dict:
        raise TypeError("a word or the content")
    if type(data["seq"]) is not int or data["seq"] < 1:
        raise TypeError("seq")
    if datetime.fromisoformat(data["at"]).tzinfo is None:
        raise ValueError("a moment without a zone")


def _event(data: dict[str, Any], body: bytes, *, key_id: str, signature: str) -> Event:
    return Event(
        chain=data["chain"],
        seq=data["seq"],
        prev=data["prev"],
        kind=data["kind"],
        author=Author(**data["author"]),
        at=datetime.fromisoformat(data["at"]),
        content=data["content"],
        sealed=data["sealed"],
        files=tuple(FileRef(**file) for file in data["files"]),
        body=body,
        hash=canonical.digest(body),
        key_id=key_id,
        signature=signature,
    )


def check_follows(event: Event, after: Head | None) -> None:
    """Refuse an event that is not the next one of its chain."""
    seq, prev = (after.seq + 1, after.hash) if after else (1, "")
    if event.seq != seq:
        raise ChainBroken(event.chain, event.seq, f"expected sequence {seq}")
    if event.prev != prev:
        raise ChainBroken(event.chain, event.seq, "does not follow the event before it")


def check_signed(event: Event, key_of: KeyOf) -> None:
    """Refuse an event that its author's node did not sign with a key the directory knows."""
    key = key_of(event.author.node, event.key_id)
    if key is None:
        raise ChainBroken(event.chain, event.seq, f"unknown key {event.key_id}")
    if not signing.verify(key, event.body, event.signature):
        raise ChainBroken(event.chain, event.seq, "the signature is not its author's")


def verify(events: Sequence[Event], key_of: KeyOf) -> None:
    """Check a whole chain from its first event; raises ChainBroken at the first fault."""
    head: Head | None = None
    for event in events:
        check_follows(event, head)
        check_signed(event, key_of)
        head = event.head


def sealed_part(content: dict[str, Any]) -> tuple[str, bytes]:
    """The digest and the bytes of a personal part; the salt keeps it from being guessed."""
    data = canonical.dumps({"salt": secrets.token_hex(16), "content": content})
    return canonical.digest(data), data


def open_part(digest: str, data: bytes) -> dict[str, Any]:
    """The personal part again; refused when the bytes are not those the event named."""
    if canonical.digest(data) != digest:
        raise ChainBroken("?", 0, "the sealed part is not the one the event names")
    content: dict[str, Any] = canonical.loads(data)["content"]
    return content
