"""Comma-separated files as officials have them: UTF-8 with a mark or without, GB 18030, tabs."""

import codecs
import csv
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from tongban.catalogue.interchange.faults import escape, unescape
from tongban.catalogue.interchange.records import FileRefused, Record, Source
from tongban.catalogue.interchange.tables import find_headings, rows

LARGEST = 1024 * 1024 * 1024  # bytes
_LARGEST_CELL = 1_000_000  # characters
_CHUNK = 1 << 20


def open_csv(path: Path) -> Source:
    """The rows of a CSV. Refused (FileRefused): too large, no text, an encoding nobody knows."""
    size = path.stat().st_size
    if size > LARGEST:
        raise FileRefused("too-large", _("文件超过1 GB，请分成几个文件"))
    encoding = encoding_of(path)
    raw = path.open("rb")
    file = TextIOWrapper(raw, encoding=encoding, newline="")
    records = _records(file, _delimiter(file))
    try:
        headings = find_headings(records)
    except FileRefused:
        file.close()
        raise
    return Source(
        "csv",
        rows(records, headings),
        headings.places,
        size,
        lambda: 0 if raw.closed else raw.tell(),
        tuple(headings.unknown),
    )


def encoding_of(path: Path) -> str:
    """The encoding of a text: by its mark, else UTF-8 when it is that throughout, else GB 18030."""
    with path.open("rb") as file:
        head = file.read(4)
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):  # fmt: skip
        if head.startswith(mark):
            return name
    for name in ("utf-8", "gb18030"):
        if _reads_as(path, name):
            return name
    raise FileRefused(
        "unknown-encoding", _("认不出这个文件的文字编码。请另存为“CSV UTF-8”或者xlsx再导入")
    )


def _reads_as(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_CHUNK):
                if b"\0" in chunk:
                    return False
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _delimiter(file: TextIO) -> str:
    head = file.read(8192)
    file.seek(0)
    line = max(head.splitlines()[:20], key=len, default="")
    return max(",\t;", key=line.count)


def read_csv(path: Path, encoding: str) -> Iterator[list[str]]:
    """The lines of a CSV as they stand. Refused (FileRefused): quotes that do not close."""
    file = path.open(encoding=encoding, newline="")
    return (record.cells for record in _records(file, _delimiter(file)))


def _records(file: TextIO, delimiter: str) -> Iterator[Record]:
    csv.field_size_limit(_LARGEST_CELL)
    with file:
        reader = csv.reader(file, delimiter=delimiter)
        number = 0
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, UnicodeError) as wrong:
                raise FileRefused(
                    "csv-broken",
                    _("第%(row)s行读不下去：多半是引号没有成对。请检查这一行的双引号")
                    % {"row": number},
                ) from wrong
            yield Record(number, [unescape(cell) for cell in cells], {})


def write_csv(path: Path, headings: Iterable[str], lines: Iterable[Iterable[str]]) -> int:
    """Write a CSV that a spreadsheet opens as Chinese; cells never become formulas. Returns rows."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(list(headings))
        for line in lines:
            writer.writerow([escape(cell) for cell in line])
            count += 1
    return count
