"""Editions of a directory for tests: a hub with its key, nodes with theirs, signed as in life."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tongban.jurisdictions import directory, edition
from tongban.jurisdictions.directory import Contact, Entry, Key
from tongban.jurisdictions.edition import Edition
from tongban.trust import published, signing, suites
from tongban.trust.suites import Signer

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CONTACT = Contact("政务服务局运维处", "示例联系人", "0431-00000000", "ops@example.cn")


def a_key(suite: str = suites.INTL) -> Signer:
    """A new key for signatures."""
    return signing.signer_from_pem(signing.new_key(suite))


def key(signer: Signer, **when: Any) -> Key:
    """A key as a directory lists it."""
    return Key(suites.public_key(signer.public_key), **when)


def entry(code: str, signer: Signer, *more: Key, **changes: Any) -> Entry:
    """A node with one key, or more; the hub serves no place."""
    listed = Entry(
        code,
        f"https://node{code}.example.cn",
        (key(signer), *more),
        name={"00": "国家枢纽", "22": "吉林", "35": "福建"}.get(code, f"节点{code}"),
        serves=() if code == "00" else (code,),
        contact=CONTACT,
    )
    return replace(listed, **changes)


def raw(
    hub: Signer, nodes: Sequence[Entry], *, after: Edition | None = None, at: datetime = AT,
    number: int = 0, previous: str | None = None,
) -> bytes:  # fmt: skip
    """The bytes of an edition that follows another, signed."""
    follows = after.digest if after else ""
    return edition.make(
        number=number or (after.number + 1 if after else 1),
        issued_at=at,
        previous=follows if previous is None else previous,
        nodes=nodes,
        signer=hub,
    )


def read(*args: Any, **more: Any) -> Edition:
    """An edition, as a node reads it."""
    return edition.read(raw(*args, **more))


def fingerprint(signer: Signer) -> str:
    """By what a node knows its hub."""
    return published.fingerprint(signer.public_key)


__all__ = ["AT", "a_key", "directory", "entry", "fingerprint", "key", "raw", "read"]
