"""What nodes say to each other about the catalogue. A changed meaning is a new version of the type."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from tongban.basics import canonical
from tongban.catalogue.models import Publication

PUBLICATION = "catalogue.publication.v1"
ASK = "catalogue.copy_asked.v1"
SAY = "catalogue.copy_said.v1"
COPY = "catalogue-copy"  # the subject of ASK and SAY
FORMAT = 1


class PublicationUnreadable(Exception):
    """Not a publication of our form."""


@dataclass(frozen=True)
class Signed:
    """One step of a publisher's catalogue, as it was signed."""

    publisher: str
    number: int
    previous: str
    published_at: datetime
    changes: list[dict[str, Any]]
    key_id: str = ""
    signature: str = ""

    def payload(self) -> bytes:
        """The canonical bytes that are hashed and signed."""
        return self._packed

    @cached_property
    def _packed(self) -> bytes:
        # A step of an import holds hundreds of kilobytes, and is both hashed and signed.
        return canonical.dumps(
            {
                "v": FORMAT,
                "publisher": self.publisher,
                "number": self.number,
                "previous": self.previous,
                "published_at": moment(self.published_at),
                "changes": self.changes,
            }
        )

    @property
    def digest(self) -> str:
        """By which the next step names this one, and two nodes know that theirs is the same."""
        return canonical.digest(self.payload())


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, to the microsecond, always the same width."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def subject(publisher: str) -> str:
    """The subject under which a publisher's steps travel, and keep their order."""
    return f"catalogue-{publisher}"


def publisher_of(text: str) -> str:
    """The publisher that a subject names; empty when it is none of ours."""
    head, _dash, publisher = text.partition("-")
    return publisher if head == "catalogue" else ""


def signed_of(row: Publication) -> Signed:
    """A kept publication as it was signed."""
    return Signed(
        row.publisher,
        row.number,
        row.previous,
        row.published_at,
        row.body["changes"],
        row.key_id,
        row.signature,
    )


def packed(one: Signed) -> dict[str, Any]:
    """A publication as a message carries it."""
    return {
        "publisher": one.publisher,
        "number": one.number,
        "previous": one.previous,
        "published_at": moment(one.published_at),
        "changes": one.changes,
        "keyid": one.key_id,
        "signature": one.signature,
    }


def unpacked(data: Any) -> Signed:
    """The publication of a message; raises PublicationUnreadable."""
    match data:
        case {
            "publisher": str(publisher),
            "number": int(number),
            "previous": str(previous),
            "published_at": str(published_at),
            "changes": [*changes],
            "keyid": str(key_id),
            "signature": str(signature),
        } if (
            type(number) is int
            and 0 < number < 2**31
            and all(isinstance(change, dict) for change in changes)
        ):
            pass
        case _:
            raise PublicationUnreadable
    try:
        at = datetime.fromisoformat(published_at)
    except ValueError as wrong:
        raise PublicationUnreadable from wrong
    if at.tzinfo is None or moment(at) != published_at:
        raise PublicationUnreadable
    return Signed(publisher, number, previous, at, changes, key_id, signature)


def heads(data: Any) -> Mapping[str, int]:
    """The numbers by publisher that ASK and SAY carry; raises PublicationUnreadable."""
    match data:
        case {"heads": dict(found)} if all(
            isinstance(name, str) and type(number) is int and 0 <= number < 2**31
            for name, number in found.items()
        ):
            return found
    raise PublicationUnreadable
