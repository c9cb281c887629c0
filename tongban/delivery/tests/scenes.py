"""Parcels brought to where a test begins, by the operations that bring them there in life."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from tongban.cases.models import Case
from tongban.cases.operations import claims, originals
from tongban.cases.states import Mode
from tongban.cases.tests import test_modes, world
from tongban.cases.tests.world import MONDAY
from tongban.delivery.couriers import BY_HAND, Address, CourierAway, CourierRefused, News, Order
from tongban.delivery.models import Parcel
from tongban.delivery.operations import handing, packing
from tongban.delivery.operations.packing import Packed
from tongban.delivery.standing import Purpose
from tongban.parties.models import Officer

HOME = Address("李四", "13900000002", "长春市朝阳区示例路8号2栋301")
PASSPORT, BOOK = "结婚证", "户口簿复印件"


@dataclass
class TestCourier:
    """Takes orders, or does what the test tells it to."""

    __test__ = False

    key: str = "test"
    name: str = "测试快递"
    is_away: bool = False
    refuses: str = ""
    orders: list[Order] = field(default_factory=list)
    tells: list[News] = field(default_factory=list)
    waybills: dict[UUID, str] = field(default_factory=dict)

    def order(self, order: Order) -> str:
        self.orders.append(order)
        if self.is_away:
            raise CourierAway("connection timed out")
        if self.refuses:
            raise CourierRefused(self.refuses)
        return self.waybills.setdefault(order.key, f"T{len(self.waybills) + 1:06}")

    def news(self, waybill: str, *, handed_at: datetime, at: datetime) -> list[News]:
        if self.is_away:
            raise CourierAway("connection timed out")
        return [news for news in self.tells if news.waybill == waybill]


@dataclass
class Scene:
    """A case that the window has handed over, and those who handle its papers."""

    case: Case
    filled: Any  # account and applicant
    clerk: Officer
    decider: Officer


_serials = count(500)


def handed_over(**kwargs) -> Scene:
    case, filled = world.a_case(**{"serial": next(_serials), **kwargs})
    clerk = Officer.objects.filter(name="赵六").first() or world.a_clerk()
    decider = Officer.objects.filter(name="王五").first() or world.a_decider()
    world.handed_over(case, clerk)
    case.refresh_from_db()
    return Scene(case, filled, clerk, decider)


def with_result(scene: Scene) -> Scene:
    """The same with a result that only the tables know of: enough for packing it."""
    made = {"digest": "b" * 64, "title": "准予迁入证明", "number": "示例1号"}
    Case.objects.filter(pk=scene.case.pk).update(decision="approve", result=made)
    return scene


def papers(scene: Scene) -> list[Packed]:
    return [
        Packed(scene.case.number, PASSPORT, is_original=True, count=2),
        Packed(scene.case.number, BOOK, is_original=False),
    ]


def packed(scene: Scene, *, courier: str = BY_HAND, at: datetime = MONDAY, **changes) -> Parcel:
    """From the window to the deciding office."""
    values = {
        "key": uuid4(),
        "officer": scene.clerk,
        "papers": papers(scene),
        "to": scene.case.decider_authority,
        "purpose": Purpose.PAPERS,
        "address": None,
        "courier": courier,
        "at": at,
    }
    return packing.pack(**(values | changes))


def sent(scene: Scene, *, at: datetime = MONDAY, **changes) -> Parcel:
    """Packed, and carried to a courier's counter."""
    parcel = packed(scene, at=at, **changes)
    return handing.hand_over(
        number=parcel.number, officer=changes.get("officer", scene.clerk), courier=BY_HAND,
        waybill=f"W{parcel.number[-6:]}", at=at,
    )  # fmt: skip


def waiting_for_originals() -> Scene:
    """A case looked at online, whose decider has asked for the originals; all at this node."""
    field = world.queries.catalogue.version("2020-1-32", 1).competence.field
    asked = test_modes.intake(
        "2020-1-32", Mode.PRECHECK_MAIL, deciding=world.JILIN_CITY, **{field: "220202"}
    )
    account = world.Account.objects.create(username=f"post{next(_serials)}")
    who = asked.applicant
    applicant = world.parties.keep_applicant(
        kind=world.Kind(who["kind"]), name=who["name"], number=who["id_number"],
        division_code=world.CHAOYANG, phone=who["phone"], at=MONDAY,
    )  # fmt: skip
    capacity = world.Capacity.SELF
    if not applicant.is_person:
        capacity = world.Capacity.LEGAL_REPRESENTATIVE
    world.parties.let_act(account=account, applicant=applicant, capacity=capacity, at=MONDAY)
    case = test_modes.handed_in(asked)
    officer = world.a_decider(world.JILIN_CITY, "shichang", name="孙九")
    test_modes.moved(case, claims.claim_case, officer)
    spec = case.materials.first().spec
    test_modes.moved(case, originals.ask_originals, officer, specs=[spec], note="")
    filled = SimpleNamespace(account=account, applicant=applicant)
    return Scene(case, filled, officer, officer)
