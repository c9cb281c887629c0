"""Couriers that work, fail, refuse and repeat themselves; what becomes of orders and of news."""

from datetime import datetime, timedelta

import pytest

from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.cases.tests.world import MONDAY
from tongban.delivery import ordering, queries
from tongban.delivery.couriers import BY_HAND, News
from tongban.delivery.models import CourierNews, CourierOrder
from tongban.delivery.operations import handing, telling
from tongban.delivery.operations.handing import NotBooked
from tongban.delivery.tests import scenes
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def hand_over(scene, parcel, courier="test", waybill=""):
    return handing.hand_over(
        number=parcel.number, officer=scene.clerk, courier=courier, waybill=waybill, at=MONDAY
    )


@pytest.fixture
def sent(courier):
    """A parcel in the hands of the test's courier."""
    scene = scenes.handed_over()
    parcel = scenes.packed(scene, courier="test")
    ordering.place_due(at=MONDAY)
    return scene, hand_over(scene, parcel)


def news(parcel, kind, *, id="", **said):
    return News(id or f"{kind}-1", parcel.waybill, kind, MONDAY + MINUTE, **said)


def test_an_order_is_placed_once_with_both_addresses_and_gives_the_waybill(courier):
    scene = scenes.handed_over()
    parcel = scenes.packed(scene, courier="test")
    with pytest.raises(NotBooked):
        hand_over(scene, parcel)

    assert ordering.place_due(at=MONDAY) == 1
    assert ordering.place_due(at=MONDAY) == 0
    assert len(courier.orders) == 1
    assert courier.orders[0].sheets == 3
    assert courier.orders[0].recipient.name == queries.address_of(parcel, "to").name
    assert hand_over(scene, parcel).waybill == "T000001"


def test_a_courier_that_is_away_is_asked_again_with_the_same_key_at_growing_distances(courier):
    scene = scenes.handed_over()
    parcel = scenes.packed(scene, courier="test")
    courier.is_away = True
    at: datetime | None = MONDAY
    waits = []
    for _ in range(4):
        assert ordering.place_due(at=at) == 0
        order = queries.open_order(parcel)
        waits.append(order.next_at - at)
        at = order.next_at
    assert waits == [timedelta(seconds=s) for s in (30, 60, 120, 240)]
    assert (order.failing_since, order.attempts) == (MONDAY, 4)
    assert queries.contact("test").away_since == MONDAY
    assert ordering.pause_after(50) == ordering.LONGEST_PAUSE

    courier.is_away = False
    assert ordering.place_due(at=at) == 1
    assert len({asked.key for asked in courier.orders}) == 1
    assert queries.contact("test").away_since is None


def test_a_parcel_need_not_wait_for_a_courier_that_is_away(courier):
    scene = scenes.handed_over()
    parcel = scenes.packed(scene, courier="test")
    courier.is_away = True
    ordering.place_due(at=MONDAY)
    assert hand_over(scene, parcel, BY_HAND, "EMS1").waybill == "EMS1"
    courier.is_away = False
    assert ordering.place_due(at=MONDAY + timedelta(hours=2)) == 0, "nobody fetches what is gone"


def test_a_refused_order_says_why_and_is_not_repeated(courier):
    scene = scenes.handed_over()
    parcel = scenes.packed(scene, courier="test")
    courier.refuses = "不到这个地址"
    ordering.place_due(at=MONDAY)
    order = queries.open_order(parcel)
    assert (order.state, order.error) == ("refused", "不到这个地址")
    courier.refuses = ""
    assert ordering.place_due(at=MONDAY + timedelta(days=1)) == 0
    again = {"number": parcel.number, "officer": scene.clerk, "courier": "test", "at": MONDAY}
    first = handing.order_courier(**again)
    assert handing.order_courier(**again) == first
    assert ordering.place_due(at=MONDAY) == 1


def test_two_workers_never_place_one_order_twice(courier, monkeypatch):
    scenes.packed(scenes.handed_over(), courier="test")
    place = courier.order

    def while_another_looks(order):
        assert ordering.place_due(at=MONDAY) == 0
        return place(order)

    monkeypatch.setattr(courier, "order", while_another_looks)
    assert ordering.place_due(at=MONDAY) == 1
    assert len(courier.orders) == 1


def test_a_desk_that_gives_up_an_order_meanwhile_is_not_overruled(courier, monkeypatch):
    scene = scenes.handed_over()
    parcel = scenes.packed(scene, courier="test")
    place = courier.order

    def while_the_desk_acts(order):
        hand_over(scene, parcel, BY_HAND, "EMS1")
        return place(order)

    monkeypatch.setattr(courier, "order", while_the_desk_acts)
    ordering.place_due(at=MONDAY)
    assert CourierOrder.objects.get().state == "dropped"


def test_news_moves_a_parcel_once_however_often_it_is_told(sent, courier):
    _scene, parcel = sent
    courier.tells = [news(parcel, "travel"), news(parcel, "arrive")]
    assert ordering.ask_for_news(at=MONDAY + MINUTE) == 2
    assert ordering.ask_for_news(at=MONDAY + 2 * MINUTE) == 0
    parcel.refresh_from_db()
    assert (parcel.state, parcel.arrived_at) == ("arrived", MONDAY + MINUTE)
    again = telling.take_news(courier="test", news=courier.tells[0], at=MONDAY)
    assert again == telling.DUPLICATE
    assert len(recorded.events(parcel.number)) == 4


def test_news_that_came_too_late_changes_nothing_and_is_kept_as_late(sent):
    _scene, parcel = sent
    telling.take_news(courier="test", news=news(parcel, "arrive"), at=MONDAY)
    late = telling.take_news(courier="test", news=news(parcel, "travel"), at=MONDAY)
    assert late == "late"
    assert CourierNews.objects.get(news_id="travel-1").effect == "late"
    assert queries.lock_parcel(parcel.number).state == "arrived"


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"kind": "explode"}, FieldsRefused),
        ({"kind": "lose"}, FieldsRefused),
        ({"kind": "receive"}, FieldsRefused),
    ],
    ids=["no kind", "no reason", "a courier does not sign for an office"],
)
def test_news_that_means_nothing_is_refused(sent, said, refusal):
    _scene, parcel = sent
    with pytest.raises(refusal):
        telling.take_news(courier="test", news=news(parcel, **said), at=MONDAY)
    strange = News("x", "T999999", "travel", MONDAY)
    with pytest.raises(NotFound):
        telling.take_news(courier="test", news=strange, at=MONDAY)
    assert telling.take_news(courier="test", news=news(parcel, "signed_for"), at=MONDAY) == "late"


def test_an_outage_while_asking_for_news_is_written_down_and_over_when_it_answers(sent, courier):
    _scene, parcel = sent
    courier.is_away = True
    assert ordering.ask_for_news(at=MONDAY + MINUTE) == 0
    assert queries.contact("test").away_since == MONDAY + MINUTE
    courier.is_away, courier.tells = False, [news(parcel, "travel")]
    assert ordering.ask_for_news(at=MONDAY + 2 * MINUTE) == 1
    assert queries.contact("test").away_since is None


def test_nonsense_about_one_parcel_keeps_no_other_from_its_news(sent, courier):
    scene, first = sent
    second = scenes.packed(scene, courier="test")
    ordering.place_due(at=MONDAY)
    second = hand_over(scene, second)
    courier.tells = [news(first, "explode"), news(second, "travel", id="travel-2")]
    assert ordering.ask_for_news(at=MONDAY + MINUTE) == 1
    assert queries.lock_parcel(second.number).state == "on_the_way"
