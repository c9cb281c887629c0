"""A zip archive of which every byte follows from the files in it, written and read back strictly.

Files lie one after another in the order of their names, stored as they are, without dates or
extras. So the same files are the same bytes, and a reader can say of every byte what it has to be:
a changed one is found even where no program would look (flags, dates, comments, gaps). Only the
plain parts of the format are used, so any program opens it. Values in, values out; constant memory.
"""

import hashlib
import io
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Protocol

_CHUNK = 1 << 18
_LOCAL = struct.Struct("<4sHHHHHLLLHH")
_CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
_END = struct.Struct("<4sHHHHLLH")
_VERSION, _STORED = 20, 0
# 1980-01-01 00:00, the earliest that the format can say; the moment of making is nobody's business.
_TIME, _DATE = 0, 0x0021
# Made as on Unix, an ordinary file that everybody may read.
_MADE_BY, _MODE = (3 << 8) | _VERSION, 0o100644 << 16
# The plain format ends here; beyond it other fields come in, which nobody needs for a case.
MOST_BYTES = (1 << 32) - (1 << 20)
MOST_FILES = 60_000
LONGEST_NAME = 200


class Unreadable(Exception):
    """Not an archive of this form; `where` is the file or the part of it, `why` what is wrong."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why


class TooLarge(Exception):
    """More bytes or files than the plain format holds."""


class Source(Protocol):
    """What a file is made of: pieces of bytes, the same each time they are read."""

    def pieces(self) -> Iterator[bytes]:
        """The content, from its beginning."""


@dataclass(frozen=True, slots=True)
class Bytes:
    """A small file, in memory."""

    content: bytes

    def pieces(self) -> Iterator[bytes]:
        yield self.content


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of an archive as its catalogue has it."""

    name: str
    size: int
    crc: int
    offset: int

    @property
    def content_at(self) -> int:
        return self.offset + _LOCAL.size + len(self.name)


def write(target: IO[bytes], files: Iterable[tuple[str, Source]]) -> None:
    """Write an archive; each source is read twice. Raises TooLarge."""
    entries: list[Entry] = []
    at = 0
    for name, source in sorted(files, key=lambda one: one[0]):
        size, crc = _measured(source)
        entry = Entry(name, size, crc, at)
        target.write(_local(entry))
        for piece in source.pieces():
            target.write(piece)
        at = entry.content_at + size
        entries.append(entry)
        if at > MOST_BYTES or len(entries) > MOST_FILES:
            raise TooLarge
    target.write(_tail(entries, at))


def _measured(source: Source) -> tuple[int, int]:
    size = crc = 0
    for piece in source.pieces():
        size, crc = size + len(piece), zlib.crc32(piece, crc)
    return size, crc


def _local(entry: Entry) -> bytes:
    name = entry.name.encode("ascii")
    return (
        _LOCAL.pack(
            b"PK\x03\x04", _VERSION, 0, _STORED, _TIME, _DATE,
            entry.crc, entry.size, entry.size, len(name), 0,
        )
        + name
    )  # fmt: skip


def _central(entry: Entry) -> bytes:
    name = entry.name.encode("ascii")
    return (
        _CENTRAL.pack(
            b"PK\x01\x02", _MADE_BY, _VERSION, 0, _STORED, _TIME, _DATE,
            entry.crc, entry.size, entry.size, len(name), 0, 0, 0, 0, _MODE, entry.offset,
        )
        + name
    )  # fmt: skip


def _tail(entries: list[Entry], at: int) -> bytes:
    listed = b"".join(_central(entry) for entry in entries)
    count = len(entries)
    return listed + _END.pack(b"PK\x05\x06", 0, 0, count, count, len(listed), at, 0)


