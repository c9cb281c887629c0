"""Two at once: the last place of a half-day, one account in two tabs, the next number."""

import threading
from contextlib import suppress

import pytest

from tongban.cases.tests import world
from tongban.cases.tests.test_races import at_once
from tongban.cases.tests.world import MONDAY
from tongban.counters import queries, queueing
from tongban.counters.booking import SlotFull
from tongban.counters.models import Appointment, Slot, Ticket
from tongban.counters.tests.scene import booked, chosen, room_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("country")]


@pytest.fixture
def meeting(monkeypatch):
    """Both have counted the places before either takes one, unless a lock keeps one of them out."""
    barrier = threading.Barrier(2)
    taken = queries.taken

    def met(slot):
        count = taken(slot)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=2)
        return count

    monkeypatch.setattr(queries, "taken", met)


def two_want_the_last_place():
    room_for(1)
    # The half-day is known already: a first row for it would itself keep the second one waiting.
    one = chosen()
    Slot.objects.create(
        authority=one.window.authority_id,
        window=one.window.number,
        day=one.day,
        half=one.half.value,
    )
    people = [world.a_person("李四", serial=1)[0], world.a_person("孙八", serial=2)[0]]
    return at_once(*(lambda one=one: booked(one) for one in people))


@pytest.mark.usefixtures("meeting")
def test_of_two_who_want_the_last_place_one_gets_it():
    raised = two_want_the_last_place()
    assert raised.count(None) == 1
    assert any(isinstance(error, SlotFull) for error in raised)
    assert Appointment.objects.count() == 1


@pytest.mark.usefixtures("meeting")
def test_without_the_lock_both_would_get_it(monkeypatch):
    def unlocked(authority, number, day, half):
        slot, _new = Slot.objects.get_or_create(
            authority=authority, window=number, day=day, half=half.value
        )
        return slot

    monkeypatch.setattr(queries, "lock_slot", unlocked)
    assert two_want_the_last_place() == [None, None]
    assert Appointment.objects.count() == 2


@pytest.fixture
def crowd(monkeypatch):
    """Both have looked at the queue before either calls."""
    barrier = threading.Barrier(2)
    look = queries.queue

    def met(authority, *, at):
        found = look(authority, at=at)
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=2)
        return found

    monkeypatch.setattr(queries, "queue", met)


def two_call():
    clerks = [world.a_clerk(), world.a_clerk(name="钱七")]
    for _ in range(2):
        queueing.take(officer=clerks[0], at=MONDAY)
    raised = at_once(
        *(lambda one=one: queueing.call_next(officer=one, at=MONDAY) for one in clerks)
    )
    assert raised == [None, None]
    return set(Ticket.objects.filter(state="called").values_list("serial", flat=True))


@pytest.mark.usefixtures("crowd")
def test_two_windows_call_two_people():
    assert two_call() == {1, 2}


@pytest.mark.usefixtures("crowd")
def test_without_the_lock_they_would_call_the_same_one(monkeypatch):
    monkeypatch.setattr(queueing, "lock_queue", lambda authority: None)
    assert two_call() == {1}


def test_numbers_taken_at_once_are_different():
    clerk = world.a_clerk()
    press = lambda: queueing.take(officer=clerk, at=MONDAY)  # noqa: E731 - one press, three times
    assert at_once(press, press, press) == [None, None, None]
    assert sorted(Ticket.objects.values_list("serial", flat=True)) == [1, 2, 3]
