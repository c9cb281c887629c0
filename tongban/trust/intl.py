"""The international suite: Ed25519, X25519 with HKDF-SHA-256, AES-256-GCM."""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tongban.trust.suites import INTL, CannotOpen, KeyRefused, Purpose, key_id, text_of

_RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
_PKCS8 = (
    serialization.Encoding.DER,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
)


@dataclass(frozen=True)
class Ed25519Signer:
    """An Ed25519 key in this process."""

    key_id: str
    public_key: str
    _key: Ed25519PrivateKey
    suite: str = INTL

    def __repr__(self) -> str:
        return f"<signer {self.key_id}>"

    def sign(self, message: bytes) -> str:
        """The signature over the message, in base64."""
        return base64.b64encode(self._key.sign(message)).decode()


@dataclass(frozen=True)
class X25519Opener:
    """An X25519 key in this process."""

    key_id: str
    public_key: str
    _key: X25519PrivateKey
    suite: str = INTL

    def __repr__(self) -> str:
        return f"<opener {self.key_id}>"

    def agree(self, public: bytes) -> bytes:
        """The secret shared with another key; refused (KeyRefused) for points of low order."""
        return _exchange(self._key, public)


class International:
    """Ed25519, X25519, HKDF-SHA-256, AES-256-GCM."""

    name = INTL
    key_size = 32
    point_size = 32

    def digest(self, data: bytes) -> bytes:
        """SHA-256."""
        return hashlib.sha256(data).digest()

    def new_key(self, purpose: Purpose) -> bytes:
        """A new private key as PKCS#8 DER."""
        if purpose is Purpose.SIGN:
            return Ed25519PrivateKey.generate().private_bytes(*_PKCS8)
        return X25519PrivateKey.generate().private_bytes(*_PKCS8)

    def signer(self, private: bytes) -> Ed25519Signer:
        """The signer of a PKCS#8 key; anything but Ed25519 is refused."""
        key = _loaded(private)
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyRefused("not an Ed25519 key")
        text = text_of(INTL, Purpose.SIGN, key.public_key().public_bytes(*_RAW))
        return Ed25519Signer(key_id(text), text, key)

    def opener(self, private: bytes) -> X25519Opener:
        """The opener of a PKCS#8 key; anything but X25519 is refused."""
        key = _loaded(private)
        if not isinstance(key, X25519PrivateKey):
            raise KeyRefused("not an X25519 key")
        text = text_of(INTL, Purpose.SEAL, key.public_key().public_bytes(*_RAW))
        return X25519Opener(key_id(text), text, key)

    def check_public(self, public: bytes) -> None:
        """32 bytes; that is all which can be said of one before it is used."""
        if len(public) != 32:
            raise KeyRefused(f"a key of {len(public)} bytes, not of 32")

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the key made the signature."""
        try:
            _ed25519(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    def agree_with(self, public: bytes) -> tuple[bytes, bytes]:
        """A fresh X25519 key and the secret it shares with a given one."""
        fresh = X25519PrivateKey.generate()
        return fresh.public_key().public_bytes(*_RAW), _exchange(fresh, public)

    def expand(self, secret: bytes, *, salt: bytes, info: bytes, size: int) -> bytes:
        """HKDF-SHA-256 (RFC 5869)."""
        return HKDF(hashes.SHA256(), size, salt, info).derive(secret)

    def encrypt(self, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """AES-256-GCM."""
        return AESGCM(key).encrypt(nonce, plain, bound)

    def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """AES-256-GCM; raises CannotOpen."""
        try:
            return AESGCM(key).decrypt(nonce, sealed, bound)
        except (InvalidTag, ValueError) as wrong:
            raise CannotOpen from wrong


def _loaded(private: bytes) -> object:
    try:
        return serialization.load_der_private_key(private, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as wrong:
        raise KeyRefused("not a PKCS#8 key") from wrong


@lru_cache(maxsize=256)
def _ed25519(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


def _exchange(key: X25519PrivateKey, public: bytes) -> bytes:
    try:
        return key.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as wrong:
        # Also a point of low order, with which everybody shares the same secret.
        raise KeyRefused("no secret can be shared with this key") from wrong


SUITE = International()
