"""Private keys in a hardware security module, by PKCS#11: they sign and agree in there, never here.

A key is named as RFC 7512 does it: `pkcs11:token=LABEL;object=LABEL`, with the module's library in
`module-path` or in NODE_KEY_MODULE, and its PIN in NODE_KEY_PIN or the file NODE_KEY_PIN_FILE. Needs the
package python-pkcs11 (the extra `hsm`). Ed25519 and X25519, so the international suite: the standard has
no SM2, and each maker of a 密码机 has mechanisms of his own.
"""

import base64
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

from tongban.trust.suites import INTL, KeyRefused, Purpose, key_id, text_of

T = TypeVar("T")
MODULE, PIN, PIN_FILE = "NODE_KEY_MODULE", "NODE_KEY_PIN", "NODE_KEY_PIN_FILE"
# The curves as PrintableString and as object identifier; tokens keep the one or the other.
_CURVES = {
    Purpose.SIGN: ("130c656477617264733235353139", "06032b6570"),
    Purpose.SEAL: ("130a63757276653235353139", "06032b656e"),
}


class DeviceTrouble(Exception):
    """The device or its key cannot be used; the sentence tells the operator what to look at."""


@dataclass(frozen=True)
class Place:
    """Where a key lies: the maker's library, the token in it, the label of the key."""

    module: str
    token: str
    label: str


def place(uri: str) -> Place:
    """A place from its PKCS#11 URI; raises DeviceTrouble."""
    scheme, _, rest = uri.partition(":")
    path, _, query = rest.partition("?")
    words = [word.partition("=") for part in (path.split(";"), query.split("&")) for word in part]
    said = {name: unquote(value) for name, _, value in words}
    module = said.get("module-path") or os.environ.get(MODULE, "")
    if scheme != "pkcs11" or not said.get("token") or not said.get("object"):
        raise DeviceTrouble("a key in a device is named pkcs11:token=…;object=…")
    if not module:
        raise DeviceTrouble(f"the device's library is missing: set {MODULE}")
    return Place(module, said["token"], said["object"])


@dataclass
class _Session:
    """One session of a token in this process; a token answers one question at a time."""

    lock: Any = field(default_factory=threading.RLock)
    session: Any = None


_sessions: dict[tuple[str, str], _Session] = {}
# What a parent has open is not the child's to use.
os.register_at_fork(after_in_child=_sessions.clear)


class DeviceKey:
    """A key of a purpose in a device; it fills both protocols, `Signer` and `Opener`."""

    suite = INTL

    def __init__(self, uri: str, purpose: Purpose) -> None:
        self._place, self._purpose = place(uri), purpose
        self.public_key = text_of(INTL, purpose, self._ask(self._public))
        self.key_id = key_id(self.public_key)

    def __repr__(self) -> str:
        return f"<key {self.key_id} in a device>"

    def sign(self, message: bytes) -> str:
        """The Ed25519 signature over the message, made in the device, in base64."""
        return base64.b64encode(self._ask(lambda session: self._signed(session, message))).decode()

    def agree(self, public: bytes) -> bytes:
        """The X25519 secret shared with another key, agreed in the device; raises KeyRefused."""
        if len(public) != 32:
            raise KeyRefused(f"a key of {len(public)} bytes, not of 32")
        secret = self._ask(lambda session: self._agreed(session, public))
        if not any(secret):
            # A point of low order, with which everybody shares the same secret.
            raise KeyRefused("no secret can be shared with this key")
        return secret

    def _public(self, session: Any) -> bytes:
        from pkcs11 import Attribute, ObjectClass

        key = session.get_key(object_class=ObjectClass.PUBLIC_KEY, label=self._place.label)
        if bytes(key[Attribute.EC_PARAMS]).hex() not in _CURVES[self._purpose]:
            raise DeviceTrouble(
                f"key {self._place.label} is of another curve than {self._purpose} needs"
            )
        # The point comes as an OCTET STRING from some makers and bare from others.
        return bytes(key[Attribute.EC_POINT])[-32:]

    def _private(self, session: Any) -> Any:
        from pkcs11 import ObjectClass

        return session.get_key(object_class=ObjectClass.PRIVATE_KEY, label=self._place.label)

    def _signed(self, session: Any, message: bytes) -> bytes:
        from pkcs11 import Mechanism

        return bytes(self._private(session).sign(message, mechanism=Mechanism.EDDSA))

    def _agreed(self, session: Any, public: bytes) -> bytes:
        from pkcs11 import KDF, Attribute, KeyType, Mechanism

        secret = self._private(session).derive_key(
            KeyType.GENERIC_SECRET, 256, mechanism=Mechanism.ECDH1_DERIVE,
            mechanism_param=(KDF.NULL, None, public), capabilities=0,
            template={Attribute.EXTRACTABLE: True, Attribute.SENSITIVE: False},
        )  # fmt: skip
        return bytes(secret[Attribute.VALUE])

    def _ask(self, work: Callable[[Any], T]) -> T:
        """One question to the token; once more with a new session when the old one is gone."""
        try:
            import pkcs11
        except ImportError as missing:
            raise DeviceTrouble("keys in a device need the package python-pkcs11") from missing
        kept = _sessions.setdefault((self._place.module, self._place.token), _Session())
        with kept.lock:
            try:
                try:
                    return work(kept.session or self._open(kept))
                except (pkcs11.exceptions.SessionHandleInvalid, pkcs11.exceptions.UserNotLoggedIn):
                    return work(self._open(kept))
            except pkcs11.exceptions.PKCS11Error as wrong:
                raise DeviceTrouble(f"the device says {type(wrong).__name__}") from wrong

    def _open(self, kept: _Session) -> Any:
        import pkcs11

        try:
            library = pkcs11.lib(self._place.module)
        except RuntimeError as wrong:
            raise DeviceTrouble(
                f"the device's library {self._place.module} does not load"
            ) from wrong
        token = library.get_token(token_label=self._place.token)
        kept.session = token.open(user_pin=_pin())
        return kept.session


def _pin() -> str:
    if named := os.environ.get(PIN_FILE):
        return Path(named).read_text().strip()
    if said := os.environ.get(PIN):
        return said
    raise DeviceTrouble(f"the device needs its PIN: set {PIN_FILE} or {PIN}")
