"""Reading chains and sealed parts."""

from collections.abc import Iterable, Iterator
from typing import Any

from tongban.basics import sealing
from tongban.record import chains
from tongban.record.chains import Event, Head
from tongban.record.models import Entry, Sealed


def events(chain: str, *, from_seq: int = 1) -> list[Event]:
    """The events of a chain in order, from a sequence number on."""
    rows = Entry.objects.filter(chain=chain, seq__gte=from_seq).order_by("seq")
    return [
        chains.unpack({"body": body, "keyid": key_id, "signature": signature})
        for body, key_id, signature in rows.values_list("body", "key_id", "signature")
    ]


def head(chain: str) -> Head | None:
    """The end of a chain, or None while it has no event."""
    row = Entry.objects.filter(chain=chain).order_by("-seq").values_list("seq", "hash").first()
    return Head(*row) if row else None


def chain_names() -> Iterator[str]:
    """The names of all chains, in the order in which they began."""
    began = Entry.objects.filter(seq=1).order_by("id").values_list("chain", flat=True)
    return began.iterator(chunk_size=2000)


def parts(digests: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Personal parts by digest; one that this node does not hold is left out."""
    rows = Sealed.objects.filter(digest__in=[d for d in digests if d])
    return {row.digest: chains.open_part(row.digest, opened(row)) for row in rows}


def part(digest: str) -> dict[str, Any]:
    """One personal part, empty when the event had none or this node does not hold it."""
    return parts([digest]).get(digest, {})


def part_bytes(digests: Iterable[str]) -> dict[str, bytes]:
    """Personal parts as the bytes their digests were taken over, to send to another node."""
    rows = Sealed.objects.filter(digest__in=[d for d in digests if d])
    return {row.digest: opened(row) for row in rows}


def opened(row: Sealed) -> bytes:
    """The plain bytes of a sealed row."""
    return sealing.unseal(row.data, context=row.digest.encode())
