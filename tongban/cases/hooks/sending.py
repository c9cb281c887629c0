"""Calling what is owed, by whichever worker takes it first, and again after a failure.

As with notices, a worker holds what it sends by a lease; one that dies in between leads to a second
call with the same id, never to none.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound
from tongban.cases.hooks import calling
from tongban.cases.hooks.calling import NotTaken
from tongban.cases.hooks.models import Hook, Push
from tongban.cases.notices.models import Fate

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=3)
BATCH = 12
# After each failure; what has failed after the last wait is given up and shown as failed.
WAITS = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
KEPT = timedelta(days=30)
Call = Callable[[Push], None]


def send_due(*, at: datetime, call: Call | None = None) -> int:
    """Make the calls that are due; gives how many were taken.

    An address that fails is not called again in the same round: the rest of its calls wait, so that
    one system that is down does not hold up the others.
    """
    taken = 0
    down: set[uuid.UUID] = set()
    for push in claim(at=at):
        if push.hook_id in down:
            _put_back(push, at=at)
        elif _sent(push, call, at=at):
            taken += 1
        else:
            down.add(push.hook_id)
    return taken


def _sent(push: Push, call: Call | None, *, at: datetime) -> bool:
    try:
        if call is None:
            calling.call(push, at=at)
        else:
            call(push)
    except NotTaken as trouble:
        _failed(push, str(trouble), at=at)
        return False
    _end(push, fate=Fate.SENT, ended_at=at, trouble="")
    return True


@transaction.atomic
def claim(*, at: datetime) -> list[Push]:
    """Take some of what is due on a lease; what another worker holds is passed over."""
    free = Q(leased_until=None) | Q(leased_until__lte=at)
    rows = list(
        Push.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("hook")
        .filter(free, fate=Fate.WAITING, next_at__lte=at, hook__client__is_active=True)
        .order_by("next_at", "number", "seq")[:BATCH]
    )
    for row in rows:
        row.lease, row.leased_until = uuid.uuid4(), at + LEASE
        row.attempts += 1
    Push.objects.bulk_update(rows, ["lease", "leased_until", "attempts"])
    return rows


def _failed(push: Push, trouble: str, *, at: datetime) -> None:
    log.info("hook.not_taken", push=str(push.pk), attempt=push.attempts, trouble=trouble)
    if push.attempts > len(WAITS):
        _end(push, fate=Fate.FAILED, ended_at=at, trouble=trouble[:200])
    else:
        _end(push, next_at=at + WAITS[push.attempts - 1], trouble=trouble[:200])


def _put_back(push: Push, *, at: datetime) -> None:
    _end(push, next_at=at + WAITS[0], attempts=push.attempts - 1)


def _end(push: Push, **columns: object) -> None:
    """Write down how it went, unless the lease has passed to another worker meanwhile."""
    held = Push.objects.filter(pk=push.pk, lease=push.lease)
    held.update(lease=None, leased_until=None, **columns)


def retry(*, push_id: uuid.UUID, at: datetime) -> Push:
    """Try what failed once more, from the beginning; what did not fail stays. Refused: NotFound."""
    again = {"fate": Fate.WAITING, "ended_at": None, "attempts": 0, "next_at": at}
    Push.objects.filter(pk=push_id, fate=Fate.FAILED).update(**again)
    found = Push.objects.filter(pk=push_id).first()
    if found is None:
        raise NotFound(_("没有这条推送"))
    return found


def retry_all(*, at: datetime, hook: Hook | None = None) -> int:
    """Try everything that failed once more, of one hook or of all; gives how many."""
    failed = Push.objects.filter(fate=Fate.FAILED)
    if hook is not None:
        failed = failed.filter(hook=hook)
    return failed.update(fate=Fate.WAITING, ended_at=None, attempts=0, next_at=at)


def forget_old(*, at: datetime) -> int:
    """Forget calls that were taken long ago; the record keeps what happened. Gives how many."""
    old = Push.objects.filter(fate=Fate.SENT, ended_at__lt=at - KEPT)
    batch = list(old.values_list("pk", flat=True)[:1000])
    return Push.objects.filter(pk__in=batch).delete()[0]


@dataclass(frozen=True)
class Line:
    """One hook as its operator sees it: whose, where to (no path: it may hold a secret), how it does."""

    hook: Hook
    system: str
    shown: str
    waiting: int
    failed: int
    trouble: str


def lines(*, client_id: str = "") -> list[Line]:
    """Every hook, or those of one system, with what waits and what failed."""
    waiting, failed = Q(pushes__fate=Fate.WAITING), Q(pushes__fate=Fate.FAILED)
    rows = Hook.objects.select_related("client").order_by("client_id", "made_at")
    counted = rows.annotate(
        waits=Count("pushes", filter=waiting), fails=Count("pushes", filter=failed)
    )
    return [_line(row) for row in (counted.filter(client=client_id) if client_id else counted)]


def _line(row: Hook) -> Line:
    last = row.pushes.exclude(trouble="").order_by("-at").first()
    parts = urlsplit(row.url)
    return Line(
        hook=row,
        system=row.client.name,
        shown=f"{parts.scheme}://{parts.hostname}",
        waiting=getattr(row, "waits", 0),
        failed=getattr(row, "fails", 0),
        trouble=last.trouble if last else "",
    )


def failed_count() -> int:
    """How many calls were given up."""
    return Push.objects.filter(fate=Fate.FAILED).count()


def failed(*, limit: int) -> list[Push]:
    """The latest calls that were given up."""
    rows = Push.objects.filter(fate=Fate.FAILED).select_related("hook__client")
    return list(rows.order_by("-ended_at", "id")[:limit])
