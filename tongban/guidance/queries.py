"""Finding items by what people type."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.timezone import localdate

from tongban.catalogue import queries as catalogue
from tongban.catalogue.models import Item
from tongban.guidance import correcting, fitting, placewords, wording
from tongban.guidance.fitting import MOST, Local

__all__ = ["MOST", "Found", "Local", "Suggestion", "search", "suggest"]

_CODE_LENGTH = 9
# A word that fits so many items of the national list is a general one: local names add nothing.
_GENERAL = 12


@dataclass(frozen=True)
class Found:
    """What a search found, best first; iterates over the items.

    `by`: code, fits (every piece fits), words (most words of a sentence fit) or place (only a place
    was typed). `also` are the names that the lists use for what was typed. `locals` say under which
    name of which place an item was found. `wrong` and `right` tell what was put right before
    anything was found. `place` is a place that was typed along. When nothing was found,
    `suggestions` are names that come near.
    """

    text: str
    items: tuple[Item, ...] = ()
    total: int = 0
    by: str = ""
    also: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    locals: Mapping[str, Local] = field(default_factory=dict)
    wrong: str = ""
    right: str = ""
    place: str = ""

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class _Fit:
    """The codes that fit, best first, and how they were found."""

    codes: tuple[str, ...] = ()
    by: str = ""
    locals: Mapping[str, Local] = field(default_factory=dict)
    wrong: str = ""
    right: str = ""
    place: str = ""
    text: str = ""


def search(
    text: str,
    *,
    limit: int = 20,
    offset: int = 0,
    theme: str = "",
    subject: str = "",
    there: str = "",
    on: date | None = None,
) -> Found:
    """The items that somebody who types this may mean.

    Words, one or two characters, pinyin and its initials (fqtk), in any width and case, under the
    national names and under those of places; `there` is the deciding place whose names count most.
    All pieces must fit; then a place is taken out of the text, then typing errors are put right,
    then those are found that fit most of a sentence's words. Nothing typed, or only signs, finds
    nothing. Of a very long text the beginning counts; at most `MOST` are found.
    """
    pieces = wording.pieces(text)
    if not pieces:
        return Found(text)
    fit = _fit(text, pieces, there, on or localdate())
    wanted = [
        item
        for item in map(catalogue.item, fit.codes)
        if theme in {"", item.theme} and (not subject or subject in item.subjects)
    ]
    if not wanted:
        near = tuple(catalogue.item(code).name for code in fitting.near(text))
        return Found(text, suggestions=near, place=fit.place)
    return Found(
        text=text,
        items=tuple(wanted[max(offset, 0) :][: max(limit, 0)]),
        total=len(wanted),
        by=fit.by,
        also=tuple(_other_ways(fit.text or text)),
        locals=fit.locals,
        wrong=fit.wrong,
        right=fit.right,
        place=fit.place,
    )


def _fit(text: str, pieces: list[str], there: str, on: date) -> _Fit:
    """The first way to understand the text under which something is found."""
    if code := _by_code(text):
        return _Fit((code,), "code")
    if found := _fitting(pieces, there):
        return found
    named = placewords.taken_out(text, on=on)
    rest, place = (named.rest, named.code) if named else (text, "")
    if named and (found := _at_place(named)):
        return found
    mended = correcting.correct(rest)
    if mended and (found := _fitting(wording.pieces(mended.text), place or there)):
        return replace(found, wrong=mended.wrong, right=mended.right, place=place, text=mended.text)
    return replace(_of_words(rest, mended), place=place)


def _at_place(named: placewords.Named) -> _Fit | None:
    """What is left when the place is taken out; only a place means everything that is done there."""
    carried = [word for word in wording.words(named.rest) if word]
    pieces = wording.pieces(named.rest)
    if not carried and not pieces:
        codes = tuple(item.code for item in catalogue.items())
        return _Fit(codes, "place", place=named.code)
    found = _fitting(pieces, named.code)
    return replace(found, place=named.code, text=named.rest) if found else None


def _of_words(text: str, mended: correcting.Correction | None) -> _Fit:
    """Most words of a sentence; put right only where that fits more than what was typed."""
    marks = fitting.items_of_words(text)
    if mended:
        better = fitting.items_of_words(mended.text)
        if max(better.values(), default=0) > max(marks.values(), default=0):
            return _Fit(
                tuple(better), "words", wrong=mended.wrong, right=mended.right, text=mended.text
            )
    return _Fit(tuple(marks), "words" if marks else "", text=text)


def _fitting(pieces: list[str], there: str) -> _Fit | None:
    """The items that every piece fits, under their national name or one of a place."""
    marks = fitting.items(pieces)
    found: dict[str, Local] = {}
    if there:
        found = {one.item: one for one in fitting.locals_(pieces, place=there)}
    if (not there and len(marks) < _GENERAL) or not (marks or found):
        found |= {one.item: one for one in fitting.locals_(pieces)}
    found = {code: one for code, one in found.items() if one.mark > marks.get(code, 0)}
    for code, one in found.items():
        marks[code] = max(marks.get(code, 0), one.mark)
    if not marks:
        return None
    order = sorted(marks, key=lambda code: -marks[code])
    return _Fit(tuple(order), "fits", found)


def _by_code(text: str) -> str:
    code = wording.spell(text)
    if len(code) != _CODE_LENGTH:
        return ""
    try:
        return catalogue.item(code).code
    except catalogue.NoSuchItem:
        return ""


def _other_ways(text: str) -> Iterator[str]:
    ways = wording.wording()
    found = [name for piece in wording.pieces(text) for name in ways.other_ways(piece)]
    yield from dict.fromkeys([*found, *ways.named_in(wording.squeeze(text))])


@dataclass(frozen=True)
class Suggestion:
    """A name to offer while somebody types; `said` is what it answers to, where that is not in it."""

    name: str
    said: str
    code: str


def suggest(text: str, *, there: str = "", limit: int = 8) -> list[Suggestion]:
    """What somebody who is typing may be about to write, best first; nothing for nothing typed."""
    pieces = wording.pieces(text)
    if not pieces:
        return []
    fit = _fitting(pieces, there)
    mended = None if fit else correcting.correct(text)
    if mended:
        fit = _fitting(wording.pieces(mended.text), there)
    typed = wording.spell(text)
    found = []
    for code in fit.codes[:limit] if fit else ():
        local = fit.locals.get(code) if fit else None
        name = local.shown if local and local.mark > _WITHIN else catalogue.item(code).name
        found.append(Suggestion(name, "" if typed in name else typed, code))
    return found


# From this mark on, the text stands in the name itself.
_WITHIN = 29
