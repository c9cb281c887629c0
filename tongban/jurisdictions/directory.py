"""Reading the directory of nodes: who takes part, where, and with which keys.

{"nodes": [{"code": "22", "base_url": "http://…", "public_key": the key that signs now,
            "keys": [{"public_key": …, "from": …, "until": …, "revoked": …}, …]}, …]}

A key says itself what it is for (`trust.suites`); moments are ISO 8601 with a zone, or null. Without
`keys` a node has its signing key alone, and what goes to it is not encrypted. Nothing here touches
the database.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tongban.basics.refusals import Refused
from tongban.trust import suites
from tongban.trust.suites import KeyRefused, PublicKey, Purpose


class DirectoryMalformed(Refused):
    """A directory of nodes that cannot be believed; nothing of it was taken."""

    code = "directory-malformed"
    status = 422


@dataclass(frozen=True)
class Key:
    """One key of a node, as the directory has it."""

    public: PublicKey
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """One node, as the directory has it; its first key is the one that signs now."""

    code: str
    base_url: str = ""
    keys: tuple[Key, ...] = ()

    @property
    def public_key(self) -> str:
        return self.keys[0].public.text if self.keys else ""

    @property
    def key_id(self) -> str:
        return self.keys[0].public.key_id if self.keys else ""


def read(path: Path) -> list[Entry]:
    """The entries of a directory file. Refused whole, with the first thing wrong."""
    try:
        return parse(path.read_bytes())
    except FileNotFoundError as missing:
        raise DirectoryMalformed(f"找不到节点名录：{path}") from missing


def parse(data: bytes) -> list[Entry]:
    """The entries of a directory. Refused whole, with the first thing wrong: DirectoryMalformed."""
    try:
        rows = json.loads(data)["nodes"]
        entries = [_entry(row) for row in list(rows)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
        raise DirectoryMalformed(f"节点名录不是约定的格式：{type(wrong).__name__}") from wrong
    codes = [entry.code for entry in entries]
    if len(set(codes)) != len(codes):
        raise DirectoryMalformed("节点名录里有节点出现了两次")
    return entries


def _entry(row: dict[str, Any]) -> Entry:
    code, base_url = str(row["code"]), row["base_url"].rstrip("/")
    if not base_url.startswith(("http://", "https://")):
        raise DirectoryMalformed(f"节点{code}的地址不是http或https地址：{base_url}")
    current = _public(code, row["public_key"])
    if current.purpose is not Purpose.SIGN:
        raise DirectoryMalformed(f"节点{code}的公钥不是签名公钥")
    keys = [_key(code, one) for one in row.get("keys", [])]
    first = [key for key in keys if key.public == current] or [Key(current)]
    others = [key for key in keys if key.public != current]
    if len({key.public.text for key in others}) != len(others) or len(first) != 1:
        raise DirectoryMalformed(f"节点{code}的同一把公钥出现了两次")
    return Entry(code, base_url, (*first, *others))


def _key(code: str, said: dict[str, Any]) -> Key:
    return Key(
        _public(code, said["public_key"]),
        _moment(said.get("from")),
        _moment(said.get("until")),
        _moment(said.get("revoked")),
    )


def _public(code: str, text: object) -> PublicKey:
    if not isinstance(text, str):
        raise DirectoryMalformed(f"节点{code}没有公钥")
    try:
        return suites.public_key(text)
    except KeyRefused as wrong:
        raise DirectoryMalformed(f"节点{code}的公钥读不出来：{wrong}") from wrong


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    return at
