"""When one comes to a window: choose a half-day, change it, give it back; and the numbers called."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.cases import queries as cases
from tongban.cases.models import Case
from tongban.catalogue import queries as catalogue
from tongban.counters import booking, queries
from tongban.counters.booking import SlotFull, Visit
from tongban.counters.models import Appointment
from tongban.counters.queries import Room
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Window
from tongban.parties import queries as parties
from tongban.parties.models import Account
from tongban.portal import kept, places
from tongban.portal.appointment_forms import BookForm, CaseForm, RoomForm
from tongban.portal.door import page, signed_in

Rooms = list[tuple[Window, Room]]
SHOWN = 50


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def at_window(request: HttpRequest, account: Account, authority: str, window: int) -> HttpResponse:
    """Choose a half-day of a window, for something one wants to hand in there."""
    found = queries.window(authority, window)
    rooms = [(found, room) for room in queries.rooms(found, at=now())]
    typed = request.POST if request.method == "POST" else kept.take(request)
    form = BookForm(typed, rooms=rooms, initial=_initial(request, account))
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and (made := _book(request, account, form, form.visit)):
        return made
    context: dict[str, object] = {
        "items": [one.name for one in catalogue.items()],
        "groups": places.groups(on=localdate()),
        "to": form["to"].value() or "",
    }
    return _page(request, form, rooms, {"back": reverse("portal:windows")} | context)


def _initial(request: HttpRequest, account: Account) -> dict[str, str]:
    """What is known: who acts, and what a link said."""
    said = {}
    acting = parties.acting_of(account)
    if acting:
        said = {"name": acting[0].applicant.name, "phone": acting[0].applicant.phone}
    if code := request.GET.get("item"):
        said["item"] = catalogue.item(code).name
    return said | {"to": request.GET.get("to", "")}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def for_case(request: HttpRequest, account: Account, number: str) -> HttpResponse:
    """Choose when to come to the window that receives one's case, or that has its result."""
    case = cases.case_of(account, number)
    if known := queries.appointment_for_case(account, case.number):
        return redirect("portal:appointment", pk=known.pk)
    rooms = _rooms_of(case)
    applicant = cases.particulars(case).get("applicant", {})
    who = {"name": applicant.get("name", ""), "phone": applicant.get("phone", "")}
    typed = request.POST if request.method == "POST" else kept.take(request)
    form = CaseForm(typed, rooms=rooms, initial=who | {"room": _wished(case, rooms)})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        visit = Visit(case.item, case.deciding_place, said["name"], said["phone"], case.number)
        if made := _book(request, account, form, visit):
            return made
    name = catalogue.item(case.item).name
    back = reverse("portal:case", args=[number])
    return _page(request, form, rooms, {"back": back, "name": name})


def _rooms_of(case: Case) -> Rooms:
    """The half-days of all windows of the centre that receives a case here."""
    if not case.receiver_authority:
        raise NotFound(_("这件办件不用到窗口来，不用预约"))
    at = now()
    return [
        (window, room)
        for window in queries.windows_of(case.receiver_authority)
        for room in queries.rooms(window, at=at)
    ]


def _wished(case: Case, rooms: Rooms) -> str:
    """The half-day that the application wished for, where it still has room."""
    said = cases.particulars(case).get("answers", {})
    wish = f"{said.get('visit_on', '')}:{said.get('visit_slot', '')}"
    return next(
        (
            f"{window.number}:{room.value}"
            for window, room in rooms
            if room.left and room.value == wish
        ),
        "",
    )


def _book(
    request: HttpRequest, account: Account, form: RoomForm, visit: Visit
) -> HttpResponse | None:
    """The page of the appointment that was made; None when the form has to be shown again."""
    try:
        made = booking.book(account=account, visit=visit, chosen=form.chosen, at=now())
    except FieldsRefused as refusal:
        for field, sentences in refusal.errors.items():
            form.add_error(field, sentences)
        return None
    except SlotFull as refusal:
        form.add_error("room", refusal.message)
        return None
    if made.state == Appointment.State.BOOKED:
        messages.success(request, _("已经约好。改时间、取消都在这一页"))
    else:
        messages.success(request, _("已经告诉那边的窗口，有没有名额看这一页"))
    return redirect("portal:appointment", pk=made.pk)


