"""Papers as they are handed in: judged by their content, never by what they call themselves."""

import zipfile
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO

import filetype

from tongban.basics.refusals import Refused
from tongban.record import papers
from tongban.record.chains import FileRef

LARGEST = 20 * 1024 * 1024
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


class PaperRefused(Refused):
    """A file that cannot be taken as a paper of a case, with what to do instead."""

    code = "paper-refused"
    status = 422


def take_in(source: IO[bytes], *, name: str, size: int) -> FileRef:
    """Judge an uploaded file and keep it; the same content twice is kept once.

    Refused: a path in the name, an empty file, more than 20 MB, content that is no PDF, OFD, JPEG
    or PNG, content of another kind than the name claims, a file that was cut off. Nothing of a
    refused file is kept.
    """
    check_name(name)
    if size == 0:
        raise PaperRefused("这个文件是空的。请打开看一下，重新保存后再上传")
    if size > LARGEST:
        raise PaperRefused(
            f"文件有{size / 1048576:.1f}MB，超过20MB。请换一张小一点的照片，或者分成几份"
        )
    kind = _kind_of(source)
    ending = PurePath(name).suffix.lower()
    if ending and ending not in kind.endings:
        claimed = next((k.label for k in KINDS if ending in k.endings), ending.lstrip(".").upper())
        raise PaperRefused(
            f"文件名说是{claimed}，内容其实是{kind.label}。请用原来的软件另存为{claimed}，或者改回原来的文件名"
        )
    _check_whole(source, kind)
    source.seek(0)
    return papers.put(source, media_type=kind.media_type)


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
    if head.startswith(b"PK\x03\x04") and _is_ofd(source):
        return OFD
    kind = _BY_MEDIA_TYPE.get(media_type)
    if kind is None:
        raise PaperRefused("只收PDF、OFD、JPEG和PNG。请拍照，或者另存为PDF再上传")
    return kind


def _is_ofd(source: IO[bytes]) -> bool:
    source.seek(0)
    try:
        with zipfile.ZipFile(source) as package:
            return "OFD.xml" in package.namelist()
    except zipfile.BadZipFile:
        return False


def _check_whole(source: IO[bytes], kind: Kind) -> None:
    """A file that lacks its end was cut off on the way; the clerk could not read it."""
    ends = {PDF: b"%%EOF", JPEG: b"\xff\xd9", PNG: b"IEND"}.get(kind)
    if ends is None:
        return
    source.seek(0, 2)
    source.seek(max(source.tell() - _LOOK, 0))
    if ends not in source.read():
        raise PaperRefused(f"这个{kind.label}不完整，可能没有传完。请检查能不能打开，再上传一次")
