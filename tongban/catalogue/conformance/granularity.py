"""Whether a place has one row for one item, several, or one for several items (颗粒度)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tongban.catalogue.conformance.kinds import Found

TASK_CODE = 31


@dataclass(frozen=True)
class Row:
    """A row of a place's list, as far as its codes matter."""

    part: str
    name: str
    task_code: str
    handle_code: str


def found(rows: Sequence[Row], others: Mapping[str, str]) -> list[Found]:
    """What is wrong or worth knowing about the rows of one item in one place.

    `others` gives, for each task code that another item of the same place has too, that item's name.
    """
    kept = [row for row in rows if not (row.part == "" and len(rows) > 1)]
    differences = []
    if len(kept) > 1:
        change = "split" if _hang_together(kept) else "split-loose"
        differences.append(Found("granularity", change, "parts", "1", str(len(kept))))
    for code in dict.fromkeys(row.task_code for row in rows if row.task_code in others):
        words = {"name": others[code]}
        differences.append(Found("granularity", "merged", code, "", code, words=words))
    return differences


def _hang_together(parts: Sequence[Row]) -> bool:
    """Whether each part's code of 33 is the one task code of 31 and the part's two digits."""
    tasks = {row.handle_code[:TASK_CODE] for row in parts}
    return len(tasks) == 1 and all(
        len(row.handle_code) == TASK_CODE + 2 and row.handle_code[TASK_CODE:] == row.part
        for row in parts
    )
