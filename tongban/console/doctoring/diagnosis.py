"""What a check of `./run doctor` says: well, doubtful or ill, in words, and what to do."""

import enum
from dataclasses import dataclass


class Level(enum.StrEnum):
    """How a check came out; `skipped` when it could not be made because of an earlier one."""

    WELL = "well"
    DOUBTFUL = "doubtful"
    ILL = "ill"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The outcome of one check: `check` for machines, `says` and `remedy` for people."""

    check: str
    level: Level
    says: str
    remedy: str = ""


def well(check: str, says: str) -> Diagnosis:
    """All is as it should be."""
    return Diagnosis(check, Level.WELL, says)


def doubtful(check: str, says: str, remedy: str) -> Diagnosis:
    """It works, and somebody should look."""
    return Diagnosis(check, Level.DOUBTFUL, says, remedy)


def ill(check: str, says: str, remedy: str) -> Diagnosis:
    """It does not work."""
    return Diagnosis(check, Level.ILL, says, remedy)


def skipped(check: str, says: str) -> Diagnosis:
    """Not tried, because what it needs is not there."""
    return Diagnosis(check, Level.SKIPPED, says)
