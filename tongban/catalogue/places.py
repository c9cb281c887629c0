"""A place of a pair, as the rules want it."""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Place:
    """A place of a pair: its code, its names, and the city-level place whose organs decide there.

    `name` is that city-level place's own (福州市 for a county of it), `full_name` says everything.
    """

    code: str
    name: str
    full_name: str
    province_name: str
    decides_at: str
    is_connected: bool = True
    # It took part, and the directory of nodes has suspended it: for now, and said as such.
    is_suspended: bool = False

    @property
    def province(self) -> str:
        """The two digits of its province."""
        return self.code[:2]

    @property
    def line(self) -> frozenset[str]:
        """The place itself and every place above it, by code: what holds there, holds here."""
        return _line(self.code, self.decides_at)


@lru_cache(maxsize=8192)
def _line(code: str, decides_at: str) -> frozenset[str]:
    return frozenset({code, decides_at, f"{code[:4]}00", f"{code[:2]}0000"})
