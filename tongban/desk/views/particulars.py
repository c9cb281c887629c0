"""What the applicant said, and everything that happened since."""

from typing import Any

import structlog
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tongban.basics import identifiers
from tongban.cases import queries, timeline
from tongban.cases.models import Case
from tongban.cases.operations.window import IDENTITY_WAYS
from tongban.cases.states import Party
from tongban.catalogue import forms
from tongban.catalogue.versions import Field
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.sides import MARKS
from tongban.desk.views.case import head
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties.mandates.models import Consent, Kind

log = structlog.get_logger(__name__)

# Answers that name a person by number; shown like the applicant's own, on request only.
_NUMBERS = {"person-id": identifiers.mask_id, "mobile": identifiers.mask_phone}


@require_GET
@desk_page
def particulars(request: OfficerRequest, number: str) -> HttpResponse:
    """The applicant, the answers by step; numbers of people are masked."""
    return _page(request, queries.case_for(request.officer, number), shown=False)


@require_POST
@desk_page
def show_numbers(request: OfficerRequest, number: str) -> HttpResponse:
    """The 显示 button: the same page with numbers in full, and a line in the log that says so."""
    case = queries.case_for(request.officer, number)
    log.info(
        "desk.number_shown",
        case=number,
        officer=request.officer.pseudonym,
        place=request.officer.place,
    )
    return _page(request, case, shown=True)


def _agent(applicant: dict[str, str], *, shown: bool) -> dict[str, object]:
    """Who filed for the applicant, in words; nothing when it was the applicant."""
    kind = applicant.get("agent_as", "")
    if kind not in Kind.values:
        return {}
    number = applicant.get("agent_id_number", "")
    consent = applicant.get("agent_consent", "")
    is_helped = kind == Kind.WINDOW and consent in Consent.values
    return {
        "agent_as": Kind(kind).label,
        "agent_number": _said(number, identifiers.mask_id, shown) if number else "",
        "agent_consent": Consent(consent).label if is_helped else "",
    }


def _page(request: OfficerRequest, case: Case, *, shown: bool) -> HttpResponse:
    personal = queries.particulars(case)
    version = queries.version_of(case)
    answers = forms.show(version, personal["answers"])
    context = head(request, case) | {
        "applicant": personal["applicant"],
        "id_number": _said(personal["applicant"]["id_number"], identifiers.mask_id, shown),
        "phone": _said(personal["applicant"].get("phone", ""), identifiers.mask_phone, shown),
        **_agent(personal["applicant"], shown=shown),
        "shown": shown,
        "steps": [
            (step.title, [(field.label, _answer(field, words, shown)) for field, words in said])
            for step, said in answers
            if said
        ],
    }
    return render(request, "desk/particulars.html", context)


def _said(number: str, mask: Any, shown: bool) -> str:
    return number if shown or not number else mask(number)


def _answer(field: Field, words: str, shown: bool) -> str:
    if field.format == "division":
        return jurisdictions.full_name(words)
    if field.format in _NUMBERS:
        return _said(words, _NUMBERS[field.format], shown)
    return words


@require_GET
@desk_page
def history(request: OfficerRequest, number: str) -> HttpResponse:
    """Everything that happened to the case, newest first, and what its applicant asked for."""
    case = queries.case_for(request.officer, number)
    names = {material.spec: material.name for material in queries.version_of(case).materials}
    context = head(request, case) | {
        "applicant": queries.particulars(case)["applicant"],
        "steps": [_entry(step, names) for step in reversed(timeline.steps(case))],
        "request_open": queries.open_request(case),
    }
    return render(request, "desk/history.html", context)


def _entry(step: timeline.Step, names: dict[str, str]) -> dict[str, Any]:
    """One step as the page shows it: what was said in it, by the names of the materials."""
    content, personal = step.content, step.personal
    return {
        "step": step,
        "mark": MARKS.get(step.party, "chan"),  # type: ignore[call-overload]
        "papers": content.get("materials", []),
        "identity": IDENTITY_WAYS.get(content.get("identity", ""), ""),
        "checks": len(content.get("checks", [])),
        "faults": [
            {**fault, "name": names.get(fault["spec"], fault["spec"])}
            for fault in personal.get("faults", [])
        ],
        "said": [
            (label, personal[key])
            for key, label in (
                ("ground", _("理由")),
                ("basis", _("依据")),
                ("right_organ", _("应当向这里申请")),
                ("reason", _("申请人的理由") if step.party == Party.APPLICANT else _("理由")),
                ("outcome", _("结果")),
                ("wrong", _("原来写的")),
                ("right", _("更正为")),
                ("question", _("请求")),
                ("answer", _("答复")),
                ("taken_by", _("领取人")),
                ("note", _("附言")),
            )
            if personal.get(key)
        ],
        "result": content.get("result"),
    }
