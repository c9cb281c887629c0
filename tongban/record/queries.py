"""Reading chains and sealed parts."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connection
from django.db.models import Q

from tongban.basics import prepared, reading, sealing
from tongban.basics.selecting import Selection
from tongban.record import chains
from tongban.record.chains import Event, Head
from tongban.record.models import Entry

_EVENTS = Selection(
    lambda p: (
        Entry.objects.filter(chain=p("chain"), seq__gte=p("first"))
        .order_by("seq")
        .values_list("body", "key_id", "signature")
    )
)
_SEALED = "SELECT digest, data FROM record_sealed WHERE digest = ANY(%(digests)s::text[])"


def events(chain: str, *, from_seq: int = 1) -> list[Event]:
    """The events of a chain in order, from a sequence number on."""
    return [
        chains.reread(body, key_id=key_id, signature=signature)
        for body, key_id, signature in _EVENTS.rows(chain=chain, first=from_seq)
    ]


def rows(which: Q) -> Iterator[tuple[str, str, str, str]]:
    """Chain, body, key and signature of many events, each chain whole and in order."""
    found = Entry.objects.filter(which).order_by("chain", "seq")
    return iter(reading.rows(found.values_list("chain", "body", "key_id", "signature")))


def every_nth_chain(count: int, *, kind: str) -> list[str]:
    """The first of every so many chains whose name is of a kind (a pattern), in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT chain FROM (
              SELECT chain, row_number() OVER (ORDER BY chain) AS place
              FROM record_entry WHERE seq = 1 AND chain ~ %s
            ) AS begun WHERE place %% %s = 1 OR %s = 1 ORDER BY chain
            """,
            [kind, count, count],
        )
        return [chain for (chain,) in cursor.fetchall()]


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
    return {digest: chains.open_part(digest, raw) for digest, raw in part_bytes(digests).items()}


def part(digest: str) -> dict[str, Any]:
    """One personal part, empty when the event had none or this node does not hold it."""
    return parts([digest]).get(digest, {})


def part_bytes(digests: Iterable[str]) -> dict[str, bytes]:
    """Personal parts as the bytes their digests were taken over, to send to another node."""
    wanted = [digest for digest in digests if digest]
    rows = prepared.rows(_SEALED, {"digests": wanted}) if wanted else []
    return {digest: sealing.unseal(data, context=digest.encode()) for digest, data in rows}
