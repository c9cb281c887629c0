"""What can happen to a parcel, step by step, and what is refused in words."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tongban.basics.refusals import FieldsRefused, NotAllowed
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.delivery import casebook, queries, reconciling, states
from tongban.delivery.couriers import BY_HAND
from tongban.delivery.models import Parcel
from tongban.delivery.operations import archiving, handing, packing, receiving, telling
from tongban.delivery.operations.archiving import NotClosedYet
from tongban.delivery.operations.packing import NotOneWay, Packed, PaperNotHere
from tongban.delivery.permissions import ParcelMoveNotPossible
from tongban.delivery.standing import Purpose
from tongban.delivery.states import Outcome
from tongban.delivery.tests import scenes
from tongban.record import chains
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db

ALL_GOOD = {"s1": "ok", "s2": "ok"}


def where(scene):
    facts = casebook.facts(scene.case.number)
    return {paper.what: paper for paper in reconciling.papers_of(facts, today=MONDAY.date())}


def test_a_parcel_is_packed_handed_over_and_received_and_its_chain_verifies():
    scene = scenes.handed_over()
    parcel = scenes.packed(scene)
    assert (parcel.state, parcel.from_authority) == ("packed", scene.case.receiver_authority)
    assert queries.names([parcel])[parcel.number] == {"s1": scenes.PASSPORT, "s2": scenes.BOOK}

    handing.hand_over(
        number=parcel.number, officer=scene.clerk, courier=BY_HAND, waybill=" A1 ", at=MONDAY
    )
    received = receiving.receive(
        number=parcel.number, officer=scene.decider, seen=ALL_GOOD, note="", at=MONDAY
    )

    assert (received.state, received.waybill, received.due_on) == ("received", "A1", None)
    events = recorded.events(parcel.number)
    assert [event.kind for event in events] == ["pack", "hand_over", "receive"]
    assert [event.author.role for event in events] == ["sender", "sender", "recipient"]
    chains.verify(events, world.places.public_key)
    assert b"13900000002" not in b"".join(event.body for event in events)


def test_nothing_personal_stands_in_the_chain_of_a_parcel_sent_home():
    scene = scenes.with_result(scenes.handed_over())
    parcel = scenes.packed(scene, officer=scene.decider, to="", address=scenes.HOME,
                           purpose=Purpose.RESULT)  # fmt: skip

    body = recorded.events(parcel.number)[0].body.decode()
    assert scenes.HOME.name not in body
    assert scenes.HOME.address not in body
    assert scenes.PASSPORT not in body
    assert queries.address_of(parcel, "to") == scenes.HOME
    assert parcel.recipient.is_applicant


def test_packing_with_the_same_key_twice_is_one_parcel():
    scene, key = scenes.handed_over(), uuid4()
    assert scenes.packed(scene, key=key) == scenes.packed(scene, key=key)
    assert Parcel.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"papers": []}, FieldsRefused),
        ({"to": "91220101MA00000000"}, NotAllowed),
        ({"to": "", "address": None}, FieldsRefused),
        ({"to": "", "address": scenes.Address("李四", "1", "长春")}, FieldsRefused),
    ],
    ids=["nothing inside", "a strange office", "no address", "no whole address"],
)
def test_a_parcel_that_cannot_arrive_is_refused(changes, refusal):
    scene = scenes.handed_over()
    with pytest.raises(refusal):
        scenes.packed(scene, **changes)
    assert not Parcel.objects.exists()


def test_an_office_that_does_not_have_the_case_packs_nothing_of_it():
    scene = scenes.handed_over()
    stranger = world.a_decider(world.CHANGCHUN, name="陌生人")
    with pytest.raises(NotAllowed):
        scenes.packed(scene, officer=stranger)
    fresh, _ = world.a_case(serial=901)
    with pytest.raises(NotAllowed):
        # Not handed over yet, so the deciding office knows nothing of it.
        packing.pack(
            key=uuid4(), officer=scene.decider, papers=[Packed(fresh.number, "原件", is_original=True)],
            to=fresh.receiver_authority, purpose=Purpose.RETURN, address=None,
            courier=BY_HAND, at=MONDAY,
        )  # fmt: skip


def test_papers_of_two_applicants_never_travel_to_one_of_them():
    one, other = scenes.handed_over(), scenes.handed_over()
    both = scenes.papers(one) + scenes.papers(other)
    with pytest.raises(NotOneWay):
        scenes.packed(one, papers=both, to="", address=scenes.HOME)
    assert scenes.packed(one, papers=both).rows.count() == 4


def test_receiving_wants_every_sheet_ticked_and_what_is_wrong_said():
    scene = scenes.handed_over()
    parcel = scenes.sent(scene)
    damaged = {"s1": "damaged", "s2": "missing"}
    for seen, note in (({"s1": "ok"}, ""), ({"s1": "ok", "s2": "fine"}, ""), (damaged, " ")):
        with pytest.raises(FieldsRefused):
            receiving.receive(
                number=parcel.number, officer=scene.decider, seen=seen, note=note, at=MONDAY
            )
    with pytest.raises(NotAllowed):
        receiving.receive(
            number=parcel.number, officer=scene.clerk, seen=ALL_GOOD, note="", at=MONDAY
        )

    receiving.receive(
        number=parcel.number, officer=scene.decider, seen=damaged, note="封面撕裂", at=MONDAY
    )
    assert not queries.lock_parcel(parcel.number).standing().is_whole
    assert queries.said(queries.lock_parcel(parcel.number)) == {"note": "封面撕裂"}
    found = where(scene)
    assert found[scenes.PASSPORT].is_damaged
    assert found[scenes.BOOK].where is reconciling.Whereabouts.MISSING
    assert list(queries.office_parcels(scene.clerk, "trouble", MONDAY.date())) == [parcel]


def test_receiving_twice_is_refused_in_words_the_second_time():
    scene = scenes.handed_over()
    parcel = scenes.sent(scene)
    sign = {"number": parcel.number, "officer": scene.decider, "seen": ALL_GOOD, "note": ""}
    receiving.receive(**sign, at=MONDAY)
    with pytest.raises(ParcelMoveNotPossible, match="已签收"):
        receiving.receive(**sign, at=MONDAY)


def test_a_lost_parcel_is_reported_found_and_received_after_all():
    scene = scenes.handed_over()
    parcel = scenes.sent(scene)
    tell = {"number": parcel.number, "officer": scene.clerk, "at": MONDAY}
    with pytest.raises(FieldsRefused):
        telling.report(**tell, move="lose", reason=" ")
    assert telling.report(**tell, move="lose", reason="快递客服电话告知") == "written"

    assert where(scene)[scenes.PASSPORT].where is reconciling.Whereabouts.LOST
    assert where(scene)[scenes.PASSPORT].has_trouble
    for officer in (scene.clerk, scene.decider):
        assert list(queries.office_parcels(officer, "trouble", MONDAY.date())) == [parcel]

    telling.report(**tell, move="find", reason="在中转站找到")
    assert where(scene)[scenes.PASSPORT].where is reconciling.Whereabouts.TRAVELLING
    receiving.receive(
        number=parcel.number, officer=scene.decider, seen=ALL_GOOD, note="", at=MONDAY
    )
    assert where(scene)[scenes.PASSPORT].holder.authority == scene.case.decider_authority


def test_a_parcel_that_comes_back_is_signed_for_by_its_sender():
    scene = scenes.handed_over()
    parcel = scenes.sent(scene)
    with pytest.raises(ParcelMoveNotPossible):
        receiving.take_back(number=parcel.number, officer=scene.clerk, note="", at=MONDAY)
    telling.report(
        number=parcel.number, officer=scene.decider, move="turn_back", reason="地址写错", at=MONDAY
    )
    with pytest.raises(NotAllowed):
        receiving.take_back(number=parcel.number, officer=scene.decider, note="", at=MONDAY)
    receiving.take_back(number=parcel.number, officer=scene.clerk, note="", at=MONDAY)

    assert where(scene)[scenes.PASSPORT].holder.authority == scene.case.receiver_authority


def test_a_paper_travels_on_only_from_where_it_is():
    scene = scenes.handed_over()
    first = scenes.sent(scene)
    origin = f"{first.number}#s1"
    again = [Packed(scene.case.number, scenes.PASSPORT, is_original=True, count=2, origin=origin)]
    back = {"papers": again, "to": "", "address": scenes.HOME, "purpose": Purpose.RETURN}
    with pytest.raises(PaperNotHere):
        scenes.packed(scene, officer=scene.decider, **back)

    receiving.receive(number=first.number, officer=scene.decider, seen=ALL_GOOD, note="", at=MONDAY)
    second = scenes.packed(scene, officer=scene.decider, **back)
    with pytest.raises(PaperNotHere):
        scenes.packed(scene, officer=scene.decider, **back)
    handing.cancel(number=second.number, officer=scene.decider, reason="改到窗口领", at=MONDAY)
    assert where(scene)[scenes.PASSPORT].holder.authority == scene.case.decider_authority
    assert scenes.packed(scene, officer=scene.decider, **back).rows.get().origin == origin


def test_an_overdue_parcel_stands_among_the_troubled_of_both_offices():
    scene = scenes.handed_over()
    parcel = scenes.sent(scene)
    later = parcel.due_on + timedelta(days=1)
    assert not queries.office_parcels(scene.clerk, "trouble", parcel.due_on).exists()
    for officer in (scene.clerk, scene.decider):
        assert queries.counts(officer, later)["trouble"] == 1
    facts = casebook.facts(scene.case.number)
    assert all(paper.is_late for paper in reconciling.papers_of(facts, today=later))


def test_originals_are_filed_by_the_deciding_office_after_closing(monkeypatch):
    scene = scenes.handed_over()
    parcel = scenes.sent(scene)
    receiving.receive(
        number=parcel.number, officer=scene.decider, seen=ALL_GOOD, note="", at=MONDAY
    )
    origin = f"{parcel.number}#s1"
    filing = {"case": scene.case.number, "origin": origin, "at": MONDAY}
    with pytest.raises(NotClosedYet):
        archiving.file_paper(**filing, officer=scene.decider, place="A区3架2盒")
    scene.case.state, scene.case.holder = "closed", "nobody"
    scene.case.save()

    with pytest.raises(NotAllowed):
        archiving.file_paper(**filing, officer=scene.clerk, place="A区3架2盒")
    with pytest.raises(FieldsRefused):
        archiving.file_paper(**filing, officer=scene.decider, place=" ")
    first = archiving.file_paper(**filing, officer=scene.decider, place="A区3架2盒")
    assert archiving.file_paper(**filing, officer=scene.decider, place="A区3架2盒") == first
    assert where(scene)[scenes.PASSPORT].shelf == "A区3架2盒"
    archiving.file_paper(**filing, officer=scene.decider, place="B区1架")
    assert where(scene)[scenes.PASSPORT].shelf == "B区1架"
    assert where(scene)[scenes.BOOK].where is reconciling.Whereabouts.WITH


def test_a_parcel_is_found_by_the_end_of_its_number_and_by_its_waybill():
    scene = scenes.handed_over()
    parcel = scenes.sent(scene)
    assert queries.find_number(scene.decider, parcel.number[-8:].upper()) == parcel.number
    assert queries.find_number(scene.clerk, parcel.waybill) == parcel.number
    stranger = world.a_decider(world.CHANGCHUN, name="陌生人")
    with pytest.raises(queries.NotFound):
        queries.find_number(stranger, parcel.number)
    with pytest.raises(NotAllowed):
        queries.parcel_for(stranger, parcel.number)


def test_every_state_has_its_words_and_somebody_who_answers():
    assert set(states.LABELS) == set(states.ANSWERS) == set(states.State)
    assert set(states.OUTCOMES) == set(Outcome)
    reached = {move.target for move in states.MOVES} | {states.State.PACKED}
    assert reached == set(states.State)
