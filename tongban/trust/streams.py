"""A file of any size, encrypted piece by piece in constant memory.

The first piece is a box with a content key made for this one file. Every other piece is encrypted
under it with a nonce made of its number and of whether it is the last, so that no piece can be left
out, moved, repeated or cut off at the end without being noticed.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tongban.trust import boxes, suites
from tongban.trust.suites import CannotOpen, Opener, Suite

PIECE = 128 * 1024
_TAG = 16


def sealed_size(plain: int, suite_name: str) -> int:
    """How many bytes a file of so many has once it is sealed."""
    pieces = max(1, -(-plain // PIECE))
    return _head_size(suite_name) + plain + pieces * _TAG


def sizes(plain: int) -> set[int]:
    """All sizes that a file of so many bytes may travel with, unsealed or by any suite."""
    return {plain} | {sealed_size(plain, name) for name in suites.NAMES}


@dataclass(frozen=True)
class Beginning:
    """What a sealed file begins with: its content key, and the box that holds it for the recipient.

    Kept, it lets the sealing of the same file be taken up again: the pieces come out the same.
    """

    content: bytes = field(repr=False)
    head: bytes


def begin(to: str, *, bound: bytes) -> Beginning:
    """A new content key for one file, and its box for the holder of `to`."""
    content = os.urandom(suites.suite(suites.public_key(to).suite).key_size)
    return Beginning(content, boxes.seal(to, content, bound=bound))


def seal(
    to: str, plain: Iterable[bytes], *, bound: bytes, beginning: Beginning | None = None
) -> Iterator[bytes]:
    """The sealed bytes of a file that only the holder of `to` opens; pieces as they come.

    A `beginning` is for one file only: under one key no two pieces may have the same number.
    """
    suite = suites.suite(suites.public_key(to).suite)
    begun = beginning or begin(to, bound=bound)
    yield begun.head
    number, held = 0, b""
    for piece in _pieces(plain, PIECE):
        if number or held:
            yield _piece(suite, begun.content, number, held, is_last=False)
            number += 1
        held = piece
    yield _piece(suite, begun.content, number, held, is_last=True)


def unseal(opener: Opener, sealed: Iterable[bytes], *, bound: bytes) -> Iterator[bytes]:
    """The plain bytes again; raises CannotOpen at the first piece that is not as it was sealed.

    What came before that piece was given out already: whoever keeps it checks the whole by its
    digest first.
    """
    suite = suites.suite(opener.suite)
    pieces = _split(sealed, _head_size(opener.suite), PIECE + _TAG)
    content = boxes.unseal(opener, next(pieces, b""), bound=bound)
    number, held = 0, next(pieces, None)
    if held is None:
        raise CannotOpen
    for piece in pieces:
        yield _opened(suite, content, number, held, is_last=False)
        number, held = number + 1, piece
    yield _opened(suite, content, number, held, is_last=True)


def _head_size(suite_name: str) -> int:
    return boxes.overhead(suite_name) + suites.suite(suite_name).key_size


def _piece(suite: Suite, key: bytes, number: int, plain: bytes, *, is_last: bool) -> bytes:
    return suite.encrypt(key, _nonce(number, is_last), plain, b"")


def _opened(suite: Suite, key: bytes, number: int, sealed: bytes, *, is_last: bool) -> bytes:
    return suite.decrypt(key, _nonce(number, is_last), sealed, b"")


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _pieces(source: Iterable[bytes], size: int) -> Iterator[bytes]:
    held = bytearray()
    for some in source:
        held += some
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)


def _split(source: Iterable[bytes], head: int, size: int) -> Iterator[bytes]:
    """The first `head` bytes, then pieces of a size; memory never holds more than one and a bit."""
    held, wanted = bytearray(), head
    for some in source:
        held += some
        while len(held) >= wanted:
            yield bytes(held[:wanted])
            del held[:wanted]
            wanted = size
    if held:
        yield bytes(held)
