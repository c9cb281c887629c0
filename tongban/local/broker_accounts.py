"""Who may sign in at the broker: the nodes that take part, by an edition of the directory.

A node that is suspended or has left has no account, and its password is forgotten: when it comes back
it gets another. Passwords lie where the broker's configuration is made, and nowhere else but at the node.
"""

import json
import secrets
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tongban.jurisdictions import edition
from tongban.jurisdictions.directory import State
from tongban.jurisdictions.edition import Edition, EditionRefused
from tongban.local import keys
from tongban.local.home import Home
from tongban.local.trouble import Trouble


@dataclass(frozen=True)
class Accounts:
    """The password of each node that takes part, and who came and went since the last time."""

    passwords: dict[str, str]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def taking_part(one: Edition) -> list[str]:
    """The nodes of an edition that have an account at the broker, the hub first."""
    return [node.code for node in one.nodes if node.state is State.ACTIVE]


def read_directory(path: Path, *, fingerprint: str) -> Edition:
    """An edition that the hub signed, by the fingerprint of its key. Raises Trouble."""
    try:
        one = edition.read(path.read_bytes())
        edition.check_by_fingerprint(one, fingerprint)
    except (OSError, EditionRefused) as wrong:
        why = wrong.message if isinstance(wrong, EditionRefused) else str(wrong)
        raise Trouble(
            f"不能用这份节点名录 {path}：{why}",
            f"The directory {path} is not one that the hub signed, or cannot be read.",
        ) from wrong
    return one


def accounts(home: Home, codes: Sequence[str]) -> Accounts:
    """A password for each of these nodes, made on first use; those of all others are forgotten.

    The nodes of a demo keep the passwords that their own settings have.
    """
    before = _kept(_file(home))
    passwords = {code: _of_demo(home, code) or before.get(code) or _word() for code in codes}
    elsewhere = {c: p for c, p in passwords.items() if not _of_demo(home, c)}
    if elsewhere != before:
        keys.write_private(_file(home), json.dumps(elsewhere, indent=2).encode())
    return Accounts(
        passwords, _sorted(set(elsewhere) - set(before)), _sorted(set(before) - set(elsewhere))
    )


def _file(home: Home) -> Path:
    return home.broker / "accounts.json"


def _of_demo(home: Home, code: str) -> str:
    """The password of a node that the launcher runs here; empty for one that runs elsewhere."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        said = json.loads((home.node(code) / "secrets.json").read_bytes())
        return str(said["broker_password"])
    return ""


def _kept(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    try:
        return {str(code): str(word) for code, word in json.loads(path.read_bytes()).items()}
    except (ValueError, AttributeError) as broken:
        raise Trouble(
            f"消息服务器的账号文件 {path} 已损坏，请从备份恢复。",
            f"The file of the broker's accounts {path} is broken: restore it.",
        ) from broken


def _sorted(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(codes))


def _word() -> str:
    return secrets.token_urlsafe(24)
