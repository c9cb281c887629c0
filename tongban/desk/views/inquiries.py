"""协查: what this office asked and was asked, and one of them as a thread."""

from collections.abc import Sequence
from typing import Any

import structlog
from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import FileResponse, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.basics.refusals import FieldsRefused, NotFound, Refused, may
from tongban.cases import intake
from tongban.cases.inquiries import operations, queries, standing
from tongban.cases.inquiries.models import Inquiry
from tongban.cases.inquiries.operations import Attachment, Question, Reply
from tongban.cases.inquiries.permissions import (
    check_may_answer,
    check_may_remind,
    check_may_withdraw,
)
from tongban.cases.inquiries.standing import LABELS, OPEN, State
from tongban.cases.permissions import authority_name
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.inquiry_forms import AskForm, GroundForm, MoreForm, ReplyForm, cities
from tongban.desk.papers_out import paper_response
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties import signing_in

log = structlog.get_logger(__name__)


@require_GET
@desk_page
def index(request: OfficerRequest) -> HttpResponse:
    """What came in, first due first, or what went out, newest first."""
    box = "out" if request.GET.get("box") == "out" else "in"
    rows = (
        queries.went_out(request.officer).order_by("-asked_at")
        if box == "out"
        else queries.came_in(request.officer).order_by("answered_at", "due_on", "-asked_at")
    )
    page = Paginator(rows, queries.PAGE).get_page(request.GET.get("page"))
    context = {
        "box": box,
        "page": page,
        "lines": queries.lines(list(page), request.officer, today=localdate()),
        "waiting": queries.waiting(request.officer).count(),
    }
    return render(request, "desk/inquiries/list.html", context)


@require_http_methods(["GET", "POST"])
@desk_page
def ask(request: OfficerRequest) -> HttpResponse:
    """Ask another office. `case` brings the number of the case it is about."""
    if request.method == "GET":
        kept = signing_in.take(request, now())
        given = {"number": request.GET.get("case", "")[:40], "days": standing.DAYS}
        return _ask_page(request, AskForm(initial=given | (kept.dict() if kept else {})))
    form = AskForm(request.POST)
    papers, errors = _papers(request)
    if not form.is_valid() or errors:
        return _ask_page(request, form, paper_errors=errors, status=422)
    said = form.cleaned_data
    try:
        row = operations.ask(
            officer=request.officer,
            to=said["to"],
            question=Question(said["subject"], said["text"], papers),
            days=said["days"],
            number=said["number"],
            at=now(),
        )
    except Refused as refusal:
        _said_at_fields(form, refusal, otherwise="number" if said["number"] else "place")
        return _ask_page(request, form, status=refusal.status)
    messages.success(request, _("已经发给%(organ)s") % {"organ": said["to"].name})
    return HttpResponseRedirect(reverse("desk:inquiry", args=[row.pk]))


def _ask_page(
    request: OfficerRequest, form: Form, *, paper_errors: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "places": cities(),
        "most_papers": standing.MOST_PAPERS,
        "paper_errors": paper_errors,
        "errors": [("id_papers", words) for words in paper_errors],
    }
    return render(request, "desk/inquiries/ask.html", context, status=status)


@require_GET
@desk_page
def inquiry(request: OfficerRequest, chain: str) -> HttpResponse:
    """One inquiry with everything that was said, and what this office can do now."""
    row = queries.inquiry_for(request.officer, chain)
    kept = signing_in.take(request, now())
    return _thread(request, row, typed=kept.dict() if kept else None)


@require_POST
@desk_page
def answer(request: OfficerRequest, chain: str) -> HttpResponse:
    """The 答复 button."""
    row = queries.inquiry_for(request.officer, chain)
    form = ReplyForm(request.POST)
    papers, errors = _papers(request)
    if not form.is_valid() or errors:
        return _thread(request, row, reply=form, paper_errors=errors, status=422)
    operations.answer(
        chain_name=chain,
        officer=request.officer,
        reply=Reply(text=form.cleaned_data["text"], papers=papers),
        at=now(),
    )
    messages.success(request, _("已经答复，写进了协查记录"))
    return HttpResponseRedirect(reverse("desk:inquiry", args=[chain]))


@require_POST
@desk_page
def refuse(request: OfficerRequest, chain: str) -> HttpResponse:
    """The 不能协查 button, with its ground."""
    row = queries.inquiry_for(request.officer, chain)
    form = GroundForm(request.POST)
    if not form.is_valid():
        return _thread(request, row, ground=form, status=422)
    reply = Reply(ground=form.cleaned_data["ground"], right_organ=form.cleaned_data["right_organ"])
    operations.answer(chain_name=chain, officer=request.officer, reply=reply, at=now())
    messages.success(request, _("已经告诉对方不能协查和理由"))
    return HttpResponseRedirect(reverse("desk:inquiry", args=[chain]))


