"""Who took over from a code that ended, where the two tables let that be derived."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable

from tongban.jurisdictions import rules
from tongban.jurisdictions.reading.sources import Spell

Key = Callable[[Spell], Hashable]


def derive(spells: Iterable[Spell]) -> dict[Spell, str]:
    """The successor of each ended spell, by the first rule that gives exactly one.

    1. same name, same kind, same city, begun in the year of the end (or the next);
    2. the same within the province; 3. the same code under its next name;
    4. and 5. as 1. and 2. by the name without its kind (兖州市 → 兖州区);
    6. the same name in another province (长寿县, 四川 → 重庆 1997).
    Each pair must be the only one on both sides; a merger or a split is thus left open.
    """
    every = list(spells)
    by_name: list[Key] = [
        lambda s: (_level(s), s.name, s.code[:4]),
        lambda s: (_level(s), s.name, s.code[:2]),
    ]
    by_stem: list[Key] = [
        lambda s: (_level(s), rules.stem(s.name), s.code[:4]),
        lambda s: (_level(s), rules.stem(s.name), s.code[:2]),
    ]
    anywhere: list[Key] = [lambda s: (_level(s), s.name)]
    found: dict[Spell, str] = {}
    for key in by_name:
        found |= _pairs(every, key, found)
    found |= {s: s.code for s in _renamed(every) if s not in found}
    for key in [*by_stem, *anywhere]:
        found |= _pairs(every, key, found)
    return found


def _level(spell: Spell) -> int:
    return 2 if not spell.code.endswith("00") else 1 if not spell.code.endswith("0000") else 0


def _pairs(every: list[Spell], key: Key, found: dict[Spell, str]) -> dict[Spell, str]:
    taken = set(found.values())
    ended: dict[tuple[Hashable, int], list[Spell]] = defaultdict(list)
    begun: dict[tuple[Hashable, int], list[Spell]] = defaultdict(list)
    for spell in every:
        if spell.ends and spell not in found:
            ended[key(spell), spell.ends].append(spell)
        if spell.begins and spell.code not in taken:
            begun[key(spell), spell.begins].append(spell)
    pairs = {}
    for (what, year), old in ended.items():
        new = begun.get((what, year)) or begun.get((what, year + 1)) or []
        new = [s for s in new if s.code != old[0].code]
        if len(old) == 1 and len(new) == 1 and not _splits(old[0], new[0]):
            pairs[old[0]] = new[0].code
    return pairs


def _splits(old: Spell, new: Spell) -> bool:
    """A city that 'becomes' a county was split: 绍兴市 of 1983 went on as 越城区 and 绍兴县."""
    return old.name.endswith("市") and new.name.endswith("县")


def _renamed(every: list[Spell]) -> list[Spell]:
    """Spells whose code goes on under another name; one of a single year does not follow itself."""
    by_code: dict[str, list[Spell]] = defaultdict(list)
    for spell in every:
        by_code[spell.code].append(spell)
    return [
        s
        for s in every
        if s.ends and any(o != s and o.begins in {s.ends, s.ends + 1} for o in by_code[s.code])
    ]
