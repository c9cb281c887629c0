"""Papers: files kept under the SHA-256 of their content, each once, never changed.

A paper lies in DATA_DIR/papers/ab/abcd…, written beside its place, flushed to the disk and
renamed into it, so a crash leaves a whole paper or none.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings

from tongban.record.chains import FileRef

_CHUNK = 1 << 20
_DIGEST = re.compile("[0-9a-f]{64}")


class PaperMissing(Exception):
    """This node does not hold the paper of that digest."""


class PaperDamaged(Exception):
    """What was to be kept under a digest has another one."""


def _place(digest: str) -> Path:
    if not _DIGEST.fullmatch(digest):
        raise PaperMissing(digest)
    return Path(f"{settings.DATA_DIR}/papers/{digest[:2]}/{digest}")


def put(source: IO[bytes], *, media_type: str = "", expect: str = "") -> FileRef:
    """Keep a paper in constant memory; the same content again is the same file.

    With `expect`, refused (PaperDamaged) when the content has another digest.
    """
    root = Path(settings.DATA_DIR) / "papers"
    root.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=root, delete=False) as target:
        try:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                size += target.write(chunk)
            name = digest.hexdigest()
            _check_digest(name, expect)
            target.flush()
            os.fsync(target.fileno())
            place = _place(name)
            place.parent.mkdir(exist_ok=True)
            Path(target.name).replace(place)
        except BaseException:
            Path(target.name).unlink(missing_ok=True)
            raise
    _flush_folder(place.parent)
    return FileRef(digest=name, size=size, media_type=media_type)


def _check_digest(digest: str, expect: str) -> None:
    if expect and digest != expect:
        raise PaperDamaged(expect)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def has(digest: str) -> bool:
    """Whether this node holds that paper."""
    try:
        return _place(digest).is_file()
    except PaperMissing:
        return False


def open(digest: str) -> IO[bytes]:
    """The paper, to be read; raises PaperMissing."""
    try:
        return _place(digest).open("rb")
    except FileNotFoundError as missing:
        raise PaperMissing(digest) from missing


def chunks(digest: str) -> Iterator[bytes]:
    """The paper in pieces of 1 MiB, for a response or a transfer."""
    with open(digest) as paper:
        while chunk := paper.read(_CHUNK):
            yield chunk
