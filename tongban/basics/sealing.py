"""What is personal at rest: encrypted with the node's field key, matched by a keyed hash."""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE = 12


class SealBroken(Exception):
    """The bytes were not sealed with this node's key, or were changed since."""


def seal(plain: bytes, *, context: bytes = b"") -> bytes:
    """AES-256-GCM under the field key: 12 bytes of nonce, then ciphertext and tag.

    `context` is bound in but not kept: what was sealed for one place does not open in another.
    """
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(settings.FIELD_KEY).encrypt(nonce, plain, context)


def unseal(sealed: bytes | memoryview, *, context: bytes = b"") -> bytes:
    """The plain bytes again; raises SealBroken when key, context or content is another."""
    data = bytes(sealed)
    try:
        return AESGCM(settings.FIELD_KEY).decrypt(data[:_NONCE], data[_NONCE:], context)
    except InvalidTag as broken:
        raise SealBroken from broken


def match(text: str) -> str:
    """A keyed hash (HMAC-SHA256, hexadecimal) by which equal texts find each other.

    A plain hash of an identity number could be undone by trying all numbers.
    """
    return hmac.new(settings.MATCH_KEY, text.encode(), hashlib.sha256).hexdigest()
