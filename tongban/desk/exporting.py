"""A list of cases as a file: the columns of its page, a chunk at a time, so that memory stays flat."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from typing import IO, Any

import xlsxwriter
from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from tongban.basics import identifiers
from tongban.basics.refusals import Refused
from tongban.cases.models import FOLDED, Case
from tongban.cases.states import Party
from tongban.desk.listing import Listing
from tongban.desk.rows import Row, rows_of

CHUNK = 500
# Excel holds 1,048,576 rows; one is the heads.
MOST_IN_XLSX = 1_048_575
# What no row of a list is made from.
_WORKBENCH = (
    "result", "limits", "told", "receivers", "procedure", "proposal", "head_hash",
)  # fmt: skip
# What a spreadsheet takes for the beginning of a formula, or drops before looking for one.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Excel reads a CSV as UTF-8 only with this mark before it.
_MARK = "\ufeff"


class TooManyRows(Refused):
    """More rows than an .xlsx can hold."""

    code = "too-many-rows"

    def __init__(self) -> None:
        super().__init__(_("xlsx最多放一百万行，这个列表更长。请先筛选，或者导出为CSV"))


def heads(listing: Listing) -> list[str]:
    """The columns, as the page names them."""
    other = _("办理地") if listing.side is Party.RECEIVER else _("收件地")
    return [
        _("编号"), _("事项"), _("申请人"), other, _("环节"), _("要做什么"), _("时限"), _("到期"),
        _("认领人"), _("申请日期"),
    ]  # fmt: skip


def rows(listing: Listing, *, today: date) -> Iterator[list[str]]:
    """The cells of every case of a list, texts all of them, in the order of the page.

    Read by a cursor of the server in chunks, the names of a chunk's applicants at once: nothing
    grows with the list. The moments of the cases are those of the beginning.
    """
    found = _slim(listing.cases()).iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        seen = rows_of(chunk, listing.officer, listing.side, today=today)
        yield from (_cells(case, row, listing.side) for case, row in zip(chunk, seen, strict=True))


def _slim(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Without the columns that only the workbench reads, JSON most of them."""
    left_out = [name for name in _WORKBENCH if name in FOLDED]
    return cases.select_related("claimed_by").defer(*left_out)


def _cells(case: Case, row: Row, side: Party) -> list[str]:
    submitted = localtime(case.submitted_at).date().isoformat() if case.submitted_at else ""
    return [
        identifiers.show_case_number(case.number),
        row.item,
        row.applicant,
        row.pair.end if side is Party.RECEIVER else row.pair.start,
        row.stage,
        str(row.todo),
        row.light.text,
        row.light.due_on.isoformat() if row.light.due_on else "",
        row.claimed_by,
        submitted,
    ]


def defused(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe goes before what looks like one."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_chunks(listing: Listing, *, today: date) -> Iterator[bytes]:
    """The list as UTF-8 CSV, a chunk of its rows at a time."""
    lines = _lines(listing, today)
    yield _MARK.encode()
    while chunk := list(islice(lines, CHUNK)):
        page = io.StringIO(newline="")
        csv.writer(page).writerows([defused(cell) for cell in cells] for cells in chunk)
        yield page.getvalue().encode()


def _lines(listing: Listing, today: date) -> Iterator[Sequence[str]]:
    yield heads(listing)
    yield from rows(listing, today=today)


def write_xlsx(target: IO[bytes], listing: Listing, *, today: date) -> int:
    """The list as a workbook written to an open file, every cell a text; returns how many rows.

    Refused: TooManyRows. A text that looks like a formula is written as the text it is.
    """
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    count = 0
    try:
        sheet = book.add_worksheet(_("办件"))
        _head(book, sheet, heads(listing))
        for count, cells in enumerate(rows(listing, today=today), start=1):
            if count > MOST_IN_XLSX:
                raise TooManyRows
            for place, text in enumerate(cells):
                sheet.write_string(count, place, text)
    finally:
        book.close()
    return count


def _head(book: Any, sheet: Any, names: Sequence[str]) -> None:
    bold = book.add_format({"bold": True, "bg_color": "#DCE6F2", "border": 1})
    sheet.freeze_panes(1, 1)
    for place, (name, width) in enumerate(
        zip(names, (28, 30, 16, 20, 16, 24, 16, 12, 12, 12), strict=True)
    ):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, name, bold)
