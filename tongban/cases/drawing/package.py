"""An OFD as files in folders: found by location, read within bounds, XML without entities."""

import posixpath
import zipfile
from typing import IO
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from tongban.cases.inspection.ofd import BROKEN

LARGEST_XML = 16 << 20
LARGEST_MEDIA = 32 << 20
# All that is read of one package, also when its files are read again for other pages.
MOST_READ = 192 << 20
MOST_ELEMENTS = 300_000
DEEPEST = 64
_PIECE = 1 << 16


class CannotDraw(Exception):
    """Why a paper has no picture: the name of a ground (`words.GROUNDS`)."""


class Missing(Exception):
    """A part of a package that is not there or cannot be read; the rest can still be drawn."""


class Package:
    """The files of one OFD. What it says of its sizes is not believed; what is read is counted."""

    def __init__(self, source: IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(source)
            self._names = {name.replace("\\", "/").lower(): name for name in self._zip.namelist()}
        except BROKEN as broken:
            raise CannotDraw("broken") from broken
        self._read = self._elements = 0

    def xml(self, location: str) -> Element:
        """The root of an XML file, its names without their prefixes. Raises Missing, CannotDraw."""
        return self._parse(self.content(location, LARGEST_XML))

    def content(self, location: str, largest: int = LARGEST_MEDIA) -> bytes:
        """A file by its location from the root. Raises Missing; CannotDraw when it is too large."""
        name = self._names.get(location.lstrip("/").lower())
        if name is None:
            raise Missing(location)
        found = bytearray()
        try:
            with self._zip.open(name) as file:
                while piece := file.read(_PIECE):
                    found += piece
                    self._read += len(piece)
                    if len(found) > largest or self._read > MOST_READ:
                        raise CannotDraw("large")
        except BROKEN as broken:
            raise Missing(location) from broken
        return bytes(found)

    def _parse(self, content: bytes) -> Element:
        tree, depth = TreeBuilder(), 0

        def begin(name: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            self._elements += 1
            if depth > DEEPEST or self._elements > MOST_ELEMENTS:
                raise CannotDraw("large")
            tree.start(name.rpartition(":")[2], attributes)

        def end(name: str) -> None:
            nonlocal depth
            depth -= 1
            tree.end(name.rpartition(":")[2])

        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = begin, end
        parser.CharacterDataHandler = tree.data
        parser.StartDoctypeDeclHandler = _refuse_doctype
        try:
            parser.Parse(content, True)  # noqa: FBT003 -- its only name in C
            return tree.close()
        except (expat.ExpatError, AssertionError, LookupError, ValueError) as broken:
            raise Missing("xml") from broken


def _refuse_doctype(*_declared: object) -> None:
    raise CannotDraw("broken")


def beside(base: str, location: str) -> str:
    """Where a location leads that stands in the file `base` (GB/T 33190 ST_Loc); "" leads out."""
    location = location.strip().replace("\\", "/")
    if not location:
        return ""
    folder = "" if location.startswith("/") else posixpath.dirname(base)
    whole = posixpath.normpath(posixpath.join(folder, location.lstrip("/")))
    return "" if whole.startswith("..") else whole


def children(node: Element | None, name: str) -> list[Element]:
    """The children of that name; of nothing none."""
    return [] if node is None else [one for one in node if one.tag == name]


def child(node: Element | None, *names: str) -> Element | None:
    """The first child of a child … by their names."""
    for name in names:
        node = next(iter(children(node, name)), None)
    return node


def text_of(node: Element | None, *names: str) -> str:
    """The words of a child, without the space around them."""
    found = child(node, *names) if names else node
    return (found.text or "").strip() if found is not None else ""
