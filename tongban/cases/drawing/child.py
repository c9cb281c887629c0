"""The process that draws: `python -m tongban.cases.drawing.child SECONDS BYTES OFD PDF PNG`.

It takes its limits upon itself before it opens the paper, writes the pages and a small picture of
the first, and says on its standard output what it drew (JSON). Whatever it is given, it ends: the
system sees to that.
"""

import contextlib
import json
import resource
import sys
from pathlib import Path

from tongban.cases.drawing import document, setting, words
from tongban.cases.drawing.package import CannotDraw, Package
from tongban.cases.drawing.painter import Budget
from tongban.cases.inspection import pdf
from tongban.cases.inspection.refusals import PaperRefused

# Read on a telephone that shows no PDF inside a page; in lists it is shown smaller.
WIDTH = 720
_LARGEST_PDF = 64 << 20


def main(seconds: int, memory: int, source: Path, target: Path, small: Path) -> dict[str, object]:
    """Draw a paper; what is said when it cannot be is the ground of `words`."""
    _limit(seconds, memory)
    budget = Budget()
    try:
        with source.open("rb") as file:
            drawn = document.draw(Package(file), budget)
        fonts = sorted(budget.fonts)
        line = words.beside(budget.left_out, fonts)
        pages = setting.pdf(drawn.sheets, line)
        target.write_bytes(pages)
        # What takes long to draw takes long in a browser as well, so it is tried here.
        small.write_bytes(pdf.picture(pages, width=WIDTH))
    except CannotDraw as cannot:
        return {"why": str(cannot)}
    except (MemoryError, RecursionError):
        return {"why": "memory"}
    except PaperRefused:
        return {"why": "large"}
    left_out = {kind: count for kind, count in sorted(budget.left_out.items()) if count}
    return {
        "why": "",
        "pages": drawn.pages,
        "drawn": len(drawn.sheets),
        "seals": drawn.seals,
        "left_out": left_out,
        "fonts": fonts,
    }


def _limit(seconds: int, memory: int) -> None:
    limits = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_FSIZE: _LARGEST_PDF,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        # Not every system knows every limit; the one who started this process keeps time as well.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    said = main(int(sys.argv[1]), int(sys.argv[2]), *(Path(one) for one in sys.argv[3:6]))
    sys.stdout.write(json.dumps(said))
