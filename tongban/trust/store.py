"""The key store of a node: its private keys in one protected file.

Each key is encrypted (AES-256-GCM) under a key that scrypt draws from a passphrase or from the bytes
of a file that only the node's user can read; what is said of a key beside it is bound in. A process
reads the file once and again when it has changed, so that a rotation needs no restart. A bare PEM file
with one signing key is a store too: one that can sign and opens nothing.

Nothing here logs, and no representation shows a secret.
"""

import base64
import fcntl
import json
import os
import secrets
import stat
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from tongban.trust import device, forms, suites
from tongban.trust.suites import KeyRefused, Opener, Purpose, Signer, key_id

VERSION = 1
PASSPHRASE, PASSPHRASE_FILE = "NODE_KEY_PASSPHRASE", "NODE_KEY_PASSPHRASE_FILE"
# A passphrase can be guessed, so guessing is made slow (64 MiB, about 0.2 s); 32 random bytes cannot.
_SLOW, _QUICK = 2**16, 2**4
_NONCE = 12


class StoreTrouble(Exception):
    """The key store cannot be used as it is; the sentence tells the operator what to do."""


class State(StrEnum):
    """Where a key is in its life; each moves on only in this order."""

    NEXT = "next"  # known to others before it is used
    ACTIVE = "active"
    RETIRING = "retiring"  # not used any more, still opens and still checks until its end
    REVOKED = "revoked"  # good for nothing from that moment on


@dataclass(frozen=True)
class Entry:
    """One key: what may be known of it, and its encrypted private part."""

    id: str
    suite: str
    purpose: Purpose
    state: State
    public: str
    valid_from: datetime
    valid_until: datetime | None = None
    revoked_at: datetime | None = None
    # Encrypted; empty when the key lies in a device, which the URI names.
    private: bytes = field(default=b"", repr=False)
    device: str = ""

    def is_valid(self, at: datetime) -> bool:
        """Whether the key may still be used for what came in at this moment."""
        has_ended = self.valid_until is not None and at >= self.valid_until
        return self.state is not State.REVOKED and not has_ended


class Store:
    """The keys of a node, opened; made anew when they change."""

    def __init__(self, entries: Iterable[Entry], unlock: "Lock | None") -> None:
        self.entries = tuple(entries)
        self._unlock = unlock
        self._signers: dict[str, Signer] = {}
        self._openers: dict[str, Opener] = {}

    def __repr__(self) -> str:
        return f"<key store of {len(self.entries)} keys>"

    def find(self, key: str) -> Entry | None:
        """A key by its id."""
        return next((entry for entry in self.entries if entry.id == key), None)

    def active(self, purpose: Purpose) -> Entry | None:
        """The key that is used now; at most one for each purpose."""
        return next(
            (e for e in self.entries if e.purpose is purpose and e.state is State.ACTIVE), None
        )

    def signer(self) -> Signer:
        """The key that signs now; raises StoreTrouble when there is none."""
        entry = self.active(Purpose.SIGN)
        if entry is None:
            raise StoreTrouble("no signing key is active: ./run key list")
        if entry.id not in self._signers:
            self._signers[entry.id] = (
                _in_device(entry)
                if entry.device
                else suites.suite(entry.suite).signer(self._private(entry))
            )
        return self._signers[entry.id]

    def opener(self, key: str) -> Opener | None:
        """The key for encryption of this id, whatever its state; None when it is not ours."""
        entry = self.find(key)
        if entry is None or entry.purpose is not Purpose.SEAL:
            return None
        if entry.id not in self._openers:
            self._openers[entry.id] = (
                _in_device(entry)
                if entry.device
                else suites.suite(entry.suite).opener(self._private(entry))
            )
        return self._openers[entry.id]

    def with_entry(self, entry: Entry) -> "Store":
        """The store with one key added, or with its newer state."""
        others = [one for one in self.entries if one.id != entry.id]
        return Store([*others, entry], self._unlock)

    def with_new(self, suite: str, purpose: Purpose, state: State, *, at: datetime) -> "Store":
        """The store with a key made just now; refused (StoreTrouble) in a bare PEM file."""
        if self._unlock is None:
            raise StoreTrouble("a bare PEM file holds one key: make a store with ./run key new")
        private = suites.suite(suite).new_key(purpose)
        holder = suites.suite(suite)
        public = (
            holder.signer(private) if purpose is Purpose.SIGN else holder.opener(private)
        ).public_key
        bare = Entry(key_id(public), suite, purpose, state, public, valid_from=at)
        return self.with_entry(replace(bare, private=self._unlock.lock(private, _bound(bare))))

    def with_device(self, uri: str, purpose: Purpose, state: State, *, at: datetime) -> "Store":
        """The store with a key that lies in a device; raises StoreTrouble when it is not there."""
        if self._unlock is None:
            raise StoreTrouble("a bare PEM file holds one key: make a store with ./run key new")
        try:
            key = device.DeviceKey(uri, purpose)
        except device.DeviceTrouble as trouble:
            raise StoreTrouble(str(trouble)) from trouble
        return self.with_entry(
            Entry(key.key_id, key.suite, purpose, state, key.public_key, valid_from=at, device=uri)
        )

    def _private(self, entry: Entry) -> bytes:
        if self._unlock is None:
            return entry.private
        return self._unlock.unlock(entry.private, _bound(entry))

    def save(self, path: Path) -> None:
        """Write the store, whole or not at all, readable by its user only."""
        if self._unlock is None:
            raise StoreTrouble("a bare PEM file is not written anew")
        document = {
            "version": VERSION,
            "lock": self._unlock.facts(),
            "keys": [_written(entry) for entry in self.entries],
        }
        _write_private(path, json.dumps(document, indent=2).encode() + b"\n")


