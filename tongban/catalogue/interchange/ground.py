"""What every reader and writer of cells is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Cells = Mapping[str, str]
Content = dict[str, Any]
# Tells of a fault: code, severity, column, sentence, how to mend it.
Say = Callable[[str, str, str, str, str], None]


@dataclass(frozen=True)
class Ground:
    """What a row is read against: the item's national name and the content of its standard.

    `judged` keeps what was found about changes that many rows share.
    """

    name: str
    standard: Mapping[str, Any]
    judged: dict[str, tuple[tuple[str, str], ...]] = field(
        default_factory=dict, compare=False, repr=False
    )


def nothing_said(*_fault: str) -> None:
    """For reading back what was written here: its faults were told when it came in."""


def lines_of(text: str) -> list[str]:
    """The lines of a cell that hold something."""
    return [line.strip() for line in text.splitlines() if line.strip()]
