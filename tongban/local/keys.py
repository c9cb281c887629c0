"""What each node alone knows, and what it shows the others."""

import base64
import json
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from tongban.jurisdictions import directory, edition
from tongban.jurisdictions.directory import Contact, Entry, State
from tongban.jurisdictions.edition import Edition, EditionRefused
from tongban.local.home import Home
from tongban.local.ports import LOOPBACK, web_port
from tongban.local.provinces import HUB, node_name
from tongban.local.trouble import Trouble
from tongban.trust import keeping, published, store
from tongban.trust.suites import GM, INTL

# Nodes of the demo that speak the national suite; the others speak the international one.
NATIONAL = frozenset({"35"})


@dataclass(frozen=True)
class Secrets:
    """The secrets of one node; each is made once and then kept, for what it sealed must open."""

    field_key: str
    match_key: str
    secret_key: str
    database_password: str
    broker_password: str


@dataclass(frozen=True)
class ServerSecrets:
    """The passwords of those who set up the database and the broker."""

    database_password: str
    broker_password: str


def node_secrets(home: Home, code: str) -> Secrets:
    """A node's secrets, made on first use together with its keys."""
    folder = home.node(code)
    folder.mkdir(mode=0o700, exist_ok=True)
    if not key_store(home, code).exists():
        suite = GM if code in NATIONAL else INTL
        fresh_store = store.create(key_store(home, code))
        made = keeping.with_first_keys(fresh_store, suite, at=datetime.now(UTC))
        made.save(key_store(home, code))
    fresh = Secrets(
        field_key=_key_32(), match_key=_key_32(), secret_key=_word(),
        database_password=_word(), broker_password=_word(),
    )  # fmt: skip
    return Secrets(**_kept(folder / "secrets.json", asdict(fresh)))


def server_secrets(home: Home) -> ServerSecrets:
    """The administrators' passwords, made on first use."""
    fresh = ServerSecrets(database_password=_word(), broker_password=_word())
    return ServerSecrets(**_kept(home.root / "secrets.json", asdict(fresh)))


def cluster_password(home: Home) -> str:
    """What the servers of a broker's cluster know each other by, made on first use."""
    return _kept(home.root / "cluster.json", {"password": _word()})["password"]


def write_directory(home: Home, codes: Sequence[str]) -> None:
    """Write the directory, signed by the hub's key: what every node may know of every other.

    A new edition only when something changed. What the hub's people have decided (a node suspended,
    one joined that runs elsewhere) is in the edition that the hub left in its folder, and stays.
    """
    before = _newest(home.directory, hub_directory(home))
    nodes = _listed(home, codes, before)
    if before is not None and list(before.nodes) == nodes:
        if not home.directory.exists() or home.directory.read_bytes() != before.raw:
            write_private(home.directory, before.raw)
        return
    raw = edition.make(
        number=before.number + 1 if before else 1,
        issued_at=datetime.now(UTC),
        previous=before.digest if before else "",
        nodes=nodes,
        signer=store.load(key_store(home, HUB)).signer(),
    )
    write_private(home.directory, raw)


def taking_part(home: Home, codes: Sequence[str]) -> list[str]:
    """Those of these nodes that the newest edition lets take part: ours, or the hub's own since."""
    one = _newest(home.directory, hub_directory(home))
    active = {node.code for node in one.nodes if node.state is State.ACTIVE} if one else set()
    return [code for code in codes if code in active]


def hub_directory(home: Home) -> Path:
    """Where the hub leaves each edition that it has issued."""
    return home.node(HUB) / edition.FILE


def hub_fingerprint(home: Home) -> str:
    """By what the nodes of a demo know their hub."""
    return published.fingerprint(store.load(key_store(home, HUB)).signer().public_key)


def _newest(*files: Path) -> Edition | None:
    """The newest of the editions in these files; one that cannot be read is left aside."""
    found = []
    for file in files:
        with suppress(OSError, EditionRefused):
            found.append(edition.read(file.read_bytes()))
    return max(found, key=lambda one: one.number, default=None)


def _listed(home: Home, codes: Sequence[str], before: Edition | None) -> list[Entry]:
    """The nodes of this demo with their keys, and nodes elsewhere as the edition before has them."""
    known = {one.code: one for one in before.nodes} if before else {}
    ours = [_entry(home, code, known.get(code)) for code in codes]
    elsewhere = [
        one
        for code, one in known.items()
        if code not in codes and not key_store(home, code).exists()
    ]
    return sorted([*ours, *elsewhere], key=lambda one: one.code)


def _entry(home: Home, code: str, before: Entry | None) -> Entry:
    said = keeping.as_introduced(store.load(key_store(home, code)))
    fresh = Entry(
        code,
        f"http://{LOOPBACK}:{web_port(code)}",
        directory.keys_of(code, said),
        name=node_name(code),
        serves=() if code == HUB else (code,),
        contact=Contact(office=f"{node_name(code)}演示节点", person="运维员"),
    )
    return replace(fresh, state=before.state) if before else fresh


def key_store(home: Home, code: str) -> Path:
    """Where a node's private keys lie; what opens them lies beside."""
    return home.node(code) / "node.keys"


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only we can read, whole or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _kept(path: Path, fresh: dict[str, str]) -> dict[str, str]:
    if not path.exists():
        write_private(path, json.dumps(fresh, indent=2).encode())
        return fresh
    try:
        kept = json.loads(path.read_bytes())
        return {name: str(kept[name]) for name in fresh}
    except (ValueError, KeyError, TypeError) as error:
        raise Trouble(
            f"密钥文件 {path} 已损坏，请从备份恢复，"
            "或运行 ./run demo --fresh 重新建立（演示数据会清空）。",
            f"The key file {path} is broken: restore it, "
            "or run ./run demo --fresh to start anew (this empties the demo).",
        ) from error


def _key_32() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _word() -> str:
    return secrets.token_urlsafe(24)
