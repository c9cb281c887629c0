"""From the desk into the courier's hands, or not: ordering, handing over, cancelling."""

from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from tongban.basics.refusals import FieldsRefused, Refused
from tongban.delivery import couriers, queries, states
from tongban.delivery.couriers import BY_HAND
from tongban.delivery.models import CourierOrder, Parcel
from tongban.delivery.operations import writing
from tongban.delivery.permissions import check_may_move, check_move
from tongban.parties.models import Officer

_OPEN = (CourierOrder.State.WAITING, CourierOrder.State.PLACED)


class NotBooked(Refused):
    """The courier has not taken the order yet, so there is no waybill to hand over under."""

    code = "not-booked"

    def __init__(self, courier: str) -> None:
        super().__init__(
            _("%(courier)s还没有接下这单，没有运单号。等它接单，或者改为自行交寄、登记运单号")
            % {"courier": couriers.name(courier)},
            courier=courier,
        )


def ask_courier(parcel: Parcel, courier: str, *, at: datetime) -> CourierOrder:
    """Have the worker order a pick-up of a parcel that the caller has locked; drops an older order."""
    parcel.orders.filter(state__in=_OPEN).update(state=CourierOrder.State.DROPPED)
    return CourierOrder.objects.create(
        parcel=parcel, courier=courier, key=uuid4(), asked_at=at, next_at=at
    )


@transaction.atomic
def order_courier(*, number: str, officer: Officer, courier: str, at: datetime) -> CourierOrder:
    """Order a courier for a packed parcel, instead of the one ordered before.

    While the same courier's order is open, it stays. Refused: CourierUnknown, NotAllowed,
    ParcelMoveNotPossible.
    """
    parcel = queries.lock_parcel(number)
    check_may_move(officer, parcel, states.HAND_OVER)
    couriers.courier(courier)
    open_one = parcel.orders.filter(state__in=_OPEN, courier=courier).first()
    return open_one or ask_courier(parcel, courier, at=at)


@transaction.atomic
def hand_over(*, number: str, officer: Officer, courier: str, waybill: str, at: datetime) -> Parcel:
    """Sign that a parcel left the office, in whose hands and under which waybill.

    With a courier of this node the waybill is the order's; BY_HAND takes what is typed, which may
    be empty where one's own people carry it. Refused: NotBooked; the second time.
    """
    parcel = queries.lock_parcel(number)
    check_may_move(officer, parcel, states.HAND_OVER)
    if courier != BY_HAND:
        placed = parcel.orders.filter(courier=courier, state=CourierOrder.State.PLACED).first()
        if placed is None:
            raise NotBooked(courier)
        waybill = placed.waybill
    else:
        # Nobody is to come for a parcel that is gone.
        parcel.orders.filter(state__in=_OPEN).update(state=CourierOrder.State.DROPPED)
    writing.write(
        parcel,
        states.HAND_OVER,
        by=writing.officer_author(officer, "sender"),
        at=at,
        content={"courier": courier, "waybill": waybill.strip()[:60]},
    )
    return parcel


@transaction.atomic
def cancel(*, number: str, officer: Officer, reason: str, at: datetime) -> Parcel:
    """Unpack a parcel that was not handed over. Refused without a reason, and the second time."""
    parcel = queries.lock_parcel(number)
    check_may_move(officer, parcel, states.CANCEL)
    check_move(parcel, states.CANCEL)
    if not reason.strip():
        raise FieldsRefused({"reason": [_("写明为什么不寄了")]})
    parcel.orders.filter(state__in=_OPEN).update(state=CourierOrder.State.DROPPED)
    by = writing.officer_author(officer, "sender")
    writing.write(parcel, states.CANCEL, by=by, at=at, personal={"reason": reason.strip()})
    return parcel
