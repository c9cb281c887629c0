"""How a place carries an item out otherwise than the national standard, or than another place."""

from tongban.catalogue.conformance.comparing import Names, against_standard, compare
from tongban.catalogue.conformance.kinds import SECTIONS, Difference, Kind
from tongban.catalogue.conformance.places import PartOf, between, called, differences, parts
from tongban.catalogue.conformance.tallying import (
    Book,
    ItemSummary,
    Placed,
    Summary,
    overall,
    placed,
    summary,
)

__all__ = [
    "SECTIONS",
    "Book",
    "Difference",
    "ItemSummary",
    "Kind",
    "Names",
    "PartOf",
    "Placed",
    "Summary",
    "against_standard",
    "between",
    "called",
    "compare",
    "differences",
    "overall",
    "parts",
    "placed",
    "summary",
]
