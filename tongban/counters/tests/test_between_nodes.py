"""An appointment at another province's window: the wish goes there, what became of it comes back."""

from datetime import date, timedelta

import pytest
from django.apps import apps

from tongban.basics.refusals import NotAllowed, NotFound
from tongban.cases.models import Case
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.test_modes import MARRIAGE, handed_in, intake
from tongban.cases.tests.world import CHAOYANG, FUZHOU, MONDAY
from tongban.counters import booking, queries, travelling
from tongban.counters.booking import Chosen, Visit
from tongban.counters.models import Appointment, WindowCapacity
from tongban.counters.rules import Half
from tongban.exchange import outbox
from tongban.exchange.tests.two_nodes import country
from tongban.jurisdictions import queries as places
from tongban.parties.models import Account, Capacity, Kind

pytestmark = pytest.mark.django_db
TABLES = [
    model._meta.db_table
    for label in ("cases", "counters")
    for model in apps.get_app_config(label).get_models()
]
TUESDAY, ON_TUESDAY = date(2026, 11, 17), MONDAY + timedelta(days=1)


class Far:
    """Somebody of 长春 whose case waits at the window of 福州市鼓楼区."""

    def __init__(self, land):
        self.land = land
        self.clerk = world.a_clerk("350102", name="林九")
        self.window = places.receiving_windows("350102")[0]
        self.account = Account.objects.create(username="far")
        with land.at("22"):
            asked = intake(
                MARRIAGE, Mode.ON_SITE, deciding=FUZHOU, here=CHAOYANG, receiving="350102",
                own_home_division=CHAOYANG, partner_home_division="350102", visit_on="2026-11-17",
            )  # fmt: skip
            who = asked.applicant
            me = world.parties.keep_applicant(
                kind=Kind.PERSON, name=who["name"], number=who["id_number"],
                division_code=CHAOYANG, phone=who["phone"], at=MONDAY,
            )  # fmt: skip
            world.parties.let_act(
                account=self.account, applicant=me, capacity=Capacity.SELF, at=MONDAY
            )
            self.case = handed_in(asked)
        self.carry()
        self.visit = Visit(
            self.case.item, FUZHOU, who["name"], who["phone"], number=self.case.number
        )

    def carry(self):
        self.land.carry(at=MONDAY)

    def book(self, half=Half.MORNING):
        with self.land.at("22"):
            chosen = Chosen(self.window, TUESDAY, half)
            made = booking.book(account=self.account, visit=self.visit, chosen=chosen, at=MONDAY)
        self.carry()
        return made

    def states(self, made):
        found = []
        for node in ("22", "35"):
            with self.land.at(node):
                found.append(Appointment.objects.get(pk=made.pk).state)
        return tuple(found)


@pytest.fixture
def far(tmp_path):
    return Far(country(tmp_path, "22", "35", "44", tables=TABLES, at=MONDAY))


def test_a_place_is_asked_for_given_seen_by_the_clerk_and_given_back(far):
    made = far.book()
    assert made.state == "asked"
    assert far.states(made) == ("booked", "booked")
    with far.land.at("35"):
        (row,) = queries.day_list(far.clerk, TUESDAY)
        assert row.who == (far.visit.name, far.visit.phone)
    with far.land.at("22"):
        booking.cancel(account=far.account, pk=made.pk, at=MONDAY)
    far.carry()
    assert far.states(made) == ("cancelled", "cancelled")
    with far.land.at("35"):
        assert queries.day_list(far.clerk, TUESDAY) == []


def test_a_full_half_day_is_an_answer_and_another_one_is_chosen(far):
    with far.land.at("35"):
        WindowCapacity.objects.create(
            authority=far.window.authority_id, window=far.window.number, per_half_day=0,
            days_ahead=7, set_by=far.clerk, set_at=MONDAY,
        )  # fmt: skip
    made = far.book()
    assert far.states(made) == ("full", "full")
    with far.land.at("35"):
        WindowCapacity.objects.update(per_half_day=1)
    assert far.states(far.book(Half.AFTERNOON)) == ("booked", "booked")


def test_whoever_arrives_has_arrived_on_both_sides(far):
    made = far.book()
    with far.land.at("35"):
        booking.arrive(officer=far.clerk, pk=made.pk, at=ON_TUESDAY)
    far.carry()
    assert far.states(made) == ("arrived", "arrived")


def test_messages_that_come_twice_and_turned_round_change_nothing(far):
    with far.land.at("22"):
        chosen = Chosen(far.window, TUESDAY, Half.MORNING)
        made = booking.book(account=far.account, visit=far.visit, chosen=chosen, at=MONDAY)
    far.land.carry(at=MONDAY, shuffle=lambda mail: [*reversed(mail), *mail])
    assert far.states(made) == ("booked", "booked")
    with far.land.at("35"):
        assert Appointment.objects.count() == 1


def test_another_node_neither_books_nor_answers_for_a_case(far):
    made = far.book()
    with far.land.at("44"):
        forged = {
            "id": "0" * 32, "do": "cancel", "authority": far.window.authority_id,
            "window": far.window.number, "day": "2026-11-17", "half": "morning", "name": "某人",
            "phone": "13900000002",
        }  # fmt: skip
        outbox.tell(["35"], travelling.WISH, far.case.number, forged, at=MONDAY)
        news = {"id": str(made.pk), "state": "cancelled"}
        outbox.tell(["22"], travelling.STATE, far.case.number, news, at=MONDAY)
    far.carry()
    assert far.states(made) == ("booked", "booked")
    assert len(far.land.parked("35")) == len(far.land.parked("22")) == 1


def test_a_window_far_away_is_booked_with_a_case_alone_and_moved_by_choosing_anew(far):
    with far.land.at("22"):
        chosen = Chosen(far.window, TUESDAY, Half.MORNING)
        empty = Visit(MARRIAGE, FUZHOU, "李四", "13900000002")
        with pytest.raises(NotAllowed):
            booking.book(account=far.account, visit=empty, chosen=chosen, at=MONDAY)
    made = far.book()
    with far.land.at("22"):
        with pytest.raises(NotFound):
            booking.move(
                account=far.account, pk=made.pk, day=TUESDAY, half=Half.AFTERNOON, at=MONDAY
            )
        assert Case.objects.get(pk=far.case.number).receiver_node == "35"
