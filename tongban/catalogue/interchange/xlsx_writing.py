"""Writes the template that officials fill, empty or with rows; a row at a time, so memory stays flat."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from tongban.basics.refusals import Refused
from tongban.catalogue.interchange.columns import COLUMNS, EXPLAINS, SHEET

_LONGEST_CELL = 32_767  # characters, Excel's own bound
_MOST_ROWS = 1_048_576
_LISTS = "代码表"
_GUIDE = "填写说明"
_FIRST_ROW = 2  # below the headings and their explanation, from 0
_HELP_LONGEST = 255

GUIDE_LINES = (
    "每一行是一个地方的一件事。带*的列必须填，其余的列空着就表示和全国标准一样。",
    "编码、电话都是文本，前面的0不能丢；日期写成2026-09-01。",
    "不要合并单元格，不要写公式；从别处复制时选“粘贴为值”。",
    "申请材料要写全：一行一份。和全国标准一样的，只写名称；不写的，就是本地不要。",
    "来源原文是文件里的原话，一行一段，例如：办理时限：自受理之日起10个工作日。空着就用本行各格的原话。",
    "导入前会先显示差异：新增什么、改什么、停用什么。有一处必须改的，整个文件都不导入。",
    "已经公布的版本不能改。内容要改时，写一个更晚的生效日期，就是新的一版。",
)


class CellTooLong(Refused):
    """A cell that no .xlsx can hold."""

    code = "cell-too-long"
    status = 422


def write_xlsx(path: Path, rows: Iterable[Mapping[str, str]] = ()) -> int:
    """Write the template with these rows; returns how many. Refused: CellTooLong, with the way on."""
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_urls": False, "strings_to_formulas": False}
    )
    try:
        sheet = book.add_worksheet(SHEET)
        formats = _formats(book)
        _head(sheet, formats)
        count = 0
        for count, cells in enumerate(rows, start=1):
            _write_row(sheet, _FIRST_ROW - 1 + count, cells)
        _lists(book, sheet, max(count, 1))
        _guide(book, formats)
    finally:
        book.close()
    return count


def _formats(book: Any) -> dict[str, Any]:
    base = {"font_name": "Noto Sans CJK SC", "valign": "top"}
    return {
        "text": book.add_format({**base, "num_format": "@"}),
        "head": book.add_format({**base, "bold": True, "bg_color": "#DCE6F2", "border": 1}),
        "needed": book.add_format(
            {**base, "bold": True, "bg_color": "#1F4E8C", "font_color": "#FFFFFF", "border": 1}
        ),
        "explains": book.add_format(
            {**base, "text_wrap": True, "font_color": "#595959", "bg_color": "#F5F5F5",
             "font_size": 9, "border": 1}
        ),
        "plain": book.add_format({**base, "text_wrap": True}),
    }  # fmt: skip


def _head(sheet: Any, formats: Mapping[str, Any]) -> None:
    sheet.freeze_panes(_FIRST_ROW, 2)
    for place, column in enumerate(COLUMNS):
        # All columns are texts: a code that Excel takes for a number loses its zeros and its end.
        sheet.set_column(place, place, column.width, formats["text"])
    for place, column in enumerate(COLUMNS):
        heading = f"*{column.heading}" if column.is_required else column.heading
        sheet.write_string(0, place, heading, formats["needed" if column.is_required else "head"])
    sheet.set_row(1, 72)
    for place, column in enumerate(COLUMNS):
        said = column.explanation + (f"。例如：{column.example}" if column.example else "")
        mark = EXPLAINS if place == 0 else ""
        sheet.write_string(1, place, mark + said, formats["explains"])


def _write_row(sheet: Any, number: int, cells: Mapping[str, str]) -> None:
    if number >= _MOST_ROWS:
        raise CellTooLong(_("xlsx最多一百万行，请导出为CSV或JSON"))
    for place, column in enumerate(COLUMNS):
        text = cells.get(column.key, "")
        if len(text) > _LONGEST_CELL:
            raise CellTooLong(
                _("第%(row)s行的“%(heading)s”太长，xlsx的一格放不下，请导出为CSV或JSON")
                % {"row": number + 1, "heading": column.heading}
            )
        if text:
            sheet.write_string(number, place, text)


def _lists(book: Any, sheet: Any, count: int) -> None:
    """The values of the drop-downs, on a sheet of their own: Excel bounds lists in the rule itself."""
    lists = book.add_worksheet(_LISTS)
    offered = [(place, one) for place, one in enumerate(COLUMNS) if one.drop_down]
    longest = max(len(one.drop_down) for _place, one in offered)
    for row in range(longest + 1):
        for number, (_place, column) in enumerate(offered):
            values = [column.heading, *column.drop_down]
            if row < len(values):
                lists.write_string(row, number, values[row])
    last = _FIRST_ROW + max(count, 5000)
    for number, (place, column) in enumerate(offered):
        letter = chr(ord("A") + number)
        sheet.data_validation(
            _FIRST_ROW, place, last, place,
            {
                "validate": "list",
                "source": f"={_LISTS}!${letter}$2:${letter}${len(column.drop_down) + 1}",
                "input_title": column.heading[:32],
                "input_message": column.explanation[:_HELP_LONGEST],
                "error_title": "不在列表里",
                "error_message": "请从列表里选一个值",
            },
        )  # fmt: skip


def _guide(book: Any, formats: Mapping[str, Any]) -> None:
    guide = book.add_worksheet(_GUIDE)
    guide.set_column(0, 0, 110)
    for row, line in enumerate(GUIDE_LINES):
        guide.write_string(row, 0, line, formats["plain"])
