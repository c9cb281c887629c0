"""The deadline calculator's form: what was typed becomes a question, faults find their fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tongban.cases.clocks import picture, reading, rules, writing
from tongban.cases.clocks.picture import Month
from tongban.cases.clocks.reading import QuestionMalformed
from tongban.cases.clocks.values import Line, Reckoning, Rule, Unit
from tongban.ui.tags.dates import day_words

MOST_ROWS = 10
Words = Any
Option = tuple[str, Words]

UNITS: list[Option] = [
    (Unit.WORKDAY.value, gettext_lazy("工作日")),
    (Unit.DAY.value, gettext_lazy("天（周末和节假日也算）")),
    (Unit.MONTH.value, gettext_lazy("月")),
    (Unit.YEAR.value, gettext_lazy("年")),
]
KINDS: list[Option] = [
    ("other", gettext_lazy("别的期限")),
    ("accept", gettext_lazy("受理期限（一般5个工作日）")),
    ("decide", gettext_lazy("办理时限（法定一般20个工作日）")),
    ("joint", gettext_lazy("联合办理时限（法定45个工作日）")),
    ("deliver", gettext_lazy("送达期限（10个工作日）")),
    ("correction", gettext_lazy("补正时间")),
    ("receive", gettext_lazy("收件地的服务时限")),
    ("inquiry", gettext_lazy("协查答复时间")),
    ("request", gettext_lazy("请求答复时间")),
]
REASONS: list[Option] = [
    ("correction", gettext_lazy("请申请人补正")),
    ("special", gettext_lazy("听证、检验、鉴定等特别程序")),
    ("suspension", gettext_lazy("中止办理")),
    ("transit", gettext_lazy("两地之间传送")),
    ("return", gettext_lazy("退回修改")),
    ("other", gettext_lazy("别的理由")),
]
# Where a fault of the question stands on the page.
_FIELDS = {
    "start": "start",
    "limit": "limit",
    "unit": "unit",
    "rule": "kind",
    "office_hours": "closes",
    "at": "at",
    "extensions.0.count": "more_count",
    "extensions.0.at": "more_on",
}


@dataclass(frozen=True)
class Row:
    """One stop as it was typed, with what is wrong with it."""

    number: int
    since: str
    until: str
    reason: str
    errors: Mapping[str, str]

    @property
    def number_text(self) -> str:
        return str(self.number)

    @property
    def since_error(self) -> str:
        return self.errors.get("since", "")

    @property
    def until_error(self) -> str:
        return self.errors.get("until", "")

    @property
    def reason_error(self) -> str:
        return self.errors.get("reason", "")


@dataclass(frozen=True)
class Form:
    """What was typed, what is wrong with it, and the answer when nothing is."""

    values: Mapping[str, str]
    rows: list[Row]
    errors: Mapping[str, str]
    answer: Reckoning | None

    @property
    def is_more_open(self) -> bool:
        """Whether the part that most people do not need is to be seen."""
        return any(self.values[name] for name in ("more_count", "more_on", "closes", "at"))

    @property
    def summary(self) -> list[tuple[str, str]]:
        """For the list of faults: the id of each field, and the words beside it."""
        return [(f"id_{name}", words) for name, words in self.errors.items()]


def read(given: Mapping[str, str], *, now: datetime) -> Form:
    """The form as it was sent; without a limit or a start that was sent it is simply empty."""
    values = {
        name: given.get(name, usual)[:40].strip()
        for name, usual in (
            ("start", ""), ("limit", ""), ("unit", "workday"), ("kind", "other"), ("closes", ""),
            ("more_count", ""), ("more_on", ""), ("at", ""),
        )
    }  # fmt: skip
    count = _rows_asked(given)
    typed = [
        {key: given.get(f"{key}_{n}", "")[:40].strip() for key in ("since", "until", "reason")}
        for n in range(count)
    ]
    errors: dict[str, str] = {}
    answer = None
    if "limit" in given and "add" not in given:
        answer, errors = _answered(values, typed, now)
    rows = [
        Row(
            number,
            row["since"],
            row["until"],
            row["reason"] or "correction",
            {key: errors[f"{key}_{number}"] for key in row if f"{key}_{number}" in errors},
        )
        for number, row in enumerate(typed)
    ]
    return Form(values, rows, errors, answer)


def _rows_asked(given: Mapping[str, str]) -> int:
    """How many stops the page shows: those sent, one more when that was asked for, at least one."""
    text = given.get("rows", "1")
    sent = int(text) if text.isdecimal() and len(text) < 4 else 1
    return max(1, min(sent + ("add" in given), MOST_ROWS))


def _answered(
    values: Mapping[str, str], typed: list[dict[str, str]], now: datetime
) -> tuple[Reckoning | None, dict[str, str]]:
    asked = [number for number, row in enumerate(typed) if row["since"] or row["until"]]
    try:
        question = reading.from_dict(_question(values, typed, asked), now=now)
    except QuestionMalformed as refused:
        return None, dict(_placed(refused, asked))
    return question.answer(), {}


def _question(
    values: Mapping[str, str], typed: list[dict[str, str]], asked: list[int]
) -> dict[str, Any]:
    """What the form asks, in the form that the command line takes."""
    question: dict[str, Any] = {
        "start": values["start"],
        "limit": _number(values["limit"]),
        "unit": values["unit"],
        "rule": values["kind"],
        "stops": [
            {
                "from": typed[number]["since"],
                "to": typed[number]["until"] or None,
                "rule": typed[number]["reason"] or "other",
            }
            for number in asked
        ],
    }
    if values["closes"]:
        question["office_hours"] = {"workdays": [["00:00", values["closes"]]]}
    if values["more_count"] or values["more_on"]:
        more = {"count": _number(values["more_count"]), "at": values["more_on"]}
        question["extensions"] = [more]
    if values["at"]:
        question["at"] = values["at"]
    return question


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else text


def _placed(refused: QuestionMalformed, asked: list[int]) -> list[tuple[str, str]]:
    """Each fault with its field; the first one of a field is told."""
    placed: dict[str, str] = {}
    for fault in refused.faults:
        parts = fault.where.split(".")
        name = _FIELDS.get(fault.where, "limit")
        if parts[0] == "stops" and len(parts) == 3:
            inner = {"from": "since", "to": "until", "rule": "reason"}[parts[2]]
            name = f"{inner}_{asked[int(parts[1])]}"
        placed.setdefault(name, _words(name, fault.words))
    return list(placed.items())


def _words(name: str, words: str) -> str:
    """The page's own words where the question's speak of a file."""
    if name == "closes":
        return _("写下班的时间，例如17:00")
    if name in {"unit", "kind"} or name.startswith("reason"):
        return _("从列出的里面选一项")
    return words


@dataclass(frozen=True)
class Shown:
    """An answer as the page shows it."""

    answer: Reckoning
    months: list[Month]
    is_long: bool
    lines: list[tuple[Line, str, str]]
    rules: list[Rule]
    light: str
    day: str
    rolled_from: str
    is_asked_for_moment: bool


def shown(answer: Reckoning, *, for_moment: bool) -> Shown:
    """The picture, the lines in words, and the rules that were used."""
    found, is_long = picture.months(answer)
    lines = [
        (line, _what(line, answer), "、".join(rule.words for rule in line.rules))
        for line in answer.lines
    ]
    told = [rule for rule in answer.rules if rule is not rules.OTHER]
    light = writing.light_words(answer)
    due, rolled = answer.due_on, answer.rolled_from
    return Shown(
        answer,
        found,
        is_long,
        lines,
        told,
        light,
        day=day_words(due, year=True) if due else "",
        rolled_from=day_words(rolled, year=False) if rolled else "",
        is_asked_for_moment=for_moment,
    )


def _what(line: Line, answer: Reckoning) -> str:
    if line.adds:
        return _("加%(amount)s") % {"amount": writing.amount(line.adds, answer.counted_in)}
    return _("算") if line.counts else _("不算")
