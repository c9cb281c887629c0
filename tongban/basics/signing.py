"""Ed25519 signatures of a node. Issue of keys and other suites stand behind the same few names."""

import base64
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tongban.basics import canonical


@dataclass(frozen=True)
class Signer:
    """What a node signs with; `key_id` tells the verifier which of its keys it was."""

    key_id: str
    _key: Ed25519PrivateKey

    @property
    def public_key(self) -> str:
        """The raw 32-byte public key in base64, as the directory carries it."""
        raw = self._key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        return base64.b64encode(raw).decode()

    def sign(self, message: bytes) -> str:
        """The signature over the message, in base64."""
        return base64.b64encode(self._key.sign(message)).decode()


def new_key() -> bytes:
    """A new private key as PKCS#8 PEM, ready to be written to a file only its node can read."""
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def key_id(public_key: str) -> str:
    """A short name for a public key: the first 16 hexadecimal digits of its SHA-256."""
    return canonical.digest(base64.b64decode(public_key))[:16]


def signer_from_pem(pem: bytes) -> Signer:
    """The signer of a PKCS#8 PEM key; anything but Ed25519 is a mistake of set-up."""
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("the node key must be an Ed25519 key in PKCS#8 PEM")
    public = Signer("", key).public_key
    return Signer(key_id(public), key)


@lru_cache(maxsize=8)
def load_signer(path: Path) -> Signer:
    """The signer of a key file, read once a process."""
    return signer_from_pem(path.read_bytes())


@lru_cache(maxsize=256)
def _public(public_key: str) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))


def verify(public_key: str, message: bytes, signature: str) -> bool:
    """Whether this key made this signature; nonsense in any argument is simply no."""
    try:
        _public(public_key).verify(base64.b64decode(signature, validate=True), message)
    except (InvalidSignature, ValueError):
        return False
    return True
