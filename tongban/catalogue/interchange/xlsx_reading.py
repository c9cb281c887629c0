"""Reads .xlsx row by row with little memory, and sees what a judge must know of.

No library that we know shows formulas, merged cells and number formats while it streams: openpyxl's
read-only mode leaves merged cells out, calamine gives values alone and holds a sheet in memory. The
format is zipped XML (ECMA-376); of it only the parts below are read. Sizes are bounded before
anything is unpacked, and entities are refused, so that no small file grows large.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from tongban.catalogue.interchange import records
from tongban.catalogue.interchange.columns import SHEET
from tongban.catalogue.interchange.records import FileRefused, Record, Source
from tongban.catalogue.interchange.tables import Headings, find_headings, rows

LARGEST = 200 * 1024 * 1024  # bytes of the file
LARGEST_UNPACKED = 2 * 1024 * 1024 * 1024
LARGEST_TEXTS = 256 * 1024 * 1024  # bytes of the shared texts, which are held in memory
_LARGEST_RATIO = 200
_LARGEST_CELL = 32_767  # characters, Excel's own bound
_WIDEST = 500  # columns
_CHUNK = 1 << 16
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_DATE_LETTERS = re.compile(r"[ymdhs]", re.IGNORECASE)
_NOT_LETTERS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)"')
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]+)")


def open_xlsx(path: Path) -> Source:
    """The rows of the sheet 实施清单, or of the first sheet with our headings.

    Refused (FileRefused): too large, encrypted or an old .xls, no spreadsheet, a zip bomb, no
    headings anywhere.
    """
    size = path.stat().st_size
    if size > LARGEST:
        raise FileRefused("too-large", _("文件超过200 MB，请分成几个文件"))
    archive = _archive(path)
    try:
        book = _Book(archive)
        refused: FileRefused | None = None
        for _name, part in book.sheets:
            sheet = _Sheet(book, part)
            try:
                walk = sheet.records()
                headings: Headings = find_headings(walk)
            except FileRefused as wrong:
                refused = refused if wrong.kind == "no-headings" and refused else wrong
                continue
            return Source(
                "xlsx",
                rows(walk, headings),
                headings.places,
                sheet.size,
                sheet.done,
                tuple(headings.unknown),
            )
    except (KeyError, zipfile.BadZipFile, expat.ExpatError, ValueError, EOFError) as wrong:
        raise _broken() from wrong
    raise refused or _broken()


def _broken() -> FileRefused:
    return FileRefused("not-a-spreadsheet", _("这不是完好的xlsx文件。请用表格软件打开后另存为xlsx"))


def _archive(path: Path) -> zipfile.ZipFile:
    with path.open("rb") as file:
        head = file.read(8)
    if head == _OLE:
        raise FileRefused(
            "encrypted", _("文件加了密码，或者是旧格式的xls。请去掉密码，另存为xlsx再导入")
        )
    if not zipfile.is_zipfile(path):
        raise _broken()
    archive = zipfile.ZipFile(path)
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    ratio = max((p.file_size / max(p.compress_size, 1) for p in parts), default=0)
    if unpacked > LARGEST_UNPACKED or (unpacked > 64 * 1024**2 and ratio > _LARGEST_RATIO):
        raise FileRefused("zip-bomb", _("文件解开后过大，不像正常的表格，没有读取"))
    if any(part.flag_bits & 1 for part in parts):
        raise FileRefused("encrypted", _("文件加了密码。请去掉密码，另存为xlsx再导入"))
    return archive


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _parser() -> Any:
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_declared: object) -> None:
        raise FileRefused("not-a-spreadsheet", _("文件里有表格不该有的内容（实体定义），没有读取"))

    parser.EntityDeclHandler = refuse
    return parser


class _Part:
    """A part of the archive, read in pieces, and never further than it declared."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.size = archive.getinfo(name).file_size
        self.file: IO[bytes] = archive.open(name)
        self.read = 0

    def pieces(self) -> Iterator[bytes]:
        with closing(self.file):
            while piece := self.file.read(_CHUNK):
                self.read += len(piece)
                yield piece


