"""Setting a page: typst, the fonts that come with us, and the QR code of a place in the record."""

import io
import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import qrcode
import typst

TEMPLATES = Path(__file__).resolve().parent.parent / "templates" / "typst"


@dataclass(frozen=True)
class Document:
    """A document ready to be kept: its bytes, title and number."""

    pdf: io.BytesIO
    title: str
    number: str


def compile_pdf(template: str, facts: dict[str, Any], *, folder: Path = TEMPLATES) -> bytes:
    """A PDF/A-3b of a template in a folder; facts go in as data, never as markup.

    The same facts give the same bytes as long as the templates name the document's day.
    """
    pdf = typst.compile(
        str(folder / template),
        root=str(folder),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
        format="pdf",
        pdf_standards="a-3b",
    )
    return bytes(pdf)


@cache
def _fonts() -> typst.Fonts:
    # To look through twenty megabytes of them anew takes longer than to set a page.
    return typst.Fonts(
        include_system_fonts=False, font_paths=[str(Path(pylopdf_fonts_zh_cn.__file__).parent)]
    )


def official_pdf(kind: str, facts: dict[str, Any], *, is_preview: bool) -> bytes:
    """An official document from the template of its kind, with the QR code of its `place`."""
    drawn = {"qr": qr(facts["place"]), "preview": is_preview}
    return compile_pdf(f"{kind}.typ", facts | drawn)


def place_in_record(number: str, seq: int, digest: str) -> str:
    """What the QR code says: the case, and up to which event its chain has which digest.

    Capitals, digits and slashes alone, which a QR code packs half as large again.
    """
    return f"TONGBAN/{number}/{seq}/{digest}".upper()


def qr(text: str) -> list[str]:
    """The dark and light modules of a QR code, a line of 1 and 0 for each row; without margin."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    return ["".join("1" if dark else "0" for dark in row) for row in code.get_matrix()]


def calendar_day(at: datetime) -> list[int]:
    """A day as typst takes it for the date of the file."""
    return [at.year, at.month, at.day]
