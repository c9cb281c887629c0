"""The courier's side of the protocol: states by time since the hand-over, or by wish."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from tongban.basics.refusals import NotFound
from tongban.connectors.sandbox_courier.models import Outage, Shipment
from tongban.delivery import states
from tongban.delivery.couriers import CourierAway, News, Order

KEY, NAME = "sandbox", "通办沙箱速递"
# After so long a parcel is said to be on the road, at the sorting centre, and at the door.
ON_THE_ROAD, SORTED, AT_THE_DOOR = (timedelta(seconds=n) for n in (20, 60, 120))


class SandboxCourier:
    """See delivery.couriers.Courier. Everything it says of places is made up."""

    key, name = KEY, NAME

    def order(self, order: Order) -> str:
        """A waybill, the same for the same key."""
        _answer()
        with transaction.atomic():
            row, _is_new = Shipment.objects.get_or_create(
                key=order.key, defaults={"waybill": f"TBSX{order.key.int % 10**12:012}"}
            )
        return row.waybill

    def news(self, waybill: str, *, handed_at: datetime, at: datetime) -> Sequence[News]:
        """What has happened by now: the road by the clock, then what was wished, then nothing more."""
        _answer()
        row = Shipment.objects.filter(waybill=waybill).first()
        if row is None:
            return []
        fated_at = max(row.fated_at, handed_at) if row.fated_at else None
        told = [
            _news(waybill, move, handed_at + after, where=where)
            for move, after, where in _ROAD
            if handed_at + after <= at and (fated_at is None or handed_at + after < fated_at)
        ]
        if fated_at is not None and fated_at <= at:
            told.append(_news(waybill, row.fate, fated_at, reason=_REASONS[row.fate]))
            if row.fate == Shipment.Fate.DAMAGE and fated_at + AT_THE_DOOR <= at:
                arrive = states.ARRIVE.name
                told.append(_news(waybill, arrive, fated_at + AT_THE_DOOR, where="收件地网点"))
        return told


_ROAD = (
    (states.TRAVEL.name, ON_THE_ROAD, "寄件地网点"),
    (states.TRAVEL.name, SORTED, "示例中转场"),
    (states.ARRIVE.name, AT_THE_DOOR, "收件地网点"),
)
_REASONS = {
    Shipment.Fate.LOSE.value: "演示：快递查不到这个包裹，按丢失处理",
    Shipment.Fate.DAMAGE.value: "演示：包裹在中转时被挤压，外封破损",
    Shipment.Fate.TURN_BACK.value: "演示：收件地址无人签收，原路退回",
}


def _news(waybill: str, move: str, at: datetime, *, where: str = "", reason: str = "") -> News:
    # Named by what it says and when: asked again it is the same news.
    return News(f"{waybill}-{move}-{at:%Y%m%d%H%M%S}", waybill, move, at, where, reason)


def _answer() -> None:
    if Outage.objects.exists():
        raise CourierAway("演示：通办沙箱速递的系统停着")


def wish(waybill: str, fate: str, *, at: datetime) -> Shipment:
    """Let a shipment be lost, damaged or turned back from now on. Refused: NotFound."""
    row = Shipment.objects.filter(waybill=waybill).first()
    if row is None:
        raise NotFound("通办沙箱速递没有这个运单号")
    row.fate, row.fated_at = Shipment.Fate(fate).value, at
    row.save()
    return row


def stop_answering(*, at: datetime) -> None:
    """Let the courier's system be away; a second time changes nothing."""
    Outage.objects.get_or_create(id=1, defaults={"since": at})


def answer_again() -> None:
    """Let the courier's system answer again."""
    Outage.objects.all().delete()
