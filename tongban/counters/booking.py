"""Choosing a half-day at a window, changing one's mind, and whether somebody came."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from tongban.basics import sealing
from tongban.basics.hours import day_in_beijing
from tongban.basics.refusals import FieldsRefused, NotAllowed, Refused
from tongban.cases import queries as cases
from tongban.catalogue import queries as catalogue
from tongban.counters import queries, queueing, travelling
from tongban.counters.models import Appointment, Slot, Ticket, WindowCapacity
from tongban.counters.rules import MOST_DAYS_AHEAD, MOST_OPEN, MOST_PER_HALF_DAY, Half
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Window
from tongban.parties.models import Account, Officer, Role


class SlotFull(Refused):
    """Nobody more is taken on this half-day; others are."""

    code = "slot-full"

    def __init__(self) -> None:
        super().__init__(_("这半天刚刚约满了，请改选别的时间"))


class NotOffered(Refused):
    """The window is not open then, or it is too early or too late to choose that half-day."""

    code = "slot-not-offered"

    def __init__(self) -> None:
        super().__init__(_("这半天不能预约，请从列出的时间里选"))


class TooMany(Refused):
    """An account keeps a few appointments at a time, so that windows stay free for others."""

    code = "too-many-appointments"

    def __init__(self) -> None:
        super().__init__(
            _("您已经有%(most)s个没有到期的预约，先取消一个再约") % {"most": MOST_OPEN}
        )


class AppointmentOver(Refused):
    """The appointment is no longer to be moved, cancelled or marked."""

    code = "appointment-over"

    def __init__(self, state: str) -> None:
        label = Appointment.State(state).label
        super().__init__(_("这次预约已经是“%(state)s”，不能再改") % {"state": label}, state=state)


@dataclass(frozen=True)
class Visit:
    """What somebody comes for: an item, the place that decides it, and the case if there is one."""

    item: str
    deciding_place: str
    name: str
    phone: str
    number: str = ""


@dataclass(frozen=True)
class Chosen:
    """A half-day of a window."""

    window: Window
    day: date
    half: Half


@transaction.atomic
def book(*, account: Account, visit: Visit, chosen: Chosen, at: datetime) -> Appointment:
    """Take a place in a half-day of a window.

    Refused: a half-day that is not offered (NotOffered) or has no room left (SlotFull), somebody
    else's case, a second appointment for one case, more than a few at a time (TooMany). Choosing
    the very same half-day for the same thing twice gives the first appointment.
    """
    _lock_account(account)
    _check_visit(account, visit, chosen.window)
    open_ones = [Appointment.State.ASKED, Appointment.State.BOOKED]
    mine = Appointment.objects.filter(account=account, state__in=open_ones)
    same = mine.filter(
        item=visit.item, deciding_place=visit.deciding_place, number=visit.number,
        slot__authority=chosen.window.authority_id, slot__window=chosen.window.number,
        slot__day=chosen.day, slot__half=chosen.half.value,
    )  # fmt: skip
    if known := same.first():
        return known
    if visit.number and mine.filter(number=visit.number).exists():
        raise Refused(_("这件办件已经约过时间，要改时间请打开那次预约"))
    if mine.filter(slot__day__gte=day_in_beijing(at)).count() >= MOST_OPEN:
        raise TooMany
    is_here = queries.is_ours(chosen.window.authority.division_code)
    slot = room_in(chosen, at=at) if is_here else _far_slot(chosen, visit, at=at)
    state = Appointment.State.BOOKED if is_here else Appointment.State.ASKED
    made = written(Appointment(account=account, home=settings.NODE_ID), visit, slot, state, at=at)
    if not is_here:
        travelling.wish(made, travelling.BOOK, at=at)
    return made


def written(
    row: Appointment, visit: Visit, slot: Slot, state: Appointment.State, *, at: datetime
) -> Appointment:
    """A new appointment, with name and phone sealed to it."""
    row.item, row.deciding_place, row.number = visit.item, visit.deciding_place, visit.number
    row.slot, row.state, row.made_at, row.changed_at = slot, state, at, at
    who = f"{visit.name.strip()}\n{visit.phone.strip()}".encode()
    row.who_sealed = sealing.seal(who, context=row.context)
    row.save(force_insert=True)
    return row


def _far_slot(chosen: Chosen, visit: Visit, *, at: datetime) -> Slot:
    """A half-day of another node's window; only that node knows whether there is room."""
    if not visit.number:
        raise NotAllowed(_("外省的窗口，交了申请才能从这里预约"))
    _check_offered(chosen, at=at)
    window = chosen.window
    return queries.lock_slot(window.authority_id, window.number, chosen.day, chosen.half)


