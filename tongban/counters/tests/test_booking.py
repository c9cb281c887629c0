"""Appointments: half-days with room, one's own alone, and what a window notes about them."""

from datetime import date, timedelta

import pytest

from tongban.basics.refusals import FieldsRefused, NotAllowed, NotFound, Refused
from tongban.basics.sealing import SealBroken
from tongban.cases.operations import claims
from tongban.cases.operations import window as windows
from tongban.cases.tests import world
from tongban.cases.tests.world import CHAOYANG, FUZHOU, MONDAY, MOVE_TO_SPOUSE
from tongban.counters import booking, queries
from tongban.counters.booking import AppointmentOver, NotOffered, SlotFull, TooMany, Visit
from tongban.counters.models import Appointment
from tongban.counters.rules import MOST_OPEN, Half
from tongban.counters.tests.scene import (
    TUESDAY,
    VISIT,
    a_leader,
    booked,
    chosen,
    room_for,
    window,
)

pytestmark = pytest.mark.django_db
ON_TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = date(2026, 11, 18)


@pytest.fixture
def lisi():
    account, _applicant = world.a_person()
    return account


@pytest.fixture
def sun():
    account, _applicant = world.a_person("孙八", serial=2)
    return account


def left(day=TUESDAY, half=Half.MORNING, at=MONDAY):
    return next(
        room.left for room in queries.rooms(window(), at=at) if (room.day, room.half) == (day, half)
    )


def test_a_place_is_taken_and_given_back(lisi):
    before = left()
    made = booked(lisi)
    assert left() == before - 1
    assert made.who == ("李四", "13900000002")
    booking.cancel(account=lisi, pk=made.pk, at=MONDAY)
    booking.cancel(account=lisi, pk=made.pk, at=MONDAY)
    assert left() == before


def test_name_and_phone_are_sealed_to_the_row(lisi):
    made = booked(lisi)
    assert "李四".encode() not in bytes(made.who_sealed)
    other = booked(lisi, half=Half.AFTERNOON)
    other.who_sealed = made.who_sealed
    with pytest.raises(SealBroken):
        other.who  # noqa: B018 - reading it is what fails


def test_a_full_half_day_is_refused_and_another_one_is_not(lisi, sun):
    room_for(1)
    booked(lisi)
    with pytest.raises(SlotFull):
        booked(sun)
    assert booked(sun, half=Half.AFTERNOON).slot.half == "afternoon"


@pytest.mark.parametrize("day", [date(2026, 11, 15), date(2026, 11, 21), date(2027, 1, 4)])
def test_the_past_a_weekend_and_a_far_day_are_not_offered(lisi, day):
    with pytest.raises(NotOffered):
        booked(lisi, day=day)


def test_the_same_choice_twice_is_one_appointment(lisi):
    assert booked(lisi).pk == booked(lisi).pk
    assert Appointment.objects.count() == 1


def test_one_account_holds_a_few_at_a_time(lisi):
    for half in range(MOST_OPEN):
        day = TUESDAY + timedelta(days=half)
        booked(lisi, day=day)
    with pytest.raises(TooMany):
        booked(lisi, half=Half.AFTERNOON)


def test_whoever_comes_has_a_name_and_a_phone(lisi):
    with pytest.raises(FieldsRefused) as refused:
        booked(lisi, visit=Visit(MOVE_TO_SPOUSE, FUZHOU, "李", "1"))
    assert set(refused.value.errors) == {"name", "phone"}


def test_moving_frees_the_old_place_and_a_full_one_leaves_it(lisi, sun):
    room_for(1)
    made = booked(lisi)
    booked(sun, half=Half.AFTERNOON)
    with pytest.raises(SlotFull):
        booking.move(account=lisi, pk=made.pk, day=TUESDAY, half=Half.AFTERNOON, at=MONDAY)
    assert left() == 0
    booking.move(account=lisi, pk=made.pk, day=WEDNESDAY, half=Half.MORNING, at=MONDAY)
    assert (left(), left(day=WEDNESDAY)) == (1, 0)
    booking.move(account=lisi, pk=made.pk, day=WEDNESDAY, half=Half.MORNING, at=MONDAY)
    assert left(day=WEDNESDAY) == 0


def test_others_appointments_do_not_exist(lisi, sun):
    made = booked(lisi)
    for act, more in (
        (booking.cancel, {}),
        (booking.move, {"day": WEDNESDAY, "half": Half.MORNING}),
    ):
        with pytest.raises(NotFound):
            act(account=sun, pk=made.pk, at=MONDAY, **more)


