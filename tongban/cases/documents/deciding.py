"""The document of a decision: 准予 or 不予, which goes on the record as a file of its own."""

import io
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from tongban.basics import identifiers
from tongban.cases import queries, states
from tongban.cases.documents import numbering, wording
from tongban.cases.documents.kinds import DECISION
from tongban.cases.documents.typesetting import (
    Document,
    calendar_day,
    official_pdf,
    place_in_record,
)
from tongban.cases.joint.standing import STATE_LABELS, StepState
from tongban.cases.models import Case
from tongban.cases.permissions import authority_name, office_of
from tongban.cases.standing import BEIJING
from tongban.parties.models import Officer
from tongban.record import queries as recorded


def decision(case: Case, *, officer: Officer, at: datetime, is_preview: bool = False) -> Document:
    """The document of a decision: 准予 or 不予, with grounds and how to contest it.

    Takes the next number of the officer's authority, so it is called in the transaction that puts
    the document on the record; a preview takes none. The wording is a default of the platform, to
    be confirmed by the lead unit of the item.
    """
    facts = _facts(case, officer, at)
    if not is_preview:
        office = office_of(officer).code
        year, (serial,) = numbering.allot(office, count=1, at=at)
        facts["number"] = numbering.written(office, year, serial)
    pdf = official_pdf(DECISION, facts, is_preview=is_preview)
    return Document(io.BytesIO(pdf), facts["title"], facts["number"])


def _facts(case: Case, officer: Officer, at: datetime) -> dict[str, Any]:
    version = queries.version_of(case)
    approved = case.decision == states.APPROVE.name
    # A decision goes to one person and is shown to others by that person: it names them in full.
    applicant = queries.particulars(case)["applicant"]
    return {
        "kind": DECISION,
        "title": version.result.title if approved else f"不予批准{version.name}决定书",
        "number": "",
        "case": identifiers.show_case_number(case.number),
        "item": version.name,
        "approved": approved,
        "applicant": applicant["name"],
        "id_number": identifiers.mask_id(applicant["id_number"]),
        **wording.office(office_of(officer).code, queries.contact(officer)),
        "date": wording.day(at),
        "day": calendar_day(at.astimezone(BEIJING)),
        "applied": wording.day(case.submitted_at or at),
        "head": case.head_hash,
        "seq": case.head_seq,
        "place": place_in_record(case.number, case.head_seq, case.head_hash),
        "joint": _steps(case),
        **_said(case),
    }


def _steps(case: Case) -> list[dict[str, str]]:
    """What other places did for a joint case, each with its office and what it came to."""
    events = recorded.events(case.number)
    planned = [e for e in events if e.kind == states.BEGIN_JOINT.name and e.content.get("steps")]
    ended = [e for e in events if e.kind == states.END_JOINT.name]
    if not planned or not ended:
        return []
    came_to = {one["key"]: StepState(one["state"]) for one in ended[-1].content["steps"]}
    otherwise = recorded.part(ended[-1].sealed).get("otherwise", {}) if ended[-1].sealed else {}
    return [
        {
            "name": step["name"],
            "office": authority_name(step["authority"]) if step["authority"] else step["kind"],
            "state": _("由本机关用其他办法核对")
            if step["is_left_out"] or step["key"] in otherwise
            else STATE_LABELS[came_to[step["key"]]],
        }
        for step in planned[-1].content["steps"]
        if step["is_left_out"] or step["key"] in came_to
    ]


def _said(case: Case) -> dict[str, Any]:
    """The words of the decision, mended where they were corrected later; and what was corrected."""
    wanted = {states.APPROVE.name, states.DENY.name}
    events = recorded.events(case.number)
    decided = [event for event in events if event.kind in wanted][-1]
    part = recorded.part(decided.sealed)
    words = {name: str(part.get(name, "")) for name in ("ground", "basis", "note")}
    corrected = []
    for event in events:
        if event.kind == states.CORRECT_DECISION.name:
            told = recorded.part(event.sealed)
            wrong, right = told.get("wrong", ""), told.get("right", "")
            if wrong:
                words = {name: text.replace(wrong, right) for name, text in words.items()}
            corrected.append({"day": wording.day(event.at), "wrong": wrong, "right": right})
    return {"said": words, "corrected": corrected}