def _lock_account(account: Account) -> None:
    """Two tabs of one account choose one after the other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"appointments:{account.pk}"]
        )


def _check_visit(account: Account, visit: Visit, window: Window) -> None:
    check_who(visit)
    catalogue.item(visit.item)
    jurisdictions.division(visit.deciding_place)
    if visit.number:
        case = cases.case_of(account, visit.number)
        if case.receiver_authority != window.authority_id:
            raise NotAllowed(_("这件办件不在这个窗口收件，请到收件的窗口预约"))


def check_who(visit: Visit) -> None:
    """Whoever comes has a name and a phone. Refused: FieldsRefused."""
    errors: dict[str, list[str]] = {}
    if len(visit.name.strip()) < 2:
        errors["name"] = [_("填写来办的人的姓名")]
    if sum(one.isdigit() for one in visit.phone) < 7:
        errors["phone"] = [_("填写能打通的电话")]
    if errors:
        raise FieldsRefused(errors)


def _check_offered(chosen: Chosen, *, at: datetime) -> None:
    rooms = queries.rooms(chosen.window, at=at)
    if not any((room.day, room.half) == (chosen.day, chosen.half) for room in rooms):
        raise NotOffered


def room_in(chosen: Chosen, *, at: datetime) -> Slot:
    """The half-day with room for one more, locked. Refused: NotOffered, SlotFull."""
    _check_offered(chosen, at=at)
    window = chosen.window
    slot = queries.lock_slot(window.authority_id, window.number, chosen.day, chosen.half)
    most = queries.capacity(window.authority_id, window.number).per_half_day
    if queries.taken(slot) >= most:
        raise SlotFull
    return slot


@transaction.atomic
def move(*, account: Account, pk: UUID, day: date, half: Half, at: datetime) -> Appointment:
    """Come on another half-day, at the same window.

    Refused as `book`, once the appointment is over, and for another node's window (NotFound: cancel,
    then choose anew); whoever finds the new one full keeps the old one. Moving to where it stands
    changes nothing.
    """
    found = _own_open(account, pk)
    if (found.slot.day, found.slot.half) == (day, half.value):
        return found
    window = queries.window(found.slot.authority, found.slot.window)
    found.slot = room_in(Chosen(window, day, half), at=at)
    found.changed_at = at
    found.save(update_fields=["slot", "changed_at"])
    return found


@transaction.atomic
def cancel(*, account: Account, pk: UUID, at: datetime) -> Appointment:
    """Give the place back. Cancelling twice changes nothing; refused once somebody has come."""
    found = _own(account, pk)
    if found.state != Appointment.State.CANCELLED:
        if not found.has_room:
            raise AppointmentOver(found.state)
        settle(found, Appointment.State.CANCELLED, at=at)
        if queries.node_of(found) != settings.NODE_ID:
            travelling.wish(found, travelling.CANCEL, at=at)
    return found


def _own(account: Account, pk: UUID) -> Appointment:
    queries.appointment_of(account, pk)
    return Appointment.objects.select_for_update(of=("self",)).select_related("slot").get(pk=pk)


def _own_open(account: Account, pk: UUID) -> Appointment:
    found = _own(account, pk)
    _check_open(found)
    return found


def _check_open(found: Appointment) -> None:
    if not found.is_open:
        raise AppointmentOver(found.state)


def settle(found: Appointment, state: Appointment.State, *, at: datetime) -> None:
    """Give an appointment another state, and tell the node of whoever comes, if it is another."""
    found.state = state
    found.changed_at = at
    found.save(update_fields=["state", "changed_at"])
    if found.home != settings.NODE_ID:
        travelling.tell_state(found, at=at)


# --- the window ---


@transaction.atomic
def arrive(*, officer: Officer, pk: UUID, at: datetime) -> Ticket:
    """Somebody with an appointment is there: a number that is called before those who just came.

    Refused on another day than the chosen one, and at another centre. Pressing twice gives the
    same number; somebody marked as not come may still arrive that day.
    """
    found = queries.appointment_at(officer, pk)
    if found.slot.day != day_in_beijing(at):
        raise Refused(_("这次预约不是今天的，不能登记到场"))
    if known := Ticket.objects.filter(appointment=found).first():
        return known
    if found.state not in {Appointment.State.BOOKED, Appointment.State.MISSED}:
        raise AppointmentOver(found.state)
    settle(found, Appointment.State.ARRIVED, at=at)
    return queueing.allot(found.slot.authority, appointment=found, at=at)


@transaction.atomic
def miss(*, officer: Officer, pk: UUID, at: datetime) -> Appointment:
    """Somebody did not come. Refused before the chosen day, and once they have arrived."""
    found = queries.appointment_at(officer, pk)
    if found.slot.day > day_in_beijing(at):
        raise Refused(_("还没有到约好的日子"))
    if found.state != Appointment.State.MISSED:
        _check_open(found)
        settle(found, Appointment.State.MISSED, at=at)
    return found


@transaction.atomic
def set_capacity(
    *, officer: Officer, window: int, per_half_day: int, days_ahead: int, basis: str, at: datetime
) -> WindowCapacity:
    """Set how many people a window takes on a half-day, and for how many days ahead.

    By the leader of the centre alone. What is booked already stays, also above a smaller number.
    """
    centre = queries.counter_of(officer)
    check_may_set(officer)
    found = queries.window(centre, window)
    errors: dict[str, list[str]] = {}
    if not 0 <= per_half_day <= MOST_PER_HALF_DAY:
        errors["per_half_day"] = [_("写0到%(most)s") % {"most": MOST_PER_HALF_DAY}]
    if not 1 <= days_ahead <= MOST_DAYS_AHEAD:
        errors["days_ahead"] = [_("写1到%(most)s") % {"most": MOST_DAYS_AHEAD}]
    if errors:
        raise FieldsRefused(errors)
    row, _new = WindowCapacity.objects.update_or_create(
        authority=centre,
        window=found.number,
        defaults={
            "per_half_day": per_half_day,
            "days_ahead": days_ahead,
            "basis": basis.strip()[:200],
            "set_by": officer,
            "set_at": at,
        },
    )
    return row


def check_may_set(officer: Officer) -> None:
    """The leader of the centre sets how many people its windows take."""
    if Role.LEADER not in officer.roles:
        raise NotAllowed(_("预约的名额由科室负责人设定，您的岗位不是"))
