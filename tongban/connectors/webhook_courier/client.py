"""Ordering: one POST, with the same idempotency key in every attempt."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import httpx

from tongban.basics import call_signatures as signatures
from tongban.delivery.couriers import CourierAway, CourierRefused, News, Order

KEY = "webhook"
TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class WebhookCourier:
    """See delivery.couriers.Courier; `transport` is for tests."""

    name: str
    url: str
    secret: str
    transport: httpx.BaseTransport | None = None
    key: str = KEY

    def order(self, order: Order) -> str:
        """The waybill from the courier's answer, `{"waybill": …}`.

        4xx is a refusal in the courier's words (`{"reason": …}`), except 408, 425 and 429, which
        like 5xx, silence and anything unreadable mean: later again.
        """
        body = json.dumps(
            asdict(order) | {"key": str(order.key)}, ensure_ascii=False, sort_keys=True
        ).encode()
        answer = self._post(body, key=str(order.key))
        if answer.status_code in range(400, 500) and answer.status_code not in {408, 425, 429}:
            raise CourierRefused(_said(answer, "reason") or f"HTTP {answer.status_code}")
        waybill = _said(answer, "waybill")
        if not answer.is_success or not waybill:
            raise CourierAway(f"HTTP {answer.status_code}")
        return waybill

    def news(self, *_asked: object, **_when: object) -> Sequence[News]:
        """Nothing: this courier calls us."""
        return []

    def _post(self, body: bytes, *, key: str) -> httpx.Response:
        stamp = signatures.stamp(datetime.now(UTC))
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "X-Tongban-Timestamp": stamp,
            "X-Tongban-Signature": signatures.sign(self.secret, stamp, body),
        }
        try:
            with httpx.Client(timeout=TIMEOUT_SECONDS, transport=self.transport) as client:
                return client.post(self.url, content=body, headers=headers)
        except httpx.HTTPError as away:
            # Its class alone: an address with a secret in it does not land in a table.
            raise CourierAway(type(away).__name__) from away


def _said(answer: httpx.Response, field: str) -> str:
    try:
        said = answer.json()
    except ValueError:
        return ""
    value = said.get(field, "") if isinstance(said, dict) else ""
    return value.strip()[: 60 if field == "waybill" else 300] if isinstance(value, str) else ""
