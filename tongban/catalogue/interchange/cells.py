"""Single cells: numbers, days, values of code sets; what they say, or the fault."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date

from django.utils.translation import gettext as _

from tongban.catalogue.interchange.columns import BY_KEY
from tongban.catalogue.interchange.faults import ERROR, FLAG
from tongban.catalogue.interchange.xlsx_reading import date_of_serial

Say = Callable[[str, str, str, str, str], None]

_DAY = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?: 00:00:00)?")
_PACKED_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SERIALS = range(36526, 73051)  # 2000 to 2099, as spreadsheets count days


def narrow(text: str) -> str:
    """Digits and letters as a keyboard writes them: １２ is 12; spaces around are gone."""
    return text.strip() if text.isascii() else unicodedata.normalize("NFKC", text).strip()


def number(cells: Mapping[str, str], key: str, say: Say, *, least: int, most: int) -> int | None:
    """A whole number; nothing when the cell is empty or wrong."""
    text = narrow(cells.get(key, ""))
    if not text:
        return None
    text = text.removesuffix(".0")
    if text.isascii() and text.isdecimal() and least <= int(text) <= most:
        return int(text)
    say(
        "not-a-number", ERROR, key,
        _("“%(heading)s”应填%(least)s到%(most)s的整数，这里是“%(value)s”")
        % {"heading": BY_KEY[key].heading, "least": least, "most": most, "value": text[:20]},
        _("只填数字，单位写在单位那一列"),
    )  # fmt: skip
    return None


def one_of(cells: Mapping[str, str], key: str, say: Say) -> str | None:
    """A value of the column's code set; nothing when the cell is empty or unknown."""
    text = narrow(cells.get(key, ""))
    code_set = BY_KEY[key].code_set
    if not text or code_set is None:
        return None
    if (found := code_set.code_of(text)) is not None:
        return found
    if key == "item_type" and (text in {"21", "30"}):
        return text
    say(
        "unknown-code", ERROR, key,
        _("“%(heading)s”没有“%(value)s”这个值，只有：%(known)s")
        % {
            "heading": BY_KEY[key].heading,
            "value": text[:20],
            "known": "、".join(code_set.labels),
        },
        _("从列表里选；别的系统的代码请先按对照表换算"),
    )  # fmt: skip
    return None


def day(cells: Mapping[str, str], key: str, say: Say) -> date | None:
    """A day in any of the ways people write it; nothing when the cell is empty or impossible."""
    text = narrow(cells.get(key, ""))
    if not text:
        return None
    heading = BY_KEY[key].heading
    if text.isdecimal() and len(text) == 5 and int(text) in _SERIALS:
        found = date_of_serial(int(text))
        say(
            "date-as-number", FLAG, key,
            _("“%(heading)s”是表格的日期数字%(value)s，按%(day)s读")
            % {"heading": heading, "value": text, "day": found.isoformat()},
            _("把这一列的格式改成日期或者文本，核对是不是这一天"),
        )  # fmt: skip
        return found
    match = _DAY.fullmatch(text) or _PACKED_DAY.fullmatch(text)
    try:
        if match:
            found = date(int(match[1]), int(match[2]), int(match[3]))
            if 1990 <= found.year <= 2100:
                return found
    except ValueError:
        pass
    say(
        "impossible-date", ERROR, key,
        _("“%(heading)s”写的“%(value)s”不是一个可能的日期")
        % {"heading": heading, "value": text[:30]},
        _("写成2026-09-01这样的日期"),
    )  # fmt: skip
    return None
