"""Numbers at the counter: in order, appointments first, one person at a window at a time."""

from datetime import timedelta

import pytest

from tongban.basics.refusals import NotAllowed, NotFound
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.counters import booking, queries, queueing
from tongban.counters.queueing import NobodyWaits, NotCalled, StillAtTheWindow
from tongban.counters.rules import Half
from tongban.counters.tests.scene import booked

pytestmark = pytest.mark.django_db
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def clerk():
    return world.a_clerk()


@pytest.fixture
def colleague():
    return world.a_clerk(name="钱七")


def take(clerk, count=1, at=MONDAY):
    return [queueing.take(officer=clerk, at=at).label for _ in range(count)]


def next_one(clerk, at=MONDAY):
    return queueing.call_next(officer=clerk, at=at)


def test_numbers_follow_each_other_and_begin_anew_every_day(clerk):
    assert take(clerk, 3) == ["K001", "K002", "K003"]
    assert take(clerk, at=TUESDAY) == ["K001"]


def test_numbers_are_called_in_order_and_appointments_go_first(clerk):
    take(clerk, 2)
    account, _applicant = world.a_person()
    made = booked(account, day=MONDAY.date(), half=Half.AFTERNOON)
    booking.arrive(officer=clerk, pk=made.pk, at=MONDAY)
    called = []
    for _ in range(3):
        ticket = next_one(clerk)
        called.append(ticket.label)
        queueing.serve(officer=clerk, serial=ticket.serial, at=MONDAY)
    assert called == ["Y003", "K001", "K002"]
    with pytest.raises(NobodyWaits):
        next_one(clerk)
    assert queries.queue(clerk.authority.code, at=MONDAY).served == 3


def test_one_person_is_at_a_window_at_a_time(clerk, colleague):
    take(clerk, 3)
    first = next_one(clerk)
    with pytest.raises(StillAtTheWindow):
        next_one(clerk)
    second = next_one(colleague)
    assert (first.label, second.label) == ("K001", "K002")
    with pytest.raises(NotCalled):
        queueing.serve(officer=clerk, serial=second.serial, at=MONDAY)


def test_who_does_not_come_is_called_again_passed_over_and_may_come_later(clerk):
    take(clerk, 2)
    ticket = next_one(clerk)
    assert queueing.recall(officer=clerk, serial=ticket.serial, at=MONDAY).calls == 2
    queueing.skip(officer=clerk, serial=ticket.serial, at=MONDAY)
    queueing.skip(officer=clerk, serial=ticket.serial, at=MONDAY)
    assert [one.label for one in queries.queue(clerk.authority.code, at=MONDAY).skipped] == ["K001"]
    other = next_one(clerk)
    with pytest.raises(StillAtTheWindow):
        queueing.recall(officer=clerk, serial=ticket.serial, at=MONDAY)
    queueing.serve(officer=clerk, serial=other.serial, at=MONDAY)
    queueing.serve(officer=clerk, serial=other.serial, at=MONDAY)
    back = queueing.recall(officer=clerk, serial=ticket.serial, at=MONDAY)
    assert (back.state, back.calls) == ("called", 3)


def test_a_number_that_nobody_has_and_one_that_waits_are_not_called_again(clerk):
    take(clerk)
    with pytest.raises(NotFound):
        queueing.recall(officer=clerk, serial=99, at=MONDAY)
    with pytest.raises(NotCalled):
        queueing.recall(officer=clerk, serial=1, at=MONDAY)


def test_whoever_was_left_at_a_window_yesterday_does_not_block_it(clerk):
    take(clerk)
    next_one(clerk)
    take(clerk, at=TUESDAY)
    assert next_one(clerk, at=TUESDAY).label == "K001"


def test_deciders_and_other_counters_have_other_queues(clerk):
    take(clerk)
    with pytest.raises(NotAllowed):
        queueing.take(officer=world.a_decider(), at=MONDAY)
    elsewhere = world.a_clerk("220203", name="周一")
    with pytest.raises(NobodyWaits):
        next_one(elsewhere)
