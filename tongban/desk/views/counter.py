"""The cross-place counter: who comes today, and whose number is next."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongban.basics.refusals import FieldsRefused, may
from tongban.catalogue import queries as catalogue
from tongban.counters import booking, forgetting, queries, queueing
from tongban.counters.models import Appointment, Ticket
from tongban.counters.rules import Half
from tongban.desk.counter_forms import CapacityForm
from tongban.desk.gate import OfficerRequest, desk_page
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Window


@dataclass(frozen=True)
class Visitor:
    """Somebody with an appointment, as the day's list shows them."""

    row: Appointment
    half: str
    item: str
    there: str
    name: str
    phone: str
    state: str
    ticket: Ticket | None


@require_GET
@desk_page
def counter(request: OfficerRequest) -> HttpResponse:
    """The queue of the counter now, and who comes on a day; today unless another is asked for."""
    at = now()
    centre = queries.counter_of(request.officer)
    today = localdate(at)
    day = _day(request, today)
    queue = queries.queue(centre, at=at)
    rows = queries.day_list(request.officer, day)
    context = {
        "centre": request.officer.authority,
        "day": day,
        "is_today": day == today,
        "is_coming": day > today,
        "visitors": [_visitor(row) for row in rows],
        "queue": queue,
        "mine": [one for one in queue.called if one.called_by_id == request.officer.pk],
        "others": [one for one in queue.called if one.called_by_id != request.officer.pk],
        "window": queueing.window_of(request.officer),
        "may_set": may(booking.check_may_set, request.officer),
        "names_days": forgetting.days_kept(),
        "names_default": forgetting.days_kept() == forgetting.DAYS,
    }
    return render(request, "desk/counter.html", context)


def _day(request: OfficerRequest, today: date) -> date:
    try:
        return parse_date(request.GET.get("day", "")) or today
    except ValueError:
        return today


def _visitor(row: Appointment) -> Visitor:
    name, phone = row.who
    window = queries.window(row.slot.authority, row.slot.window)
    words = {key: f"{said} {hours}" for key, said, hours in queries.half_days(window)}
    return Visitor(
        row=row,
        half=words.get(Half(row.slot.half), ""),
        item=catalogue.item(row.item).name,
        there=jurisdictions.plain_name(row.deciding_place),
        name=name,
        phone=phone,
        state=Appointment.State(row.state).label,
        ticket=getattr(row, "ticket", None),
    )


Act = tuple[Callable[..., Ticket], str]


def _acts() -> Mapping[str, Act]:
    return {
        "take": (queueing.take, _("取号：%(label)s")),
        "next": (queueing.call_next, _("请%(label)s到%(window)s号窗口")),
        "recall": (queueing.recall, _("再叫一次：请%(label)s到%(window)s号窗口")),
        "skip": (queueing.skip, _("%(label)s过号")),
        "serve": (queueing.serve, _("%(label)s办完")),
    }


@require_POST
@desk_page
def call(request: OfficerRequest) -> HttpResponse:
    """The buttons of the queue: 取号, 叫下一个, 再叫, 过号, 办完."""
    queries.counter_of(request.officer)
    pressed = _acts().get(request.POST.get("do", ""))
    if pressed is not None:
        operation, words = pressed
        serial = request.POST.get("serial", "")
        named: dict[str, Any] = {"serial": int(serial)} if serial.isdigit() else {}
        ticket = operation(officer=request.officer, at=now(), **named)
        said = words % {"label": ticket.label, "window": ticket.window}
        messages.success(request, said)
    return HttpResponseRedirect(reverse("desk:counter"))


@require_POST
@desk_page
def arrived(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """The 到了 button: gives the number with which they are called. Twice gives the same one."""
    ticket = booking.arrive(officer=request.officer, pk=pk, at=now())
    messages.success(request, _("登记到场，号是%(label)s") % {"label": ticket.label})
    return HttpResponseRedirect(reverse("desk:counter"))


@require_POST
@desk_page
def missed(request: OfficerRequest, pk: UUID) -> HttpResponse:
    """The 没有来 button. Twice does no harm."""
    row = booking.miss(officer=request.officer, pk=pk, at=now())
    messages.success(request, _("登记为没有来"))
    return HttpResponseRedirect(f"{reverse('desk:counter')}?day={row.slot.day.isoformat()}")


@require_http_methods(["GET", "POST"])
@desk_page
def capacity(request: OfficerRequest) -> HttpResponse:
    """How many people each window takes; set by the leader of the centre."""
    booking.check_may_set(request.officer)
    windows = queries.windows_of(queries.counter_of(request.officer))
    pressed = request.POST.get("window", "")
    forms = [(one, _form(request, one, is_sent=pressed == str(one.number))) for one in windows]
    status = 200
    for window, form in forms:
        if not form.is_bound:
            continue
        if form.is_valid() and _set(request, window, form):
            messages.success(request, _("名额已经改好"))
            return HttpResponseRedirect(reverse("desk:capacity"))
        status = 422
    context = {
        "forms": [
            (window, form, queries.capacity(window.authority_id, window.number))
            for window, form in forms
        ],
        "wrong": next((form for _window, form in forms if form.errors), None),
    }
    return render(request, "desk/capacity.html", context, status=status)


def _form(request: OfficerRequest, window: Window, *, is_sent: bool) -> CapacityForm:
    known = queries.capacity(window.authority_id, window.number)
    initial = {
        "per_half_day": known.per_half_day,
        "days_ahead": known.days_ahead,
        "basis": known.basis,
    }
    # Each window's form has its own ids; names are the same, for one of them is sent at a time.
    auto_id = f"id_{window.number}_%s"
    return CapacityForm(request.POST if is_sent else None, initial=initial, auto_id=auto_id)


def _set(request: OfficerRequest, window: Window, form: CapacityForm) -> bool:
    try:
        booking.set_capacity(
            officer=request.officer, window=window.number, at=now(), **form.cleaned_data
        )
    except FieldsRefused as refusal:
        for field, sentences in refusal.errors.items():
            form.add_error(field, sentences)
        return False
    return True
