"""The protocol of NATS as it passes a wire: cut into frames, told apart, nothing else understood."""

from dataclasses import dataclass
from enum import StrEnum

_SIZED = {b"MSG", b"HMSG", b"PUB", b"HPUB"}
_MAIL_ACK = b"$JS.ACK.MAIL_"
_STILL_AT_IT = b"+WPI"


class Kind(StrEnum):
    """What a frame is to us."""

    DELIVERY = "delivery"  # a message of a mailbox, from the broker
    ACK = "ack"  # the node has it, to the broker
    MAIL = "mail"  # a message for somebody, to the broker
    STORED = "stored"  # the stream has it, from the broker
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame with all its bytes."""

    kind: Kind
    data: bytes


class Frames:
    """Cuts one direction of one connection into frames; what is not whole yet is kept back."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are whole now."""
        self._rest += data
        found = []
        while (size := self._size()) and len(self._rest) >= size:
            whole, self._rest = self._rest[:size], self._rest[size:]
            found.append(Frame(_kind(whole), whole))
        return found

    def _size(self) -> int:
        """How long the first frame is; 0 while its first line is not whole."""
        end = self._rest.find(b"\r\n")
        if end < 0:
            return 0
        words = self._rest[:end].split()
        if not words or words[0].upper() not in _SIZED:
            return end + 2
        return end + 2 + int(words[-1]) + 2


def _kind(whole: bytes) -> Kind:
    line, _, body = whole.partition(b"\r\n")
    match line.split():
        case [b"MSG" | b"HMSG", _, _, *more] if any(one.startswith(_MAIL_ACK) for one in more):
            return Kind.DELIVERY
        case [b"MSG", *_] if b'"stream":"MAIL_' in body and b'"seq":' in body:
            return Kind.STORED
        case [b"PUB", subject, *_] if subject.startswith(_MAIL_ACK):
            return Kind.OTHER if body.startswith(_STILL_AT_IT) else Kind.ACK
        case [b"HPUB" | b"PUB", subject, *_] if subject.startswith(b"mail."):
            return Kind.MAIL
    return Kind.OTHER
