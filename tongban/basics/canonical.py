"""One byte string for one value: canonical JSON (RFC 8785), which is what we hash and sign."""

import hashlib
from typing import Any

import rfc8785


def dumps(value: Any) -> bytes:
    """Canonical JSON of a value made of dicts, lists, strings, integers, booleans and None."""
    return rfc8785.dumps(value)


def digest(data: bytes) -> str:
    """SHA-256 of bytes, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
