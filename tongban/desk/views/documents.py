"""Official documents at the desk: looked at before they go out, opened, printed by the pile."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

import structlog
from django.http import Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from tongban.basics import identifiers
from tongban.basics.refusals import FieldsRefused, Refused
from tongban.cases import queries, states
from tongban.cases.documents import printing, shelf
from tongban.cases.documents.kinds import BY_KEY
from tongban.cases.inspection import pdf
from tongban.cases.models import Case
from tongban.cases.operations import countersigning, window
from tongban.desk import signatures
from tongban.desk.act_forms import ActForm
from tongban.desk.acts import ACTS, Act
from tongban.desk.bench import bench_of
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.sides import side_of, sides_of
from tongban.desk.views.papers import PAPER_POLICY
from tongban.parties.models import Officer
from tongban.record import papers

log = structlog.get_logger(__name__)
RECEIVE = states.RECEIVE.name


@require_GET
@xframe_options_sameorigin
@desk_page
def document(request: OfficerRequest, number: str, seq: int, kind: str) -> HttpResponseBase:
    """A document of a case. Each look is logged."""
    case = queries.case_for(request.officer, number)
    found, digest = shelf.open_document(case, seq=seq, kind=kind)
    log.info("desk.document_shown", case=number, kind=kind, officer=request.officer.pseudonym)
    return _pdf(b"".join(papers.chunks(digest)), found.title)


@require_POST
@desk_page
def preview(request: OfficerRequest, number: str, name: str) -> HttpResponse:
    """What an act would send, as it would be sent, from the words in its form; nothing is written.

    Refused as the act itself would be, and while its form has mistakes.
    """
    case = queries.case_for(request.officer, number)
    try:
        made = shelf.preview(case, _act(request, case, name))
    except FieldsRefused as refusal:
        raise _not_yet(refusal.errors) from refusal
    if not made:
        raise Refused(_("这一步不发文书，没有可以预览的"))
    return _pdf(pdf.bound(content for _title, content in made), _("预览"))


def _not_yet(errors: Mapping[str, Iterable[object]]) -> Refused:
    said = dict.fromkeys(str(one) for sentences in errors.values() for one in sentences)
    return Refused(_("还不能预览：%(why)s") % {"why": "；".join(said)})


def _act(request: OfficerRequest, case: Case, name: str) -> Callable[[], Case]:
    officer, at = request.officer, now()
    if name == RECEIVE:
        # The consent is signed before the papers are taken in, so it is printed before.
        identity = request.POST.get("identity") or next(iter(window.IDENTITY_WAYS))
        return lambda: window.receive_case(
            number=case.number, officer=officer, identity=identity, at=at
        )
    if name not in ACTS:
        raise Http404
    act = ACTS[name]
    bench = bench_of(case, officer, side_of(officer, case), queries.particulars(case))
    form = act.form(request.POST, bench=bench, version=queries.version_of(case))
    if not form.is_valid():
        raise _not_yet(form.errors)
    return _acted(case, act, officer, form, at)


def _acted(
    case: Case, act: Act, officer: Officer, form: ActForm, at: datetime
) -> Callable[[], Case]:
    """The act, as if it were signed where that is still to come."""
    move, said = act.move(case), form.say()

    def done() -> Case:
        if not signatures.is_ready(case, move):
            countersigning.pretend(case, move, officer=officer, at=at, days=said.get("days"))
        return act.do(number=case.number, officer=officer, at=at, **said)

    return done


def signatures_preview(leader: Officer, pk: UUID) -> HttpResponse:
    """What a leader is asked to sign for, as it would go out; nothing is written.

    Refused: NotFound for another office's, and where the act has become impossible meanwhile.
    """
    row = countersigning.one_for(pk=pk, leader=leader)
    case, officer = row.case, row.asked_by
    act = next(one for one in ACTS.values() if one.move(case).name == row.act)
    bench = bench_of(case, officer, side_of(officer, case), queries.particulars(case))
    data = QueryDict(urlencode(countersigning.form_of(row)))
    form = act.form(data, bench=bench, version=queries.version_of(case))
    if not form.is_valid():
        raise _not_yet(form.errors)
    made = shelf.preview(case, _acted(case, act, officer, form, now()))
    if not made:
        raise Refused(_("这一步不发文书，没有可以预览的"))
    return _pdf(pdf.bound(content for _title, content in made), _("预览"))


@require_GET
@desk_page
def register(request: OfficerRequest) -> HttpResponse:
    """What one's own office gave, to be printed one by one or many at once."""
    return _register(request)


def _register(request: OfficerRequest, refusal: Refused | None = None) -> HttpResponse:
    unprinted = request.GET.get("shown") != "all"
    page = printing.register(
        request.officer, unprinted=unprinted, after=request.GET.get("after", "")
    )
    shown = "unprinted" if unprinted else "all"
    context = {
        "side": sides_of(request.officer)[0],
        "rows": [
            {
                "document": row,
                "title": BY_KEY[row.kind].title,
                "shown_number": identifiers.show_case_number(row.case_number),
            }
            for row in page.rows
        ],
        "unprinted": unprinted,
        "is_first": "after" not in request.GET,
        "next": page.after and urlencode({"shown": shown, "after": page.after}),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return render(request, "desk/documents.html", context, status=status)


@require_POST
@desk_page
def print_chosen(request: OfficerRequest) -> HttpResponse:
    """The ticked documents as one PDF; each is noted as printed."""
    ids = [int(one) for one in request.POST.getlist("document") if one.isdecimal()]
    try:
        content = printing.print_together(officer=request.officer, ids=ids, at=now())
    except Refused as refusal:
        return _register(request, refusal)
    log.info("desk.documents_printed", count=len(set(ids)), officer=request.officer.pseudonym)
    return _pdf(content, _("文书"))


def _pdf(content: bytes, title: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    disposition = content_disposition_header(as_attachment=False, filename=f"{title}.pdf")
    response["Content-Disposition"] = disposition or "inline"
    response["Content-Security-Policy"] = PAPER_POLICY
    return response
