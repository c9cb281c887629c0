"""Signatures of HTTP calls between systems: HMAC over moment and body; old and future ones do not count."""

import hashlib
import hmac
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=5)


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature of a body sent at a moment, in hexadecimal."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def stamp(at: datetime) -> str:
    """A moment as it is signed: whole seconds since 1970."""
    return str(int(at.timestamp()))


def is_genuine(secret: str, timestamp: str, body: bytes, signature: str, *, at: datetime) -> bool:
    """Whether a body was signed with our secret, about now; nonsense is simply no."""
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(at.timestamp() - int(timestamp)) > WINDOW.total_seconds():
        return False
    if not signature.isascii():
        return False
    return hmac.compare_digest(sign(secret, timestamp, body), signature)
