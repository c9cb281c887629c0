"""Tables that are shown in the terminal, in docs/scale.md and in JSON from the same rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.markup import escape
from rich.table import Table as Shown

Cell = str | float | int


@dataclass(frozen=True)
class Table:
    """A table by its name; numbers stay numbers until they are shown."""

    name: str
    chinese: str
    english: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def as_markdown(self) -> str:
        """As docs/scale.md holds it."""
        numeric = [
            all(isinstance(row[n], int | float) for row in self.rows)
            for n in range(len(self.columns))
        ]
        lines = [
            _line(self.columns),
            _line(["--:" if is_number else "---" for is_number in numeric]),
            *(_line([shown(cell).replace("|", "\\|") for cell in row]) for row in self.rows),
        ]
        return "\n".join(lines)

    def as_rich(self) -> Shown:
        """For the terminal."""
        table = Shown(title=f"{self.chinese}  {self.english}", title_justify="left")
        for number, name in enumerate(self.columns):
            is_number = all(isinstance(row[number], int | float) for row in self.rows)
            table.add_column(name, justify="right" if is_number else "left", overflow="fold")
        for row in self.rows:
            table.add_row(*(escape(shown(cell)) for cell in row))
        return table

    def as_dict(self) -> dict[str, Any]:
        """For a machine."""
        return {"name": self.name, "columns": list(self.columns), "rows": [list(r) for r in self.rows]}  # fmt: skip


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def shown(cell: Cell) -> str:
    """A number with as many digits as mean something: three, and all of a whole one."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int) or abs(cell) >= 100 or cell == int(cell):
        return f"{cell:,.0f}"
    if cell and abs(cell) < 0.001:
        return f"{cell:.1e}"
    return f"{cell:,.3g}"


def percent(share: float) -> str:
    """A share as people read it."""
    return f"{share * 100:.3g} %"
