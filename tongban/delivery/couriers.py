"""Couriers behind one protocol: each connector registers itself, this domain knows none by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from tongban.basics.refusals import Refused

# No connector: somebody carries the parcel to a counter, or a private courier, and types its number.
BY_HAND = "by-hand"


class CourierAway(Exception):
    """The courier's system does not answer, or not as agreed. Nothing is lost; it is asked again."""


class CourierRefused(Exception):
    """The courier does not take this order, and says why; asking again changes nothing."""


class CourierUnknown(Refused):
    """This node has no such courier."""

    code = "courier-unknown"

    def __init__(self, key: str) -> None:
        super().__init__(_("本节点没有接入这家快递，请换一家，或者登记运单号"), courier=key)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a courier fetches or brings a parcel."""

    name: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class Order:
    """What a courier has to know. `key` is the same in every attempt, so it is ordered once."""

    key: UUID
    parcel: str
    sender: Address
    recipient: Address
    sheets: int


@dataclass(frozen=True, slots=True)
class News:
    """One thing a courier tells. `kind` is the name of a move of `states.TOLD`; `id` is its own."""

    id: str
    waybill: str
    kind: str
    at: datetime
    where: str = ""
    reason: str = ""


class Courier(Protocol):
    """A courier's system. Called outside transactions; both calls raise CourierAway."""

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str: ...

    def order(self, order: Order) -> str:
        """Order a pick-up and give the waybill; the same key twice gives the same waybill.

        Raises CourierRefused when the courier will not.
        """

    def news(self, waybill: str, *, handed_at: datetime, at: datetime) -> Sequence[News]:
        """Everything known of a parcel handed over at that moment, oldest first.

        Empty for a courier that calls us instead.
        """


_COURIERS: dict[str, Courier] = {}


def register(courier: Courier) -> None:
    """Make a courier known; the same key replaces the one before."""
    _COURIERS[courier.key] = courier


def forget(key: str) -> None:
    """Take a courier out again; unknown ones are no matter."""
    _COURIERS.pop(key, None)


def known() -> list[Courier]:
    """All couriers of this node, by name."""
    return sorted(_COURIERS.values(), key=lambda one: one.name)


def courier(key: str) -> Courier:
    """One courier. Refused: CourierUnknown."""
    if key not in _COURIERS:
        raise CourierUnknown(key)
    return _COURIERS[key]


def name(key: str) -> str:
    """A courier's name for a page, its key where this node does not know it."""
    if key == BY_HAND:
        return _("自行交寄")
    return _COURIERS[key].name if key in _COURIERS else key
