"""Asking couriers, outside any transaction: orders that wait, and parcels on their way.

A job of the worker runs this. Two workers at once take different orders (SKIP LOCKED, and a lease
while the courier is asked); should one die in between, the other asks again with the same key.
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from tongban.basics.refusals import Refused
from tongban.delivery import couriers, queries, states
from tongban.delivery.couriers import Courier, CourierAway, CourierRefused, Order
from tongban.delivery.models import CourierContact, CourierOrder, Parcel
from tongban.delivery.operations import telling

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
AT_ONCE = 50


def pause_after(attempts: int) -> timedelta:
    """How long to leave a courier alone that did not answer so many times."""
    doubled: int = 2 ** min(attempts - 1, 12)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def place_due(*, at: datetime) -> int:
    """Place the orders whose time has come; gives how many couriers took."""
    placed = 0
    for order_id in _due(at):
        order = _lease(order_id, at)
        if order is not None:
            placed += _place(order, at)
    return placed


def ask_for_news(*, at: datetime) -> int:
    """Ask each courier about the parcels that this node handed to it; gives what was new."""
    taken = 0
    for courier in couriers.known():
        for parcel in _travelling(courier.key):
            try:
                taken += _ask(courier, parcel, at)
            except CourierAway as away:
                # It is asked about the next parcel at the next look; one answer is as good.
                note(courier.key, str(away), at=at)
                break
            except Refused as refusal:
                # One parcel's nonsense keeps nobody else's news back.
                log.warning("courier.news_refused", courier=courier.key, code=refusal.code)
    return taken


def _due(at: datetime) -> list[int]:
    waiting = CourierOrder.objects.filter(state=CourierOrder.State.WAITING, next_at__lte=at)
    return list(waiting.order_by("next_at", "id").values_list("id", flat=True)[:AT_ONCE])


@transaction.atomic
def _lease(order_id: int, at: datetime) -> CourierOrder | None:
    order = (
        CourierOrder.objects.select_for_update(skip_locked=True)
        .filter(pk=order_id, state=CourierOrder.State.WAITING, next_at__lte=at)
        .first()
    )
    if order is None:
        return None
    order.next_at, order.attempts = at + LEASE, order.attempts + 1
    order.save(update_fields=["next_at", "attempts"])
    return order


def _place(order: CourierOrder, at: datetime) -> bool:
    parcel = order.parcel
    asked = Order(
        key=order.key,
        parcel=parcel.number,
        sender=queries.address_of(parcel, "from"),
        recipient=queries.address_of(parcel, "to"),
        sheets=sum(parcel.rows.values_list("count", flat=True)),
    )
    try:
        waybill = couriers.courier(order.courier).order(asked)
    except CourierAway as away:
        _try_later(order, str(away), at)
        return False
    except (CourierRefused, Refused) as refusal:
        said = refusal.message if isinstance(refusal, Refused) else str(refusal)
        _close(order, state=CourierOrder.State.REFUSED, error=said[:300], next_at=None)
        return False
    note(order.courier, "", at=at)
    taken = {"waybill": waybill[:60], "placed_at": at, "error": "", "next_at": None}
    return _close(order, state=CourierOrder.State.PLACED, failing_since=None, **taken)


def _try_later(order: CourierOrder, error: str, at: datetime) -> None:
    note(order.courier, error, at=at)
    log.warning("courier.away", courier=order.courier, attempts=order.attempts)
    _close(
        order,
        error=error[:300],
        failing_since=order.failing_since or at,
        next_at=at + pause_after(order.attempts),
    )


def _close(order: CourierOrder, **values: object) -> bool:
    """Write what became of an attempt, unless the desk dropped the order meanwhile."""
    mine = CourierOrder.objects.filter(pk=order.pk, state=CourierOrder.State.WAITING)
    return bool(mine.update(**values))


def _travelling(courier: str) -> list[Parcel]:
    open_ways = [*states.TRAVELLING, states.State.LOST, states.State.RETURNING]
    rows = Parcel.objects.filter(
        courier=courier, from_node=settings.NODE_ID, state__in=[one.value for one in open_ways]
    )
    return list(rows.exclude(waybill="").order_by("since")[:500])


def _ask(courier: Courier, parcel: Parcel, at: datetime) -> int:
    told = courier.news(parcel.waybill, handed_at=parcel.handed_at or parcel.packed_at, at=at)
    known = set(parcel.news.values_list("news_id", flat=True))
    taken = 0
    for news in told:
        if news.id not in known:
            taken += telling.take_news(courier=courier.key, news=news, at=at) == "written"
    if told:
        note(courier.key, "", at=at)
    return taken


def note(courier: str, error: str, *, at: datetime) -> None:
    """Write down whether a courier's system answered; an outage keeps the moment it began."""
    row, _ = CourierContact.objects.get_or_create(courier=courier, defaults={"asked_at": at})
    row.asked_at, row.error = at, error[:300]
    if error:
        row.away_since = row.away_since or at
    else:
        row.answered_at, row.away_since = at, None
    row.save()