def _in_device(entry: Entry) -> device.DeviceKey:
    try:
        key = device.DeviceKey(entry.device, entry.purpose)
    except device.DeviceTrouble as trouble:
        raise StoreTrouble(str(trouble)) from trouble
    if key.public_key != entry.public:
        raise StoreTrouble(f"the device holds another key than {entry.id} under this name")
    return key


class Lock:
    """What encrypts the private keys of one store."""

    def __init__(self, secret: bytes, *, by: str, salt: bytes, n: int) -> None:
        self._by, self._salt, self._n = by, salt, n
        self._key = Scrypt(salt, 32, n=n, r=8, p=1).derive(secret)

    def facts(self) -> dict[str, Any]:
        """What has to be known to draw the key again."""
        return {"by": self._by, "kdf": "scrypt", "n": self._n, "salt": _text(self._salt)}

    def lock(self, private: bytes, bound: bytes) -> bytes:
        """A private key, encrypted."""
        nonce = os.urandom(_NONCE)
        return nonce + AESGCM(self._key).encrypt(nonce, private, bound)

    def unlock(self, locked: bytes, bound: bytes) -> bytes:
        """A private key; raises StoreTrouble when the passphrase is another or it was changed."""
        try:
            return AESGCM(self._key).decrypt(locked[:_NONCE], locked[_NONCE:], bound)
        except (InvalidTag, ValueError) as wrong:
            raise StoreTrouble("the key store does not open with this passphrase") from wrong


def unlock_file(path: Path) -> Path:
    """The file beside a store whose bytes open it, where no passphrase does."""
    return path.with_name(path.name + ".unlock")


def create(path: Path, *, with_passphrase: bool = False) -> Store:
    """A new empty store, not yet written; makes the file that opens it, unless a passphrase does.

    Refused: StoreTrouble when there is a store already.
    """
    if path.exists():
        raise StoreTrouble(f"{path} is there already")
    if with_passphrase:
        secret, by, n = _passphrase(), "passphrase", _SLOW
    else:
        if not unlock_file(path).exists():
            _write_private(unlock_file(path), secrets.token_bytes(32))
        secret, by, n = _from_file(unlock_file(path)), "file", _QUICK
    return Store([], Lock(secret, by=by, salt=os.urandom(16), n=n))


