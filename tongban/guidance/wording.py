"""From what somebody types to what is looked for: one spelling, pieces, words, other ways to say it."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import rjieba

LONGEST = 60

_DATA = Path(__file__).resolve().parent / "data" / "synonyms.json"
_BETWEEN = re.compile(r"[^\w]+|_+")
_LATIN = re.compile(r"[a-z0-9]+")
_RUNS = re.compile(r"[a-z0-9]+|[^a-z0-9]+")


@dataclass(frozen=True)
class Wording:
    """What people say for what the lists say, and the words that carry nothing."""

    says: Mapping[str, tuple[str, ...]]
    leave_out: frozenset[str]

    def other_ways(self, piece: str) -> list[str]:
        """What the lists call it, when somebody says exactly this."""
        return [name for name, said in self.says.items() if piece in said]

    def named_in(self, text: str) -> list[str]:
        """What the lists call it, for every everyday phrase inside a longer sentence."""
        return [name for name, said in self.says.items() if any(one in text for one in said)]

    def said_for(self, name: str) -> list[str]:
        """The everyday phrases that lead to an item of this name."""
        return [one for listed, said in self.says.items() if listed in name for one in said]


@cache
def wording() -> Wording:
    """The shipped wording."""
    content = json.loads(_DATA.read_text(encoding="utf-8"))
    says = {name: tuple(said) for name, said in content["say"].items()}
    return Wording(says, frozenset(content["leave_out"]))


def spell(text: str) -> str:
    """One spelling: half width, lower case, one space between pieces; control characters go."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return " ".join("".join(c if c.isprintable() else " " for c in plain).split())


def squeeze(text: str) -> str:
    """One spelling without spaces and signs, as names are indexed."""
    return _BETWEEN.sub("", spell(text))


def pieces(text: str) -> list[str]:
    """The pieces between spaces and signs; Latin letters and Chinese count as two: gjj提取.

    Of a very long text only the first `LONGEST` characters are looked at.
    """
    plain = _BETWEEN.sub(" ", spell(text)[:LONGEST])
    found = [run for piece in plain.split() for run in _RUNS.findall(piece)]
    return list(dict.fromkeys(found))


def is_latin(piece: str) -> bool:
    """Whether a piece is typed in Latin letters or digits: pinyin, initials, or a number."""
    return _LATIN.fullmatch(piece) is not None


def words(text: str) -> list[str]:
    """The words of a text that carry something, as a dictionary of Chinese cuts it."""
    cut = rjieba.cut_for_search(_BETWEEN.sub(" ", spell(text)))
    kept = (word.strip() for word in cut)
    return list(dict.fromkeys(word for word in kept if word and word not in wording().leave_out))


def initials(name: str) -> str:
    """The first letters of a name: 夫妻投靠户口迁移 fqtkhkqy."""
    return "".join(part[0] for part in _syllables(name) if part)


def pinyin(name: str) -> str:
    """A name as it is read, without spaces: fuqitoukaohukouqianyi."""
    return "".join(_syllables(name))


def _syllables(name: str) -> list[str]:
    # Its tables take as much time and memory as all the rest, and only indexing reads them.
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(squeeze(name), style=Style.NORMAL, errors="default")
