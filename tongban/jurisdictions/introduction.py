"""How a node introduces itself to the hub: who it is and its keys, signed by its own key.

The signature proves that whoever wrote it has the private key; whether it is the province that it
says to be is for two people at the hub to find out. Values in, values out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tongban.basics.refusals import Refused
from tongban.jurisdictions import directory
from tongban.jurisdictions.directory import Contact, DirectoryMalformed, Entry, State
from tongban.trust import keeping, published, statements
from tongban.trust.statements import NoStatement, Statement
from tongban.trust.store import Store

KIND = "tongban-node-introduction-1"
_WORDS = {
    "too-large": "文件太大",
    "truncated": "文件不完整，后半部分缺失，请重新取一份",
    "unsigned": "文件没有签名",
    "other-kind": "这不是节点的登记文件",
    "malformed": "文件不是约定的格式，或者被改动过",
    "bad-signature": "签名与文件里的公钥不符，内容可能被改动",
}


class IntroductionRefused(Refused):
    """A file that does not introduce a node."""

    code = "introduction-refused"
    status = 422

    def __init__(self, why: str) -> None:
        super().__init__(_WORDS[why], why=why)


@dataclass(frozen=True)
class Introduction:
    """A node as it introduces itself; it has the private key of what it signs with."""

    entry: Entry
    signed_by: str
    made_at: datetime
    statement: Statement = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Of the key that it signs with; what two people compare by telephone."""
        return published.fingerprint(self.entry.public_key)


def make(
    store: Store, *, code: str, name: str, serves: Sequence[str], base_url: str,
    contact: Contact, at: datetime,
) -> bytes:  # fmt: skip
    """The bytes of an introduction. Raises trust.store.StoreTrouble and DirectoryMalformed."""
    keys = directory.keys_of(code, keeping.as_introduced(store))
    entry = Entry(
        code, base_url.rstrip("/"), keys, name=name, serves=tuple(sorted(set(serves))),
        state=State.ACTIVE, contact=contact, introduced_at=at,
    )  # fmt: skip
    directory.whole_entry(entry.said())
    return statements.make(KIND, entry.said(), store.signer())


def read(raw: bytes) -> Introduction:
    """A node that introduces itself, signed by the key that it says it signs with.

    Refused: IntroductionRefused.
    """
    try:
        said = statements.read(KIND, raw)
    except NoStatement as wrong:
        raise IntroductionRefused(wrong.code) from wrong
    try:
        entry = directory.whole_entry(said.body)
    except DirectoryMalformed as wrong:
        raise IntroductionRefused("malformed") from wrong
    if entry.state is not State.ACTIVE or entry.introduced_at is None:
        raise IntroductionRefused("malformed")
    if said.key_id != entry.key_id or not said.is_by(entry.public_key):
        raise IntroductionRefused("bad-signature")
    return Introduction(entry, said.key_id, entry.introduced_at, said)


def taken_over(one: Introduction, before: Entry | None) -> Entry:
    """The entry that an introduction makes of the one before; what was revoked stays revoked."""
    if before is None:
        return one.entry
    listed = {key.public.text: key for key in one.entry.keys}
    gone = [k for k in before.keys if k.revoked_at is not None and k.public.text not in listed]
    revoked = {k.public.text: k.revoked_at for k in before.keys if k.revoked_at is not None}
    keys = [
        replace(key, revoked_at=revoked.get(key.public.text) or key.revoked_at)
        for key in one.entry.keys
    ]
    state = before.state if before.state is State.SUSPENDED else State.ACTIVE
    return replace(one.entry, keys=(*keys, *gone), state=state)


def as_facts(one: Introduction) -> dict[str, Any]:
    """For a machine that asked."""
    return {**one.entry.said(), "fingerprint": one.fingerprint}