def _elements(archive: zipfile.ZipFile, name: str) -> list[tuple[str, dict[str, str]]]:
    """All elements of a small part, with their attributes."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = _parser()
    parser.StartElementHandler = lambda tag, attributes: found.append((_local(tag), attributes))
    for piece in _Part(archive, name).pieces():
        parser.Parse(piece)
    parser.Parse(b"", 1)
    return found


class _Book:
    """What the sheets share: their order, the texts, which formats are dates."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        names = set(archive.namelist())
        targets = {
            attributes["Id"]: _target(attributes["Target"])
            for tag, attributes in _elements(archive, "xl/_rels/workbook.xml.rels")
            if tag == "Relationship"
        }
        self.is_1904 = False
        sheets = []
        for tag, attributes in _elements(archive, "xl/workbook.xml"):
            if tag == "workbookPr":
                self.is_1904 = attributes.get("date1904") in {"1", "true"}
            if tag == "sheet":
                key = next(value for name, value in attributes.items() if _local(name) == "id")
                sheets.append((attributes["name"], targets[key]))
        # Ours first; the others in their order.
        self.sheets = sorted((s for s in sheets if s[1] in names), key=lambda one: one[0] != SHEET)
        styles = "xl/styles.xml"
        self.dates = _date_styles(_elements(archive, styles)) if styles in names else frozenset()
        texts = "xl/sharedStrings.xml"
        self.texts = _texts(archive, texts) if texts in names else []


