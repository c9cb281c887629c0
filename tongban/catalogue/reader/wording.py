"""Turns the documents' wording of form and deadline into modes and dates; the wording is kept too."""

import calendar
import re
from collections.abc import Iterator
from typing import TypedDict


class Deadline(TypedDict):
    """One date by which something is to be reached, or the words where there is no date.

    `scope` is "national" or a province's two digits; `kind` is date, done, deferred or text.
    """

    scope: str
    kind: str
    by: str | None
    coverage: str
    text: str


# The left side is every wording of 实现形式 in 福建省's table; an unknown one stops the reading.
_MODES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"全国无差别办理", ("ANYWHERE",)),
    (r"全程网办", ("ONLINE",)),
    (r"全程网办、多地联办", ("ONLINE", "JOINT")),
    (r"多地联办", ("JOINT",)),
    (r"异地代收代办|异地代办", ("RECEIVED_FOR",)),
    (r"网上申请办理", ("ONLINE",)),
    (r"网上预审.*邮政寄递.*|申请材料、证书及有关文书可邮政寄递", ("PRECHECK_MAIL",)),
    (r"目前，仍需现场办理", ("ON_SITE",)),
    (r"按照.+统一部署(安排)?", ()),
    (r"我省无该事项，.+", ()),
)

_DATE = re.compile(r"(?P<year>\d{4})年(?:(?P<month>\d{1,2})月)?(?P<end>底)?前?")
_STAGE = re.compile(rf"{_DATE.pattern}(?P<coverage>[^；]*)")


def modes_of(form: str) -> list[str]:
    """The modes of one wording of 实现形式. Refused with `KeyError` when the wording is new."""
    for pattern, modes in _MODES:
        if re.fullmatch(pattern, form):
            return list(modes)
    raise KeyError(form)


def state_of(form: str) -> str:
    """open; deferred (按照部委统一部署); absent (the province has no such item); on-site."""
    if form.startswith("按照"):
        return "deferred"
    if form.startswith("我省无该事项"):
        return "absent"
    return "on-site" if "现场" in form else "open"


def modes_of_scene(scene: str) -> list[str]:
    """The modes that a sentence of 应用场景 itself names, where the list has no column for them."""
    online = ("网上", "电子税务局")
    return [
        *(["ONLINE"] if any(word in scene for word in online) else []),
        *(["JOINT"] if "协同办理" in scene else []),
    ]


def deadlines_of(text: str, *, scope: str) -> list[Deadline]:
    """Every date that one wording names, each with what is to be reached by then."""
    if text.startswith("已完成"):
        return [
            Deadline(scope=scope, kind="done", by=None, coverage=text[3:].strip("（）"), text=text)
        ]
    if re.match(r"[按待].*统一部署", text):
        return [Deadline(scope=scope, kind="deferred", by=None, coverage="", text=text)]
    stages = list(_stages(text, scope))
    return stages or [Deadline(scope=scope, kind="text", by=None, coverage="", text=text)]


def _stages(text: str, scope: str) -> Iterator[Deadline]:
    if "在开展" in text or not re.match(r"(预计|力争)?\d{4}年", text):
        return
    if "至" in text or "年在" in text:  # spans of years say when something runs, not by when
        return
    for stage in text.removeprefix("预计").split("；"):
        if found := _STAGE.fullmatch(stage):
            coverage = found["coverage"].lstrip("，")
            yield Deadline(
                scope=scope, kind="date", by=_last_day(found), coverage=coverage, text=text
            )


def _last_day(found: re.Match[str]) -> str:
    year, month = int(found["year"]), int(found["month"] or 12)
    return f"{year}-{month:02d}-{calendar.monthrange(year, month)[1]:02d}"
