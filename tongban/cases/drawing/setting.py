"""A PDF of drawn pages, set by typst with the platform's own fonts; a line under each page."""

import json
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import typst

from tongban.cases.drawing import fonts
from tongban.cases.drawing.document import Sheet

# The line stands below the page and never on it, so nobody takes it for a part of the paper.
_TEMPLATE = b"""\
#let sheets = json(bytes(sys.inputs.sheets))
#set text(font: ("Noto Sans SC",), size: 6.5pt, lang: "zh", fill: luma(70))
#for (number, one) in sheets.extents.enumerate() {
  let width = one.at(0) * 1mm
  page(width: width, height: auto, margin: 0mm, fill: white, {
    block(spacing: 0pt, image(str(number) + ".svg", width: width, height: one.at(1) * 1mm))
    block(width: 100%, spacing: 0pt, inset: 1.6mm, fill: luma(235), sheets.line)
  })
}
"""


def pdf(sheets: Sequence[Sheet], line: str) -> bytes:
    """The pages as one PDF; the same pages give the same bytes."""
    extents = [[sheet.width, sheet.height] for sheet in sheets]
    with tempfile.TemporaryDirectory() as folder:
        for number, sheet in enumerate(sheets):
            Path(folder, f"{number}.svg").write_text(sheet.svg, encoding="utf-8")
        main = Path(folder, "main.typ")
        main.write_bytes(_TEMPLATE)
        made = typst.compile(
            str(main),
            root=folder,
            font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(fonts.FOLDER)]),
            ignore_system_fonts=True,
            sys_inputs={"sheets": json.dumps({"extents": extents, "line": line})},
            format="pdf",
            timestamp=datetime(2026, 1, 1, tzinfo=UTC),
            pdf_tags=False,
        )
    return bytes(made)
