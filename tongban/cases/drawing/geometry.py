"""Numbers of an OFD: boxes and matrices in millimetres, offsets of characters, outlines."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

# A page of five metres is a banner; what lies further out is no place on any page.
FURTHEST = 20_000.0
MOST_STEPS = 200_000
_SHORT = re.compile(r"(\.\d*?)0+$")


class Box(NamedTuple):
    """A place and its extent, millimetres, downwards."""

    x: float
    y: float
    width: float
    height: float


def numbers(words: str | None) -> list[float]:
    """The numbers of an array, in order; what is none, or is beyond all pages, ends it."""
    found: list[float] = []
    for word in (words or "").replace(",", " ").split():
        value = number(word, math.nan)
        if math.isnan(value):
            break
        found.append(value)
    return found


def number(word: str | None, default: float) -> float:
    """One number; the default where there is none, or one beyond all pages."""
    try:
        value = float(word or "")
    except ValueError:
        return default
    return value if math.isfinite(value) and abs(value) <= FURTHEST else default


def box(words: str | None) -> Box | None:
    """A box of four numbers; None where it is none."""
    found = numbers(words)
    return Box(*found[:4]) if len(found) >= 4 else None


def matrix(words: str | None) -> str:
    """A CTM as SVG says it; "" where there is none."""
    found = numbers(words)
    return f"matrix({' '.join(short(one) for one in found[:6])})" if len(found) == 6 else ""


def offsets(words: str | None, most: int) -> list[float]:
    """Offsets between characters, with what is said as `g 3 2.5` (three times 2.5) written out."""
    found: list[float] = []
    rest = iter((words or "").split())
    for word in rest:
        if word.lower() == "g":
            times, value = int(number(next(rest, None), 0)), number(next(rest, None), 0)
            found += [value] * max(0, min(times, most - len(found)))
        else:
            found.append(number(word, 0))
        if len(found) >= most:
            break
    return found[:most]


def places(first: float, steps: Sequence[float], count: int) -> list[float]:
    """Where `count` characters stand, the first at `first`; after the last offset it is repeated."""
    found, last = [first], 0.0
    for at in range(count - 1):
        last = steps[at] if at < len(steps) else last
        found.append(found[-1] + last)
    return found


# How many numbers follow each letter of an outline, and the letter SVG has for it.
_LETTERS = {
    "S": ("M", 2), "M": ("M", 2), "L": ("L", 2), "Q": ("Q", 4), "B": ("C", 6), "A": ("A", 7),
    "C": ("Z", 0),
}  # fmt: skip


def outline(data: str) -> str:
    """AbbreviatedData (GB/T 33190, 9.3) as SVG's `d`; it ends before what is not understood."""
    return " ".join(_steps(data))


def _steps(data: str) -> Iterator[str]:
    words, at, is_open = data.split(), 0, False
    for _ in range(MOST_STEPS):
        if at >= len(words) or words[at] not in _LETTERS:
            return
        letter, count = _LETTERS[words[at]]
        values = numbers(" ".join(words[at + 1 : at + 1 + count]))
        # An outline begins somewhere: SVG draws nothing of one that does not.
        if len(values) < count or not (is_open or letter == "M"):
            return
        is_open = True
        if letter == "A":
            values[3:5] = [float(bool(values[3])), float(bool(values[4]))]
        yield letter + " ".join(short(one) for one in values)
        at += 1 + count


def short(value: float) -> str:
    """A number without what nobody sees: a ten-thousandth of a millimetre."""
    said = f"{value:.4f}"
    return _SHORT.sub(r"\1", said).rstrip(".")
