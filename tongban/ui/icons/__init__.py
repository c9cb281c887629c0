"""Outline icons of Tabler Icons, as published; `python -m tongban.ui.icons.add NAME` fetches more.

An icon never stands without words, so every one of them is hidden from screen readers.
"""

import re
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent
# Tabler draws a transparent square first; it only keeps the box in drawing programs.
_EMPTY_SQUARE = re.compile(r'<path stroke="none"[^>]*/>')
_INSIDE = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


@lru_cache
def strokes(name: str) -> str:
    """The strokes of an icon, to stand in an `<svg viewBox="0 0 24 24">`.

    Refused: a name that is not in the folder, with what to do about it.
    """
    file = FOLDER / f"{name}.svg"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not file.exists():
        raise LookupError(f"No icon {name!r}. Fetch it: python -m tongban.ui.icons.add {name}")
    drawing = _INSIDE.search(file.read_text(encoding="utf-8"))
    if drawing is None:
        raise LookupError(f"{file.name} is not an SVG drawing.")
    return " ".join(_EMPTY_SQUARE.sub("", drawing.group(1)).split())
