"""The buttons of a parcel: each does one thing, or the page comes back with what was typed and why."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tongban.basics.refusals import FieldsRefused, Refused
from tongban.delivery import picture, queries
from tongban.delivery.models import Parcel
from tongban.delivery.operations import archiving, handing, receiving, telling
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.desk.parcel_forms import (
    CancelForm,
    FileForm,
    HandOutForm,
    HandOverForm,
    ReceiptForm,
    ReceiveForm,
    ReportForm,
)
from tongban.desk.views.parcels import case_page, parcel_page

Do = Callable[[OfficerRequest, Parcel, Any], str]


@require_POST
@desk_page
def act(request: OfficerRequest, parcel: str, name: str) -> HttpResponse:
    """One act on a parcel. What is wrong stands at its question, what is refused at the top."""
    if name not in _ACTS:
        raise Http404
    row = queries.parcel_for(request.officer, parcel)
    slot, make, do = _ACTS[name]
    form = make(request, row)
    if form is not None and not form.is_valid():
        return parcel_page(request, row, status=422, faulty=form, **{slot: form})
    try:
        said = do(request, row, form)
    except FieldsRefused as refusal:
        if form is None:
            raise
        for field, sentences in refusal.errors.items():
            form.add_error(field if field in form.fields else None, sentences)
        return parcel_page(request, row, status=refusal.status, faulty=form, **{slot: form})
    except Refused as refusal:
        fresh = queries.parcel_for(request.officer, parcel)
        return parcel_page(request, fresh, status=refusal.status, refusal=refusal)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("desk:parcel", args=[parcel]))


def _hand_over_form(request: OfficerRequest, _row: Parcel) -> Form:
    return HandOverForm(request.POST, prefix="hand")


def _hand_over(request: OfficerRequest, row: Parcel, form: Form) -> str:
    said = form.cleaned_data
    handing.hand_over(
        number=row.number, officer=request.officer, courier=said["courier"],
        waybill=said["waybill"], at=now(),
    )  # fmt: skip
    return _("已登记交寄，收件的一方看得到了")


def _order(request: OfficerRequest, row: Parcel, _form: None) -> str:
    courier = request.POST.get("courier", "")
    handing.order_courier(number=row.number, officer=request.officer, courier=courier, at=now())
    return _("已叫快递，接单后这里有运单号")


def _cancel_form(request: OfficerRequest, _row: Parcel) -> Form:
    return CancelForm(request.POST, prefix="cancel")


def _cancel(request: OfficerRequest, row: Parcel, form: Form) -> str:
    reason = form.cleaned_data["reason"]
    handing.cancel(number=row.number, officer=request.officer, reason=reason, at=now())
    return _("这个包裹不寄了，里面的材料还在本单位")


def _receive_form(request: OfficerRequest, row: Parcel) -> Form:
    return ReceiveForm(request.POST, contents=picture.contents(row))


def _receive(request: OfficerRequest, row: Parcel, form: ReceiveForm) -> str:
    receiving.receive(
        number=row.number, officer=request.officer, seen=form.seen,
        note=form.cleaned_data["note"], at=now(),
    )  # fmt: skip
    return _("已签收，寄件的一方看得到您的登记")


def _take_back(request: OfficerRequest, row: Parcel, _form: None) -> str:
    note = request.POST.get("note", "")[:500]
    receiving.take_back(number=row.number, officer=request.officer, note=note, at=now())
    return _("已收回退件，材料又在本单位了")


def _hand_out_form(request: OfficerRequest, _row: Parcel) -> Form:
    return HandOutForm(request.POST, prefix="out")


def _hand_out(request: OfficerRequest, row: Parcel, form: Form) -> str:
    who = form.cleaned_data["taken_by"]
    receiving.hand_out(number=row.number, officer=request.officer, taken_by=who, at=now())
    return _("已登记交给申请人")


def _report_form(request: OfficerRequest, row: Parcel) -> Form:
    possible = picture.possible(request.officer, row)
    return ReportForm(request.POST, possible=possible, prefix="report")


def _report(request: OfficerRequest, row: Parcel, form: Form) -> str:
    said = form.cleaned_data
    effect = telling.report(
        number=row.number, officer=request.officer, move=said["move"], reason=said["reason"],
        at=now(),
    )  # fmt: skip
    if effect == "passed":
        return _("已发给对方节点，由它写进包裹记录；对方收到后这里会更新")
    return _("已写进包裹记录，两边都看得到")


def _receipt_form(request: OfficerRequest, _row: Parcel) -> Form:
    return ReceiptForm(request.POST, prefix="receipt")


def _receipt(request: OfficerRequest, row: Parcel, form: Form) -> str:
    effect = telling.register_receipt(
        number=row.number, officer=request.officer, at=now(), **form.cleaned_data
    )
    if effect == "passed":
        return _("已发给对方节点，由它写进包裹记录；对方收到后这里会更新")
    return _("已登记快递回执，包裹签收了")


def _no_form(_request: OfficerRequest, _row: Parcel) -> None:
    return None


_ACTS: dict[str, tuple[str, Callable[[OfficerRequest, Parcel], Any], Do]] = {
    "hand-over": ("hand_over", _hand_over_form, _hand_over),
    "order": ("order_form", _no_form, _order),
    "cancel": ("cancel", _cancel_form, _cancel),
    "receive": ("receive", _receive_form, _receive),
    "take-back": ("take_back", _no_form, _take_back),
    "hand-out": ("hand_out", _hand_out_form, _hand_out),
    "receipt": ("receipt", _receipt_form, _receipt),
    "report": ("report", _report_form, _report),
}


@require_POST
@desk_page
def file_paper(request: OfficerRequest, number: str) -> HttpResponse:
    """归档: where a paper of a closed case is kept."""
    form = FileForm(request.POST)
    error = ""
    if form.is_valid():
        try:
            archiving.file_paper(
                case=number, officer=request.officer, at=now(), **form.cleaned_data
            )
            messages.success(request, _("归档位置已登记"))
            return HttpResponseRedirect(reverse("desk:case-parcels", args=[number]))
        except FieldsRefused as refusal:
            error = next(iter(refusal.errors.values()))[0]
    else:
        error = str(next(iter(form.errors.values()))[0])
    return case_page(request, number, status=422, errors=[("", error)])
