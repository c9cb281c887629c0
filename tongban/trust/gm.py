"""The national suite 国密: SM2 signatures with SM3, agreement on the SM2 curve, SM4-GCM.

SM3 comes from hashlib, SM4-GCM (RFC 8998) from cryptography, SM2 from `sm2`. A content key is agreed
with a fresh key on the SM2 curve and drawn with the key derivation of GM/T 0003.4 (5.4.3) from both
coordinates of the shared point.
"""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

from tongban.trust import sm2, sm2_forms
from tongban.trust.suites import GM as NAME
from tongban.trust.suites import CannotOpen, KeyRefused, Purpose, key_id, text_of

_TAG = 16
# Copied for each digest: OpenSSL would look it up by its name each time, which takes longer than hashing.
_SM3 = hashlib.new("sm3")


@dataclass(frozen=True)
class Sm2Signer:
    """An SM2 key for signatures in this process."""

    key_id: str
    public_key: str
    _key: sm2.PrivateKey
    suite: str = NAME

    def __repr__(self) -> str:
        return f"<signer {self.key_id}>"

    def sign(self, message: bytes) -> str:
        """SM2 with SM3 and the default id over the message: the DER form in base64."""
        return base64.b64encode(self._key.sign(message)).decode()


@dataclass(frozen=True)
class Sm2Opener:
    """An SM2 key for encryption in this process."""

    key_id: str
    public_key: str
    _key: sm2.PrivateKey
    suite: str = NAME

    def __repr__(self) -> str:
        return f"<opener {self.key_id}>"

    def agree(self, public: bytes) -> bytes:
        """Both coordinates of the shared point; refused (KeyRefused) off the curve."""
        return self._key.agree(public)


class National:
    """SM2, SM3, SM4-GCM."""

    name = NAME
    key_size = 16
    point_size = sm2_forms.POINT

    def digest(self, data: bytes) -> bytes:
        """SM3."""
        made = _SM3.copy()
        made.update(data)
        return made.digest()

    def new_key(self, purpose: Purpose) -> bytes:
        """A new private key as PKCS#8 DER; SM2 keys for both purposes look alike."""
        del purpose
        return sm2_forms.pkcs8(*sm2.new_pair())

    def signer(self, private: bytes) -> Sm2Signer:
        """The signer of a PKCS#8 key; anything but SM2 is refused."""
        key = sm2.private_key(*sm2_forms.from_pkcs8(private))
        text = text_of(NAME, Purpose.SIGN, key.public)
        return Sm2Signer(key_id(text), text, key)

    def opener(self, private: bytes) -> Sm2Opener:
        """The opener of a PKCS#8 key; anything but SM2 is refused."""
        key = sm2.private_key(*sm2_forms.from_pkcs8(private))
        text = text_of(NAME, Purpose.SEAL, key.public)
        return Sm2Opener(key_id(text), text, key)

    def check_public(self, public: bytes) -> None:
        """An uncompressed point of the SM2 curve."""
        sm2_forms.check_point(public)

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether the key made the signature; one that is not strict DER is simply no."""
        try:
            sm2_forms.check_point(public)
            sm2_forms.check_signature(signature)
        except KeyRefused:
            return False
        return sm2.verify(public, message, signature)

    def agree_with(self, public: bytes) -> tuple[bytes, bytes]:
        """A fresh point and both coordinates of the one it shares with a given key."""
        private, fresh = sm2.new_pair()
        return fresh, sm2.agree(private, public)

    def expand(self, secret: bytes, *, salt: bytes, info: bytes, size: int) -> bytes:
        """The KDF of GM/T 0003.4: SM3 over secret, counter and what is bound in."""
        blocks = (
            self.digest(secret + count.to_bytes(4, "big") + salt + info)
            for count in range(1, -(-size // 32) + 1)
        )
        return b"".join(blocks)[:size]

    def encrypt(self, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """SM4-GCM."""
        cipher = Cipher(SM4(key), GCM(nonce)).encryptor()
        cipher.authenticate_additional_data(bound)
        return cipher.update(plain) + cipher.finalize() + cipher.tag

    def decrypt(self, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes:
        """SM4-GCM; raises CannotOpen, and gives nothing before the tag is right."""
        if len(sealed) < _TAG:
            raise CannotOpen
        cipher = Cipher(SM4(key), GCM(nonce, sealed[-_TAG:])).decryptor()
        cipher.authenticate_additional_data(bound)
        try:
            return cipher.update(sealed[:-_TAG]) + cipher.finalize()
        except InvalidTag as wrong:
            raise CannotOpen from wrong


SUITE = National()
