"""Orders out and calls in: signed, once, and never believed out of their time."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest
from django.test import Client, override_settings

from tongban.basics import call_signatures as signatures
from tongban.cases.tests.world import MONDAY
from tongban.connectors.webhook_courier.client import WebhookCourier
from tongban.delivery import couriers, ordering
from tongban.delivery.couriers import Address, CourierAway, CourierRefused, Order
from tongban.delivery.models import CourierNews
from tongban.delivery.operations import handing
from tongban.delivery.tests import scenes
from tongban.record import queries as recorded

SECRET = "a secret of two"
SOMEWHERE = Address("某处", "0431-5550100", "示例路1号")
ORDER = Order(uuid4(), "p22-1", SOMEWHERE, SOMEWHERE, 3)


def courier(answer):
    return WebhookCourier("网上快递", "http://courier.example/orders", SECRET,
                          httpx.MockTransport(answer))  # fmt: skip


def test_an_order_carries_its_key_and_a_signature_over_moment_and_body():
    asked: list[httpx.Request] = []

    def answer(request):
        asked.append(request)
        return httpx.Response(201, json={"waybill": " W1 "})

    assert courier(answer).order(ORDER) == courier(answer).order(ORDER) == "W1"
    assert {one.headers["Idempotency-Key"] for one in asked} == {str(ORDER.key)}
    first = asked[0]
    stamp, signature = (first.headers[f"X-Tongban-{name}"] for name in ("Timestamp", "Signature"))
    body = first.read()
    assert signatures.is_genuine(SECRET, stamp, body, signature, at=datetime.now(UTC))
    assert not signatures.is_genuine(SECRET, stamp, body + b" ", signature, at=datetime.now(UTC))
    assert json.loads(body)["recipient"]["address"] == "示例路1号"


def refuse(_request):
    raise httpx.ReadTimeout("too slow")


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (refuse, CourierAway, "ReadTimeout"),
        (lambda _: httpx.Response(503), CourierAway, "503"),
        (lambda _: httpx.Response(429), CourierAway, "429"),
        (lambda _: httpx.Response(200, text="<html>"), CourierAway, "200"),
        (lambda _: httpx.Response(200, json={"waybill": 7}), CourierAway, "200"),
        (lambda _: httpx.Response(422, json={"reason": "不到这里"}), CourierRefused, "不到这里"),
        (lambda _: httpx.Response(403, text="no"), CourierRefused, "403"),
    ],
    ids=["silence", "down", "busy", "a page", "no waybill", "refused", "forbidden"],
)
def test_silence_and_nonsense_mean_later_and_a_refusal_is_passed_on(answer, error, said):
    with pytest.raises(error, match=said):
        courier(answer).order(ORDER)


@pytest.fixture
def parcel(db):
    """A parcel in the hands of the courier."""
    made = courier(lambda _request: httpx.Response(201, json={"waybill": "W77"}))
    couriers.register(made)
    scene = scenes.handed_over()
    packed = scenes.packed(scene, courier=made.key)
    ordering.place_due(at=MONDAY)
    with override_settings(
        COURIER_WEBHOOK_URL="http://courier.example", COURIER_WEBHOOK_SECRET=SECRET
    ):
        yield handing.hand_over(
            number=packed.number, officer=scene.clerk, courier=made.key, waybill="", at=MONDAY
        )
    couriers.forget(made.key)


def call(body, *, late=timedelta(), secret=SECRET, signature=None):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = signatures.stamp(datetime.now(UTC) - late)
    headers = {
        "X-Tongban-Timestamp": stamp,
        "X-Tongban-Signature": signature or signatures.sign(secret, stamp, raw),
    }
    return Client(enforce_csrf_checks=True).post(
        "/couriers/webhook/news", raw, content_type="application/json", headers=headers
    )


def news(**changes):
    return {"id": "n1", "waybill": "W77", "kind": "travel", "at": "2026-11-16T02:00:00Z"} | changes


def test_a_signed_call_moves_the_parcel_and_a_replay_does_nothing(parcel):
    assert call(news()).json() == {"effect": "written"}
    assert call(news()).json() == {"effect": "duplicate"}
    parcel.refresh_from_db()
    assert parcel.state == "on_the_way"
    assert len(recorded.events(parcel.number)) == 3
    assert CourierNews.objects.count() == 1


@pytest.mark.parametrize(
    ("how", "status"),
    [
        ({"secret": "another"}, 401),
        ({"signature": "0" * 64}, 401),
        ({"late": timedelta(minutes=6)}, 401),
        ({"late": timedelta(minutes=-6)}, 401),
    ],
    ids=["a strange secret", "no signature of it", "an old one", "one of the future"],
)
def test_a_call_that_is_not_genuine_or_not_of_now_is_not_believed(parcel, how, status):
    assert call(news(), **how).status_code == status
    assert not CourierNews.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (news(at="2026-11-16T02:00:00"), 400),
        (news(at="yesterday"), 400),
        (news(id=""), 400),
        (news(waybill=7), 400),
        (news(waybill="W78"), 404),
        (news(kind="lose"), 422),
        (news(kind="pack"), 422),
        (b" " * 30_000, 413),
    ],
    ids=["no JSON", "a list", "no zone", "no moment", "no id", "a number", "a strange waybill",
         "no reason", "no kind", "too long"],
)  # fmt: skip
def test_a_genuine_call_that_means_nothing_is_answered_with_why(parcel, body, status):
    answer = call(body)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert not CourierNews.objects.exists()


def test_without_a_courier_there_is_no_such_door():
    assert call(news()).status_code == 404
