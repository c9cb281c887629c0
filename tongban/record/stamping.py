"""Time-stamps (RFC 3161) over the ends of chains: one request a period, none in anybody's way.

At the end of a period the heads of all chains that grew in it become leaves of a tree, whose root an
authority outside stamps. What is not stamped yet is late, is asked for again at growing distances, and
stops nothing: no operation knows of stamps. The wiring says which authority it is (`use`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.db import connection, transaction

from tongban.record import merkle
from tongban.record.models import Stamp, StampedHead

LOCK = 722003
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
_MOST_AT_ONCE = 20


class AuthorityAway(Exception):
    """The authority did not answer, or not with a stamp that holds."""


class TimeAuthority(Protocol):
    """Who stamps. Called outside transactions."""

    @property
    def name(self) -> str: ...

    @property
    def certificates(self) -> bytes:
        """The certificates that its stamps are checked by, in PEM."""

    def stamp(self, data: bytes) -> tuple[bytes, datetime]:
        """The authority's response over data, checked, and its moment. Raises AuthorityAway."""


_authority: list[TimeAuthority] = []


def use(authority: TimeAuthority | None) -> None:
    """Say who stamps; None for nobody."""
    _authority[:] = [authority] if authority is not None else []


def authority() -> TimeAuthority | None:
    """Who stamps for this node."""
    return _authority[0] if _authority else None


# Only transactions below the oldest that is still open are looked at: none of them can grow any more.
_GREW = """
SELECT DISTINCT ON (chain) chain, seq, hash FROM record_entry
WHERE written_in >= %s AND written_in < %s ORDER BY chain, seq DESC
"""


@transaction.atomic
def close_period(*, at: datetime, period: timedelta) -> Stamp | None:
    """Put the heads of what grew since the last period under a root, when the period is over.

    None when it is not, or when nothing grew. Two workers at once close it once.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        last = Stamp.objects.order_by("-up_to").first()
        if last is not None and at < last.closed_at + period:
            return None
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        up_to: int = cursor.fetchone()[0]
        cursor.execute(_GREW, [last.up_to if last else 0, up_to])
        heads: list[tuple[str, int, str]] = cursor.fetchall()
    return _closed(heads, up_to=up_to, at=at) if heads else None


def _closed(heads: Sequence[tuple[str, int, str]], *, up_to: int, at: datetime) -> Stamp:
    leaves = [merkle.hashed(merkle.leaf_text(*head)) for head in heads]
    stamp = Stamp.objects.create(
        root=merkle.root(leaves), heads=len(heads), up_to=up_to, closed_at=at, next_at=at
    )
    StampedHead.objects.bulk_create(
        (
            StampedHead(stamp=stamp, place=place, chain=chain, seq=seq, hash=head)
            for place, (chain, seq, head) in enumerate(heads)
        ),
        batch_size=2000,
    )
    return stamp


def send_due(*, at: datetime) -> int:
    """Ask the authority for the stamps that are due; gives how many came.

    A failure is written down with the next try; those behind it are tried all the same next time.
    """
    asked = authority()
    if asked is None:
        return 0
    due = Stamp.objects.filter(response=None, next_at__lte=at).order_by("id")[:_MOST_AT_ONCE]
    came = 0
    for stamp in due:
        try:
            response, moment = asked.stamp(stamp.root.encode("ascii"))
        except AuthorityAway as away:
            _late(stamp, str(away), at)
            break
        came += _got(stamp, asked, response, moment)
    return came


def _late(stamp: Stamp, error: str, at: datetime) -> None:
    pause = min(FIRST_WAIT * (1 << min(stamp.attempts, 12)), LONGEST_WAIT)
    Stamp.objects.filter(pk=stamp.pk, response=None).update(
        attempts=stamp.attempts + 1, next_at=at + pause, last_error=error[:300]
    )


def _got(stamp: Stamp, asked: TimeAuthority, response: bytes, moment: datetime) -> int:
    # Of two workers that asked at once the first one's answer stays.
    return Stamp.objects.filter(pk=stamp.pk, response=None).update(
        response=response,
        authority=asked.certificates.decode("ascii"),
        stamped_at=moment,
        next_at=None,
        last_error="",
    )


@dataclass(frozen=True, slots=True)
class Health:
    """How stamping is: who stamps, what waits since when, why, and when the last one came."""

    authority: str
    waiting: int
    late_since: datetime | None
    last_error: str
    last_stamped_at: datetime | None


def is_late() -> bool:
    """Whether a stamp was asked for in vain and has not come since."""
    return Stamp.objects.filter(response=None, attempts__gt=0).exists()


def health() -> Health:
    """For the operator; a stamp counts as late from its first failure on."""
    asked = authority()
    waiting = Stamp.objects.filter(response=None)
    late = waiting.filter(attempts__gt=0).order_by("id").first()
    last = Stamp.objects.exclude(response=None).order_by("-id").first()
    return Health(
        authority=asked.name if asked else "",
        waiting=waiting.count(),
        late_since=late.closed_at if late else None,
        last_error=late.last_error if late else "",
        last_stamped_at=last.stamped_at if last else None,
    )


@dataclass(frozen=True, slots=True)
class Proof:
    """That a head was there when its period was stamped."""

    chain: str
    seq: int
    head: str
    way: merkle.Way
    root: str
    response: bytes
    authority: str


def proofs(chains: Iterable[str]) -> list[Proof]:
    """Every stamp kept over these chains, with the way from the head to its root, oldest first."""
    leaves = StampedHead.objects.filter(chain__in=list(chains), stamp__response__isnull=False)
    found = []
    trees: dict[int, list[list[str]]] = {}
    for leaf in leaves.select_related("stamp").order_by("stamp_id", "place"):
        if leaf.stamp_id not in trees:
            trees[leaf.stamp_id] = _tree(leaf.stamp_id)
        stamp = leaf.stamp
        found.append(
            Proof(
                leaf.chain,
                leaf.seq,
                leaf.hash,
                merkle.way(trees[leaf.stamp_id], leaf.place),
                stamp.root,
                bytes(stamp.response or b""),
                stamp.authority,
            )
        )
    return found


def _tree(stamp_id: int) -> list[list[str]]:
    rows = StampedHead.objects.filter(stamp=stamp_id).order_by("place")
    heads = rows.values_list("chain", "seq", "hash")
    return merkle.levels([merkle.hashed(merkle.leaf_text(*head)) for head in heads])
