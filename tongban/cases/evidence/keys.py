"""Public keys as files that openssl reads, and signatures as bytes that openssl checks."""

import base64
import hashlib

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tongban.basics import signing

ED25519 = "ed25519"


def suite_of(public_key: str) -> str:
    """The suite of a key as the directory carries it; part of the names of its signatures."""
    del public_key
    return ED25519


def pem(public_key: str) -> bytes:
    """A key of the directory as PEM."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def from_pem(data: bytes) -> str:
    """A key as the directory carries it. Raises ValueError for anything that is not exactly ours."""
    try:
        key = serialization.load_pem_public_key(data)
    except Exception as wrong:
        # The library raises half a dozen kinds for bytes that are no key.
        raise ValueError("not a public key in PEM") from wrong
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError("a key of a suite that is not known here")
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    public_key = base64.b64encode(raw).decode()
    if pem(public_key) != data:
        raise ValueError("not written as we write it")
    return public_key


def key_id(public_key: str) -> str:
    """The short name of a key."""
    return signing.key_id(public_key)


def fingerprint(data: bytes) -> str:
    """SHA-256 of the key's DER form, as `openssl pkey -pubin -outform DER | sha256sum` gives it."""
    key = serialization.load_pem_public_key(data)
    der = key.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(der).hexdigest()


def raw_signature(signature: str) -> bytes:
    """A signature of the record as the bytes that openssl takes."""
    return base64.b64decode(signature, validate=True)


def is_signed(public_key: str, message: bytes, signature: bytes) -> bool:
    """Whether this key made this signature over these bytes."""
    return signing.verify(public_key, message, base64.b64encode(signature).decode())
