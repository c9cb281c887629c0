"""One byte string for one value: canonical JSON (RFC 8785), which is what we hash and sign."""

import hashlib
import json
import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import rfc8785

# RFC 8785 sorts keys by their UTF-16 halves, which differs beyond the basic plane.
_BEYOND = re.compile("[\ud800-\U0010ffff]")
# Beyond this an integer is not the same number everywhere (RFC 8785 §3.2.2.3).
_LARGEST = 2**53 - 1
# Keys found plain before. Those of our own words are few; the bound keeps out a flood of others.
_plain_keys: set[str] = set()
_MOST_KEYS = 10_000
# For plain values Python's own encoder writes the very same bytes, 20 times as fast.
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False
)


def dumps(value: Any) -> bytes:
    """Canonical JSON of a value made of dicts, lists, strings, integers, booleans and None."""
    if _is_plain(value):
        # Half a character cannot be encoded; the library says so in its own words.
        with suppress(UnicodeEncodeError):
            return _ENCODER.encode(value).encode()
    return rfc8785.dumps(value)


def _is_plain(value: Any) -> bool:
    """Whether all of a value is such that the two encoders agree; the rest is left to the library.

    The rest: floats, large integers, keys that are no texts or go beyond the basic plane, and
    everything that is not JSON at all.
    """
    parts = [value]
    for part in parts:  # which grows while we go through it
        kind = type(part)
        if kind is str or kind is bool or part is None:
            continue
        if kind is dict:
            if not part.keys() <= _plain_keys and not _are_plain_keys(part):
                return False
            parts.extend(part.values())
        elif kind is list or kind is tuple:
            parts.extend(part)
        elif kind is int:
            if not -_LARGEST <= part <= _LARGEST:
                return False
        elif not isinstance(part, str):  # a StrEnum is written as its text
            return False
    return True


def _are_plain_keys(keys: Iterable[Any]) -> bool:
    if not all(type(key) is str and (key.isascii() or not _BEYOND.search(key)) for key in keys):
        return False
    if len(_plain_keys) < _MOST_KEYS:
        _plain_keys.update(keys)
    return True


def digest(data: bytes) -> str:
    """SHA-256 of bytes, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def loads(data: bytes) -> Any:
    """The value of JSON bytes; floats and non-finite numbers have no place in what we sign."""
    return _DECODER.decode(data.decode())


def reloads(text: str) -> Any:
    """The value of JSON that was canonical when it was kept: nothing stands before or behind it."""
    value, end = _DECODER.raw_decode(text)
    if end != len(text):
        raise ValueError("something stands behind the value")
    return value


def _no_floats(text: str) -> Any:
    raise ValueError(
        f"{text} is not allowed here; write amounts as whole numbers of the smallest unit"
    )


# Made once: `json.loads` would make another one for each value.
_DECODER = json.JSONDecoder(parse_float=_no_floats, parse_constant=_no_floats)
