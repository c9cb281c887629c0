"""What the catalogue holds, and how much of it is declared but has not been seen by us."""

from dataclasses import dataclass

from tongban.catalogue import queries as catalogue

FIRST_LIST, SECOND_LIST = "2020", "2022"


@dataclass(frozen=True)
class Counts:
    """How many items there are, and how the number comes about."""

    all: int
    declared: int
    known: int
    added: int

    @property
    def missing(self) -> int:
        """Items that the first list declares and nobody here has seen."""
        return self.declared - self.known


def counts() -> Counts:
    """159 = 137 known of 140 declared in 2020, and 22 added in 2022; counted, not written down."""
    declared, known = catalogue.declared_and_known(FIRST_LIST)
    _declared, added = catalogue.declared_and_known(SECOND_LIST)
    return Counts(all=len(catalogue.items()), declared=declared, known=known, added=added)
