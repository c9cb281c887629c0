"""Reads with a name: windows, room left, whose appointments, the day of a window, the queue."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from tongban.basics import calendar
from tongban.basics.hours import day_in_beijing
from tongban.basics.refusals import NotAllowed, NotFound
from tongban.basics.selecting import Selection
from tongban.cases.permissions import office_of
from tongban.counters import rules
from tongban.counters.models import Appointment, Slot, Ticket, WindowCapacity
from tongban.counters.rules import Capacity, Half, Span
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Window
from tongban.parties.models import Account, Officer, Role

# Asked by every page of the desk.
_WINDOWS = Selection(
    lambda p: (
        Window.objects.select_related("authority")
        .filter(authority=p("authority"))
        .order_by("number")
    )
)
WITHOUT_PLACE = (Appointment.State.CANCELLED, Appointment.State.FULL)


@dataclass(frozen=True)
class Room:
    """A half-day that may be chosen, and how many places are left in it."""

    day: date
    half: Half
    span: Span
    left: int

    @property
    def value(self) -> str:
        """As a form names it."""
        return f"{self.day.isoformat()}:{self.half.value}"

    @property
    def words(self) -> str:
        """上午 or 下午."""
        return rules.HALF_LABELS[self.half]


# --- windows ---


def window(authority: str, number: int) -> Window:
    """A window of a centre that this node serves. Refused: NotFound."""
    found = any_window(authority, number)
    if not is_ours(found.authority.division_code):
        raise NotFound(_("没有这个专窗，或者它由别的节点预约"))
    return found


def any_window(authority: str, number: int) -> Window:
    """A window of any node of the directory. Refused: NotFound."""
    found = (
        Window.objects.select_related("authority")
        .filter(authority=authority, number=number)
        .first()
    )
    if found is None:
        raise NotFound(_("没有这个专窗"))
    return found


def is_ours(place: str) -> bool:
    """Whether windows of a place are booked at this node."""
    return jurisdictions.node_for(place).code == settings.NODE_ID


def windows_of(authority: str) -> list[Window]:
    """The windows of a centre by their numbers."""
    return _WINDOWS.all(authority=authority)


def capacity(authority: str, number: int) -> Capacity:
    """What the place set for a window, or the platform's default."""
    row = WindowCapacity.objects.filter(authority=authority, window=number).first()
    return row.as_capacity() if row else Capacity()


def lock_slot(authority: str, number: int, day: date, half: Half) -> Slot:
    """A half-day of a window, locked until the transaction ends: one person at a time takes room."""
    slot, _new = Slot.objects.get_or_create(
        authority=authority, window=number, day=day, half=half.value
    )
    return Slot.objects.select_for_update().get(pk=slot.pk)


def taken(slot: Slot) -> int:
    """How many places of a half-day are taken; whoever cancelled gave theirs back."""
    return slot.appointments.exclude(state__in=WITHOUT_PLACE).count()


def rooms(found: Window, *, at: datetime) -> list[Room]:
    """The half-days of a window that may be chosen, the full ones too, the next one first.

    How many are taken is known at the window's own node alone; elsewhere all seem to be free.
    """
    most = capacity(found.authority_id, found.number)
    spans = rules.halves(found.office_hours)
    days = calendar.of(found.authority.division_code)
    offered = list(rules.offered(spans, days, at=at, days_ahead=most.days_ahead))
    used = _used(found, [day for day, _half in offered])
    return [
        Room(day, half, spans[half], max(most.per_half_day - used[day, half.value], 0))
        for day, half in offered
    ]


def half_days(found: Window) -> list[tuple[str, str, str]]:
    """The half-days of a window: its key, its words, its hours."""
    spans = rules.halves(found.office_hours)
    return [(half.value, rules.HALF_LABELS[half], str(span)) for half, span in spans.items()]


def _used(found: Window, days: Iterable[date]) -> Counter[tuple[date, str]]:
    rows = Appointment.objects.filter(
        slot__authority=found.authority_id, slot__window=found.number, slot__day__in=list(days)
    ).exclude(state__in=WITHOUT_PLACE)
    return Counter(rows.values_list("slot__day", "slot__half"))


def place_of(row: Appointment) -> str:
    """The place of the window to which somebody comes."""
    return any_window(row.slot.authority, row.slot.window).authority.division_code


def node_of(row: Appointment) -> str:
    """The node of the window to which somebody comes."""
    return jurisdictions.node_for(place_of(row)).code


# --- applicants ---


def appointments_of(account: Account) -> QuerySet[Appointment]:
    """An account's own appointments, the newest first."""
    return (
        Appointment.objects.select_related("slot", "ticket")
        .filter(account=account)
        .order_by("-slot__day", "-made_at")
    )


def appointment_of(account: Account, pk: UUID) -> Appointment:
    """One of an account's own appointments; others' do not exist for it. Refused: NotFound."""
    found = appointments_of(account).filter(pk=pk).first()
    if found is None:
        raise NotFound(_("没有找到这次预约"))
    return found


def appointment_for_case(account: Account, number: str) -> Appointment | None:
    """When an account comes to the window with a case; None without an appointment."""
    open_ones = [Appointment.State.ASKED, Appointment.State.BOOKED]
    return appointments_of(account).filter(number=number, state__in=open_ones).first()


# --- the window ---


def counter_of(officer: Officer) -> str:
    """The centre at whose counter an officer receives. Refused: NotAllowed to everybody else."""
    office = office_of(officer)
    if not {Role.RECEIVER.value, Role.LEADER.value} & set(officer.roles) or not windows_of(
        office.code
    ):
        raise NotAllowed(_("预约和叫号由专窗的收件人员办理，您的岗位不是"))
    return office.code


def appointment_at(officer: Officer, pk: UUID) -> Appointment:
    """An appointment at the officer's own counter, locked. Refused: NotFound."""
    found = (
        Appointment.objects.select_for_update(of=("self",))
        .select_related("slot")
        .filter(pk=pk, slot__authority=counter_of(officer))
        .first()
    )
    if found is None:
        raise NotFound(_("没有找到这次预约，或者它不是约到您的窗口"))
    return found


def day_list(officer: Officer, day: date) -> list[Appointment]:
    """Who comes to the officer's counter on a day, in the order of half-days and of booking."""
    rows = (
        Appointment.objects.select_related("slot", "ticket")
        .filter(slot__authority=counter_of(officer), slot__day=day)
        .exclude(state__in=WITHOUT_PLACE)
    )
    order = list(Half)
    return sorted(rows, key=lambda one: (order.index(Half(one.slot.half)), one.made_at))


# --- the queue ---


@dataclass(frozen=True)
class Queue:
    """The queue of a centre on a day; `waiting` in the order in which they are called."""

    waiting: list[Ticket]
    called: list[Ticket]
    skipped: list[Ticket]
    served: int


def queue(authority: str, *, at: datetime) -> Queue:
    """Who waits, who is at a window, who did not come when called."""
    day = day_in_beijing(at)
    rows = list(Ticket.objects.filter(authority=authority, day=day).order_by("serial"))
    of = {state: [row for row in rows if row.state == state] for state in Ticket.State}
    return Queue(
        # Whoever has an appointment and is there goes before those who just came.
        waiting=sorted(
            of[Ticket.State.WAITING], key=lambda row: (not row.appointment_id, row.serial)
        ),
        called=sorted(
            of[Ticket.State.CALLED], key=lambda row: row.called_at or row.taken_at, reverse=True
        ),
        skipped=of[Ticket.State.SKIPPED],
        served=len(of[Ticket.State.SERVED]),
    )
