"""Encryption to a public key: agree on a secret with a fresh key, draw a content key, encrypt.

A box is: one byte for the version, the fresh public key, 16 random bytes, ciphertext with its tag.
Each box has a content key and a nonce of its own, drawn from the shared secret, the random bytes, both
public keys and what the box is bound to. Agreeing costs as much as a signature, so the fresh key serves
for all boxes to one recipient within a minute, and its recipient remembers the secret as long.
"""

import os
import threading
import time
from dataclasses import dataclass

from tongban.trust import suites
from tongban.trust.suites import CannotOpen, KeyRefused, Opener, Purpose, Suite

VERSION = 1
_LABEL = b"tongban box v1"
_SALT, _NONCE, _TAG = 16, 12, 16
_SERVES_SECONDS = 60.0
_SERVES_BOXES = 10_000
_REMEMBERS = 512


@dataclass
class _Fresh:
    public: bytes
    secret: bytes
    until: float
    left: int = _SERVES_BOXES


class _Memory:
    """Secrets for a minute: to whom we seal, and from whom we open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sealing: dict[str, _Fresh] = {}
        self._opening: dict[tuple[str, bytes], tuple[bytes, float]] = {}

    def fresh(self, to: str, suite: Suite, public: bytes) -> _Fresh:
        now = time.monotonic()
        with self._lock:
            found = self._sealing.get(to)
            if found is not None and found.until > now and found.left > 0:
                found.left -= 1
                return found
        made = _Fresh(*suite.agree_with(public), until=now + _SERVES_SECONDS)
        with self._lock:
            self._make_room(self._sealing)
            self._sealing[to] = made
        return made

    def secret(self, opener: Opener, public: bytes) -> bytes:
        now, name = time.monotonic(), (opener.public_key, public)
        with self._lock:
            found = self._opening.get(name)
            if found is not None and found[1] > now:
                return found[0]
        secret = opener.agree(public)
        with self._lock:
            self._make_room(self._opening)
            self._opening[name] = (secret, now + _SERVES_SECONDS)
        return secret

    def forget(self) -> None:
        with self._lock:
            self._sealing.clear()
            self._opening.clear()

    @staticmethod
    def _make_room(
        kept: "dict[str, _Fresh] | dict[tuple[str, bytes], tuple[bytes, float]]",
    ) -> None:
        if len(kept) >= _REMEMBERS:
            kept.clear()


_memory = _Memory()
# A child process must not go on with the fresh keys of its parent.
os.register_at_fork(after_in_child=_memory.forget)


def forget() -> None:
    """Forget all shared secrets, as after a key was revoked."""
    _memory.forget()


def overhead(suite_name: str) -> int:
    """How many bytes a box is longer than what is in it."""
    return 1 + suites.suite(suite_name).point_size + _SALT + _TAG


def seal(to: str, plain: bytes, *, bound: bytes) -> bytes:
    """A box that only the holder of `to` opens, and only for what it is bound to.

    Refused: KeyRefused when `to` is no key for encryption.
    """
    key = _key(to)
    suite = suites.suite(key.suite)
    fresh = _memory.fresh(to, suite, key.raw)
    salt = os.urandom(_SALT)
    content, nonce = _draw(suite, fresh.secret, salt, fresh.public + key.raw)
    return b"".join(
        [bytes([VERSION]), fresh.public, salt, suite.encrypt(content, nonce, plain, bound)]
    )


def unseal(opener: Opener, box: bytes, *, bound: bytes) -> bytes:
    """What is in a box; raises CannotOpen when key, binding or any byte is another."""
    suite = suites.suite(opener.suite)
    end = 1 + suite.point_size
    if len(box) < end + _SALT + _TAG or box[0] != VERSION:
        raise CannotOpen
    public, salt, sealed = box[1:end], box[end : end + _SALT], box[end + _SALT :]
    try:
        secret = _memory.secret(opener, public)
    except KeyRefused as wrong:
        raise CannotOpen from wrong
    content, nonce = _draw(suite, secret, salt, public + _key(opener.public_key).raw)
    return suite.decrypt(content, nonce, sealed, bound)


def _key(text: str) -> suites.PublicKey:
    key = suites.public_key(text)
    if key.purpose is not Purpose.SEAL:
        raise KeyRefused("a key for signatures, not for encryption")
    return key


def _draw(suite: Suite, secret: bytes, salt: bytes, keys: bytes) -> tuple[bytes, bytes]:
    size = suite.key_size
    drawn = suite.expand(secret, salt=salt, info=_LABEL + keys, size=size + _NONCE)
    return drawn[:size], drawn[size:]
