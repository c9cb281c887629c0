"""Joint steps at the desk: a partner's own steps and nothing more, the lead's view of all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods

from tongban.basics import identifiers
from tongban.basics.refusals import NotFound, Refused
from tongban.cases import queries, standing, states
from tongban.cases.joint import operations, progress, rules
from tongban.cases.joint import queries as steps_of_offices
from tongban.cases.joint.models import JointStep
from tongban.cases.joint.progress import Line, Progress
from tongban.cases.joint.queries import Told
from tongban.cases.joint.standing import SIDE_LABELS, STATE_LABELS, Side, StepState
from tongban.cases.models import Case
from tongban.cases.permissions import authority_name, check_may_act
from tongban.cases.queries import Light
from tongban.cases.states import State
from tongban.catalogue import queries as catalogue
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.joint_forms import (
    AgainForm,
    BeginForm,
    ContradictForm,
    FinishForm,
    LookUpForm,
    RefuseForm,
    SayForm,
    StopForm,
    UndoneForm,
)
from tongban.desk.offers import reason
from tongban.desk.views.case import head
from tongban.desk.views.papers import PAPER_POLICY, SHOWN
from tongban.jurisdictions import queries as jurisdictions
from tongban.record import papers

log = structlog.get_logger(__name__)

# How a step stands, as the light of its row.
LIGHTS = {
    StepState.DONE: "ok",
    StepState.CONTRADICTED: "bad",
    StepState.UNDONE: "ok",
    StepState.REFUSED: "bad",
    StepState.STOPPED: "pause",
}


@dataclass(frozen=True)
class Row:
    """One step of another office's case, as a list shows it."""

    step: JointStep
    item: str
    applicant: str
    lead: str
    light: Light
    state: str
    shown_number: str


def _rows(found: list[JointStep]) -> list[Row]:
    told = steps_of_offices.told(found)
    return [
        Row(
            step=row,
            item=catalogue.item(row.item).name,
            applicant=told[row.chain].asked.get("applicant", {}).get("name", ""),
            lead=authority_name(row.lead_authority),
            light=steps_of_offices.light(row, standing.today()),
            state=STATE_LABELS[StepState(row.state)],
            shown_number=identifiers.show_case_number(row.number),
        )
        for row in found
    ]


@require_GET
@desk_page
def steps(request: OfficerRequest) -> HttpResponse:
    """The steps that other places asked of one's office, the nearest due day first."""
    shown = "answered" if request.GET.get("shown") == "answered" else "mine"
    waiting = steps_of_offices.in_hand(request.officer)
    found = waiting if shown == "mine" else steps_of_offices.answered(request.officer)
    page = Paginator(found, steps_of_offices.PAGE).get_page(request.GET.get("page"))
    context = {
        "rows": _rows(list(page)),
        "page": page,
        "shown": shown,
        "count": waiting.count(),
    }
    return render(request, "desk/joint/steps.html", context)


# --- one step, for the partner ---

# What a partner may press: the form it needs, the operation, and what is said when it is done.
Answer = tuple[type[SayForm], Callable[..., Any], str]


def _answers() -> Mapping[str, Answer]:
    return {
        "finish": (FinishForm, operations.finish, _("已经告诉牵头地：办好了")),
        "contradict": (ContradictForm, operations.contradict, _("已经告诉牵头地：核对不符")),
        "refuse": (RefuseForm, operations.refuse, _("已经告诉牵头地：不予办理")),
        "undone": (UndoneForm, operations.undone, _("已经告诉牵头地：撤销了")),
    }


def _possible(row: JointStep) -> tuple[str, ...]:
    if row.state == StepState.UNDO_ARRIVED:
        return ("undone",)
    if row.state != StepState.ARRIVED:
        return ()
    return ("finish", "refuse") if row.has_undo else ("finish", "contradict", "refuse")