class TestOfACase:
    """An appointment for a case that waits at the window."""

    @pytest.fixture
    def filed(self):
        case, filled = world.a_case()
        return case, filled.account

    def visit(self, case):
        return Visit(case.item, case.deciding_place, "李四", "13900000002", case.number)

    def test_a_case_has_one_appointment_at_its_own_window(self, filed):
        case, account = filed
        booked(account, visit=self.visit(case))
        with pytest.raises(Refused):
            booked(account, visit=self.visit(case), half=Half.AFTERNOON)

    def test_a_case_of_somebody_else_is_none(self, filed, sun):
        with pytest.raises(NotFound):
            booked(sun, visit=self.visit(filed[0]))

    def test_whoever_is_received_that_day_has_come(self, filed):
        case, account = filed
        made = booked(account, visit=self.visit(case))
        clerk = world.a_clerk()
        claims.claim_case(number=case.number, officer=clerk, at=ON_TUESDAY)
        windows.receive_case(number=case.number, officer=clerk, identity="in_person", at=ON_TUESDAY)
        made.refresh_from_db()
        assert made.state == "arrived"


class TestAtTheWindow:
    """What the clerk sees and notes."""

    def test_the_list_of_a_day_names_who_comes_for_what_in_order(self, lisi, sun):
        afternoon = booked(sun, half=Half.AFTERNOON)
        morning = booked(lisi)
        gone = booked(lisi, day=WEDNESDAY)
        booking.cancel(account=lisi, pk=gone.pk, at=MONDAY)
        clerk = world.a_clerk()
        assert queries.day_list(clerk, TUESDAY) == [morning, afternoon]
        assert queries.day_list(clerk, WEDNESDAY) == []

    def test_who_arrives_gets_one_number(self, lisi):
        made, clerk = booked(lisi), world.a_clerk()
        with pytest.raises(Refused):
            booking.arrive(officer=clerk, pk=made.pk, at=MONDAY)
        ticket = booking.arrive(officer=clerk, pk=made.pk, at=ON_TUESDAY)
        again = booking.arrive(officer=clerk, pk=made.pk, at=ON_TUESDAY)
        assert (ticket.label, again.pk) == ("Y001", ticket.pk)
        with pytest.raises(AppointmentOver):
            booking.cancel(account=lisi, pk=made.pk, at=ON_TUESDAY)

    def test_who_did_not_come_is_noted_that_day_and_may_still_arrive(self, lisi):
        made, clerk = booked(lisi), world.a_clerk()
        with pytest.raises(Refused):
            booking.miss(officer=clerk, pk=made.pk, at=MONDAY)
        booking.miss(officer=clerk, pk=made.pk, at=ON_TUESDAY)
        assert booking.miss(officer=clerk, pk=made.pk, at=ON_TUESDAY).state == "missed"
        assert booking.arrive(officer=clerk, pk=made.pk, at=ON_TUESDAY).label == "Y001"

    def test_other_counters_and_deciders_know_nothing_of_it(self, lisi):
        made = booked(lisi)
        with pytest.raises(NotFound):
            booking.arrive(officer=world.a_clerk("220203", name="周一"), pk=made.pk, at=ON_TUESDAY)
        with pytest.raises(NotAllowed):
            queries.day_list(world.a_decider(), TUESDAY)


class TestCapacity:
    """How many people a window takes is its place's to say."""

    def test_until_the_leader_says_so_it_is_the_platforms_default(self, lisi):
        one, leader = window(), a_leader()
        assert queries.capacity(one.authority_id, one.number).is_default
        booking.set_capacity(
            officer=leader, window=one.number, per_half_day=2, days_ahead=3, basis="通知", at=MONDAY
        )
        known = queries.capacity(one.authority_id, one.number)
        assert (known.per_half_day, known.days_ahead, known.is_default) == (2, 3, False)
        assert {room.left for room in queries.rooms(one, at=MONDAY)} == {2}
        booked(lisi)
        booking.set_capacity(
            officer=leader, window=one.number, per_half_day=0, days_ahead=3, basis="", at=MONDAY
        )
        assert {room.left for room in queries.rooms(one, at=MONDAY)} == {0}
        assert Appointment.objects.get().state == "booked"

    @pytest.mark.parametrize(("places", "ahead"), [(-1, 7), (1000, 7), (5, 0), (5, 365)])
    def test_impossible_numbers_are_refused(self, places, ahead):
        with pytest.raises(FieldsRefused):
            booking.set_capacity(
                officer=a_leader(), window=window().number, per_half_day=places,
                days_ahead=ahead, basis="", at=MONDAY,
            )  # fmt: skip

    def test_a_clerk_does_not_set_it(self):
        with pytest.raises(NotAllowed):
            booking.set_capacity(
                officer=world.a_clerk(), window=window().number, per_half_day=5, days_ahead=7,
                basis="", at=MONDAY,
            )  # fmt: skip


def test_windows_of_other_nodes_are_not_booked_here(lisi):
    from tongban.jurisdictions import queries as places

    far = places.receiving_windows("350102")[0]
    with pytest.raises(NotFound):
        queries.window(far.authority_id, far.number)
    assert queries.is_ours(CHAOYANG)
    assert chosen().window == window()
    assert VISIT.number == ""