class Archive:
    """An archive that was read, and whose form was found to be exactly as `write` makes it."""

    def __init__(self, source: IO[bytes]) -> None:
        """Read the catalogue and check the form; the contents are not looked at yet.

        Raises Unreadable, naming the file whose place, name or frame is not as it must be.
        """
        self._source = source
        self.size = source.seek(0, io.SEEK_END)
        self.entries = {entry.name: entry for entry in self._catalogue()}
        self._check_frames()

    def pieces(self, name: str) -> Iterator[bytes]:
        """The content of a file in pieces; KeyError when there is none of that name."""
        entry = self.entries[name]
        self._source.seek(entry.content_at)
        left = entry.size
        while left:
            piece = self._source.read(min(left, _CHUNK))
            if not piece:
                raise Unreadable(name, "ends too early")
            left -= len(piece)
            yield piece

    def read(self, name: str) -> bytes:
        """A file in one piece; for what is known to be small."""
        return b"".join(self.pieces(name))

    def checked(self, name: str) -> tuple[str, bool]:
        """The SHA-256 of a file, and whether the checksum in its frame is right; constant memory."""
        digest, crc = hashlib.sha256(), 0
        for piece in self.pieces(name):
            digest.update(piece)
            crc = zlib.crc32(piece, crc)
        return digest.hexdigest(), crc == self.entries[name].crc

    def _catalogue(self) -> list[Entry]:
        if self.size < _END.size:
            raise Unreadable("zip", "too short")
        self._source.seek(self.size - _END.size)
        magic, disk, start, here, count, length, at, comment = _END.unpack(self._source.read())
        if (magic, disk, start, comment) != (b"PK\x05\x06", 0, 0, 0) or here != count:
            raise Unreadable("zip", "its end is not the end of such an archive")
        if at + length + _END.size != self.size or count > MOST_FILES:
            raise Unreadable("zip", "the catalogue at its end does not lie where the end says")
        self._source.seek(at)
        return list(_listed(self._source.read(length), count, at))

    def _check_frames(self) -> None:
        """Every byte that is not content has to be what follows from names, sizes and checksums."""
        at = 0
        for entry in self.entries.values():
            if entry.offset != at:
                raise Unreadable(entry.name, "does not follow the file before it")
            self._source.seek(at)
            if self._source.read(entry.content_at - at) != _local(entry):
                raise Unreadable(entry.name, "the frame around it was changed")
            at = entry.content_at + entry.size
        self._source.seek(at)
        if self._source.read() != _tail(list(self.entries.values()), at):
            raise Unreadable("zip", "the catalogue at its end was changed")


def _listed(data: bytes, count: int, end: int) -> Iterator[Entry]:
    at, before = 0, ""
    for _ in range(count):
        try:
            fields = _CENTRAL.unpack_from(data, at)
        except struct.error as short:
            raise Unreadable(
                "zip", f"the catalogue breaks off after {before or 'nothing'}"
            ) from short
        crc, size, length, offset = fields[7], fields[8], fields[10], fields[16]
        name = _name(data[at + _CENTRAL.size : at + _CENTRAL.size + length], before)
        entry = Entry(name, size, crc, offset)
        if data[at : at + _CENTRAL.size + length] != _central(entry):
            raise Unreadable(name, "its line in the catalogue was changed")
        if entry.content_at + size > end:
            raise Unreadable(name, "goes beyond the archive")
        if name <= before:
            raise Unreadable(name, "is not in the order of the names")
        yield entry
        at, before = at + _CENTRAL.size + length, name
    if at != len(data):
        raise Unreadable("zip", f"the catalogue goes on after {before or 'nothing'}")


def _name(raw: bytes, before: str) -> str:
    """A name that is safe to unpack: plain, relative, without a way up."""
    try:
        name = raw.decode("ascii")
    except UnicodeDecodeError as wrong:
        raise Unreadable("zip", f"the name after {before or 'nothing'} is unreadable") from wrong
    parts = name.split("/")
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable() or "\\" in name:
        raise Unreadable("zip", f"the name after {before or 'nothing'} is unreadable")
    if any(part in {"", ".", ".."} for part in parts):
        raise Unreadable(name, "is not a name that can be unpacked")
    return name
