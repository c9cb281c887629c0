"""SM2: by libcrypto where this Python has it, else by the pure-Python package gmalg (30 times slower).

Both refuse the same things before they are asked, for the checks are in `sm2_forms`.
"""

import secrets
from functools import cache, lru_cache
from typing import Any, Protocol

from tongban.trust import libcrypto, sm2_forms
from tongban.trust.suites import KeyRefused


class PrivateKey(Protocol):
    """A private number with its point."""

    @property
    def public(self) -> bytes: ...
    def sign(self, message: bytes) -> bytes: ...
    def agree(self, public: bytes) -> bytes: ...


def new_pair() -> tuple[bytes, bytes]:
    """A fresh private number (1 … N-2) of 32 bytes and its point."""
    number = (secrets.randbelow(sm2_forms.N - 2) + 1).to_bytes(32, "big")
    return number, _engine().multiply(number, None)


def private_key(number: bytes, public: bytes) -> PrivateKey:
    """A key ready for use; refused (KeyRefused) when the point is not that of the number."""
    if _engine().multiply(number, None) != public:
        raise KeyRefused("the point does not belong to the number")
    return _engine().key(number, public)


def agree(number: bytes, public: bytes) -> bytes:
    """Both coordinates of the point that a private number shares with a public key."""
    sm2_forms.check_point(public)
    return _engine().multiply(number, public)[1:]


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of a checked point made a strictly formed signature."""
    return _engine().verify(public, message, signature)


class Engine(Protocol):
    """One way to compute."""

    def multiply(self, number: bytes, point: bytes | None) -> bytes: ...
    def key(self, number: bytes, public: bytes) -> PrivateKey: ...
    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool: ...


class LibcryptoKey:
    """A private key in libcrypto."""

    def __init__(self, number: bytes, public: bytes) -> None:
        self.public = public
        self._number = number
        self._key: libcrypto.Key | None = None

    def sign(self, message: bytes) -> bytes:
        """A signature in DER."""
        if self._key is None:
            self._key = libcrypto.library().private(self._number, self.public)
        return libcrypto.library().sign(self._key, message)

    def agree(self, public: bytes) -> bytes:
        """Both coordinates of the shared point."""
        return agree(self._number, public)


class Libcrypto:
    """By the OpenSSL of this Python."""

    def __init__(self) -> None:
        self._library = libcrypto.library()
        self._public = lru_cache(maxsize=256)(self._library.public)

    def multiply(self, number: bytes, point: bytes | None) -> bytes:
        """A multiple of a point, or of the base point."""
        return self._library.multiply(number, point)

    def key(self, number: bytes, public: bytes) -> PrivateKey:
        """A private key."""
        return LibcryptoKey(number, public)

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether a signature is right."""
        return self._library.verify(self._public(public), message, signature)


class GmalgKey:
    """A private key in pure Python; not in constant time, so not beside untrusted neighbours."""

    def __init__(self, number: bytes, public: bytes) -> None:
        self.public = public
        self._number = number

    def sign(self, message: bytes) -> bytes:
        """A signature in DER."""
        r, s = _gmalg().SM2(self._number, sm2_forms.ID, self.public).sign(message)
        return sm2_forms.signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))

    def agree(self, public: bytes) -> bytes:
        """Both coordinates of the shared point."""
        return agree(self._number, public)


class Gmalg:
    """In pure Python."""

    def multiply(self, number: bytes, point: bytes | None) -> bytes:
        """A multiple of a point, or of the base point."""
        curve = _gmalg().sm2._ecdlp
        factor = int.from_bytes(number, "big")
        given = curve.G if point is None else _gmalg().sm2.bytes_to_point(point)
        # Never the point at infinity: the order of the curve is prime.
        x, y = curve.ec.mul(factor, given)
        return bytes(b"\4" + x.to_bytes(32, "big") + y.to_bytes(32, "big"))

    def key(self, number: bytes, public: bytes) -> PrivateKey:
        """A private key."""
        return GmalgKey(number, public)

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether a signature is right."""
        r, s = (n.to_bytes(32, "big") for n in sm2_forms.check_signature(signature))
        return bool(_gmalg().SM2(uid=sm2_forms.ID, pk=public).verify(message, r, s))


@cache
def _engine() -> Engine:
    try:
        return Libcrypto()
    except libcrypto.NotThere:
        _gmalg()
        return Gmalg()


def _gmalg() -> Any:
    try:
        import gmalg.ellipticcurve
        import gmalg.sm2
    except ImportError as missing:
        raise KeyRefused(
            "SM2 needs a Python linked to OpenSSL 3, or the package gmalg beside this one"
        ) from missing
    return gmalg