@require_POST
@desk_page
def more(request: OfficerRequest, chain: str) -> HttpResponse:
    """The 追问 button."""
    row = queries.inquiry_for(request.officer, chain)
    form = MoreForm(request.POST)
    if not form.is_valid():
        return _thread(request, row, more=form, status=422)
    operations.ask_more(
        chain_name=chain, officer=request.officer, text=form.cleaned_data["text"], at=now()
    )
    messages.success(request, _("已经追问，对方的答复时间重新算"))
    return HttpResponseRedirect(reverse("desk:inquiry", args=[chain]))


@require_POST
@desk_page
def withdraw(request: OfficerRequest, chain: str) -> HttpResponse:
    """The 撤回 button. Pressing twice does no harm."""
    row = operations.withdraw(chain_name=chain, officer=request.officer, at=now())
    said = _("已经撤回") if row.state == State.WITHDRAWN else _("撤回已经送往对方")
    messages.success(request, said)
    return HttpResponseRedirect(reverse("desk:inquiry", args=[chain]))


@require_POST
@desk_page
def remind(request: OfficerRequest, chain: str) -> HttpResponse:
    """The 催办 button. Pressing it again on the same day changes nothing."""
    operations.remind(chain_name=chain, officer=request.officer, at=now())
    messages.success(request, _("已经催办，对方机关的负责人会收到消息"))
    return HttpResponseRedirect(reverse("desk:inquiry", args=[chain]))


@require_GET
@desk_page
def paper(request: OfficerRequest, chain: str, digest: str) -> HttpResponseBase:
    """A paper of an inquiry, for its two offices. Each look is logged."""
    row = queries.inquiry_for(request.officer, chain)
    found = queries.enclosed(row, digest)
    log.info("desk.paper_shown", inquiry=chain, digest=digest, officer=request.officer.pseudonym)
    answered: FileResponse = paper_response(found.digest, found.name, found.media_type)
    return answered


@require_GET
@desk_page
def evidence(request: OfficerRequest, chain: str) -> HttpResponse:
    """The signed record of an inquiry as a file that anybody can check."""
    row = queries.inquiry_for(request.officer, chain)
    response = JsonResponse(queries.evidence(row), json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="{chain}.json"'
    return response


def _papers(request: OfficerRequest) -> tuple[list[Attachment], list[str]]:
    """The files that came along, kept; a sentence for each that cannot be."""
    kept, errors = [], []
    chosen = request.FILES.getlist("papers")
    if len(chosen) > standing.MOST_PAPERS:
        return [], [_("最多%(most)s份附件") % {"most": standing.MOST_PAPERS}]
    for file in chosen:
        name = file.name or _("附件")
        try:
            kept.append(Attachment(name, intake.take_in(file, name=name, size=file.size or 0)))
        except Refused as refusal:
            errors.append(f"{name}：{refusal.message}")
    return kept, errors


def _said_at_fields(form: Form, refusal: Refused, *, otherwise: str) -> None:
    if isinstance(refusal, FieldsRefused):
        for field, sentences in refusal.errors.items():
            form.add_error(field if field in form.fields else None, sentences)
    else:
        form.add_error(otherwise, refusal.message)


def _thread(
    request: OfficerRequest,
    row: Inquiry,
    *,
    reply: Form | None = None,
    ground: Form | None = None,
    more: Form | None = None,
    paper_errors: Sequence[str] = (),
    typed: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    line = queries.lines([row], request.officer, today=localdate())[0]
    can_answer = may(check_may_answer, request.officer, row)
    is_asker = may(check_may_withdraw, request.officer, row)
    state = State(row.state)
    context = {
        "row": row,
        "line": line,
        "thread": queries.thread(row),
        "asker": authority_name(row.asker_authority),
        "answerer": authority_name(row.answerer_authority),
        "phone_there": _phone_of(row.answerer_authority) if is_asker else "",
        "is_asker": is_asker,
        "from_place": jurisdictions.plain_name(row.asker_place),
        "to_place": jurisdictions.plain_name(row.answerer_place),
        "state_words": LABELS[state],
        "reply": (reply or ReplyForm(initial=typed)) if can_answer else None,
        "ground": (ground or GroundForm(initial=typed)) if can_answer else None,
        "more": (more or MoreForm(initial=typed)) if is_asker and state is State.ANSWERED else None,
        "can_withdraw": is_asker and state in OPEN and row.withdrawal_asked_at is None,
        "can_remind": _can_remind(request, row),
        "is_coming_back": state in OPEN and row.withdrawal_asked_at is not None,
        "sees_case": bool(row.number) and is_asker,
        "paper_errors": paper_errors,
        "errors": [("id_papers", words) for words in paper_errors],
        "most_papers": standing.MOST_PAPERS,
    }
    return render(request, "desk/inquiries/inquiry.html", context, status=status)


def _phone_of(authority: str) -> str:
    """Where an office is rung up; nothing where this node has not heard of it."""
    try:
        return str(jurisdictions.authority(authority).phone)
    except NotFound:
        return ""


def _can_remind(request: OfficerRequest, row: Inquiry) -> bool:
    """Whether the asking office may remind the other one, and has not been heard today."""
    at = now()
    is_told = row.reminded_at is not None and localdate(row.reminded_at) == localdate(at)
    return not is_told and may(check_may_remind, request.officer, row, at)
