"""Signing and checking signatures by whatever suite a key is of."""

import base64
import binascii
from pathlib import Path

from tongban.trust import forms, store, suites
from tongban.trust.suites import INTL, KeyRefused, Purpose, Signer, key_id

__all__ = ["Signer", "key_id", "load_signer", "new_key", "signer_from_pem", "verify"]


def new_key(suite: str = INTL, purpose: Purpose = Purpose.SIGN) -> bytes:
    """A new private key as PKCS#8 PEM, ready to be written to a file only its node can read."""
    return forms.pem(suites.suite(suite).new_key(purpose))


def signer_from_pem(pem: bytes) -> Signer:
    """The signer of a PKCS#8 PEM key of any suite; anything else is refused: KeyRefused."""
    return forms.any_signer(forms.pem_body(pem))


def load_signer(path: Path) -> Signer:
    """The key that signs now, from a key store or a bare PEM file; read again when it changed."""
    return store.load(path).signer()


def verify(public_key: str, message: bytes, signature: str) -> bool:
    """Whether this key made this signature; nonsense in any argument is simply no."""
    try:
        key = suites.public_key(public_key)
        raw = base64.b64decode(signature, validate=True)
    except (KeyRefused, binascii.Error, ValueError):
        return False
    if key.purpose is not Purpose.SIGN:
        return False
    return suites.suite(key.suite).verify(key.raw, message, raw)