Change = Callable[[Store], Store]


def change(path: Path, work: Change) -> Store:
    """Change a store and write it; two who do so at once take turns. Raises StoreTrouble."""
    with path.with_name(path.name + ".turn").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        changed = work(load(path))
        changed.save(path)
        return changed


_kept: dict[Path, tuple[tuple[int, int, int], Store]] = {}
_lock = threading.Lock()


def load(path: Path) -> Store:
    """The store of a file, as it is now; raises StoreTrouble."""
    try:
        found = path.stat()
    except OSError as missing:
        raise StoreTrouble(f"there is no key store at {path}: ./run key new") from missing
    mark = (found.st_mtime_ns, found.st_size, found.st_ino)
    kept = _kept.get(path)
    if kept is not None and kept[0] == mark:
        return kept[1]
    with _lock:
        store = _read(path)
        _kept[path] = (mark, store)
    return store


def _read(path: Path) -> Store:
    data = path.read_bytes()
    if forms.is_pem(data):
        return _bare(data)
    try:
        document = json.loads(data)
        if document["version"] != VERSION:
            raise StoreTrouble(f"the key store {path} is of a newer version")
        entries = [_entry(one) for one in document["keys"]]
        facts = document["lock"]
        by, n, salt = str(facts["by"]), int(facts["n"]), _bytes(facts["salt"])
    except (ValueError, KeyError, TypeError) as wrong:
        raise StoreTrouble(f"the key store {path} cannot be read: restore it") from wrong
    secret = _passphrase() if by == "passphrase" else _from_file(unlock_file(path))
    return Store(entries, Lock(secret, by=by, salt=salt, n=n))


def _bare(data: bytes) -> Store:
    private = forms.pem_body(data)
    signer = forms.any_signer(private)
    beginning = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    entry = Entry(
        signer.key_id, signer.suite, Purpose.SIGN, State.ACTIVE, signer.public_key,
        valid_from=beginning, private=private,
    )  # fmt: skip
    return Store([entry], None)


def _passphrase() -> bytes:
    if named := os.environ.get(PASSPHRASE_FILE):
        return _from_file(Path(named)).strip()
    if said := os.environ.get(PASSPHRASE):
        return said.encode()
    raise StoreTrouble(f"the key store needs {PASSPHRASE} or {PASSPHRASE_FILE}")


def _from_file(path: Path) -> bytes:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise StoreTrouble(f"others can read {path}: chmod 600")
        return path.read_bytes()
    except OSError as missing:
        raise StoreTrouble(f"{path} cannot be read") from missing


def _bound(entry: Entry) -> bytes:
    return "\n".join([entry.id, entry.suite, entry.purpose, entry.public]).encode()


def _written(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "suite": entry.suite,
        "purpose": entry.purpose,
        "state": entry.state,
        "public": entry.public,
        "from": entry.valid_from.isoformat(),
        "until": entry.valid_until.isoformat() if entry.valid_until else None,
        "revoked": entry.revoked_at.isoformat() if entry.revoked_at else None,
        "private": _text(entry.private),
        "device": entry.device,
    }


def _entry(said: dict[str, Any]) -> Entry:
    public = suites.public_key(said["public"])
    entry = Entry(
        said["id"], said["suite"], Purpose(said["purpose"]), State(said["state"]), public.text,
        valid_from=datetime.fromisoformat(said["from"]),
        valid_until=_moment(said["until"]), revoked_at=_moment(said["revoked"]),
        private=_bytes(said["private"]), device=str(said.get("device", "")),
    )  # fmt: skip
    if (public.key_id, public.suite, public.purpose) != (entry.id, entry.suite, entry.purpose):
        raise KeyRefused("a key that is not what its entry says")
    return entry


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _write_private(path: Path, content: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
