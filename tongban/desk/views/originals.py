"""Asking for originals by post, after the look online (网上预审加寄递)."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tongban.basics import calendar
from tongban.basics.refusals import Refused
from tongban.cases import queries, states
from tongban.cases.models import Case
from tongban.cases.operations.originals import ORIGINALS_DAYS, ask_originals
from tongban.cases.permissions import check_may_act
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.offers import reason
from tongban.desk.views.case import head


class OriginalsForm(forms.Form):
    """Of which materials the originals are wanted, and what the applicant should know."""

    specs = forms.MultipleChoiceField(
        label=gettext_lazy("要寄原件的材料"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("选择要寄原件的材料"),
            "invalid_choice": gettext_lazy("只能要求寄申请人交过的材料的原件"),
        },
    )
    note = forms.CharField(
        label=gettext_lazy("给申请人的说明"),
        help_text=gettext_lazy("可以不写。例如怎样包装、要不要附回邮"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": gettext_lazy("最多500个字，请写短一些")},
    )

    def __init__(self, data: object, case: Case) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        rows = case.materials.order_by("seq", "id").values_list("spec", "name")
        self.fields["specs"].choices = list(rows)  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@desk_page
def ask(request: OfficerRequest, number: str) -> HttpResponse:
    """Which originals are wanted; asked for once, the case waits for the parcel."""
    case = queries.case_for(request.officer, number)
    form = OriginalsForm(request.POST if request.method == "POST" else None, case)
    if request.method == "GET":
        return _page(request, case, form)
    if not form.is_valid():
        return _page(request, case, form, status=422)
    try:
        ask_originals(number=number, officer=request.officer, at=now(), **form.cleaned_data)
    except Refused as refusal:
        case = queries.case_for(request.officer, number)
        return _page(request, case, form, refusal=refusal, status=refusal.status)
    messages.success(request, _("已经请申请人寄原件，寄到以前不计时"))
    return HttpResponseRedirect(reverse("desk:case", args=[number]))


def _page(
    request: OfficerRequest,
    case: Case,
    form: OriginalsForm,
    *,
    status: int = 200,
    refusal: Refused | None = None,
) -> HttpResponse:
    context = head(request, case) | {
        "applicant": queries.particulars(case)["applicant"],
        "form": form,
        "refusal": refusal,
        "why_not": "" if refusal else _why_not(request, case),
        "answer_by": calendar.add_working_days(localdate(), ORIGINALS_DAYS),
        "office": request.officer.authority,
    }
    return render(request, "desk/originals.html", context, status=status)


def _why_not(request: OfficerRequest, case: Case) -> str:
    return reason(check_may_act, request.officer, case, states.ASK_ORIGINALS)
