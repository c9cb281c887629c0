"""What changed in the catalogue since a reader last asked, in the order of commits; nothing is lost.

Every transaction that publishes writes its own number beside what it changed. A reader is told only
of transactions older than every one still open, and his cursor is the last he was told of: whoever
commits late was either open then, and so comes after the cursor, or had been told already. What is
open in another database of the same server delays a reader, too; it never makes him miss anything.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from tongban.basics.refusals import Refused
from tongban.catalogue.models import Change, ImplementationVersion, ItemVersion

LARGEST_PAGE = 500


class CursorUnreadable(Refused):
    """A cursor that we did not give out."""

    code = "cursor-unreadable"
    status = 422

    def __init__(self) -> None:
        super().__init__(_("这不是上一次回答里的next，请照原样填写，或者留空从头开始"))


@dataclass(frozen=True)
class Told:
    """One thing to read again, with the version that was published, where one was."""

    cursor: str
    change: Change
    from_day: date | None
    digest: str


@dataclass(frozen=True)
class Changes:
    """Changes since a cursor; `next` leads on, also when nothing new was found."""

    changes: tuple[Told, ...]
    next: str
    has_more: bool


def since(after: str = "", *, limit: int = 100, kinds: Sequence[str] = ()) -> Changes:
    """What changed since a cursor, each thing once a transaction; from the beginning without one.

    A thing that changed again later comes again later. What a transaction that is still open has
    written comes when it, and all that began before it, are done. Refused: CursorUnreadable.
    """
    written_in, row = _read(after)
    rows = Change.objects.raw(_SINCE, [written_in, row, list(kinds) or None, limit + 1])
    found = list(rows)
    shown = found[:limit]
    last = _written(shown[-1]) if shown else after or _cursor(0, 0)
    return Changes(tuple(_told(shown)), last, has_more=len(found) > limit)


_SINCE = """
SELECT * FROM catalogue_change
WHERE (written_in, id) > (%s, %s)
  AND written_in < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
  AND kind = ANY(coalesce(%s::varchar[], ARRAY['standard', 'implementation', 'rollout']))
ORDER BY written_in, id LIMIT %s
"""


def _told(rows: Sequence[Change]) -> Iterator[Told]:
    standards = {
        (one.item_id, one.number): one
        for one in ItemVersion.objects.filter(
            item__in={row.item for row in rows if row.kind == Change.Kind.STANDARD}
        ).defer("content")
    }
    mine = [row for row in rows if row.kind == Change.Kind.IMPLEMENTATION and row.number]
    locals_ = {
        (found.implementation.item_id, found.implementation.division_code,
         found.implementation.part, found.number): found
        for found in ImplementationVersion.objects.filter(
            implementation__item__in={row.item for row in mine},
            implementation__division_code__in={row.place for row in mine},
            number__in={row.number for row in mine},
        ).select_related("implementation").defer("content", "wording")
    }  # fmt: skip
    for row in rows:
        version = (
            standards.get((row.item, row.number or 0))
            if row.kind == Change.Kind.STANDARD
            else locals_.get((row.item, row.place, row.part, row.number or 0))
        )
        yield Told(
            _written(row),
            row,
            version.from_day if version else None,
            version.digest if version else "",
        )


def _written(row: Change) -> str:
    return _cursor(row.written_in, row.pk)


def _cursor(written_in: int, row: int) -> str:
    return f"{written_in:x}-{row:x}"


def _read(text: str) -> tuple[int, int]:
    if not text:
        return 0, 0
    head, dash, tail = text.partition("-")
    try:
        found = int(head, 16), int(tail, 16)
    except ValueError:
        raise CursorUnreadable from None
    if not dash or text != _cursor(*found) or max(found) >= 2**63:
        raise CursorUnreadable
    return found
