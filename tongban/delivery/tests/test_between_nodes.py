"""A parcel between two nodes: equal chains on both, whoever tells what first, in any order of post."""

import random
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from tongban.cases.tests import world
from tongban.cases.tests.world import FUZHOU, MONDAY
from tongban.delivery import casebook, kinds, ordering, queries
from tongban.delivery.casebook import CaseFacts
from tongban.delivery.choices import Way
from tongban.delivery.couriers import BY_HAND, News
from tongban.delivery.models import Choice, Parcel
from tongban.delivery.operations import choosing, handing, packing, receiving, telling
from tongban.delivery.operations.packing import Packed
from tongban.delivery.standing import End, Purpose
from tongban.delivery.tests import scenes
from tongban.exchange.tests.two_nodes import country
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db

TABLES = (
    "delivery_parcel",
    "delivery_parcelsheet",
    "delivery_courierorder",
    "delivery_couriernews",
    "delivery_couriercontact",
    "delivery_choice",
)
CASE = "22010420261116000001X"
MINUTE = timedelta(minutes=1)
GOOD = {"s1": "ok"}


class Book:
    """One case, known on both nodes."""

    def __init__(self, clerk, decider):
        self.known = CaseFacts(
            CASE, "夫妻投靠户口迁移", "李四", "13900000002", End("22", "220104"),
            End("22", clerk.place, clerk.authority.code),
            End("35", decider.place, decider.authority.code),
            reached_decider=True, takes_post=False, is_decided=False, has_ended=False,
            materials=(), result="", nodes=("22",),
        )  # fmt: skip

    def facts(self, number):
        return self.known if number == CASE else None

    def facts_for(self, _account, number):
        return casebook.facts(number)


@pytest.fixture
def two(tmp_path, monkeypatch):
    made = country(tmp_path, "22", "35", tables=TABLES, at=MONDAY)
    made.clerk, made.decider = world.a_clerk(), world.a_decider(FUZHOU)
    made.book = Book(made.clerk, made.decider)
    monkeypatch.setattr(casebook, "_book", [made.book])
    monkeypatch.setattr(casebook, "_listeners", [])
    yield made
    with connection.cursor() as cursor:
        cursor.execute("SET search_path TO public")


def packed(two, *, courier=BY_HAND):
    with two.at("22"):
        parcel = packing.pack(
            key=uuid4(), officer=two.clerk,
            papers=[Packed(CASE, scenes.PASSPORT, is_original=True)],
            to=two.decider.authority.code, purpose=Purpose.PAPERS, address=None,
            courier=courier, at=MONDAY,
        )  # fmt: skip
    return parcel.number


def handed(two, number, *, courier=BY_HAND, waybill="W1"):
    with two.at("22"):
        handing.hand_over(
            number=number, officer=two.clerk, courier=courier, waybill=waybill, at=MONDAY
        )


def both(two, number):
    rows = []
    for code in ("22", "35"):
        with two.at(code):
            rows.append((
                Parcel.objects.get(pk=number).standing(),
                [event.hash for event in recorded.events(number)],
            ))  # fmt: skip
    return rows


def test_a_parcel_is_known_at_both_ends_and_received_at_the_other(two):
    number = packed(two)
    two.carry(at=MONDAY)
    handed(two, number)
    two.carry(at=MONDAY)
    with two.at("35"):
        assert queries.names([queries.lock_parcel(number)])[number] == {"s1": scenes.PASSPORT}
        receiving.receive(number=number, officer=two.decider, seen=GOOD, note="", at=MONDAY)
    two.carry(at=MONDAY)

    one, other = both(two, number)
    assert one == other
    assert one[0].state == "received"
    assert two.parked("22") == two.parked("35") == []


def test_what_the_courier_tells_the_sender_is_written_at_the_other_end(two, courier):
    number = packed(two, courier="test")
    with two.at("22"):
        ordering.place_due(at=MONDAY)
    handed(two, number, courier="test")
    news = News("n1", "T000001", "travel", MONDAY + MINUTE, where="长春")
    with two.at("22"):
        assert telling.take_news(courier="test", news=news, at=MONDAY) == "passed"
        assert telling.take_news(courier="test", news=news, at=MONDAY) == "duplicate"
        assert queries.lock_parcel(number).state == "handed_over"
    two.carry(at=MONDAY)

    one, other = both(two, number)
    assert one == other
    assert (one[0].state, one[0].since) == ("on_the_way", MONDAY + MINUTE)
    with two.at("35"):
        told = recorded.events(number)[-1]
        assert told.content == {"told_by": {"node": "22", "authority": "", "officer": ""}}


