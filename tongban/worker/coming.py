"""A paper that is coming in: the sealed bytes so far, in a file that outlives a restart."""

import fcntl
import hashlib
import os
import time
from pathlib import Path

from django.conf import settings

# So many bytes may come twice after a crash; a mark costs a small file.
_MARK_EVERY = 8 << 20
# Nobody goes on with what has not grown for so long.
_FORGET_SECONDS = 7 * 24 * 3600


class TakenElsewhere(Exception):
    """Another lane or process is fetching the same paper."""


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "coming"


class Coming:
    """The bytes of one upload that are here: `size` of them, up to a `place` in its stream.

    Only one at a time may hold it (TakenElsewhere). What was written after the last mark, or is
    damaged, is found out when the whole is opened: each piece is sealed by itself.
    """

    def __init__(self, upload: str) -> None:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / hashlib.sha256(upload.encode()).hexdigest()
        self._mark = self.path.with_suffix(".mark")
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        self.file = os.fdopen(handle, "r+b")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            self.file.close()
            raise TakenElsewhere from taken
        self.place, self.size = self._marked()
        self.file.truncate(self.size)
        self.file.seek(self.size)
        self._marked_size = self.size

    def _marked(self) -> tuple[int, int]:
        try:
            place, size = map(int, self._mark.read_text().split())
        except (OSError, ValueError):
            return 0, 0
        return (place, size) if self.file.seek(0, os.SEEK_END) >= size else (0, 0)

    def add(self, piece: bytes, *, place: int) -> None:
        """Keep one more piece, which lay at a place in the stream."""
        self.size += self.file.write(piece)
        self.place = place
        if self.size - self._marked_size >= _MARK_EVERY:
            self.mark()

    def mark(self) -> None:
        """Write down how far it came."""
        self.file.flush()
        fresh = self._mark.with_suffix(".new")
        fresh.write_text(f"{self.place} {self.size}")
        fresh.replace(self._mark)
        self._marked_size = self.size

    def close(self) -> None:
        """Leave it for the next try."""
        if not self.file.closed:
            self.mark()
            self.file.close()

    def forget(self) -> None:
        """It is done with, or worth nothing."""
        self._mark.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)
        self.file.close()


def forget_old() -> int:
    """Remove what nobody went on with; gives how many files."""
    before = time.time() - _FORGET_SECONDS
    old = [one for one in _folder().glob("*") if one.stat().st_mtime < before]
    for one in old:
        one.unlink(missing_ok=True)
    return len(old)
