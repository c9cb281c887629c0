"""The fictional courier moves parcels by the clock, and does as it is wished."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tongban.basics.refusals import NotFound
from tongban.cases.tests.world import MONDAY
from tongban.connectors.sandbox_courier import client
from tongban.delivery.couriers import Address, CourierAway, Order

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
SOMEWHERE = Address("某处", "0431-5550100", "示例路1号")


@pytest.fixture
def shipped():
    courier = client.SandboxCourier()
    return courier, courier.order(Order(uuid4(), "p22-1", SOMEWHERE, SOMEWHERE, 3))


def told(shipped, seconds):
    courier, waybill = shipped
    return courier.news(waybill, handed_at=MONDAY, at=MONDAY + seconds * SECOND)


def kinds(shipped, seconds):
    return [news.kind for news in told(shipped, seconds)]


def test_the_same_order_twice_is_one_waybill():
    courier, order = client.SandboxCourier(), Order(uuid4(), "p22-1", SOMEWHERE, SOMEWHERE, 1)
    assert courier.order(order) == courier.order(order)


def test_a_parcel_goes_its_way_by_the_clock_and_says_the_same_again(shipped):
    assert [kinds(shipped, n) for n in (0, 20, 60, 120)] == [
        [], ["travel"], ["travel", "travel"], ["travel", "travel", "arrive"],
    ]  # fmt: skip
    assert [one.id for one in told(shipped, 500)] == [one.id for one in told(shipped, 120)]
    assert kinds((shipped[0], "TBSX0"), 500) == []


@pytest.mark.parametrize("fate", ["lose", "turn_back"])
def test_a_parcel_that_is_wished_away_never_arrives(shipped, fate):
    client.wish(shipped[1], fate, at=MONDAY + 30 * SECOND)
    assert kinds(shipped, 10_000) == ["travel", fate]
    assert told(shipped, 10_000)[-1].reason
    with pytest.raises(NotFound):
        client.wish("TBSX0", fate, at=MONDAY)


def test_a_damaged_parcel_arrives_all_the_same(shipped):
    client.wish(shipped[1], "damage", at=MONDAY + 30 * SECOND)
    assert kinds(shipped, 10_000) == ["travel", "damage", "arrive"]


def test_the_courier_can_be_away_and_come_back(shipped):
    client.stop_answering(at=MONDAY)
    client.stop_answering(at=MONDAY)
    with pytest.raises(CourierAway):
        told(shipped, 60)
    client.answer_again()
    assert kinds(shipped, 20) == ["travel"]