@require_http_methods(["GET", "POST"])
@desk_page
def step(request: OfficerRequest, chain: str) -> HttpResponse:
    """One step: what is asked, the papers it needs, and the forms to answer it.

    What is no longer possible is refused with its sentence, and nothing typed is lost.
    """
    row = steps_of_offices.step_for(request.officer, chain)
    answers = _answers()
    pressed = request.POST.get("do", "")
    if request.method == "GET" or pressed not in answers:
        return _step_page(request, row)
    form_class, operation, done = answers[pressed]
    form = form_class(request.POST, prefix=pressed)
    if not form.is_valid():
        return _step_page(request, row, {pressed: form}, status=422)
    try:
        operation(chain=chain, officer=request.officer, at=now(), **form.said())
    except Refused as refusal:
        row.refresh_from_db()
        return _step_page(request, row, {pressed: form}, refusal=refusal, status=refusal.status)
    messages.success(request, done)
    return HttpResponseRedirect(reverse("desk:joint-steps"))


def _step_page(
    request: OfficerRequest,
    row: JointStep,
    filled: Mapping[str, SayForm] | None = None,
    *,
    status: int = 200,
    refusal: Refused | None = None,
) -> HttpResponse:
    told = steps_of_offices.told([row])[row.chain]
    forms = {
        name: (filled or {}).get(name) or _answers()[name][0](prefix=name)
        for name in _possible(row)
    }
    kept = steps_of_offices.files_of(row)
    context = {
        "step": row,
        "told": told,
        "item": catalogue.item(row.item).name,
        "place": jurisdictions.full_name(row.partner_place),
        "lead": _contact(row.lead_authority),
        "light": steps_of_offices.light(row, standing.today()),
        "state": STATE_LABELS[StepState(row.state)],
        "shown_number": identifiers.show_case_number(row.number),
        "papers": [one for one in told.asked.get("papers", []) if one["digest"] in kept],
        "forms": forms,
        "refusal": refusal,
        "typed": [form[form.argument].value() for form in (filled or {}).values()],
    }
    return render(request, "desk/joint/step.html", context, status=status)


def _contact(code: str) -> dict[str, str]:
    try:
        organ = jurisdictions.authority(code)
    except NotFound:
        return {"name": code, "phone": ""}
    return {"name": organ.name, "phone": organ.phone}


@require_GET
@xframe_options_sameorigin
@desk_page
def paper(request: OfficerRequest, chain: str, digest: str) -> HttpResponseBase:
    """A paper that came with a step; no other paper of the case exists for a partner."""
    row = steps_of_offices.step_for(request.officer, chain)
    file = steps_of_offices.files_of(row).get(digest)
    if file is None:
        raise NotFound(_("这个联办环节里没有这份材料"))
    try:
        content = papers.open(digest)
    except papers.PaperMissing as missing:
        raise NotFound(_("这份材料还没有传到本地，传到后自动出现")) from missing
    log.info("desk.paper_shown", case=row.number, digest=digest, officer=request.officer.pseudonym)
    asked = steps_of_offices.told([row])[row.chain].asked.get("papers", [])
    name = next((one["file_name"] or one["name"] for one in asked if one["digest"] == digest), "")
    inline = file.media_type in SHOWN and "download" not in request.GET
    response = FileResponse(
        content, content_type=file.media_type, as_attachment=not inline, filename=name or digest
    )
    response.headers["Content-Security-Policy"] = PAPER_POLICY
    return response


# --- all steps of a case, for its lead ---


@dataclass(frozen=True)
class Shown:
    """One step of the plan as the lead sees it."""

    line: Line
    office: str
    place: str
    phone: str
    state: str
    holder: str
    kind: str
    light: Light | None
    told: Told | None


Act = tuple[type[SayForm] | None, Callable[..., Any], str]


def _acts() -> Mapping[str, Act]:
    return {
        "begin": (BeginForm, operations.begin, _("已经开始联办")),
        "again": (AgainForm, operations.ask_again, _("已经再请一次")),
        "lookup": (LookUpForm, operations.look_up, _("已经记下用其他办法核对")),
        "stop": (StopForm, operations.give_up, _("已经停止联办，正在请各地撤销和停办")),
        "end": (None, operations.end, _("联办已经结束，接着决定")),
    }


