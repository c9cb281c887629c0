"""What the model rests on: figures of documents, of this repository, and assumptions, each with its source."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from tongban.local.trouble import WrongWords

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Figure:
    """One number and where it is from; an assumption has neither a document nor a file of code."""

    key: str
    value: float
    unit: str
    says: str
    document: str = ""
    line: int = 0
    quote: str = ""
    code: str = ""
    is_given: bool = False  # the reader gave it in the place of ours

    @property
    def is_assumption(self) -> bool:
        """Whether no document and no code stands behind it."""
        return self.is_given or not (self.document or self.code)

    @property
    def source(self) -> str:
        """Where it is from, in words."""
        if self.is_given:
            return "given by the reader"
        if self.document:
            return f"{self.document}, line {self.line}: {self.quote}"
        return self.code or "assumption"


@dataclass(frozen=True)
class Kind:
    """An item that stands for a part of the volume."""

    item: str
    name: str
    at_once: bool
    share: float = 1.0
    figure: str = ""


@dataclass(frozen=True)
class Figures:
    """All of them; `figures[key]` is the value."""

    rows: Mapping[str, Figure]
    hours_online: Sequence[float]
    hours_window: Sequence[float]
    insurance: Sequence[Kind]
    insurance_window: Kind
    police: Sequence[Kind]
    people: Mapping[str, float]
    pulling: frozenset[str]

    def __getitem__(self, key: str) -> float:
        return self.rows[key].value

    def with_assumptions(self, given: Mapping[str, float]) -> "Figures":
        """The same with other values. Refused: WrongWords for a key that there is not."""
        rows = dict(self.rows)
        for key, value in given.items():
            if key not in rows:
                raise WrongWords(
                    f"没有叫“{key}”的数。可以改的有：{'、'.join(rows)}。",
                    f"There is no figure {key!r}; there are: {', '.join(rows)}.",
                )
            _check(key, value, rows[key].unit)
            known = rows[key]
            rows[key] = Figure(key, value, known.unit, known.says, is_given=True)
        return replace(self, rows=rows)


def _check(key: str, value: float, unit: str) -> None:
    if value < 0 or (unit == "share" and value > 1) or value == float("inf") or value != value:
        raise WrongWords(
            f"“{key}”不能是 {value}：份额在 0 到 1 之间，其他数不能小于 0。",
            f"{key} cannot be {value}: shares lie between 0 and 1, nothing is below 0.",
        )


def read_given(words: Sequence[str]) -> dict[str, float]:
    """KEY=VALUE words. Refused: WrongWords."""
    given = {}
    for word in words:
        key, found, value = word.partition("=")
        try:
            given[key.strip()] = float(value)
        except ValueError:
            found = ""
        if not found:
            raise WrongWords(
                f"“{word}”应写成 名称=数值，例如 case_share=0.2。",
                f"{word!r} should be KEY=VALUE, such as case_share=0.2.",
            )
    return given


@cache
def shipped() -> Figures:
    """Those of `data/figures.json`."""
    return read(json.loads((DATA / "figures.json").read_bytes()))


def read(content: Mapping[str, Any]) -> Figures:
    """From the content of such a file."""
    streams, people = content["streams"], content["people"]
    return Figures(
        rows={row["key"]: Figure(**row) for row in content["figures"]},
        hours_online=content["hours_online"]["weights"],
        hours_window=content["hours_window"]["weights"],
        insurance=[Kind(**row) for row in streams["insurance"]],
        insurance_window=Kind(**streams["insurance_window"]),
        police=[Kind(**row) for row in streams["police"]],
        people=people["millions"],
        pulling=frozenset(people["pulling"]),
    )
