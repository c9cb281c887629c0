"""Finding items by what people type."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tongban.catalogue import queries as catalogue
from tongban.catalogue.models import Item
from tongban.guidance import wording

MOST = 200
_CODE_LENGTH = 9
# Of a sentence, an item must fit nearly as much as the item that fits best.
_NEARLY = 0.6


@dataclass(frozen=True)
class Found:
    """What a search found, best first; iterates over the items.

    `by`: code, fits (every piece fits) or words (most words of a sentence fit). `also` are the
    names that the lists use for what was typed. When nothing was found, `suggestions` are names
    that come near.
    """

    text: str
    items: tuple[Item, ...] = ()
    total: int = 0
    by: str = ""
    also: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def search(
    text: str, *, limit: int = 20, offset: int = 0, theme: str = "", subject: str = ""
) -> Found:
    """The items that somebody who types this may mean.

    Words, one or two characters, pinyin and its initials (fqtk), in any width and case. All pieces
    must fit; when no item fits so, those that fit most of a sentence's words. Nothing typed, or
    only signs, finds nothing. Of a very long text the beginning counts; at most `MOST` are found.
    """
    pieces = wording.pieces(text)
    if not pieces:
        return Found(text)
    if found := _by_code(text):
        codes, by = [found], "code"
    elif found_rows := _fitting(pieces):
        codes, by = found_rows, "fits"
    else:
        codes, by = _fitting_words(text), "words"
    wanted = [
        item
        for item in map(catalogue.item, codes)
        if theme in {"", item.theme} and (not subject or subject in item.subjects)
    ]
    if not wanted:
        return Found(text, suggestions=tuple(_near(text)))
    shown = wanted[max(offset, 0) :][: max(limit, 0)]
    return Found(text, tuple(shown), len(wanted), by, tuple(_other_ways(text, pieces)))


def _by_code(text: str) -> str:
    code = wording.spell(text)
    if len(code) != _CODE_LENGTH:
        return ""
    try:
        return catalogue.item(code).code
    except catalogue.NoSuchItem:
        return ""


def _other_ways(text: str, pieces: list[str]) -> Iterator[str]:
    ways = wording.wording()
    found = [name for piece in pieces for name in ways.other_ways(piece)]
    yield from dict.fromkeys([*found, *ways.named_in(wording.squeeze(text))])


# The grams pick the rows by index; strpos makes sure that they stand together, and knows no
# wildcards. Letters are looked for in the pinyin too: initials anywhere, syllables from the start.
_FITS = """
(grams @> guidance_grams(%({p})s) AND strpos(text, %({p})s) > 0)
"""
_FITS_LETTERS = """
(grams @> guidance_grams(%({p})s) AND strpos(text, %({p})s) > 0
 OR initial_grams @> guidance_grams(%({p})s) AND strpos(initials, %({p})s) > 0
 OR length(%({p})s) > 2 AND starts_with(pinyin, %({p})s)
 OR length(%({p})s) > 4 AND strpos(pinyin, %({p})s) > 0)
"""
_MARK = """
CASE WHEN name = %({p})s THEN 100
     WHEN starts_with(name, %({p})s) THEN 40
     WHEN strpos(name, %({p})s) > 0 THEN 30
     WHEN starts_with(initials, %({p})s) OR starts_with(pinyin, %({p})s) THEN 24
     WHEN strpos(text, %({p})s) > 0 THEN 16
     ELSE 8 END
"""


def _fitting(pieces: list[str]) -> list[str]:
    """The items that every piece fits, best first; at equal fit, the shorter name."""
    values = {f"p{place}": piece for place, piece in enumerate(pieces)}
    wheres = [
        (_FITS_LETTERS if wording.is_latin(piece) else _FITS).format(p=key)
        for key, piece in values.items()
    ]
    mark = " + ".join(_MARK.format(p=key) for key in values)
    # The text of the query is made of our own templates; what was typed travels as values.
    sql = f"""SELECT item_id FROM guidance_searchentry WHERE {" AND ".join(wheres)}
              ORDER BY {mark} DESC, length(name), item_id LIMIT {MOST}"""  # noqa: S608
    return [row[0] for row in _rows(sql, values)]


_FITS_WORDS = """
SELECT item_id, (
  SELECT sum(length(w)) FROM unnest(%(words)s::text[]) AS w
  WHERE strpos(text, w) > 0 OR words @@ to_tsquery('simple', quote_literal(w))
) AS mark
FROM guidance_searchentry WHERE words @@ to_tsquery('simple', %(query)s)
ORDER BY mark DESC NULLS LAST, length(name), item_id LIMIT %(most)s
"""


def _fitting_words(text: str) -> list[str]:
    """The items that most of the words fit, weighed by their length."""
    typed = text[: wording.LONGEST]
    named = wording.wording().named_in(wording.squeeze(typed))
    words = [word for word in wording.words(" ".join([typed, *named])) if len(word) > 1]
    words = list(dict.fromkeys([*words, *map(wording.squeeze, named)]))
    if not words:
        return []
    # Words hold letters, digits and characters only, so quoting them is enough.
    values = {"words": words, "query": " | ".join(f"'{word}'" for word in words), "most": MOST}
    rows = _rows(_FITS_WORDS, values)
    best = max((row[1] or 0 for row in rows), default=0)
    return [code for code, mark in rows if mark and mark >= best * _NEARLY]


# A pair of characters in common counts three, a single one counts one.
_COMES_NEAR = """
SELECT item_id FROM (
  SELECT item_id, name, initials, (
    SELECT sum(length(g) * 2 - 1) FROM unnest(guidance_grams(%(text)s)) AS g
    WHERE strpos(name, g) > 0
  ) AS mark
  FROM guidance_searchentry
  WHERE grams && guidance_grams(%(text)s) OR starts_with(initials, %(start)s)
) AS near
WHERE mark >= 4 OR length(%(start)s) > 2 AND starts_with(initials, %(start)s)
ORDER BY mark DESC NULLS LAST, length(name), item_id LIMIT 5
"""


def _near(text: str) -> list[str]:
    """Names that share most pairs of characters with what was typed, or begin as it is read."""
    plain = wording.squeeze(text)[: wording.LONGEST]
    rows = _rows(_COMES_NEAR, {"text": plain, "start": plain[:3]})
    return [catalogue.item(row[0]).name for row in rows]


def _rows(sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
