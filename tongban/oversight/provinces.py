"""Provinces as a grid of tiles: not a map, an order in which people find them."""

from collections.abc import Container
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tongban.jurisdictions import queries as jurisdictions

# Code, short sign, column; rows follow by themselves, as in the guide's grid.
GRID = (
    ("230000", "黑", 9), ("150000", "蒙", 7), ("220000", "吉", 9), ("650000", "新", 1),
    ("110000", "京", 6), ("120000", "津", 7), ("210000", "辽", 9), ("660000", "兵团", 1),
    ("620000", "甘", 3), ("640000", "宁", 4), ("140000", "晋", 5), ("130000", "冀", 6),
    ("370000", "鲁", 7), ("630000", "青", 2), ("610000", "陕", 4), ("410000", "豫", 6),
    ("320000", "苏", 7), ("310000", "沪", 8), ("540000", "藏", 1), ("510000", "川", 4),
    ("420000", "鄂", 5), ("340000", "皖", 6), ("330000", "浙", 7), ("500000", "渝", 4),
    ("430000", "湘", 5), ("360000", "赣", 6), ("350000", "闽", 7), ("710000", "台", 8),
    ("530000", "滇", 3), ("520000", "黔", 4), ("450000", "桂", 5), ("440000", "粤", 6),
    ("460000", "琼", 5), ("820000", "澳", 6), ("810000", "港", 7),
)  # fmt: skip
NAMES = {"660000": "新疆生产建设兵团"}


@dataclass(frozen=True)
class Tile:
    """One province: in the whole, in part (some of its cities), or not."""

    code: str
    sign: str
    column: int
    name: str
    kind: str
    words: str


def tiles(members: Container[str], partly: Container[str]) -> list[Tile]:
    """All provinces, with those that are members and those of which only cities are."""
    return [_tile(*place, members, partly) for place in GRID]


def _tile(
    code: str, sign: str, column: int, members: Container[str], partly: Container[str]
) -> Tile:
    name = NAMES.get(code) or jurisdictions.short_name(code)
    if code in members:
        return Tile(code, sign, column, name, "on", _("全省"))
    if code in partly:
        return Tile(code, sign, column, name, "ok", _("部分城市"))
    return Tile(code, sign, column, name, "off", _("不在内"))
