"""What a document says about the working days of a year: days off, weekend days worked.

A document of the State Council settles a year for the country; a later one may change some days of
it; a province may add its own. Values in, values out: where documents are kept is for others.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from tongban.basics import canonical

FORMAT = 1
NATION = "000000"
SHIPPED = Path(__file__).resolve().parent / "data" / "arrangements.json"
# A notice for New Year reaches back into the last days of the year before (2012: 31 December 2011).
_REACH = timedelta(days=7)
_LONGEST = 31  # days of one holiday; a longer span is a slip of the pen
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_KEYS = {"place", "year", "number", "title", "issuer", "issued_on", "url", "whole_year"}


@dataclass(frozen=True)
class Fault:
    """Where in a document something is wrong, and how to mend it."""

    where: str
    words: str

    def __str__(self) -> str:
        return f"{self.where}：{self.words}" if self.where else self.words


class ArrangementMalformed(Exception):
    """A document that cannot be taken; nothing of it was."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("；".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Arrangement:
    """One document: whose days it settles, who issued it, which days are off and which are worked.

    `place` is 000000 for the country, else the place whose own days these are. `whole_year` says
    that the document settles its year; one that only changes some days does not.
    """

    place: str
    year: int
    number: str
    title: str
    issuer: str
    issued_on: date | None
    url: str
    whole_year: bool
    rest: tuple[tuple[str, tuple[date, ...]], ...]
    work: tuple[date, ...]

    @property
    def is_national(self) -> bool:
        return self.place == NATION

    @property
    def name(self) -> str:
        """The document as a ledger names it: its number, or its title where none is known."""
        return self.number or self.title

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what it says, so that two nodes can tell whether they hold the same."""
        return canonical.digest(canonical.dumps(self.as_dict()))

    @property
    def order(self) -> tuple[bool, str, bool, date, str]:
        """Later documents overlay earlier ones; a place's own lie over the country's."""
        issued = self.issued_on or date(self.year, 1, 1)
        return not self.is_national, self.place, not self.whole_year, issued, self.number

    def days(self) -> Iterator[tuple[date, bool, str]]:
        """Each day it names: whether it is worked, and the holiday it belongs to."""
        for name, days in self.rest:
            yield from ((day, False, name) for day in days)
        yield from ((day, True, "") for day in self.work)

    def years(self) -> set[int]:
        """The years in which it says something."""
        return {self.year} | {day.year for day, _, _ in self.days()}

    def as_dict(self) -> dict[str, Any]:
        """The document in the form in which it is loaded."""
        return {
            "place": self.place,
            "year": self.year,
            "number": self.number,
            "title": self.title,
            "issuer": self.issuer,
            "issued_on": self.issued_on.isoformat() if self.issued_on else None,
            "url": self.url,
            "whole_year": self.whole_year,
            "rest": [{"name": name, "days": _written(days)} for name, days in self.rest],
            "work": [day.isoformat() for day in self.work],
        }


def _written(days: Iterable[date]) -> list[str]:
    """Days as a document writes them: 2026-02-15..2026-02-23 for a span."""
    spans: list[list[date]] = []
    for day in days:
        if spans and day - spans[-1][-1] == timedelta(days=1):
            spans[-1].append(day)
        else:
            spans.append([day])
    return [
        span[0].isoformat() if len(span) == 1 else f"{span[0].isoformat()}..{span[-1].isoformat()}"
        for span in spans
    ]


@cache
def shipped() -> tuple[Arrangement, ...]:
    """The documents that come with the program: the country's, 2004 to 2026."""
    return read(SHIPPED.read_text("utf-8"), needs_source=False)


def read(text: str, *, needs_source: bool = True) -> tuple[Arrangement, ...]:
    """The documents of a file; ArrangementMalformed with every fault in it.

    {"format": 1, "arrangements": [{…}, …]}, or one document alone. With `needs_source` each must
    name its number, issuer and date.
    """
    try:
        data = json.loads(text)
    except ValueError as wrong:
        raise ArrangementMalformed([Fault("", f"不是JSON：{wrong}")]) from wrong
    if not isinstance(data, dict):
        raise ArrangementMalformed([Fault("", "最外面应是一个对象：{…}")])
    return from_dict(data, needs_source=needs_source)


def from_dict(data: dict[str, Any], *, needs_source: bool = True) -> tuple[Arrangement, ...]:
    """The documents of a file that is no text any more; ArrangementMalformed as `read`."""
    rows = data.get("arrangements", [data])
    if data.get("format", FORMAT) != FORMAT or not isinstance(rows, list) or not rows:
        words = f"应写成{{'format': {FORMAT}, 'arrangements': [至少一份文件]}}"
        raise ArrangementMalformed([Fault("", words.replace("'", '"'))])
    found, faults = [], []
    for number, row in enumerate(rows, 1):
        reading = _Reading(f"第{number}份文件" if len(rows) > 1 else "", needs_source)
        found.append(reading.arrangement(row))
        faults += reading.faults
    if faults:
        raise ArrangementMalformed(faults)
    return tuple(one for one in found if one)


