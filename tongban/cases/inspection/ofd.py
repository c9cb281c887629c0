"""OFD papers: packages of XML, unpacked within bounds and read without entities."""

import zipfile
import zlib
from typing import IO
from xml.parsers import expat

from tongban.cases.inspection.refusals import PaperRefused

MOST_FILES = 20_000
MOST_UNPACKED = 400 << 20
_LARGEST_XML = 32 << 20
# Text packs 20 times, plain pictures 100 times; what packs 1000 times is nothing but a bomb.
_MOST_PACKED = 400
_PIECE = 1 << 16
MOST_TITLE = 120
# What a package raises that is damaged, or made to harm.
BROKEN = (
    zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, RuntimeError, ValueError,
)  # fmt: skip


def is_ofd(source: IO[bytes]) -> bool:
    """Whether a zip package says that it is an OFD."""
    source.seek(0)
    try:
        with zipfile.ZipFile(source) as package:
            return "OFD.xml" in package.namelist()
    except zipfile.BadZipFile:
        return False


def pages(source: IO[bytes]) -> int:
    """How many pages an OFD has. Refused: bombs, paths that lead out, entities, broken XML."""
    source.seek(0)
    try:
        with zipfile.ZipFile(source) as package:
            _check_package(package)
            return sum(
                _read(package, entry)
                for entry in package.infolist()
                if entry.filename.lower().endswith(".xml")
            )
    except BROKEN as broken:
        raise PaperRefused(
            "这个OFD读不出来，可能损坏了。请重新导出，或者另存为PDF再上传"
        ) from broken


def title(source: IO[bytes]) -> str:
    """What an OFD calls itself (GB/T 33190: OFD/DocBody/DocInfo/Title); empty where it does not.

    Refused as `pages` refuses: what explodes or reaches out is not read for its title either.
    """
    source.seek(0)
    said: list[str] = []
    try:
        with zipfile.ZipFile(source) as package:
            _check_package(package)
            _read(package, package.getinfo("OFD.xml"), said)
    except (KeyError, *BROKEN):
        return ""
    words = " ".join("".join(said).split())
    return words[:MOST_TITLE] if words.isprintable() else ""


def _check_package(package: zipfile.ZipFile) -> None:
    entries = package.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    is_bomb = unpacked > (1 << 20) and unpacked > _MOST_PACKED * max(packed, 1)
    if len(entries) > MOST_FILES or unpacked > MOST_UNPACKED or is_bomb:
        raise PaperRefused("这个OFD解开以后大得不正常，不能收。请重新导出，或者另存为PDF再上传")
    for entry in entries:
        if entry.flag_bits & 1:
            raise PaperRefused("这个OFD设了密码，两地都打不开。请去掉密码，另存一份再上传")
        if entry.filename.startswith("/") or ".." in entry.filename.split("/"):
            raise PaperRefused("这个OFD里有指向外面的路径，不能收。请重新导出再上传")


def _read(package: zipfile.ZipFile, entry: zipfile.ZipInfo, title: list[str] | None = None) -> int:
    """Read one XML of a package to its end; how many pages it lists. `title` takes its first title."""
    found = 0

    def element(name: str, _attributes: object) -> None:
        nonlocal found
        # Page content calls its own root Page too; only the list of pages stands inside Pages.
        inside.append(name.rpartition(":")[2])
        found += inside[-2:] == ["Pages", "Page"]

    def left(_name: str) -> None:
        if inside[-2:] == ["DocInfo", "Title"] and title:
            done.append(True)
        inside.pop()

    def text(words: str) -> None:
        if title is not None and not done and inside[-2:] == ["DocInfo", "Title"]:
            title.append(words[:MOST_TITLE])

    done: list[bool] = []

    inside: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = element, left
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    read = 0
    try:
        with package.open(entry) as xml:
            # What a package says of its sizes may be a lie, so it is counted while it is read.
            while piece := xml.read(_PIECE):
                read += len(piece)
                if read > _LARGEST_XML:
                    raise PaperRefused("这个OFD里的文字大得不正常，不能收。请另存为PDF再上传")
                parser.Parse(piece)
        parser.Parse(b"", True)  # noqa: FBT003 -- its only name in C
    # The last two: an encoding that nobody knows, or that XML's own reader does not.
    except (expat.ExpatError, LookupError, ValueError) as broken:
        raise PaperRefused("这个OFD里的内容读不出来，可能损坏了。请重新导出再上传") from broken
    return found


def _refuse_doctype(*_declared: object) -> None:
    # Entities are defined here, and OFD (GB/T 33190) has no use for any.
    raise PaperRefused("这个OFD里有会自己膨胀或者引用外部内容的定义，不能收。请重新导出再上传")
