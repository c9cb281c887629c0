"""Asking something of whoever holds one's case: urge, ask, hand in another paper, another number."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tongban.basics.refusals import FieldsRefused, NotFound, Refused
from tongban.cases import asking, intake
from tongban.cases import queries as cases
from tongban.cases.models import Case
from tongban.cases.operations import requests
from tongban.cases.operations.requests import Handed, Wish
from tongban.parties.models import Account
from tongban.portal import kept, tracking
from tongban.portal.door import signed_in
from tongban.portal.request_forms import RequestForm
from tongban.portal.uploads import sent_name, with_sent_names


@with_sent_names
@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, account: Account, number: str, kind: str) -> HttpResponse:
    """The page of one kind of request. What is not possible now is refused before it is typed."""
    found = cases.case_of(account, number)
    if kind not in asking.KINDS or kind == "withdraw":
        raise NotFound(_("没有这种请求"))
    requests.check_time(found, kind)
    if request.method != "POST":
        typed = kept.take(request)
        return _page(
            request, found, RequestForm(kind=kind, initial=typed.dict() if typed else {}), kind
        )
    form = RequestForm(request.POST, kind=kind)
    papers, errors = _papers(request) if kind == "add_paper" else ([], [])
    if not form.is_valid() or errors:
        return _page(request, found, form, kind, paper_errors=errors, status=422)
    said = form.cleaned_data
    wish = Wish(kind, said.get("text", ""), said.get("phone", ""), papers)
    try:
        requests.ask_as_applicant(number=number, account=account, wish=wish, at=now())
    except FieldsRefused as refusal:
        errors = refusal.errors.pop("papers", [])
        for field, sentences in refusal.errors.items():
            form.add_error(field, sentences)
        return _page(request, found, form, kind, paper_errors=errors, status=refusal.status)
    except Refused as refusal:
        return _page(request, found, form, kind, refusal=refusal, status=refusal.status)
    messages.success(request, _said(kind))
    return redirect("portal:case", number=number)


def _said(kind: str) -> str:
    if kind == "change_contact":
        return _("新的手机号已经送给现在办理的一方")
    return _("已经送出。答复会写在这一页，最迟%(days)s个工作日") % {"days": asking.DAYS}


def _papers(request: HttpRequest) -> tuple[list[Handed], list[str]]:
    """The files that were chosen, kept; a sentence for each that cannot be."""
    chosen = request.FILES.getlist("papers")
    if len(chosen) > asking.MOST_PAPERS:
        return [], [_("一次最多%(most)s份") % {"most": asking.MOST_PAPERS}]
    taken, errors = [], []
    for file in chosen:
        name = sent_name(file)
        try:
            taken.append(Handed(name, intake.take_in(file, name=name, size=file.size or 0)))
        except Refused as refusal:
            errors.append(f"{file.name}：{refusal.message}")
    if not taken and not errors:
        errors.append(_("选择要补交的文件"))
    return taken, errors


def _page(
    request: HttpRequest,
    found: Case,
    form: RequestForm,
    kind: str,
    *,
    paper_errors: Sequence[str] = (),
    refusal: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "case": found,
        "name": cases.version_of(found).name,
        "held": tracking.holding(found),
        "kind": kind,
        "label": asking.KINDS[kind].label,
        "days": asking.DAYS,
        "most_papers": asking.MOST_PAPERS,
        "form": form,
        "refusal": refusal,
        "paper_errors": paper_errors,
        "errors": [("id_papers", words) for words in paper_errors],
    }
    return render(request, "portal/request.html", context, status=status)