@require_http_methods(["GET", "POST"])
@desk_page
def case_steps(request: OfficerRequest, number: str) -> HttpResponse:
    """All joint steps of a case, and what its lead can do about them."""
    case = queries.case_for(request.officer, number)
    acts = _acts()
    pressed = request.POST.get("do", "")
    if request.method == "GET" or pressed not in acts:
        return _case_page(request, case)
    form_class, operation, done = acts[pressed]
    form = form_class(request.POST, prefix=pressed) if form_class else None
    if form is not None and not form.is_valid():
        return _case_page(request, case, {pressed: form}, status=422)
    said = form.said() if form is not None else {}
    if pressed in {"again", "lookup"}:
        said["key"] = request.POST.get("key", "")
    try:
        operation(number=number, officer=request.officer, at=now(), **said)
    except Refused as refusal:
        filled = {pressed: form} if form else {}
        case = queries.case_for(request.officer, number)
        return _case_page(request, case, filled, refusal=refusal, status=refusal.status)
    messages.success(request, done)
    return HttpResponseRedirect(reverse("desk:case-joint", args=[number]))


def _case_page(
    request: OfficerRequest,
    case: Case,
    filled: Mapping[str, SayForm] | None = None,
    *,
    status: int = 200,
    refusal: Refused | None = None,
) -> HttpResponse:
    given = filled or {}
    found = progress.look(case.number)
    version = queries.version_of(case)
    personal = queries.particulars(case)
    is_running = case.state == State.JOINT
    may_retreat = case.joint == "done" and case.state == State.UNDER_REVIEW
    move = states.END_JOINT if is_running else states.BEGIN_JOINT
    context = head(request, case) | {
        "applicant": personal["applicant"],
        "found": found,
        "steps": _shown(found) if found else [],
        "planned": []
        if found
        else rules.plan(version, personal.get("answers", {}), deciding=case.deciding_place),
        "is_running": is_running,
        "may_begin": not case.joint and case.state == State.UNDER_REVIEW,
        "may_stop": (is_running and found and not found.is_stopping) or may_retreat,
        "may_retreat": may_retreat,
        "why_not": reason(check_may_act, request.officer, case, move),
        "forms": {
            name: given.get(name) or form(prefix=name)
            for name, (form, _do, _done) in _acts().items()
            if form
        },
        "may_look_up": _may_look_up(found),
        "stopped_because": progress.reason_of(case.number, found.round) if found else "",
        "refusal": refusal,
    }
    return render(request, "desk/joint/case.html", context, status=status)


def _may_look_up(found: Progress | None) -> list[Line]:
    """The facts that the lead may look up itself by now."""
    if found is None or found.is_stopping:
        return []
    return [line for line in found.lines if line.may_be_looked_up(standing.today())]


def _shown(found: Progress) -> list[Shown]:
    told = steps_of_offices.told([line.row for line in found.lines if line.row])
    return [_line(line, told) for line in found.lines]


def _line(line: Line, told: Mapping[str, Told]) -> Shown:
    organ = _contact(line.authority)
    row = line.row
    if row is None:
        words = _("用其他办法核对") if line.is_left_out else _("还没轮到")
        return Shown(
            line, organ["name"], _place(line), organ["phone"], words, "", "pause", None, None
        )
    state = StepState(row.state)
    return Shown(
        line=line,
        office=organ["name"],
        place=_place(line),
        phone=organ["phone"],
        state=STATE_LABELS[state],
        holder=SIDE_LABELS[Side(row.holder)],
        kind=LIGHTS.get(state, ""),
        light=steps_of_offices.light(row, standing.today()),
        told=told.get(row.chain),
    )


def _place(line: Line) -> str:
    return jurisdictions.full_name(line.place) if line.place else ""
