"""Receipts that a third party can check: what a node says it has of a chain, over its signature.

A receipt (a *word*) names one message and the hash of the last event in it. Words are canonical
JSON; a statement signs the digests of several words at once, so that one signature serves a batch
and a word can be shown without the others, which may be about other people's cases.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tongban.basics import canonical
from tongban.record import chains
from tongban.record.chains import KeyOf
from tongban.record.models import ReceiptStatement, ReceiptWord
from tongban.trust import signing
from tongban.trust.signing import Signer

FORMAT = 1
_WORD = frozenset({"by", "head", "message", "sequence", "state", "subject", "to", "type", "v"})


class NotASaying(Exception):
    """A statement that is not what its node signed, or does not hold the words given with it."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A signed statement and the words under it."""

    node: str
    body: bytes
    key_id: str
    signature: str
    words: tuple[bytes, ...]

    def packed(self) -> dict[str, Any]:
        """As a message carries it."""
        return {
            "body": self.body.decode(),
            "keyid": self.key_id,
            "signature": self.signature,
            "words": [word.decode() for word in self.words],
        }


def word(
    *, by: str, to: str, message: str, type: str, chain: str, seq: int, head: str, state: str
) -> bytes:
    """One receipt: `by` has taken in a message of `to`, whose last event is `seq` with hash `head`."""
    return canonical.dumps(
        {
            "v": FORMAT,
            "by": by,
            "to": to,
            "message": message,
            "type": type,
            "subject": chain,
            "sequence": seq,
            "head": head,
            "state": state,
        }
    )


def make(words: Sequence[bytes], *, by: str, to: str, at: datetime, signer: Signer) -> Statement:
    """A statement over words, signed by this node."""
    body = canonical.dumps(
        {
            "v": FORMAT,
            "by": by,
            "to": to,
            "at": chains.moment(at),
            "words": [canonical.digest(one) for one in words],
        }
    )
    return Statement(by, body, signer.key_id, signer.sign(body), tuple(words))


def unpack(packed: Any, *, by: str, to: str, key_of: KeyOf) -> Statement:
    """A statement that came from a node, checked. Raises NotASaying."""
    try:
        found = Statement(
            by,
            packed["body"].encode(),
            packed["keyid"],
            packed["signature"],
            tuple(one.encode() for one in packed["words"]),
        )
        said = canonical.loads(found.body)
        digests = [canonical.digest(one) for one in found.words]
        named = [read_word(one) for one in found.words]
        is_whole = (said["v"], said["by"], said["to"], said["words"]) == (FORMAT, by, to, digests)
    except (KeyError, TypeError, ValueError, AttributeError) as wrong:
        raise NotASaying(f"unreadable ({type(wrong).__name__})") from wrong
    if not is_whole or any((one["by"], one["to"]) != (by, to) for one in named):
        raise NotASaying("does not hold the words beside it")
    key = key_of(by, found.key_id)
    if key is None or not signing.verify(key, found.body, found.signature):
        raise NotASaying("is not signed by its node")
    return found


def read_word(data: bytes) -> dict[str, Any]:
    """What a word says. Raises ValueError when it has not the form of one."""
    said = canonical.loads(data)
    if not isinstance(said, dict) or said.keys() != _WORD or canonical.dumps(said) != data:
        raise ValueError("not a receipt")
    texts = (said[name] for name in _WORD - {"v", "sequence"})
    if said["v"] != FORMAT or type(said["sequence"]) is not int:
        raise ValueError("not a receipt of this form")
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("not a receipt of this form")
    return said


def keep(statement: Statement) -> None:
    """Keep a statement with its words; the same again changes nothing."""
    row = ReceiptStatement(
        digest=canonical.digest(statement.body),
        node=statement.node,
        body=statement.body.decode(),
        key_id=statement.key_id,
        signature=statement.signature,
    )
    ReceiptStatement.objects.bulk_create([row], ignore_conflicts=True)
    ReceiptWord.objects.bulk_create(
        [
            ReceiptWord(
                digest=canonical.digest(one),
                chain=read_word(one)["subject"],
                body=one.decode(),
                statement=row,
            )
            for one in statement.words
        ],
        ignore_conflicts=True,
    )


def of_chains(names: Iterable[str]) -> list[ReceiptWord]:
    """Every receipt kept here about these chains, with their statements, in a fixed order."""
    rows = ReceiptWord.objects.filter(chain__in=list(names)).select_related("statement")
    return list(rows.order_by("chain", "digest"))
