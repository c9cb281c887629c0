"""Numbers at the counter (取号): taken, called, called again, passed over, served."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from tongban.basics.hours import day_in_beijing
from tongban.basics.refusals import NotFound, Refused
from tongban.counters import queries
from tongban.counters.models import Appointment, Ticket
from tongban.parties.models import Officer


class NobodyWaits(Refused):
    """There is nobody to call."""

    code = "nobody-waits"

    def __init__(self) -> None:
        super().__init__(_("现在没有人等叫号"))


class StillAtTheWindow(Refused):
    """One person at a window at a time."""

    code = "still-at-the-window"

    def __init__(self, label: str) -> None:
        super().__init__(
            _("%(label)s还在您的窗口，先登记办完或者过号") % {"label": label}, ticket=label
        )


class NotCalled(Refused):
    """The number is not at the officer's window."""

    code = "not-called"

    def __init__(self) -> None:
        super().__init__(_("这个号现在不在您的窗口"))


@transaction.atomic
def take(*, officer: Officer, at: datetime) -> Ticket:
    """A number for somebody who just came to the officer's counter. Each press is a number."""
    return allot(queries.counter_of(officer), appointment=None, at=at)


def allot(authority: str, *, appointment: Appointment | None, at: datetime) -> Ticket:
    """The next number of a centre's day; the caller's transaction holds the queue meanwhile."""
    lock_queue(authority)
    day = day_in_beijing(at)
    last = Ticket.objects.filter(authority=authority, day=day).aggregate(last=Max("serial"))
    return Ticket.objects.create(
        authority=authority,
        day=day,
        serial=(last["last"] or 0) + 1,
        appointment=appointment,
        taken_at=at,
    )


def lock_queue(authority: str) -> None:
    """One at a time takes or calls a number at a centre, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"queue:{authority}"]
        )


@transaction.atomic
def call_next(*, officer: Officer, at: datetime) -> Ticket:
    """Call whoever is next to the officer's window: appointments first, then by number.

    Refused while somebody is still there (StillAtTheWindow), and when nobody waits.
    """
    centre = queries.counter_of(officer)
    lock_queue(centre)
    here = at_window(officer, at=at)
    if here is not None:
        raise StillAtTheWindow(here.label)
    waiting = queries.queue(centre, at=at).waiting
    if not waiting:
        raise NobodyWaits
    return _call(waiting[0], officer, at=at)


def _call(ticket: Ticket, officer: Officer, *, at: datetime) -> Ticket:
    ticket.state = Ticket.State.CALLED
    ticket.window = window_of(officer)
    ticket.called_by, ticket.called_at = officer, at
    ticket.calls += 1
    ticket.save()
    return ticket


def window_of(officer: Officer) -> int:
    """The number of the window where an officer sits; the centre's first one if it is not known."""
    windows = queries.windows_of(queries.counter_of(officer))
    return officer.window_number or windows[0].number


def at_window(officer: Officer, *, at: datetime) -> Ticket | None:
    """Who is at the officer's window now; whoever was left there yesterday is not."""
    found = Ticket.objects.filter(called_by=officer, state=Ticket.State.CALLED).first()
    if found is not None and found.day != day_in_beijing(at):
        _end(found, Ticket.State.SKIPPED, at=at)
        return None
    return found


@transaction.atomic
def recall(*, officer: Officer, serial: int, at: datetime) -> Ticket:
    """Call a number once more: the one at the officer's window, or one that was passed over.

    Refused: NotFound for a number that nobody has today, StillAtTheWindow while another is there.
    """
    centre = queries.counter_of(officer)
    lock_queue(centre)
    found = _today(centre, serial, at=at)
    here = at_window(officer, at=at)
    if here is not None and here.pk != found.pk:
        raise StillAtTheWindow(here.label)
    is_here = found.state == Ticket.State.CALLED and found.called_by_id == officer.pk
    if found.state != Ticket.State.SKIPPED and not is_here:
        raise NotCalled
    return _call(found, officer, at=at)


@transaction.atomic
def skip(*, officer: Officer, serial: int, at: datetime) -> Ticket:
    """Pass over who did not come when called. Twice changes nothing; refused at other windows."""
    return _done(officer, serial, Ticket.State.SKIPPED, at=at)


@transaction.atomic
def serve(*, officer: Officer, serial: int, at: datetime) -> Ticket:
    """Whoever was at the window is served. Twice changes nothing; refused at other windows."""
    return _done(officer, serial, Ticket.State.SERVED, at=at)


def _done(officer: Officer, serial: int, state: Ticket.State, *, at: datetime) -> Ticket:
    centre = queries.counter_of(officer)
    lock_queue(centre)
    found = _today(centre, serial, at=at)
    if found.state == state and found.called_by_id == officer.pk:
        return found
    if found.state != Ticket.State.CALLED or found.called_by_id != officer.pk:
        raise NotCalled
    return _end(found, state, at=at)


def _end(ticket: Ticket, state: Ticket.State, *, at: datetime) -> Ticket:
    ticket.state = state
    ticket.ended_at = at
    ticket.save()
    return ticket


def _today(authority: str, serial: int, *, at: datetime) -> Ticket:
    found = Ticket.objects.filter(
        authority=authority, day=day_in_beijing(at), serial=serial
    ).first()
    if found is None:
        raise NotFound(_("今天没有这个号"))
    return found
