"""The picture of a seal out of its signed data (GB/T 38540, GM/T 0031): DER, walked within bounds.

Only the picture is taken out. Whether the seal is genuine is not judged by anybody here.
"""

from collections.abc import Iterator
from typing import NamedTuple

_MOST_VALUES = 5_000
_SEQUENCE, _OCTETS, _INTEGER = 0x30, 0x04, 0x02
_WORDS = {0x16, 0x0C, 0x13}


class Picture(NamedTuple):
    """What a seal looks like: the kind of file it says it is, and the file."""

    kind: str
    content: bytes


class _Value(NamedTuple):
    tag: int
    begin: int
    end: int


def picture(content: bytes) -> Picture | None:
    """SES_ESPictrueInfo, wherever it stands: a word, octets and two integers in a sequence."""
    waiting, seen = [(0, len(content))], 0
    while waiting:
        begin, end = waiting.pop()
        values = list(_values(content, begin, end))
        seen += len(values)
        if seen > _MOST_VALUES:
            return None
        tags = [one.tag for one in values[:4]]
        if len(tags) == 4 and tags[0] in _WORDS and tags[1:] == [_OCTETS, _INTEGER, _INTEGER]:
            kind = content[values[0].begin : values[0].end].decode("ascii", "replace")
            return Picture(kind.strip("\0. ").lower(), content[values[1].begin : values[1].end])
        waiting += [(one.begin, one.end) for one in reversed(values) if one.tag & 0x20]
    return None


def _values(content: bytes, at: int, end: int) -> Iterator[_Value]:
    for _ in range(_MOST_VALUES):
        if at + 2 > end:
            return
        tag, size, at = content[at], content[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            if not 0 < count <= 4 or at + count > end:
                return
            size = int.from_bytes(content[at : at + count], "big")
            at += count
        if at + size > end:
            return
        yield _Value(tag, at, at + size)
        at += size
