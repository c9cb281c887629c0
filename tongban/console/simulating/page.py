"""docs/scale.md: the words are written there by hand, the tables between its marks by the program.

`./run docs generate` writes them and `./run check` compares, so that page and program cannot part.
"""

import re
from functools import cache

from tongban.console.simulating import figures, measured, paper
from tongban.console.simulating.needs import Needs
from tongban.console.simulating.paper import Paper
from tongban.console.simulating.tables import Table
from tongban.local.home import PROJECT

PAGE = PROJECT / "docs" / "scale.md"
SEED, ONE_IN = 1, 100.0
_MARKED = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end of table -->)", re.DOTALL)


@cache
def needs() -> Needs:
    """The day that the page tells of."""
    drawn = Paper(figures.shipped(), paper.default_day(), SEED, ONE_IN)
    return Needs(drawn, measured.shipped())


def tables() -> dict[str, Table]:
    """All tables there are, by name."""
    found = needs()
    return {table.name: table for table in (*found.paper.tables(), *found.tables())}


def text() -> str:
    """The page as it should stand; a mark for a table that there is not is an error."""
    found = tables()

    def filled(mark: re.Match[str]) -> str:
        return f"{mark[1]}\n{found[mark[2]].as_markdown()}\n\n{mark[3]}"

    return _MARKED.sub(filled, PAGE.read_text("utf-8"))