class _Reading:
    """Reads one document and gathers all that is wrong with it."""

    def __init__(self, prefix: str, needs_source: bool) -> None:
        self.prefix, self.needs_source = prefix, needs_source
        self.faults: list[Fault] = []

    def _wrong(self, where: str, words: str) -> None:
        self.faults.append(Fault(" ".join(filter(None, (self.prefix, where))), words))

    def arrangement(self, row: Any) -> Arrangement | None:
        if not isinstance(row, dict):
            self._wrong("", "一份文件应是一个对象：{…}")
            return None
        for key in sorted(set(row) - _KEYS - {"rest", "work", "format"}):
            self._wrong(str(key), "没有这一项，请删去或改正写法")
        year = self._year(row.get("year"))
        head = self._head(row)
        if not year:
            return None
        rest = self._rest(row.get("rest", []), year)
        work = self._work(row.get("work", []), year)
        self._check_days(rest, work)
        if row.get("whole_year", True) and head["place"] == NATION and not rest:
            self._wrong("rest", "一整年的安排里没有一个节日")
        if self.faults:
            return None
        return Arrangement(year=year, rest=rest, work=work, **head)

    def _year(self, value: Any) -> int:
        if isinstance(value, int) and _FIRST_YEAR <= value <= _LAST_YEAR:
            return value
        self._wrong("year", f"写年份，{_FIRST_YEAR}到{_LAST_YEAR}之间的整数")
        return 0

    def _head(self, row: Mapping[str, Any]) -> dict[str, Any]:
        place = row.get("place", NATION)
        if not (isinstance(place, str) and re.fullmatch(r"\d{6}", place)):
            self._wrong("place", "写六位行政区划代码；全国写000000")
        whole = row.get("whole_year", True)
        if not isinstance(whole, bool):
            self._wrong("whole_year", "写true（安排一整年）或者false（只改几天）")
        words = {key: self._text(row, key) for key in ("number", "title", "issuer", "url")}
        if words["url"] and not words["url"].startswith(("http://", "https://")):
            self._wrong("url", "写完整的网址，以http://或https://开头；没有就留空")
        return {
            "place": place,
            "whole_year": whole,
            "issued_on": self._issued(row),
            **words,
        }

    def _text(self, row: Mapping[str, Any], key: str) -> str:
        value = row.get(key, "")
        needed = {
            "number": "文号，例如国办发明电〔2025〕7号",
            "issuer": "发文机关",
            "title": "题名",
        }
        if not isinstance(value, str) or len(value) > 200:
            self._wrong(key, "写不超过200个字的文字")
            return ""
        if self.needs_source and key in needed and not value.strip():
            self._wrong(key, f"写{needed[key]}：没有出处的放假安排不能载入")
        return value.strip()

    def _issued(self, row: Mapping[str, Any]) -> date | None:
        value = row.get("issued_on")
        if value is None and not self.needs_source:
            return None
        return self._day("issued_on", value)

    def _day(self, where: str, value: Any) -> date | None:
        try:
            if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        self._wrong(where, f"写日期，例如2027-01-01；现在是{value!r}")
        return None

    def _span(self, where: str, value: Any) -> list[date]:
        """A day, or a span written 2026-02-15..2026-02-23."""
        first_text, dots, last_text = str(value).partition("..")
        first = self._day(where, first_text)
        last = self._day(where, last_text) if dots else first
        if not first or not last:
            return []
        if not 0 <= (last - first).days < _LONGEST:
            self._wrong(where, f"{value}不是一段先后相连、不超过{_LONGEST}天的日子")
            return []
        return [first + timedelta(days=n) for n in range((last - first).days + 1)]

    def _within(self, where: str, days: Iterable[date], year: int) -> tuple[date, ...]:
        """The days in order; those outside the year (and the last week before it) are faults."""
        kept = sorted(days)
        for day in kept:
            if not date(year, 1, 1) - _REACH <= day <= date(year, 12, 31):
                self._wrong(where, f"{day}不在{year}年（最早可到上一年最后一周）")
        return tuple(kept)

    def _rest(self, rows: Any, year: int) -> tuple[tuple[str, tuple[date, ...]], ...]:
        if not isinstance(rows, list):
            self._wrong("rest", '写成[{"name": "元旦", "days": ["2027-01-01..2027-01-03"]}, …]')
            return ()
        found = []
        for number, row in enumerate(rows, 1):
            where = f"rest第{number}项"
            if not isinstance(row, dict) or set(row) != {"name", "days"}:
                self._wrong(where, '写成{"name": "元旦", "days": ["2027-01-01..2027-01-03"]}')
                continue
            name, spans = row["name"], row["days"]
            if not isinstance(name, str) or not name.strip():
                self._wrong(where, "写节日的名称")
            if not isinstance(spans, list) or not spans:
                self._wrong(where, "写放假的日子，至少一天")
                continue
            days = [day for span in spans for day in self._span(where, span)]
            found.append((str(name).strip(), self._within(where, days, year)))
        return tuple(found)

    def _work(self, rows: Any, year: int) -> tuple[date, ...]:
        if not isinstance(rows, list):
            self._wrong("work", '写成["2027-02-06", …]；没有调休上班就写[]')
            return ()
        days = [day for row in rows for day in self._span("work", row)]
        for day in days:
            if day.weekday() < 5:
                self._wrong("work", f"{day}不是周末，本来就上班")
        return self._within("work", days, year)

    def _check_days(
        self, rest: tuple[tuple[str, tuple[date, ...]], ...], work: tuple[date, ...]
    ) -> None:
        seen: set[date] = set()
        for name, days in (*rest, ("work", work)):
            for day in days:
                if day in seen:
                    self._wrong(name, f"{day}写了两次，或者又放假又上班")
                seen.add(day)