def _page(
    request: HttpRequest, form: RoomForm, rooms: Rooms, context: dict[str, object]
) -> HttpResponse:
    windows = list({window.number: window for window, _room in rooms}.values())
    known = {
        "form": form,
        "full": [(window, room) for window, room in rooms if not room.left],
        "windows": windows,
        "is_closed": not rooms,
        "capacities": _defaults(windows),
        "is_far": any(not queries.is_ours(one.authority.division_code) for one in windows),
    }
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "portal/book.html", known | context, status=status)


def _defaults(windows: Sequence[Window]) -> bool:
    """Whether the number of places is the platform's own."""
    return any(queries.capacity(one.authority_id, one.number).is_default for one in windows)


@signed_in
@require_safe
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """One's own appointments, the latest day first."""
    rows = [_shown(one) for one in queries.appointments_of(account)[:SHOWN]]
    return render(request, "portal/appointments.html", {"rows": rows})


def _shown(one: Appointment) -> dict[str, object]:
    window = queries.any_window(one.slot.authority, one.slot.window)
    room = next(
        (room for room in queries.half_days(window) if room[0] == one.slot.half), ("", "", "")
    )
    name, phone = one.who
    return {
        "row": one,
        "window": window,
        "half": room[1],
        "hours": room[2],
        "item": catalogue.item(one.item).name,
        "there": jurisdictions.full_name(one.deciding_place),
        "name": name,
        "phone": phone,
        "ticket": getattr(one, "ticket", None),
        "state": Appointment.State(one.state).label,
    }


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, account: Account, pk: UUID) -> HttpResponse:
    """One appointment: when, where, what for; and another half-day for it."""
    found = queries.appointment_of(account, pk)
    window = queries.any_window(found.slot.authority, found.slot.window)
    is_ours = queries.is_ours(window.authority.division_code)
    can_move = found.is_open and is_ours
    rooms = [(window, room) for room in queries.rooms(window, at=now())] if can_move else []
    now_at = f"{window.number}:{found.slot.day.isoformat()}:{found.slot.half}"
    form = RoomForm(request.POST if request.method == "POST" else None, rooms=rooms, but=now_at)
    if request.method == "POST" and form.is_valid():
        chosen = form.chosen
        try:
            booking.move(account=account, pk=pk, day=chosen.day, half=chosen.half, at=now())
        except SlotFull as refusal:
            form.add_error("room", refusal.message)
        else:
            messages.success(request, _("已经改约"))
            return redirect("portal:appointment", pk=pk)
    choices = form.fields["room"].choices  # type: ignore[attr-defined]
    context = _shown(found) | {"form": form, "can_move": bool(choices), "is_ours": is_ours}
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "portal/appointment.html", context, status=status)


@signed_in
@require_POST
def cancel(request: HttpRequest, account: Account, pk: UUID) -> HttpResponse:
    """The 取消预约 button. Pressing twice does no harm."""
    booking.cancel(account=account, pk=pk, at=now())
    messages.success(request, _("预约已经取消，名额让给别人"))
    return redirect("portal:appointment", pk=pk)


@page
@require_safe
def called(request: HttpRequest, authority: str) -> HttpResponse:
    """The screen in a centre's hall: the numbers called and to which window. No names, no items."""
    windows = queries.windows_of(authority)
    if not windows or not queries.is_ours(windows[0].authority.division_code):
        raise NotFound(_("这里没有专窗"))
    context = {
        "centre": windows[0].authority,
        "queue": queries.queue(authority, at=now()),
        "at": now(),
        "is_screen": "screen" in request.GET,
    }
    response = render(request, "portal/called.html", context)
    if context["is_screen"]:
        # Nobody stands at a screen in the hall to press anything; readers of the page do.
        response.headers["Refresh"] = "10"
    return response
