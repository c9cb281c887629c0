"""Public keys as files that openssl reads, and signatures as bytes that openssl checks."""

import base64
import binascii

from tongban.trust import published, signing, suites
from tongban.trust.suites import GM, INTL, KeyRefused, Purpose

# What the name of a signature says, by the suite of its key.
ED25519, SM2 = "ed25519", "sm2"
_BEGIN, _END = b"-----BEGIN PUBLIC KEY-----\n", b"-----END PUBLIC KEY-----\n"


def suite_of(public_key: str) -> str:
    """The algorithm of a key as the directory carries it; part of the names of its signatures."""
    return SM2 if suites.public_key(public_key).suite == GM else ED25519


def pem(public_key: str) -> bytes:
    """A key of the directory as PEM. Raises KeyRefused."""
    body = base64.b64encode(published.der(public_key))
    lines = b"".join(body[at : at + 64] + b"\n" for at in range(0, len(body), 64))
    return _BEGIN + lines + _END


def from_pem(data: bytes) -> str:
    """A key as the directory carries it. Raises ValueError for anything that is not exactly ours."""
    body = data.removeprefix(_BEGIN).removesuffix(_END).replace(b"\n", b"")
    try:
        der = base64.b64decode(body, validate=True)
        is_sm2 = der.startswith(published.SM2_HEAD)
        suite, head = (GM, published.SM2_HEAD) if is_sm2 else (INTL, published.ED25519_HEAD)
        public_key = suites.text_of(suite, Purpose.SIGN, der.removeprefix(head))
        is_ours = pem(public_key) == data
    except (binascii.Error, KeyRefused) as wrong:
        raise ValueError("not a public key in PEM") from wrong
    if not is_ours:
        raise ValueError("not written as we write it")
    return public_key


def key_id(public_key: str) -> str:
    """The short name of a key."""
    return signing.key_id(public_key)


def fingerprint(data: bytes) -> str:
    """SHA-256 of the key's DER form, as `openssl pkey -pubin -outform DER | sha256sum` gives it."""
    return published.fingerprint(from_pem(data))


def raw_signature(signature: str) -> bytes:
    """A signature of the record as the bytes that openssl takes."""
    return base64.b64decode(signature, validate=True)


def is_signed(public_key: str, message: bytes, signature: bytes) -> bool:
    """Whether this key made this signature over these bytes."""
    return signing.verify(public_key, message, base64.b64encode(signature).decode())
