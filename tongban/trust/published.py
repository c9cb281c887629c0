"""A public key for signatures as everybody else knows it: in DER, and by its fingerprint."""

import hashlib

from tongban.trust import sm2_forms, suites
from tongban.trust.suites import GM, KeyRefused, Purpose

# SubjectPublicKeyInfo of an Ed25519 key (RFC 8410) and of an SM2 key, up to the key itself.
ED25519_HEAD = bytes.fromhex("302a300506032b6570032100")
SM2_HEAD = sm2_forms.spki(b"")


def der(public_key: str) -> bytes:
    """The SubjectPublicKeyInfo of a key for signatures. Raises KeyRefused."""
    key = suites.public_key(public_key)
    if key.purpose is not Purpose.SIGN:
        raise KeyRefused("not a key for signatures")
    return (SM2_HEAD if key.suite == GM else ED25519_HEAD) + key.raw


def fingerprint(public_key: str) -> str:
    """SHA-256 of a key, as `openssl pkey -pubin -outform DER | sha256sum` gives it."""
    return hashlib.sha256(der(public_key)).hexdigest()


def written(said: str) -> str:
    """A fingerprint as somebody wrote it down, colons and blanks left out."""
    return "".join(said.split()).replace(":", "").lower()