def _target(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _date_styles(elements: list[tuple[str, dict[str, str]]]) -> frozenset[str]:
    """The numbers of the cell styles that show a date."""
    custom = {
        attributes["numFmtId"]
        for tag, attributes in elements
        if tag == "numFmt" and _DATE_LETTERS.search(_NOT_LETTERS.sub("", attributes["formatCode"]))
    }
    dates, inside, number = set(), False, 0
    for tag, attributes in elements:
        if tag in {"cellXfs", "cellStyles", "dxfs"}:
            inside = tag == "cellXfs"
        elif tag == "xf" and inside:
            kind = attributes.get("numFmtId", "0")
            if kind in custom or (kind.isdecimal() and int(kind) in _DATE_FORMATS):
                dates.add(str(number))
            number += 1
    return frozenset(dates)


def _texts(archive: zipfile.ZipFile, name: str) -> list[str]:
    """The shared texts; how a word is pronounced (rPh) is no part of it."""
    part = _Part(archive, name)
    if part.size > LARGEST_TEXTS:
        raise FileRefused("too-large", _("表格里的文字太多，请分成几个文件"))
    texts: list[str] = []
    pieces: list[str] = []
    state = {"text": False, "sound": False}

    def start(tag: str, _attributes: dict[str, str]) -> None:
        local = _local(tag)
        if local == "si":
            pieces.clear()
        state["sound"] = state["sound"] or local == "rPh"
        state["text"] = local == "t"

    def end(tag: str) -> None:
        local = _local(tag)
        if local == "si":
            texts.append("".join(pieces))
        if local == "rPh":
            state["sound"] = False
        state["text"] = False

    def text(data: str) -> None:
        if state["text"] and not state["sound"]:
            pieces.append(data)

    parser = _parser()
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    for piece in part.pieces():
        parser.Parse(piece)
    parser.Parse(b"", 1)
    return texts


@dataclass
class _Merge:
    """Cells merged into one; the value stands in the first only."""

    left: int
    top: int
    right: int
    bottom: int
    value: str = ""


def _number(letters: str) -> int:
    number = 0
    for one in letters:
        number = number * 26 + ord(one) - 64
    return number


@dataclass
class _Cell:
    place: int = 0
    type: str = "n"
    style: str = ""
    is_formula: bool = False
    pieces: list[str] = field(default_factory=list)


class _Sheet:
    """One sheet, walked through once from top to bottom."""

    def __init__(self, book: _Book, part: str) -> None:
        self._book, self._part = book, part
        # The next one last, so that it is taken from the end.
        self._merges = sorted(self._find_merges(), key=lambda one: one.top, reverse=True)
        self._open: list[_Merge] = []
        self._source = _Part(book.archive, part)
        self.size = self._source.size
        self._ready: list[Record] = []
        self._row = 0
        self._cells: list[str] = []
        self._kinds: dict[int, str] = {}
        self._cell = _Cell()
        self._takes = False
        self._sound = False

    def done(self) -> int:
        """Bytes of XML read so far."""
        return self._source.read

    def _find_merges(self) -> list[_Merge]:
        """Merged areas stand behind the rows, so they are looked for first."""
        found: list[_Merge] = []
        rest = b""
        for piece in _Part(self._book.archive, self._part).pieces():
            window = rest + piece
            end = 0
            for match in _MERGE.finditer(window):
                end = match.end()
                left, top, right, bottom = match.groups()
                found.append(
                    _Merge(_number(left.decode()), int(top), _number(right.decode()), int(bottom))
                )
            rest = window[max(end, len(window) - 128) :]
        return found

    def records(self) -> Iterator[Record]:
        """The rows in their order, with the kinds of cells that are no plain texts."""
        parser = _parser()
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._text
        try:
            for piece in self._source.pieces():
                parser.Parse(piece)
                yield from self._ready
                self._ready.clear()
            parser.Parse(b"", 1)
        except (expat.ExpatError, zipfile.BadZipFile, ValueError, EOFError) as wrong:
            raise _broken() from wrong
        yield from self._ready

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        if local == "c":
            self._begin_cell(attributes)
        elif local == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._cells, self._kinds = [], {}
        elif local == "f":
            self._cell.is_formula = True
        elif local == "rPh":
            self._sound = True
        self._takes = local in {"v", "t"} and not self._sound

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        place = len(self._cells)
        if reference := _REFERENCE.fullmatch(attributes.get("r", "")):
            place = _number(reference[1]) - 1
        self._cell = _Cell(place, attributes.get("t", "n"), attributes.get("s", ""))

    def _text(self, data: str) -> None:
        if self._takes:
            self._cell.pieces.append(data)

    def _end(self, tag: str) -> None:
        local = tag.rpartition(":")[2]
        self._takes = False
        if local == "c" and self._cell.place < _WIDEST:
            self._put()
        elif local == "rPh":
            self._sound = False
        elif local == "row":
            if self._merges or self._open:
                self._fill()
            self._ready.append(Record(self._row, self._cells, self._kinds))

    def _put(self) -> None:
        cell = self._cell
        text, kind = self._value("".join(cell.pieces), cell)
        if cell.is_formula:
            kind = records.FORMULA
        if not text and not cell.is_formula:
            return
        while len(self._cells) <= cell.place:
            self._cells.append("")
        self._cells[cell.place] = text[:_LARGEST_CELL]
        if kind:
            self._kinds[cell.place] = kind

    def _value(self, raw: str, cell: _Cell) -> tuple[str, str]:
        if cell.type == "s":
            return (self._book.texts[int(raw)], "") if raw else ("", "")
        if cell.type in {"inlineStr", "str"}:
            return raw, ""
        if cell.type == "e":
            return raw, records.BROKEN
        if cell.type == "b":
            return ("是" if raw == "1" else "否"), records.TRUTH
        if cell.type == "d":
            return raw, records.DATE
        if raw and cell.style in self._book.dates:
            return _date(float(raw), is_1904=self._book.is_1904), records.DATE
        return plain_number(raw), records.NUMBER if raw else ""

    def _fill(self) -> None:
        """Give every cell of a merged area the value that its first one shows."""
        while self._merges and self._merges[-1].top <= self._row:
            merge = self._merges.pop()
            cells = self._cells
            if merge.top == self._row and len(cells) >= merge.left:
                merge.value = cells[merge.left - 1]
                self._open.append(merge)
        self._open = [merge for merge in self._open if merge.bottom >= self._row and merge.value]
        for merge in self._open:
            for place in range(merge.left - 1, min(merge.right, _WIDEST)):
                while len(self._cells) <= place:
                    self._cells.append("")
                if (self._row, place) != (merge.top, merge.left - 1):
                    self._cells[place] = merge.value
                    self._kinds[place] = records.MERGED


def plain_number(raw: str) -> str:
    """A number as a person reads it: 10.0 is 10; one with more than 15 digits stays scientific,
    because the spreadsheet has lost its last digits.
    """
    if raw.isdecimal() and len(raw) <= 15:
        return raw
    try:
        value = float(raw)
    except ValueError:
        return raw
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.5E}" if abs(value) >= 1e15 else raw


_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a calendar's


def _date(serial: float, *, is_1904: bool) -> str:
    try:
        moment = (_EPOCH_1904 if is_1904 else _EPOCH) + timedelta(days=serial)
    except OverflowError:
        return str(serial)
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat(" ")


def date_of_serial(serial: int) -> date:
    """The day that a spreadsheet's plain number means, since 1900."""
    return (_EPOCH + timedelta(days=serial)).date()
