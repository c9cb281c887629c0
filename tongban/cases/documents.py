"""Documents of a case as PDF/A, made by typst from templates and the facts of the case."""

import io
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst

from tongban.basics import identifiers
from tongban.cases import queries, states
from tongban.cases.models import Case
from tongban.cases.permissions import office_of
from tongban.cases.standing import BEIJING
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties.models import Officer
from tongban.record import queries as recorded

TEMPLATES = Path(__file__).resolve().parent / "templates" / "typst"


@dataclass(frozen=True)
class Document:
    """A document ready to be kept: its bytes, title and number."""

    pdf: io.BytesIO
    title: str
    number: str


def decision(case: Case, *, officer: Officer, at: datetime) -> Document:
    """The document of a decision: 准予 or 不予, with grounds and how to contest it.

    The wording is a default of the platform, to be confirmed by the lead unit of the item. Two
    runs over the same facts make documents of the same words.
    """
    version = queries.version_of(case)
    approved = case.decision == states.APPROVE.name
    title = version.result.title if approved else f"不予批准{version.name}决定书"
    number = f"{jurisdictions.short_name(case.deciding_place)}通办〔{at.astimezone(BEIJING):%Y}〕{case.number[-7:-1]}号"
    personal = queries.particulars(case)
    office = office_of(officer)
    facts: dict[str, Any] = {
        "title": title,
        "number": number,
        "case": identifiers.show_case_number(case.number),
        "item": version.name,
        "approved": approved,
        "applicant": personal["applicant"]["name"],
        "id_number": identifiers.mask_id(personal["applicant"]["id_number"]),
        "authority": office.name,
        "phone": office.phone,
        "date": _day(at),
        "applied": _day(case.submitted_at or at),
        "head": case.head_hash,
        "said": _said(case),
        "sandbox": office.is_sandbox,
    }
    return Document(io.BytesIO(compile_pdf("decision.typ", facts)), title, number)


def _day(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y年%-m月%-d日}"


def _said(case: Case) -> dict[str, str]:
    wanted = {states.APPROVE.name, states.DENY.name}
    events = [event for event in recorded.events(case.number) if event.kind in wanted]
    part = recorded.part(events[-1].sealed)
    return {name: part.get(name, "") for name in ("ground", "basis", "note")}


def compile_pdf(template: str, facts: dict[str, Any], *, folder: Path = TEMPLATES) -> bytes:
    """A PDF/A-3b of a template in a folder; facts go in as data, never as markup."""
    pdf = typst.compile(
        str(folder / template),
        root=str(folder),
        font_paths=[str(Path(pylopdf_fonts_zh_cn.__file__).parent)],
        ignore_system_fonts=True,
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
        format="pdf",
        pdf_standards="a-3b",
    )
    return bytes(pdf)
