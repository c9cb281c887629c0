"""Short-lived API tokens: claims in canonical JSON under an HMAC of this node's secret key."""

import base64
import binascii
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from tongban.basics import canonical
from tongban.basics.refusals import Refused

LIFETIME = timedelta(minutes=30)
LONGEST = timedelta(hours=1)
_VERSION = "tb1"
# Clocks of two machines in one node may differ a little.
_LEEWAY = timedelta(seconds=30)


class TokenRefused(Refused):
    """A token that does not count, with the reason."""

    code = "token-refused"
    status = 401


def make(claims: dict[str, Any], *, at: datetime, lifetime: timedelta = LIFETIME) -> str:
    """A token with these claims, valid from now on and for at most an hour."""
    if not timedelta(0) < lifetime <= LONGEST:
        raise ValueError("a token lives for an hour at most")
    stamp = int(at.timestamp())
    body = claims | {
        "aud": settings.NODE_ID,
        "iat": stamp,
        "exp": stamp + int(lifetime.total_seconds()),
    }
    payload = _encode(canonical.dumps(body))
    return f"{_VERSION}.{payload}.{_encode(_mark(payload))}"


def read(token: str, at: datetime) -> dict[str, Any]:
    """The claims of a token that counts at this moment. Refused: TokenRefused."""
    version, _dot, rest = token.partition(".")
    payload, _dot, mark = rest.partition(".")
    is_ours = token.isascii() and hmac.compare_digest(_encode(_mark(payload)), mark)
    if version != _VERSION or not is_ours:
        raise TokenRefused(_("令牌不是本节点签发的，或者被改动过"))
    claims: dict[str, Any] = json.loads(_decode(payload))
    if claims["aud"] != settings.NODE_ID:
        raise TokenRefused(_("令牌是给另一个节点的"))
    if at >= moment(claims["exp"]):
        raise TokenRefused(_("令牌已过期，请重新领取"))
    if at + _LEEWAY < moment(claims["iat"]):
        raise TokenRefused(_("令牌还没有生效，请核对时钟"))
    return claims


def moment(stamp: int) -> datetime:
    """The moment of a time stamp in seconds."""
    return datetime.fromtimestamp(stamp, UTC)


def _mark(payload: str) -> bytes:
    return salted_hmac(
        "tongban.parties.tokens", f"{_VERSION}.{payload}", algorithm="sha256"
    ).digest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as wrong:
        raise TokenRefused(_("令牌格式不对")) from wrong
