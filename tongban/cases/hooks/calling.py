"""One call: signed, to the number that was judged, following nobody elsewhere."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
from django.utils.translation import gettext as _

from tongban.basics import call_signatures
from tongban.cases.hooks import addresses
from tongban.cases.hooks.addresses import NotReachable
from tongban.cases.hooks.models import Push

TIMEOUT = httpx.Timeout(5.0, connect=3.0)
TIMESTAMP, SIGNATURE = "X-Tongban-Timestamp", "X-Tongban-Signature"


class NotTaken(Exception):
    """A call that was not taken; the words say why and name neither address nor secret."""


def told(push: Push) -> dict[str, Any]:
    """What a call says: which event of which case, and nothing personal."""
    case = f"/api/v1/cases/{push.number}" if push.number else ""
    return {
        "id": str(push.pk),
        "event": f"case.{push.event}" if push.number else push.event,
        "case": push.number,
        "seq": push.seq,
        "state": push.state,
        "at": push.at.astimezone(UTC).isoformat(),
        "url": case,
    }


def call(push: Push, *, at: datetime, transport: httpx.BaseTransport | None = None) -> None:
    """Call the hook of a push; raises NotTaken unless it answers 2xx within five seconds.

    A redirection is not followed, an answer's body is not read, and no proxy of the environment
    is used: it would look the name up once more.
    """
    body = json.dumps(told(push), ensure_ascii=False, sort_keys=True).encode()
    stamp = call_signatures.stamp(at)
    try:
        target = addresses.resolve(push.hook.url)
    except NotReachable as why:
        raise NotTaken(str(why)) from why
    headers = {
        "Host": target.netloc,
        "Content-Type": "application/json",
        "User-Agent": "tongban",
        TIMESTAMP: stamp,
        SIGNATURE: call_signatures.sign(push.hook.secret, stamp, body),
    }
    try:
        with (
            httpx.Client(timeout=TIMEOUT, transport=transport, trust_env=False) as client,
            client.stream(
                "POST", target.called, content=body, headers=headers,
                extensions={"sni_hostname": target.host},
            ) as answer,
        ):  # fmt: skip
            status = answer.status_code
    except httpx.HTTPError as away:
        raise NotTaken(_("连不上（%(what)s）") % {"what": type(away).__name__}) from away
    if not 200 <= status < 300:
        raise NotTaken(_("对方回答HTTP %(status)d") % {"status": status})
