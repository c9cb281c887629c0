"""What another system may see of the cases: by place and authority, one by one or as they happen.

A system is bounded by the beginnings of division codes. A case lies within them when the
applicant's, the receiving or the deciding place does: whoever takes part in a case sees all of its
history, and nobody else learns that the case exists. A system that speaks for one authority sees
only what that authority receives or decides.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from tongban.basics.refusals import NotFound, Refused
from tongban.cases.models import Case
from tongban.record import queries as recorded
from tongban.record.chains import FileRef

_CURSOR = re.compile(r"([0-9]{1,19})-([0-9]{1,19})")
_PLACES = ("applicant_place", "receiving_place", "deciding_place")
# How much of the record one look at the feed goes through at most, whatever it finds there.
SCANNED = 5000


class CursorUnreadable(Refused):
    """A cursor that we did not give out."""

    code = "cursor-unreadable"
    status = 422

    def __init__(self) -> None:
        super().__init__("这个游标不是本接口给出的。请用上一次回答里的next，或者从头开始")


@dataclass(frozen=True)
class Bounds:
    """Whose cases: beginnings of division codes ("22", "2201"), and perhaps one authority."""

    prefixes: Sequence[str]
    authority: str = ""

    def holds(self, case: Case) -> bool:
        """Whether a case lies within."""
        places = [getattr(case, name) for name in _PLACES]
        within = any(place.startswith(p) for place in places for p in self.prefixes)
        organs = {case.receiver_authority, case.decider_authority}
        return within and (not self.authority or self.authority in organs)

    def condition(self) -> tuple[str, list[Any]]:
        """The same as an SQL condition on cases_case, with its parameters."""
        texts: list[str] = []
        values: list[Any] = []
        for name in _PLACES:
            texts.append(f"{name} LIKE ANY(%s)")
            values.append([f"{prefix}%" for prefix in self.prefixes])
        condition = f"({' OR '.join(texts)})"
        if self.authority:
            condition += " AND %s IN (receiver_authority, decider_authority)"
            values.append(self.authority)
        return condition, values


def case_within(bounds: Bounds, number: str) -> Case:
    """A case within the bounds; one outside of them does not exist for the asker."""
    case = Case.objects.filter(pk=number).first()
    if case is None or not bounds.holds(case):
        raise NotFound("没有找到这件。请检查办件编号，以及您的系统是不是有权看这个地方的办件")
    return case


def paper_of(case: Case, digest: str) -> FileRef:
    """A paper that was ever handed in for a case or made for it, the replaced ones too."""
    for event in recorded.events(case.number):
        for file in event.files:
            if file.digest == digest:
                return file
    raise NotFound("这件里没有这份材料")


@dataclass(frozen=True)
class Happening:
    """One event of some case, as the feed of events gives it."""

    cursor: str
    case: str
    seq: int
    body: str
    hash: str


@dataclass(frozen=True)
class Feed:
    """Events since a cursor; `next` leads on, also when nothing new was found."""

    events: list[Happening]
    next: str
    has_more: bool


# Only what no transaction still open could precede: so nothing is ever passed over. The scan is
# cut before it is filtered, so a system with few cases costs no more than one with many.
_FEED = """
WITH scanned AS MATERIALIZED (
  SELECT written_in, id, chain, seq, body, hash FROM record_entry
  WHERE (written_in, id) > (%s, %s)
    AND written_in < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
  ORDER BY written_in, id LIMIT %s
), last AS (
  SELECT written_in, id, (SELECT count(*) FROM scanned) AS many
  FROM scanned ORDER BY written_in DESC, id DESC LIMIT 1
), found AS (
  SELECT scanned.* FROM scanned JOIN cases_case ON number = chain
  WHERE {condition} ORDER BY written_in, id LIMIT %s
)
SELECT last.written_in, last.id, last.many,
  found.written_in, found.id, found.chain, found.seq, found.body, found.hash
FROM last LEFT JOIN found ON true ORDER BY found.written_in, found.id
"""


def events_within(bounds: Bounds, *, after: str, limit: int) -> Feed:
    """What happened to the cases within the bounds since a cursor, in the order of commits.

    Each event comes once and none is missed, however the writers' transactions overlap. An empty
    cursor begins at the beginning. Refused: CursorUnreadable.
    """
    since = _read_cursor(after)
    condition, values = bounds.condition()
    with connection.cursor() as cursor:
        cursor.execute(_FEED.format(condition=condition), [*since, SCANNED, *values, limit + 1])
        rows = cursor.fetchall()
    if not rows:
        return Feed([], after or _cursor(0, 0), has_more=False)
    found = list(_happenings(rows))
    if len(found) > limit:
        return Feed(found[:limit], found[limit - 1].cursor, has_more=True)
    transaction, row, many = rows[0][:3]
    return Feed(found, _cursor(transaction, row), has_more=many == SCANNED)


def _happenings(rows: Sequence[Sequence[Any]]) -> Iterator[Happening]:
    for *_, transaction, row, chain, seq, body, digest in rows:
        if chain is not None:
            yield Happening(_cursor(transaction, row), chain, seq, body, digest)


def _cursor(transaction: int, row: int) -> str:
    return f"{transaction}-{row}"


def _read_cursor(text: str) -> tuple[int, int]:
    found = _CURSOR.fullmatch(text or "0-0")
    if found is None:
        raise CursorUnreadable
    transaction, row = int(found[1]), int(found[2])
    if max(transaction, row) >= 2**63:
        raise CursorUnreadable
    return transaction, row
