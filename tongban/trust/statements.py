"""A signed statement: what somebody says once and everybody can check, as one line of canonical JSON.

{"KIND": what is said, "signature": {"keyid": …, "value": …}}. The signature is over the canonical
JSON of {"KIND": what is said}, so a statement of one kind never passes for another, nor for a
message or an event. There is one way to write a statement: a file in which any byte is another, or
has been added, is none. Values in, values out.
"""

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any

from tongban.basics import canonical
from tongban.trust import signing
from tongban.trust.suites import Signer

# A directory of all nodes with several keys each takes a tenth of this.
MOST_BYTES = 900 * 1024
SIGNATURE = "signature"


class NoStatement(ValueError):
    """Not a statement of this kind; `code` says what is wrong with it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Statement:
    """What was said, who claims to have signed it, and the SHA-256 of what was said."""

    kind: str
    body: Any = field(repr=False)
    key_id: str
    signature: str
    digest: str
    raw: bytes = field(repr=False)

    def is_by(self, public_key: str) -> bool:
        """Whether this key signed it."""
        return signing.verify(public_key, _payload(self.kind, self.body), self.signature)


def make(kind: str, body: dict[str, Any], signer: Signer) -> bytes:
    """A statement as bytes, with a line's end."""
    signature = {"keyid": signer.key_id, "value": signer.sign(_payload(kind, body))}
    return canonical.dumps({kind: body, SIGNATURE: signature}) + b"\n"


def read(kind: str, raw: bytes) -> Statement:
    """A statement of a kind, its signature not yet checked; raises NoStatement.

    Its code is `too-large`, `truncated`, `unsigned`, `other-kind` or `malformed`.
    """
    if len(raw) > MOST_BYTES:
        raise NoStatement("too-large")
    said = _loaded(raw)
    if SIGNATURE not in said:
        raise NoStatement("unsigned")
    if kind not in said:
        raise NoStatement("other-kind")
    match said[SIGNATURE]:
        case {"keyid": str(key_id), "value": str(value)}:
            pass
        case _:
            raise NoStatement("unsigned")
    if not isinstance(said[kind], dict) or not _is_in_its_one_form(said, raw):
        raise NoStatement("malformed")
    body = said[kind]
    return Statement(kind, body, key_id, value, canonical.digest(_payload(kind, body)), raw)


def _loaded(raw: bytes) -> dict[str, Any]:
    try:
        said = canonical.loads(raw)
    except (ValueError, RecursionError) as wrong:
        is_cut = raw.lstrip().startswith(b"{") and not raw.rstrip().endswith(b"}")
        raise NoStatement("truncated" if is_cut else "malformed") from wrong
    if not isinstance(said, dict):
        raise NoStatement("malformed")
    return said


def _is_in_its_one_form(said: dict[str, Any], raw: bytes) -> bool:
    try:
        one_form = canonical.dumps(said)
    except (ValueError, RecursionError):
        return False
    is_alone = len(said) == 2 and len(said[SIGNATURE]) == 2
    return is_alone and raw in (one_form, one_form + b"\n") and _is_base64(said[SIGNATURE]["value"])


def _is_base64(text: str) -> bool:
    """Whether bytes are written in the one way that has no bits left over."""
    try:
        return base64.b64encode(base64.b64decode(text, validate=True)).decode() == text
    except (binascii.Error, ValueError):
        return False


def _payload(kind: str, body: Any) -> bytes:
    return canonical.dumps({kind: body})
