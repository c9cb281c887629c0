"""An edition of the directory of nodes: numbered, chained to the one before, signed by the hub.

{"number": 7, "issued_at": …, "previous": digest of edition 6, "nodes": [as `directory` has them]}
in a signed statement (`trust.statements`). The first edition has no previous one. Values in, values
out: the program that starts servers reads this too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tongban.basics.refusals import Refused
from tongban.jurisdictions import directory
from tongban.jurisdictions.directory import DirectoryMalformed, Entry, Key, State
from tongban.trust import published, statements
from tongban.trust.statements import NoStatement, Statement
from tongban.trust.suites import Signer

KIND = "tongban-directory-edition-1"
HUB = "00"
# What a node keeps beside its database, for those who read it without one.
FILE = "directory.json"
MOST_NODES = 99
_LARGEST = 2**31 - 1
_DIGEST_LENGTH = 64
_WORDS = {
    "too-large": "名录文件太大",
    "truncated": "名录文件不完整，后半部分缺失，请重新取一份",
    "unsigned": "名录没有枢纽的签名，不予采用",
    "other-kind": "这不是节点名录的一版",
    "malformed": "名录不是约定的格式，或者被改动过",
    "wrong-signer": "名录不是枢纽签的：签名的密钥%(key)s不是枢纽现行的密钥",
    "bad-signature": "名录的签名与枢纽的密钥%(key)s不符，内容可能被改动",
    "expired-key": "签名的枢纽密钥%(key)s已过有效期",
    "revoked-key": "签名的枢纽密钥%(key)s已吊销",
    "older": "这是第%(number)s版，本节点已采用第%(held)s版，不退回",
    "other-content": "这份第%(number)s版与本节点已采用的第%(number)s版内容不同，请与枢纽核实",
    "broken-chain": "这份第%(number)s版没有接在本节点已采用的第%(held)s版后面，请与枢纽核实",
    "from-the-future": "名录写的签发时间比现在晚一天以上，请核对两边的时钟",
    "no-anchor": "还没有设置枢纽密钥的指纹（HUB_KEY_FINGERPRINT），不能判断名录是不是枢纽签的",
    "no-file": "找不到节点名录：%(key)s",
}


class EditionRefused(Refused):
    """An edition that a node does not adopt; it works on with the one it has."""

    status = 422

    def __init__(self, why: str, **facts: Any) -> None:
        super().__init__(_WORDS[why] % facts, **facts)
        self.why = why
        self.code = f"directory-{why}"


@dataclass(frozen=True)
class Edition:
    """One edition as it stands in its statement; whether to believe it is not yet said."""

    number: int
    issued_at: datetime
    previous: str
    nodes: tuple[Entry, ...]
    statement: Statement = field(repr=False)

    @property
    def digest(self) -> str:
        return self.statement.digest

    @property
    def key_id(self) -> str:
        return self.statement.key_id

    @property
    def raw(self) -> bytes:
        return self.statement.raw

    @property
    def hub(self) -> Entry:
        return self.nodes[0]

    def node(self, code: str) -> Entry | None:
        """What it says of a node."""
        return next((node for node in self.nodes if node.code == code), None)


def make(
    *, number: int, issued_at: datetime, previous: str, nodes: Sequence[Entry], signer: Signer
) -> bytes:
    """The bytes of an edition, signed. Refused when nobody could adopt it: DirectoryMalformed."""
    body = {
        "number": number,
        "issued_at": issued_at.isoformat(),
        "previous": previous,
        "nodes": [node.said() for node in sorted(nodes, key=lambda one: one.code)],
    }
    raw = statements.make(KIND, body, signer)
    try:
        read(raw)
    except EditionRefused as wrong:
        raise DirectoryMalformed(wrong.message) from wrong
    return raw


def read(raw: bytes) -> Edition:
    """An edition in its bytes, its signature not yet checked. Refused: EditionRefused."""
    try:
        said = statements.read(KIND, raw)
    except NoStatement as wrong:
        raise EditionRefused(wrong.code) from wrong
    try:
        return _edition(said)
    except (DirectoryMalformed, ValueError, TypeError) as wrong:
        raise EditionRefused("malformed") from wrong


def check_signed(one: Edition, keys: Sequence[Key]) -> Key:
    """Find the key among these that signed an edition. Refused: EditionRefused."""
    for key in keys:
        if key.public.key_id == one.key_id:
            if not one.statement.is_by(key.public.text):
                raise EditionRefused("bad-signature", key=one.key_id)
            return key
    raise EditionRefused("wrong-signer", key=one.key_id)


def key_by_fingerprint(one: Edition, fingerprint: str) -> Key | None:
    """The key of the hub in an edition that has a fingerprint and signed it; None if another did."""
    for key in one.hub.signing_keys():
        if key.public.key_id == one.key_id:
            is_it = published.fingerprint(key.public.text) == published.written(fingerprint)
            return key if is_it else None
    return None


def check_by_fingerprint(one: Edition, fingerprint: str) -> Key:
    """The hub's key with this fingerprint signed it. Refused: EditionRefused."""
    if not published.written(fingerprint):
        raise EditionRefused("no-anchor")
    key = key_by_fingerprint(one, fingerprint)
    if key is None:
        raise EditionRefused("wrong-signer", key=one.key_id)
    return check_signed(one, [key])


def _edition(said: Statement) -> Edition:
    body = said.body
    if set(body) != {"number", "issued_at", "previous", "nodes"}:
        raise ValueError("fields")
    number, previous, rows = body["number"], body["previous"], body["nodes"]
    if type(number) is not int or not 0 < number <= _LARGEST:
        raise ValueError("number")
    if not isinstance(previous, str) or bool(previous) is (number == 1):
        raise ValueError("previous")
    if previous and (len(previous) != _DIGEST_LENGTH or set(previous) - set("0123456789abcdef")):
        raise ValueError("previous")
    issued_at = datetime.fromisoformat(body["issued_at"])
    if issued_at.tzinfo is None or issued_at.isoformat() != body["issued_at"]:
        raise ValueError("issued_at")
    if not isinstance(rows, list) or len(rows) > MOST_NODES:
        raise TypeError("nodes")
    nodes = tuple(directory.whole_entry(row) for row in rows)
    _check_together(nodes)
    return Edition(number, issued_at, previous, nodes, said)


def _check_together(nodes: Sequence[Entry]) -> None:
    codes = [node.code for node in nodes]
    if not codes or codes[0] != HUB or codes != sorted(set(codes)):
        raise ValueError("nodes are not in their order, the hub first")
    if nodes[0].state is not State.ACTIVE or nodes[0].serves:
        raise ValueError("the hub takes part and serves no place")
    if directory.served_twice(nodes):
        raise ValueError("two nodes serve one place")
