"""How a place carries an item out otherwise than the national standard, or than another place."""

from tongban.catalogue.conformance.comparing import Names, against_standard, compare
from tongban.catalogue.conformance.kinds import SECTIONS, Difference, Kind
from tongban.catalogue.conformance.places import between, differences

__all__ = [
    "SECTIONS",
    "Difference",
    "Kind",
    "Names",
    "against_standard",
    "between",
    "compare",
    "differences",
]
