"""What follows from codes, names and hours alone."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
# Without cities below: the place itself is where one applies (兵团 has code 66 in practice only).
UNDIVIDED = frozenset({"66", "71", "81", "82"})

_COUNTY_ENDS = ("自治县", "自治旗", "矿区", "林区", "特区", "新区", "县", "市", "区", "旗")
_CITY_ENDS = ("自治州", "地区", "盟", "市")
_PROVINCE_SHORT = {"15": "内蒙古", "45": "广西", "54": "西藏", "64": "宁夏", "65": "新疆"} | {
    "66": "兵团",
    "81": "香港",
    "82": "澳门",
}
# The peoples in names of autonomous places, longest first, so that 土家族 is not read as 家族.
_PEOPLES = (
    "柯尔克孜|哈萨克|维吾尔|布依|土家|裕固|锡伯|朝鲜|蒙古|达斡尔|鄂伦春|鄂温克|塔吉克|各|保安|东乡|"
    "撒拉|仫佬|毛南|哈尼|傈僳|拉祜|布朗|独龙|景颇|仡佬|回|满|壮|苗|瑶|侗|畲|黎|彝|藏|羌|傣|佤|怒|白|水|土|纳西|普米"
)
_AUTONOMOUS = re.compile(rf"^(.{{2,}}?)(?:(?:{_PEOPLES})族?)+自治[县州旗]$")


def province_code(code: str) -> str:
    """The province of a place: 220104 lies in 220000."""
    return code[:2] + "0000"


def parent_code(code: str, cities: Iterable[str] | Mapping[str, Any]) -> str:
    """The place directly above; a county of a municipality or of the province itself skips 市辖区.

    `cities` are the codes of the cities there are.
    """
    if code.endswith("0000"):
        return ""
    city = code[:4] + "00"
    return city if city != code and city in cities else province_code(code)


def deciding_place(code: str, parent: str) -> str:
    """The place whose organs decide at city level for somebody in `code`.

    A county's city; a county under the province itself (仙桃, 济源, 石河子); the municipality.
    """
    if code[:2] in MUNICIPALITIES:
        return province_code(code)
    return code if parent in {"", province_code(code)} else parent


def stem(name: str) -> str:
    """A place's name without what kind of place it is: 兖州 of 兖州市 and 兖州区."""
    if autonomous := _AUTONOMOUS.match(name):
        return autonomous[1]
    for end in sorted({*_COUNTY_ENDS, *_CITY_ENDS}, key=len, reverse=True):
        if name.endswith(end) and len(name) - len(end) >= 2:
            return name[: -len(end)]
    return name


def plain_name(code: str, name: str) -> str:
    """The name as people say it: 吉林, 内蒙古, 长春, but 朝阳区, since 朝阳 is a city elsewhere."""
    if code.endswith("0000"):
        return _PROVINCE_SHORT.get(code[:2]) or re.sub(r"[省市]$", "", name)
    return stem(name) if code.endswith("00") else name


@dataclass(frozen=True)
class Opening:
    """Whether an office is open, and until when, or from when on."""

    is_open: bool
    changes_at: datetime


def opening(
    hours: Mapping[str, Any], at: datetime, is_working_day: Callable[[date], bool]
) -> Opening | None:
    """Whether an office with these hours is open at a local moment, and when that changes.

    `hours["workdays"]` is a list of pairs like ["08:30", "12:00"], in order. None when no hours
    are known, or no opening within 30 days.
    """
    spans = [(time.fromisoformat(a), time.fromisoformat(b)) for a, b in hours.get("workdays", [])]
    for ahead in range(31):
        day = at.date() + timedelta(days=ahead)
        if not spans or not is_working_day(day):
            continue
        for begin, end in spans:
            opens = datetime.combine(day, begin, tzinfo=at.tzinfo)
            closes = datetime.combine(day, end, tzinfo=at.tzinfo)
            if at < opens:
                return Opening(is_open=False, changes_at=opens)
            if at < closes:
                return Opening(is_open=True, changes_at=closes)
    return None


def hours_text(hours: Mapping[str, Any]) -> str:
    """Hours in words: 工作日8:30–12:00、13:30–17:00; empty when none are known."""
    spans: Sequence[Sequence[str]] = hours.get("workdays", [])
    shown = "、".join(f"{a.lstrip('0')}–{b.lstrip('0')}" for a, b in spans)
    return f"工作日{shown}" if shown else ""