def test_a_signature_at_the_door_overtakes_news_that_is_still_on_its_way(two):
    number = packed(two)
    handed(two, number)
    two.carry(at=MONDAY)
    with two.at("22"):
        tell = {"number": number, "officer": two.clerk, "at": MONDAY}
        assert telling.report(**tell, move="lose", reason="客服电话告知") == "passed"
    with two.at("35"):
        receiving.receive(number=number, officer=two.decider, seen=GOOD, note="", at=MONDAY)
    two.carry(at=MONDAY)

    one, other = both(two, number)
    assert one == other
    assert one[0].state == "received"
    assert two.parked("22") == two.parked("35") == []


def test_a_parcel_that_turns_back_gives_the_pen_to_its_sender(two):
    number = packed(two)
    handed(two, number)
    two.carry(at=MONDAY)
    with two.at("35"):
        telling.report(
            number=number, officer=two.decider, move="turn_back", reason="拒收", at=MONDAY
        )
    two.carry(at=MONDAY)
    with two.at("22"):
        receiving.take_back(number=number, officer=two.clerk, note="", at=MONDAY)
    two.carry(at=MONDAY)
    one, other = both(two, number)
    assert one == other
    assert one[0].state == "returned"


@pytest.mark.parametrize("seed", range(5))
def test_post_in_any_order_and_twice_ends_with_equal_chains(two, seed):
    chance = random.Random(seed)

    def shuffled(mail):
        return chance.sample(mail * 2, len(mail) * 2)

    number = packed(two)
    handed(two, number)
    with two.at("22"):
        for move in ("travel", "damage", "arrive"):
            telling.report(
                number=number, officer=two.clerk, move=move, reason="快递告知", at=MONDAY
            )
    two.carry(at=MONDAY, shuffle=shuffled)
    with two.at("35"):
        reported = {event.content["told_by"]["officer"] for event in recorded.events(number)[2:]}
        assert reported <= {two.clerk.pseudonym}
        receiving.receive(number=number, officer=two.decider, seen=GOOD, note="", at=MONDAY)
    two.carry(at=MONDAY, shuffle=shuffled)
    one, other = both(two, number)
    assert one == other
    assert one[0].state == "received"


def test_a_choice_reaches_the_deciding_node_when_the_case_does_and_not_before(two):
    with two.at("22"):
        choice = choosing.choose(
            account=world.Account.objects.create(username="li"),
            case=CASE,
            way=Way.POST,
            address=scenes.HOME,
            at=MONDAY,
        )
    two.carry(at=MONDAY)
    with two.at("35"):
        assert not Choice.objects.exists()
    with two.at("22"):
        choosing.share(case=CASE, nodes=["22", "35"], at=MONDAY)
        choosing.share(case=CASE, nodes=["22", "35"], at=MONDAY)
    two.carry(at=MONDAY)
    with two.at("35"):
        there = queries.choice_of(two.book.known)
        assert queries.chosen_address(there) == scenes.HOME
        assert kinds.CHOICE.head(choice.number).nodes == ("22", "35")
    with two.at("22"):
        assert len(recorded.events(choice.number)) == 2
        choosing.choose(account=None, case=CASE, way=Way.ELECTRONIC, at=MONDAY)
    two.carry(at=MONDAY)
    with two.at("35"):
        assert queries.choice_of(two.book.known).way == "electronic"
        assert queries.chosen_address(queries.choice_of(two.book.known)) is None


def test_another_nodes_choice_for_our_applicant_is_not_believed(two):
    two.book.known = CaseFacts(**{
        **{name: getattr(two.book.known, name) for name in CaseFacts.__slots__},
        "applicant": End("35", FUZHOU), "nodes": ("22", "35"),
    })  # fmt: skip
    with two.at("35"):
        choosing.choose(account=None, case=CASE, way=Way.ELECTRONIC, at=MONDAY)
    two.carry(at=MONDAY)
    two.book.known = Book(two.clerk, two.decider).known
    with two.at("22"):
        assert Choice.objects.count() == 1
        assert queries.choice_of(two.book.known) is None
