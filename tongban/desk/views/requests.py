"""Requests to the holder of a case: what waits for this office, and what this office asks."""

from typing import Any
from uuid import UUID

import structlog
from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tongban.basics.refusals import FieldsRefused, NotFound, Refused, may
from tongban.cases import asked, queries
from tongban.cases.inquiries import queries as inquiries
from tongban.cases.models import Case
from tongban.cases.operations import requests
from tongban.cases.operations.requests import Wish
from tongban.cases.states import Party
from tongban.catalogue import queries as catalogue
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.papers_out import paper_response
from tongban.desk.request_forms import REFUSE, AnswerForm, AskHolderForm
from tongban.desk.sides import side_of
from tongban.desk.views.case import head

log = structlog.get_logger(__name__)


@require_GET
@desk_page
def index(request: OfficerRequest) -> HttpResponse:
    """What waits for an answer of this office, first due first."""
    found = asked.open_of_office(request.officer, today=localdate())
    cases = Case.objects.in_bulk([one.number for one in found])
    names = queries.applicant_names(cases.values())
    rows = [(one, catalogue.item(cases[one.number].item).name, names[one.number]) for one in found]
    return render(request, "desk/requests/list.html", {"rows": rows})


@require_GET
@desk_page
def of_case(request: OfficerRequest, number: str) -> HttpResponse:
    """All requests of one case, with the answer form where this office holds it."""
    return _page(request, queries.case_for(request.officer, number))


@require_POST
@desk_page
def answer(request: OfficerRequest, number: str, request_id: UUID) -> HttpResponse:
    """The 答复 button; with papers also 收下 and 不收."""
    case = queries.case_for(request.officer, number)
    if asked.one(request_id).number != case.number:
        raise NotFound(_("这件没有这个请求"))
    form = AnswerForm(request.POST, prefix=str(request_id)[:8])
    if not form.is_valid():
        return _page(request, case, answering={request_id: form}, status=422)
    requests.answer(
        request_id=request_id,
        officer=request.officer,
        text=form.cleaned_data["text"],
        refuse=request.POST.get("do") == REFUSE,
        at=now(),
    )
    messages.success(request, _("已经答复，写进了办件记录"))
    return HttpResponseRedirect(reverse("desk:case-requests", args=[case.number]))


@require_POST
@desk_page
def ask(request: OfficerRequest, number: str) -> HttpResponse:
    """催办 or 询问, to the other office."""
    case = queries.case_for(request.officer, number)
    form = AskHolderForm(request.POST)
    if not form.is_valid():
        return _page(request, case, asking=form, status=422)
    wish = Wish(form.cleaned_data["kind"], form.cleaned_data["text"])
    try:
        requests.ask_as_office(number=case.number, officer=request.officer, wish=wish, at=now())
    except FieldsRefused as refusal:
        for field, sentences in refusal.errors.items():
            form.add_error(field, sentences)
        return _page(request, case, asking=form, status=refusal.status)
    except Refused as refusal:
        form.add_error("kind", refusal.message)
        return _page(request, case, asking=form, status=refusal.status)
    messages.success(request, _("已经送给现在持有这件的机关"))
    return HttpResponseRedirect(reverse("desk:case-requests", args=[case.number]))


@require_GET
@desk_page
def paper(request: OfficerRequest, number: str, request_id: UUID, digest: str) -> HttpResponseBase:
    """A paper that an applicant offers, before it is taken. Each look is logged."""
    case = queries.case_for(request.officer, number)
    row = asked.one(request_id)
    for one in requests.papers_of(row) if row.number == case.number else ():
        if one.file.digest == digest:
            log.info(
                "desk.paper_shown", case=number, digest=digest, officer=request.officer.pseudonym
            )
            return paper_response(digest, one.name, one.file.media_type)
    raise NotFound(_("这个请求里没有这份材料"))


def _page(
    request: OfficerRequest,
    case: Case,
    *,
    answering: dict[UUID, Form] | None = None,
    asking: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    side = side_of(request.officer, case)
    found = asked.of_case(case, today=localdate(), for_=side.value)
    rows = [(one, _answer_form(request, case, one, answering or {})) for one in found]
    holder = Party(case.holder)
    context: dict[str, Any] = head(request, case) | {
        "applicant": queries.particulars(case)["applicant"],
        "rows": rows,
        "ask_form": (asking or AskHolderForm())
        if holder in {Party.RECEIVER, Party.DECIDER, Party.CHANNEL} and holder is not side
        else None,
        "inquiries": inquiries.lines(
            list(inquiries.of_case(request.officer, case.number)[:20]),
            request.officer,
            today=localdate(),
        ),
        "faulty": [form for form in (*(answering or {}).values(), asking) if form is not None],
    }
    return render(request, "desk/requests/case.html", context, status=status)


def _answer_form(
    request: OfficerRequest, case: Case, one: asked.Asked, answering: dict[UUID, Form]
) -> Form | None:
    row = asked.one(one.id) if one.is_open else None
    if row is None or not may(requests.check_may_answer, request.officer, case, row):
        return None
    return answering.get(one.id) or AnswerForm(prefix=str(one.id)[:8])
