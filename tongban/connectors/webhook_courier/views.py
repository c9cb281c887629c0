"""What the courier tells us: one signed call for each thing that happens."""

import json
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.timezone import now
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from tongban.basics import call_signatures as signatures
from tongban.basics.refusals import Refused
from tongban.connectors.webhook_courier.client import KEY
from tongban.delivery.couriers import News
from tongban.delivery.operations import telling

log = structlog.get_logger(__name__)
LARGEST = 20_000


@csrf_exempt
@require_POST
def news(request: HttpRequest) -> JsonResponse:
    """Take one piece of news; the same again, also replayed, answers `duplicate` and does nothing.

    404 while no such courier is set up, 401 for a signature that is not ours or not of now, 413 and 400
    for a body that cannot be read, else the refusal's own status.
    """
    if not settings.COURIER_WEBHOOK_URL:
        return _problem(404, "not-found", "本节点没有接入快递")
    if not _is_small(request):
        return _problem(413, "too-large", "报文太大")
    at, body = now(), request.body
    stamp = request.headers.get("X-Tongban-Timestamp", "")
    signature = request.headers.get("X-Tongban-Signature", "")
    secret = settings.COURIER_WEBHOOK_SECRET
    if not signatures.is_genuine(secret, stamp, body, signature, at=at):
        log.warning("courier.call_refused", size=len(body))
        return _problem(401, "signature-refused", "签名不对，或者时间相差超过5分钟")
    try:
        told = _read(body)
    except (ValueError, KeyError, TypeError) as unreadable:
        return _problem(400, "unreadable", f"读不懂报文：{type(unreadable).__name__}")
    try:
        effect = telling.take_news(courier=KEY, news=told, at=at)
    except Refused as refusal:
        return _problem(refusal.status, refusal.code, refusal.message)
    return JsonResponse({"effect": effect})


def _is_small(request: HttpRequest) -> bool:
    length = request.headers.get("Content-Length", "")
    return length.isdigit() and int(length) <= LARGEST


def _read(body: bytes) -> News:
    said: dict[str, Any] = json.loads(body)
    texts = {name: said[name] for name in ("id", "waybill", "kind")}
    texts |= {name: said.get(name, "") for name in ("where", "reason")}
    if not all(isinstance(text, str) for text in texts.values()):
        raise TypeError
    if not 1 <= len(texts["id"]) <= 80:
        raise ValueError("id")
    at = datetime.fromisoformat(said["at"])
    if at.tzinfo is None:
        raise ValueError("at needs a zone")
    return News(at=at, **texts)


def _problem(status: int, code: str, message: str) -> JsonResponse:
    body = {"type": code, "title": message, "status": status}
    answer = JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
    answer.headers["Content-Type"] = "application/problem+json"
    return answer
