"""What parcels do to a case: originals let it go on, steps stand in its record."""

from uuid import uuid4

import pytest

from tongban.basics.refusals import NotAllowed, NotFound
from tongban.cases import parcels
from tongban.cases.models import Case
from tongban.cases.notices.models import Notice
from tongban.cases.states import Party, State
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.delivery import casebook
from tongban.delivery.operations import packing, receiving
from tongban.delivery.operations.packing import Packed
from tongban.delivery.tests import scenes
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting():
    """A case checked online that waits for its originals, and who decides it."""
    scene = scenes.waiting_for_originals()
    case, filled, officer = scene.case, scene.filled, scene.decider
    assert (case.state, case.holder) == (State.ORIGINALS, Party.APPLICANT)
    return case, filled, officer


def send(case, filled, **changes):
    values = {
        "key": uuid4(), "account": filled.account, "case": case.number,
        "papers": [Packed(case.number, "结婚证", is_original=True)],
        "address": scenes.HOME, "waybill": "EMS1", "at": MONDAY,
    }  # fmt: skip
    return packing.send_own(**(values | changes))


def test_a_case_goes_on_when_its_originals_are_signed_for(waiting):
    case, filled, officer = waiting
    parcel = send(case, filled)
    assert (parcel.state, parcel.to_authority) == ("handed_over", case.decider_authority)
    receiving.receive(
        number=parcel.number, officer=officer, seen={"s1": "damaged"}, note="边角折了", at=MONDAY
    )

    case.refresh_from_db()
    assert (case.state, case.holder) == (State.PENDING, Party.DECIDER)
    kinds = [event.kind for event in recorded.events(case.number)]
    assert kinds[-3:] == ["delivery_noted", "delivery_noted", "originals_arrived"]
    note = recorded.events(case.number)[-2]
    assert note.content == {
        "parcel": parcel.number, "step": "receive", "head": recorded.head(parcel.number).hash,
        "then": "originals_arrived",
    }  # fmt: skip
    told = Notice.objects.filter(account=filled.account).order_by("seq")
    assert [one.kind for one in told][-1] == "originals_arrived"
    assert not told.filter(kind="parcel").exists(), "the applicant handed it over; it came"


def test_a_case_still_waits_when_nothing_was_in_the_parcel(waiting):
    case, filled, officer = waiting
    parcel = send(case, filled)
    receiving.receive(
        number=parcel.number, officer=officer, seen={"s1": "missing"}, note="空的", at=MONDAY
    )
    assert Case.objects.get(pk=case.pk).state == State.ORIGINALS


def test_nobody_sends_originals_that_nobody_waits_for(waiting):
    case, _filled, _officer = waiting
    other, stranger = world.a_case(serial=702)
    with pytest.raises(NotAllowed):
        send(other, stranger)
    with pytest.raises(NotFound):
        send(case, stranger)


def test_the_deciding_office_is_no_end_of_a_case_before_the_case_reached_it():
    case, _ = world.a_case(serial=703)
    facts = casebook.facts(case.number)
    assert facts.end_of(case.decider_authority) is None
    assert facts.end_of(case.receiver_authority) == facts.receiver
    world.handed_over(case, world.a_clerk())
    assert casebook.facts(case.number).end_of(case.decider_authority) is not None


def test_a_parcel_of_offices_that_are_not_the_cases_writes_nothing_into_it():
    scene = scenes.handed_over()
    parcel = scenes.packed(scene)
    parcel.to_authority = "X" * 18
    before = len(recorded.events(scene.case.number))
    event = recorded.events(parcel.number)[0]
    parcels.parcel_went_on(parcel, type("Event", (), {"kind": "hand_over", "hash": event.hash})())
    assert len(recorded.events(scene.case.number)) == before
