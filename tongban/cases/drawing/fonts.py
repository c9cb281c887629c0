"""Which of the platform's own fonts stands for one that an OFD names, and what they lack."""

import unicodedata
from functools import cache
from pathlib import Path
from xml.etree.ElementTree import Element

import pylopdf_fonts_zh_cn
from PIL import ImageFont

# The families of `pylopdf_fonts_zh_cn`, and the one that typst brings for machine writing.
SERIF, SANS, MONO = "Noto Serif SC", "Noto Sans SC", "DejaVu Sans Mono"
_SANS = ("黑", "圆", "hei", "yuan", "arial", "helvetica", "sans", "dengxian", "等线", "verdana")
_MONO = ("courier", "mono", "consolas", "ocr")


# Drawn where our fonts have no letter. Another font that has something at its place, as many have
# in the private area, would show a letter that is not in the paper.
LACKING = "□"
FOLDER = Path(pylopdf_fonts_zh_cn.__file__).parent
_FILES = ("NotoSerifSC-Regular.otf", "NotoSansSC-Regular.otf")
# Letters, ideographs and marks that every Chinese font has.
_PLAIN = ((0x20, 0x7E), (0x3000, 0x3002), (0x4E00, 0x9FA5), (0xFF01, 0xFF5E))
_NOWHERE = "\ue001"


@cache
def shown(character: str) -> str:
    """What is drawn of a character: itself, `LACKING`, or nothing where it only steers the text."""
    if any(first <= ord(character) <= last for first, last in _PLAIN):
        return character
    if unicodedata.category(character) in {"Cc", "Cf"}:
        return ""
    return character if any(_has(name, character) for name in _FILES) else LACKING


def _has(name: str, character: str) -> bool:
    font = _opened(name)
    return bytes(font.getmask(character)) != bytes(font.getmask(_NOWHERE))


@cache
def _opened(name: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FOLDER / name), 20)


def family(font: Element | None) -> str:
    """The family to draw with: what is black stays black, all other Chinese is a Song."""
    names = [font.get("FontName", ""), font.get("FamilyName", "")] if font is not None else []
    said = " ".join(names).lower()
    if any(word in said for word in _MONO):
        return f"{MONO}, {SANS}"
    return SANS if any(word in said for word in _SANS) else SERIF


def is_bold(font: Element | None, weight: float) -> bool:
    """Whether the letters are thick: the font says so, its name does, or the text."""
    if font is None:
        return weight >= 600
    named = font.get("FontName", "").lower()
    return weight >= 600 or font.get("Bold") == "true" or "bold" in named


def name_of(font: Element | None) -> str:
    """What an OFD calls a font, for people; "" where it has no name worth reading."""
    if font is None:
        return ""
    said = font.get("FamilyName", "") or font.get("FontName", "")
    said = said.split("+")[-1]
    return said if said.isprintable() and len(said) <= 40 else ""
