"""Papers as they are handed in: judged by their content, never by what they call themselves."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

import filetype

from tongban.cases.inspection import malware, ofd, pdf, pictures
from tongban.cases.inspection.refusals import PaperRefused
from tongban.record import papers
from tongban.record.chains import FileRef

__all__ = [
    "JPEG", "KINDS", "LARGEST", "LARGEST_SCAN", "OFD", "PDF", "PNG", "Kind", "PaperRefused",
    "check_name", "inspect", "look_at", "take_in",
]  # fmt: skip

LARGEST = 20 * 1024 * 1024
# What a window scans itself: 500 pages of 200 KB.
LARGEST_SCAN = 100 * 1024 * 1024
_LOOK = 8192


@dataclass(frozen=True)
class Kind:
    """One kind of paper that every node can keep and show."""

    label: str
    media_type: str
    endings: frozenset[str]


PDF = Kind("PDF", "application/pdf", frozenset({".pdf"}))
OFD = Kind("OFD", "application/ofd", frozenset({".ofd"}))
JPEG = Kind("JPEG照片", "image/jpeg", frozenset({".jpg", ".jpeg", ".jfif"}))
PNG = Kind("PNG图片", "image/png", frozenset({".png"}))
KINDS = (PDF, OFD, JPEG, PNG)
_BY_MEDIA_TYPE = {kind.media_type: kind for kind in KINDS}


def take_in(source: IO[bytes], *, name: str, size: int, largest: int = LARGEST) -> FileRef:
    """Judge an uploaded file and keep it; the same content twice is kept once.

    Refused: a path in the name, an empty file, more bytes than `largest`, content that is no PDF,
    OFD, JPEG or PNG, content of another kind than the name claims, a file that was cut off, one
    that acts when it is opened, is encrypted or unpacks beyond all measure (`inspection`), and what
    the malware scanner finds. Nothing of a refused file is kept.
    """
    kind = look_at(source, name=name, size=size, largest=largest)
    source.seek(0)
    return papers.put(source, media_type=kind.media_type)


def look_at(source: IO[bytes], *, name: str, size: int, largest: int = LARGEST) -> Kind:
    """What kind of paper a file is; refused as `take_in` refuses it. Nothing is kept."""
    check_name(name)
    if size == 0:
        raise PaperRefused("这个文件是空的。请打开看一下，重新保存后再上传")
    if size > largest:
        raise PaperRefused(
            f"文件有{size / 1048576:.1f}MB，超过{largest // 1048576}MB。请换一张小一点的照片，或者分成几份"
        )
    kind = _kind_of(source)
    ending = PurePath(name).suffix.lower()
    if ending and ending not in kind.endings:
        claimed = next((k.label for k in KINDS if ending in k.endings), ending.lstrip(".").upper())
        raise PaperRefused(
            f"文件名说是{claimed}，内容其实是{kind.label}。请用原来的软件另存为{claimed}，或者改回原来的文件名"
        )
    _check_whole(source, kind)
    inspect(source, kind)
    malware.check(source)
    return kind


def check_name(name: str) -> None:
    """A file's own name: shown to people, so neither a path nor anything unprintable."""
    if any(mark in name for mark in ("/", "\\", "\0")) or name in {"", ".", ".."}:
        raise PaperRefused("文件名里不能有路径，请只留文件自己的名字，例如“同意书.jpg”")
    if len(name) > 200 or not name.isprintable():
        raise PaperRefused("文件名太长或者有看不见的字符，请改短一些再上传")


def _kind_of(source: IO[bytes]) -> Kind:
    source.seek(0)
    head = source.read(_LOOK)
    guess = filetype.guess(head)
    media_type = guess.mime if guess else ""
    if head.startswith(b"PK\x03\x04") and ofd.is_ofd(source):
        return OFD
    kind = _BY_MEDIA_TYPE.get(media_type)
    if kind is None:
        raise PaperRefused("只收PDF、OFD、JPEG和PNG。请拍照，或者另存为PDF再上传")
    return kind


def _check_whole(source: IO[bytes], kind: Kind) -> None:
    """A file that lacks its end was cut off on the way; the clerk could not read it."""
    ends = {PDF: b"%%EOF", JPEG: b"\xff\xd9", PNG: b"IEND"}.get(kind)
    if ends is None:
        return
    source.seek(0, 2)
    source.seek(max(source.tell() - _LOOK, 0))
    if ends not in source.read():
        raise PaperRefused(f"这个{kind.label}不完整，可能没有传完。请检查能不能打开，再上传一次")


def inspect(source: IO[bytes], kind: Kind) -> int:
    """How many pages a paper has. Refused (PaperRefused) when it is no paper to be opened."""
    if kind is OFD:
        return ofd.pages(source)
    source.seek(0)
    content = source.read()
    if kind is PDF:
        return pdf.pages(content)
    pictures.check(content, kind.media_type)
    return 1
