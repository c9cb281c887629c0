"""One byte string for one value: canonical JSON (RFC 8785), which is what we hash and sign."""

import hashlib
import json
from typing import Any

import rfc8785


def dumps(value: Any) -> bytes:
    """Canonical JSON of a value made of dicts, lists, strings, integers, booleans and None."""
    return rfc8785.dumps(value)


def digest(data: bytes) -> str:
    """SHA-256 of bytes, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def loads(data: bytes) -> Any:
    """The value of JSON bytes; floats and non-finite numbers have no place in what we sign."""
    return json.loads(data, parse_float=_no_floats, parse_constant=_no_floats)


def _no_floats(text: str) -> Any:
    raise ValueError(
        f"{text} is not allowed here; write amounts as whole numbers of the smallest unit"
    )
