"""What somebody meant who typed a character wrong, by its sound or by one stroke of the keyboard."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tongban.catalogue import queries as catalogue
from tongban.guidance import sounds, wording

_SHORTEST, _LONGEST = 2, 10
# With fewer characters every word is one stroke away from some other one.
_SHORTEST_BY_STROKE = 3
_MOST = 2


@dataclass(frozen=True)
class Correction:
    """What was typed with one or two words put right; `wrong` and `right` are the first of them."""

    text: str
    wrong: str
    right: str


@dataclass(frozen=True)
class _Vocabulary:
    """The words of the catalogue: by their sound, and by what is left when one character is gone."""

    words: frozenset[str]
    by_sound: dict[tuple[str, ...], list[str]]
    by_gap: dict[str, list[str]]


def correct(text: str) -> Correction | None:
    """The text with the words put right that the catalogue has under nearly the same letters.

    A word that a dictionary knows is left alone, whatever it sounds like; words that carry nothing
    (我要办) are left out.
    """
    plain = "".join(wording.carrying(text[: wording.LONGEST]))
    found: Correction | None = None
    for _round in range(_MOST):
        best = max(_candidates(plain), key=lambda one: (one[0], -one[1]), default=None)
        if best is None:
            break
        _weight, start, wrong, right = best
        plain = plain[:start] + right + plain[start + len(wrong) :]
        found = Correction(plain, found.wrong if found else wrong, found.right if found else right)
    return found


def _candidates(text: str) -> Iterator[tuple[float, int, str, str]]:
    """Each word that may be meant: how much speaks for it, where, what was typed, what is meant."""
    known = _vocabulary(tuple(item.name for item in catalogue.items()))
    covered = _covered(text, known.words)
    for length in range(min(_LONGEST, len(text)), _SHORTEST - 1, -1):
        for start in range(len(text) - length + 1):
            typed = text[start : start + length]
            if not typed.isalnum() or typed.isascii() or typed in known.words:
                continue
            if all(covered[start : start + length]):
                continue
            if best := max(_meant(typed, known), default=None):
                weight, word = best
                if not wording.is_word(typed):
                    yield weight, start, typed, word


def _covered(text: str, words: frozenset[str]) -> list[bool]:
    """Which characters stand in a word that is right already."""
    found = [False] * len(text)
    for length in range(min(_LONGEST, len(text)), _SHORTEST - 1, -1):
        for start in range(len(text) - length + 1):
            if text[start : start + length] in words:
                found[start : start + length] = [True] * length
    return found


def _meant(typed: str, known: _Vocabulary) -> Iterator[tuple[float, str]]:
    """The words that sound the same and share a character, and those that are one stroke away."""
    for sound in sounds.readings(typed):
        for word in known.by_sound.get(sound, ()):
            if same := sum(a == b for a, b in zip(typed, word, strict=True)):
                yield 2 * len(word) + same / 10, word
    if len(typed) >= _SHORTEST_BY_STROKE:
        yield from ((2 * len(word) - 1, word) for word in _one_stroke_away(typed, known))


def _one_stroke_away(typed: str, known: _Vocabulary) -> Iterator[str]:
    for gap in _gaps(typed):
        for word in known.by_gap.get(gap, ()):
            if len(word) == len(typed) and _is_one_stroke(typed, word):
                yield word
        # A character too many stands inside; at an end it belongs to the next word.
        if gap in known.words and _has_ends_of(typed, gap) and len(gap) >= _SHORTEST_BY_STROKE:
            yield gap
    yield from (word for word in known.by_gap.get(typed, ()) if _has_ends_of(typed, word))


def _has_ends_of(one: str, other: str) -> bool:
    return one[0] == other[0] and one[-1] == other[-1]


def _is_one_stroke(typed: str, word: str) -> bool:
    """Whether one character differs, or two neighbours have changed places."""
    apart = [place for place, (a, b) in enumerate(zip(typed, word, strict=True)) if a != b]
    if len(apart) == 1:
        return True
    return (
        len(apart) == 2
        and apart[1] == apart[0] + 1
        and typed[apart[0]] == word[apart[1]]
        and typed[apart[1]] == word[apart[0]]
    )


def _gaps(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


@lru_cache(maxsize=2)
def _vocabulary(names: tuple[str, ...]) -> _Vocabulary:
    words: set[str] = set()
    for name in [*names, *wording.wording().phrases()]:
        words.add(wording.squeeze(name))
        words.update(wording.words(name))
    kept = sorted(one for one in words if _SHORTEST <= len(one) <= _LONGEST and not one.isascii())
    by_sound: dict[tuple[str, ...], list[str]] = {}
    by_gap: dict[str, list[str]] = {}
    for word in kept:
        for sound in sounds.readings(word):
            by_sound.setdefault(sound, []).append(word)
        if len(word) >= _SHORTEST_BY_STROKE:
            for gap in _gaps(word):
                by_gap.setdefault(gap, []).append(word)
    return _Vocabulary(frozenset(kept), by_sound, by_gap)
