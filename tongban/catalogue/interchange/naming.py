"""Which item of the national lists a row means: by code, by basic code, by name, by a near name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from tongban.catalogue.interchange.cells import narrow

_NOISE = re.compile(r"[\s“”\"'（）()《》、，,。·\-—]")
_NEAR = 0.75  # at least so alike, and clearly more than the next one, to be taken for the same
_CLEARLY = 0.1
_SHOWN = 3


@dataclass(frozen=True)
class ItemFound:
    """The item that a row means and how it was found: code, catalog, name, near; or the nearest."""

    item: str | None
    how: str = ""
    nearest: tuple[str, ...] = ()


def _plain(name: str) -> str:
    return _NOISE.sub("", narrow(name))


def _pairs(name: str) -> frozenset[str]:
    return frozenset(name[place : place + 2] for place in range(max(len(name) - 1, 1)))


@dataclass
class Items:
    """The items by all that a row may call them; `catalog` maps basic codes already known here."""

    names: Mapping[str, str]
    catalog: Mapping[str, str]
    _by_name: dict[str, str] = field(default_factory=dict)
    _pairs: dict[str, frozenset[str]] = field(default_factory=dict)
    _found: dict[str, ItemFound] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for code, name in self.names.items():
            # A name that two items share names neither.
            plain = _plain(name)
            self._by_name[plain] = "" if plain in self._by_name else code
            self._pairs[code] = _pairs(plain)

    def find(self, *, code: str, catalog: str, name: str) -> ItemFound:
        """The item meant. A code that is given and unknown is never replaced by a guess."""
        if code:
            return ItemFound(code, "code") if code in self.names else self._nearest(name or code)
        if catalog in self.catalog:
            return ItemFound(self.catalog[catalog], "catalog")
        plain = _plain(name)
        if found := self._by_name.get(plain):
            return ItemFound(found, "name")
        if plain not in self._found:
            if len(self._found) > 10_000:
                self._found.clear()
            self._found[plain] = self._near(plain)
        return self._found[plain]

    def _alike(self, plain: str) -> list[tuple[float, str]]:
        wanted = _pairs(plain)
        return sorted(
            (
                (2 * len(wanted & own) / (len(wanted) + len(own)), code)
                for code, own in self._pairs.items()
            ),
            reverse=True,
        )

    def _words(self, alike: list[tuple[float, str]]) -> tuple[str, ...]:
        return tuple(f"{code} {self.names[code]}" for share, code in alike[:_SHOWN] if share > 0)

    def _nearest(self, name: str) -> ItemFound:
        return ItemFound(None, "", self._words(self._alike(_plain(name))))

    def _near(self, plain: str) -> ItemFound:
        alike = self._alike(plain)
        if not alike:
            return ItemFound(None)
        (best, code), next_best = alike[0], alike[1][0] if len(alike) > 1 else 0.0
        if best >= _NEAR and best - next_best >= _CLEARLY:
            return ItemFound(code, "near", (self.names[code],))
        return ItemFound(None, "", self._words(alike))
