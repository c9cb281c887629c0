"""What a suite of algorithms is, and which suite a public key belongs to.

A public key in text says what it is for and of which suite: raw bytes in base64 behind a word and a
colon. A bare text is an Ed25519 key, the first kind this platform had. So nobody can be talked into
using a key with another algorithm, or a key for encryption to check a signature.
"""

import base64
import binascii
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from importlib import import_module
from typing import Protocol, cast


class Purpose(StrEnum):
    """What a key is for; one key is never for both."""

    SIGN = "sign"
    SEAL = "seal"


class KeyRefused(ValueError):
    """A key that is not one: of no known kind, of the wrong length, or a point off the curve."""


class CannotOpen(Exception):
    """Not sealed to this key, for another place, or changed on the way."""


class Signer(Protocol):
    """A private key for signatures, in this process or in a device that never gives it out."""

    @property
    def suite(self) -> str: ...
    @property
    def key_id(self) -> str: ...
    @property
    def public_key(self) -> str: ...
    def sign(self, message: bytes) -> str:
        """The signature over the message, in base64."""
        ...


class Opener(Protocol):
    """A private key for encryption; what it alone can do is to agree on a secret."""

    @property
    def suite(self) -> str: ...
    @property
    def key_id(self) -> str: ...
    @property
    def public_key(self) -> str: ...
    def agree(self, public: bytes) -> bytes:
        """The secret shared with the holder of another key; raises KeyRefused."""
        ...


class Suite(Protocol):
    """Algorithms that belong together. Bytes in, bytes out; it knows nothing of messages."""

    name: str
    # Of the key for content, in bytes.
    key_size: int
    # Of a public key for encryption, in bytes.
    point_size: int

    def digest(self, data: bytes) -> bytes:
        """32 bytes of the suite's hash."""
        ...

    def new_key(self, purpose: Purpose) -> bytes:
        """A new private key as PKCS#8 DER."""
        ...

    def signer(self, private: bytes) -> Signer:
        """The signer of a PKCS#8 DER key; raises KeyRefused."""
        ...

    def opener(self, private: bytes) -> Opener:
        """The opener of a PKCS#8 DER key; raises KeyRefused."""
        ...

    def check_public(self, public: bytes) -> None:
        """Refuse bytes that are no public key of this suite: KeyRefused."""
        ...

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the key made the signature; nonsense in any argument is simply no."""
        ...

    def agree_with(self, public: bytes) -> tuple[bytes, bytes]:
        """A fresh public key and the secret it shares with a given one; raises KeyRefused."""
        ...

    def expand(self, secret: bytes, *, salt: bytes, info: bytes, size: int) -> bytes:
        """`size` bytes of keys out of a shared secret."""
        ...

    def encrypt(self, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """Ciphertext with its 16-byte tag; `bound` is what it is bound to."""
        ...

    def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """The plain bytes; raises CannotOpen."""
        ...


INTL, GM = "intl", "gm"
NAMES = (INTL, GM)
_KINDS = {
    "": (INTL, Purpose.SIGN),
    "x25519": (INTL, Purpose.SEAL),
    "sm2": (GM, Purpose.SIGN),
    "sm2-seal": (GM, Purpose.SEAL),
}
_WORDS = {kind: word for word, kind in _KINDS.items()}


@cache
def suite(name: str) -> Suite:
    """A suite by its name; raises KeyRefused for one that we do not speak."""
    if name not in NAMES:
        raise KeyRefused(f"no suite is called {name[:20]!r}")
    return cast(Suite, import_module(f"tongban.trust.{name}").SUITE)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key as its text says it."""

    suite: str
    purpose: Purpose
    raw: bytes
    text: str

    @property
    def key_id(self) -> str:
        return key_id(self.text)


def text_of(suite_name: str, purpose: Purpose, raw: bytes) -> str:
    """The text form of a public key, as directories carry it."""
    word = _WORDS[(suite_name, purpose)]
    body = base64.b64encode(raw).decode()
    return f"{word}:{body}" if word else body


@lru_cache(maxsize=1024)
def public_key(text: str) -> PublicKey:
    """A public key from its text form; raises KeyRefused for anything that is not one."""
    word, _, body = text.rpartition(":")
    if word not in _KINDS or (not word and ":" in text):
        raise KeyRefused("a key of no known kind")
    name, purpose = _KINDS[word]
    try:
        raw = base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise KeyRefused("a key that is not base64") from wrong
    suite(name).check_public(raw)
    if text_of(name, purpose, raw) != text:
        raise KeyRefused("a key that is not written in its one form")
    return PublicKey(name, purpose, raw, text)


@lru_cache(maxsize=1024)
def key_id(text: str) -> str:
    """A short name for a public key: 16 hexadecimal digits of its hash by its own suite."""
    key = public_key(text)
    return suite(key.suite).digest(key.raw).hex()[:16]
