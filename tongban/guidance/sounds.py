"""How characters sound, to understand somebody who typed another one that sounds the same."""

import json
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import islice, product
from pathlib import Path

_DATA = Path(__file__).resolve().parent / "data" / "sounds.json"
# Of a word with several readings so many ways to read it are tried.
_WAYS = 24
# What keyboards and half of the country do not keep apart: zh z, ch c, sh s, -ng -n.
_FLAT = (("zh", "z"), ("ch", "c"), ("sh", "s"))


@cache
def _of_characters() -> dict[str, tuple[str, ...]]:
    sounds: dict[str, list[str]] = {}
    for syllable, characters in json.loads(_DATA.read_text(encoding="utf-8")).items():
        for character in characters:
            flat = flatten(syllable)
            if flat not in sounds.setdefault(character, []):
                sounds[character].append(flat)
    return {character: tuple(found) for character, found in sounds.items()}


def flatten(syllable: str) -> str:
    """A syllable without what people mix up: zhang, zang and zhan are one."""
    for long, short in _FLAT:
        syllable = syllable.replace(long, short)
    return syllable[:-1] if syllable.endswith("ng") else syllable


def readings(word: str) -> Iterator[tuple[str, ...]]:
    """The ways to read a word, each as its flattened syllables; unknown characters are themselves."""
    known = _of_characters()
    return islice(product(*(known.get(one, (one,)) for one in word)), _WAYS)


def build() -> dict[str, str]:
    """What the shipped table holds: the characters of GB 2312 under each of their readings."""
    from pypinyin.constants import PINYIN_DICT

    found: dict[str, list[str]] = {}
    for character in _characters():
        marked = PINYIN_DICT.get(ord(character), "").split(",")
        for syllable in dict.fromkeys(map(_plain, marked)):
            if syllable:
                found.setdefault(syllable, []).append(character)
    return {syllable: "".join(found[syllable]) for syllable in sorted(found)}


def _characters() -> Iterator[str]:
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                yield bytes([high, low]).decode("gb2312")
            except UnicodeDecodeError:
                continue


def _plain(marked: str) -> str:
    parted = unicodedata.normalize("NFD", marked.replace("ü", "v"))
    return "".join(one for one in parted if not unicodedata.combining(one))
