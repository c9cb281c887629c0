"""Signatures of leaders: an officer asks for one, the leader signs or says no."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.basics.refusals import FieldsRefused
from tongban.cases import judging, queries, states
from tongban.cases.models import Case
from tongban.cases.operations import countersigning
from tongban.cases.states import Move
from tongban.desk import signatures
from tongban.desk.act_forms import long_text
from tongban.desk.acts import ACTS, Act
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.views.case import head
from tongban.parties import absences

LONGEST_NOTE = 500


class AskForm(forms.Form):
    """报负责人签字: why, and for an extension by how much."""

    use_required_attribute = False

    days = forms.IntegerField(label=gettext_lazy("延长多久"), help_text=gettext_lazy("工作日"))
    reason = long_text(
        gettext_lazy("为什么要这样办"),
        gettext_lazy("科室负责人看得到"),
        required=gettext_lazy("写明为什么要这样办"),
    )

    def __init__(self, data: Any = None, *, case: Case, move: Move, **named: Any) -> None:
        super().__init__(data, **named)
        if move is not states.EXTEND:
            del self.fields["days"]
            return
        most = judging.most_extension(case.mode)
        sentence = _("写1到%(most)d个工作日") % {"most": most}
        self.fields["days"] = forms.IntegerField(
            label=self.fields["days"].label,
            help_text=self.fields["days"].help_text,
            min_value=1,
            max_value=most,
            error_messages=dict.fromkeys(
                ("required", "invalid", "min_value", "max_value"), sentence
            ),
        )
        self.order_fields(["days", "reason"])


@require_http_methods(["GET", "POST"])
@desk_page
def ask(request: OfficerRequest, number: str, name: str) -> HttpResponse:
    """The page between an act and its signature: ask, wait, read why not, or go on to the act."""
    case = queries.case_for(request.officer, number)
    act = ACTS.get(name)
    if act is None or not signatures.wants(case, act.move(case)):
        raise Http404
    act.check(request.officer, case)
    found = signatures.last(case, act.move(case))
    if request.method == "GET":
        begun = {"reason": found.reason, **found.terms} if found else {}
        form = AskForm(case=case, move=act.move(case), initial=begun)
        return _page(request, case, act, form)
    form = AskForm(request.POST, case=case, move=act.move(case))
    if not form.is_valid():
        return _page(request, case, act, form, status=422)
    try:
        _ask(request, case, act, form)
    except FieldsRefused as refusal:
        for field, sentences in refusal.errors.items():
            form.add_error(field if field in form.fields else None, sentences)
        return _page(request, case, act, form, status=refusal.status)
    messages.success(request, _("已经报科室负责人，签字以后您接着办"))
    return redirect("desk:ask-signature", number, name)


def _ask(request: OfficerRequest, case: Case, act: Act, form: AskForm) -> None:
    said = dict(form.cleaned_data)
    countersigning.ask_countersignature(
        number=case.number,
        officer=request.officer,
        act=act.move(case).name,
        reason=said.pop("reason"),
        terms=said,
        at=now(),
    )


def _page(
    request: OfficerRequest, case: Case, act: Act, form: AskForm, status: int = 200
) -> HttpResponse:
    context = head(request, case) | {
        "act": act,
        "label": _(act.move(case).label),
        "signature": signatures.last(case, act.move(case)),
        "form": form,
        "applicant": queries.particulars(case)["applicant"],
    }
    return render(request, "desk/ask_signature.html", context, status=status)


@require_POST
@desk_page
def take_back(request: OfficerRequest, number: str, name: str) -> HttpResponse:
    """The 收回 button: what waits for a signature is no longer asked for."""
    case = queries.case_for(request.officer, number)
    if name not in ACTS:
        raise Http404
    countersigning.take_back(number=number, officer=request.officer, act=ACTS[name].move(case).name)
    messages.success(request, _("已经收回，不用负责人签字了"))
    return redirect("desk:case", number)


@require_GET
@desk_page
def waiting(request: OfficerRequest) -> HttpResponse:
    """What waits for the leader's signature, the oldest first."""
    absences.check_leads(request.officer)
    return _list(request)


def _list(request: OfficerRequest, status: int = 200, **more: Any) -> HttpResponse:
    context = {"waiting": signatures.waiting(request.officer), "side": "decider"}
    return render(request, "desk/signatures.html", context | more, status=status)


@require_POST
@desk_page
def settle(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """The 签字 and 不同意 buttons; a refusal says why, or it is asked for."""
    absences.check_leads(request.officer)
    words = request.POST.get("words", "").strip()[:LONGEST_NOTE]
    try:
        if request.POST.get("act") == "sign":
            countersigning.countersign(pk=pk, leader=request.officer, note=words, at=now())
            messages.success(request, _("已经签字，承办人接着办"))
        else:
            countersigning.refuse_countersignature(
                pk=pk, leader=request.officer, reason=words, at=now()
            )
            messages.success(request, _("已经退回，承办人看得到您的理由"))
    except FieldsRefused as refusal:
        sentence = next(iter(refusal.errors.values()))[0]
        errors = [(f"words-{pk}", sentence)]
        return _list(request, refusal.status, wrong=pk, sentence=sentence, errors=errors)
    return redirect("desk:signatures")
