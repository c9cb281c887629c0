"""From what somebody types to what is looked for: one spelling, pieces, words, other ways to say it."""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import ModuleType

LONGEST = 60

_FOLDER = Path(__file__).resolve().parent / "data"
_DATA = _FOLDER / "synonyms.json"
_READINGS = _FOLDER / "readings.json"
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

    def phrases(self) -> list[str]:
        """Every phrase that is kept, the lists' and the everyday ones."""
        return [one for listed, said in self.says.items() for one in (listed, *said)]

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


def is_word(text: str) -> bool:
    """Whether a dictionary of Chinese knows this as one word."""
    return len(_dictionary().cut(text, hmm=False)) == 1


@cache
def _dictionary() -> ModuleType:
    # Its dictionary takes a seventh of a second to read, and most processes cut nothing.
    import rjieba

    return rjieba


def words(text: str) -> list[str]:
    """The words of a text that carry something, as a dictionary of Chinese cuts it."""
    cut = _dictionary().cut_for_search(_BETWEEN.sub(" ", spell(text)))
    kept = (word.strip() for word in cut)
    return list(dict.fromkeys(word for word in kept if word and word not in wording().leave_out))


def carrying(text: str) -> list[str]:
    """A text cut into its words one after another, without those that carry nothing."""
    cut = _dictionary().cut(_BETWEEN.sub(" ", spell(text)))
    return [word for word in cut if word.strip() and word not in wording().leave_out]


def pairs(text: str) -> list[str]:
    """The pairs of neighbours in a text, each once."""
    return list(dict.fromkeys(text[place : place + 2] for place in range(len(text) - 1)))


def initials(name: str) -> str:
    """The first letters of a name: 夫妻投靠户口迁移 fqtkhkqy."""
    return "".join(part[0] for part in syllables(name) if part)


def pinyin(name: str) -> str:
    """A name as it is read, without spaces: fuqitoukaohukouqianyi."""
    return "".join(syllables(name))


def syllables(name: str) -> list[str]:
    """How a name is read; names of places and of families by a table of their own: 单县 shan xian."""
    text = squeeze(name)
    pattern, readings = _own_readings()
    found: list[str] = []
    end = 0
    for match in pattern.finditer(text):
        found += _read(text[end : match.start()])
        found += readings[match.group()].split()
        end = match.end()
    return found + _read(text[end:])


def _read(text: str) -> list[str]:
    return [one for word in _dictionary().cut(text) for one in _read_word(word)]


# The same words make up a hundred thousand names.
@lru_cache(maxsize=20_000)
def _read_word(word: str) -> tuple[str, ...]:
    # Its tables take as much time and memory as all the rest, and only indexing reads them.
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(word, style=Style.NORMAL, errors="default"))


@cache
def _own_readings() -> tuple[re.Pattern[str], dict[str, str]]:
    """What to look for in a name, and how it is read there.

    A family's character stands at the beginning of a place's name (解家庄, 曾庄): elsewhere the same
    character is a word of its own (检查, 解放).
    """
    content = json.loads(_READINGS.read_text(encoding="utf-8"))
    families = "|".join(content["surnames"])
    names = "|".join(sorted(content["names"], key=len, reverse=True))
    begins = "(?:(?<=[省市县区镇乡旗州])|^)"
    place = "(?=家?[庄村屯店氏镇堡营寨沟湾])"
    pattern = re.compile(f"{names}|{begins}(?:{families}){place}")
    return pattern, content["names"] | content["surnames"]
