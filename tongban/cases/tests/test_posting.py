"""A case whose result goes by post ends when it is signed for, and only then; or it is sent again."""

from datetime import timedelta

import pytest

from tongban.basics.refusals import FieldsRefused, NotAllowed
from tongban.cases.documents.models import IssuedDocument
from tongban.cases.models import Case
from tongban.cases.notices.models import Notice
from tongban.cases.operations import deciding, posting, review
from tongban.cases.permissions import NotDamaged, ResultGone
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.delivery import couriers, ordering
from tongban.delivery.couriers import News
from tongban.delivery.models import Parcel
from tongban.delivery.operations import handing, receiving, telling
from tongban.delivery.operations.packing import NoResultToSend, Packed, ResultOnItsWay
from tongban.delivery.permissions import ParcelMoveNotPossible
from tongban.delivery.standing import Purpose
from tongban.delivery.tests import scenes
from tongban.delivery.tests.scenes import Scene
from tongban.desk.tests import stages
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
OK = {"s1": "ok"}


@pytest.fixture
def issued():
    """An online case with its result made, its officer and its applicant, all at this node."""
    case, filled = world.a_case(
        item=world.MEDICAL, mode=Mode.ONLINE, answers=world.medical_answers(), serial=811
    )
    officer = world.a_decider(department="yibao")
    stages.issued(case, officer, officer)
    return Scene(case, filled, officer, officer)


def post(scene, *, papers=None, at=MONDAY, **changes):
    """Packed for the applicant's home and handed over."""
    papers = papers or [Packed(scene.case.number, "备案回执", is_original=True)]
    return scenes.sent(
        scene, officer=scene.decider, papers=papers, to="", address=scenes.HOME,
        purpose=Purpose.RESULT, at=at, **changes,
    )  # fmt: skip


def sign(scene, parcel, seen=None, note=""):
    return receiving.receive_own(
        account=scene.filled.account, case=scene.case.number, number=parcel.number,
        seen=seen or OK, note=note, at=MONDAY + MINUTE,
    )  # fmt: skip


def now(scene):
    return Case.objects.get(pk=scene.case.pk)


def kinds(scene):
    return [event.kind for event in recorded.events(scene.case.number)]


def lose(scene, parcel):
    telling.report(
        number=parcel.number, officer=scene.decider, move="lose", reason="快递来电", at=MONDAY
    )


def test_a_case_is_closed_when_its_applicant_signs_for_the_parcel_with_the_result(issued):
    parcel = post(issued)
    assert (now(issued).state, now(issued).holder) == ("in_delivery", "decider")
    assert now(issued).due_on is not None
    sign(issued, parcel)
    case = now(issued)
    assert (case.state, case.holder, case.ended_at) == ("closed", "nobody", MONDAY + MINUTE)
    assert kinds(issued)[-4:] == [
        "delivery_noted", "deliver_by_post", "delivery_noted", "close_by_post",
    ]  # fmt: skip
    given = IssuedDocument.objects.filter(case_number=case.number, kind="service").get()
    assert given.authority == case.decider_authority
    assert given.serial is not None


def notices(scene):
    told = Notice.objects.filter(account=scene.filled.account).order_by("seq")
    return [one.kind for one in told]


def test_what_a_parcel_does_to_a_case_is_told_once_by_the_move_and_not_by_the_step(issued):
    before = len(notices(issued))
    parcel = post(issued)
    assert notices(issued)[before:] == ["result_posted"]
    lose(issued, parcel)
    assert notices(issued)[before:] == ["result_posted", "post_failed"]
    deciding.reissue_result(
        number=issued.case.number, officer=issued.decider, reason="丢失", at=MONDAY + MINUTE
    )
    again = post(issued, at=MONDAY + MINUTE)
    sign(issued, again)
    assert notices(issued)[before:] == [
        "result_posted", "post_failed", "result", "result_posted", "closed",
    ]  # fmt: skip


def test_a_step_that_leads_to_no_move_is_told_for_itself(issued):
    parcel = post(issued)
    before = len(notices(issued))
    telling.report(
        number=parcel.number, officer=issued.decider, move="damage", reason="盒子破了", at=MONDAY
    )
    assert notices(issued)[before:] == ["parcel"]


@pytest.fixture
def courier():
    made = scenes.TestCourier()
    couriers.register(made)
    yield made
    couriers.forget(made.key)


@pytest.mark.usefixtures("courier")
def test_what_a_courier_tells_again_and_again_closes_a_case_once(issued):
    parcel = scenes.packed(
        issued, officer=issued.decider, to="", address=scenes.HOME, purpose=Purpose.RESULT,
        papers=[Packed(issued.case.number, "备案回执", is_original=True)], courier="test",
    )  # fmt: skip
    assert ordering.place_due(at=MONDAY) == 1
    handing.hand_over(
        number=parcel.number, officer=issued.decider, courier="test", waybill="", at=MONDAY
    )
    waybill = Parcel.objects.get(pk=parcel.pk).waybill
    told = [News(f"n{n}", waybill, "signed_for", MONDAY + MINUTE) for n in (1, 1, 2)]
    effects = [telling.take_news(courier="test", news=news, at=MONDAY) for news in told]
    assert effects == ["written", "duplicate", "late"]
    assert now(issued).state == "closed"
    assert kinds(issued).count("close_by_post") == 1
    with pytest.raises(ParcelMoveNotPossible):
        sign(issued, parcel)


def test_a_lost_result_is_made_anew_and_sent_again_until_the_case_ends(issued):
    first = post(issued)
    with pytest.raises(ResultOnItsWay):
        post(issued)
    lose(issued, first)
    case = now(issued)
    assert (case.state, case.holder) == ("result_issued", "decider")
    assert case.posted == {"parcel": first.number, "fate": "lost"}
    assert case.due_on is not None
    with pytest.raises(NoResultToSend):
        post(issued)

    deciding.reissue_result(
        number=case.number, officer=issued.decider, reason="路上丢失", at=MONDAY + MINUTE
    )
    second = post(issued, at=MONDAY + MINUTE)
    assert now(issued).posted == {"parcel": second.number, "fate": ""}
    # The first turns up after all, with a document that is void now.
    sign(issued, first)
    assert now(issued).state == "in_delivery"
    sign(issued, second)
    assert now(issued).state == "closed"


def test_a_parcel_that_was_lost_and_found_goes_on_without_a_new_result(issued):
    parcel = post(issued)
    lose(issued, parcel)
    telling.report(
        number=parcel.number, officer=issued.decider, move="find", reason="找到了", at=MONDAY
    )
    assert (now(issued).state, now(issued).posted["fate"]) == ("in_delivery", "")
    sign(issued, parcel)
    assert now(issued).state == "closed"


def test_a_lost_parcel_that_its_applicant_signs_for_closes_the_case(issued):
    parcel = post(issued)
    lose(issued, parcel)
    sign(issued, parcel)
    assert now(issued).state == "closed"


def test_what_came_back_is_sent_again_as_it_is(issued):
    parcel = post(issued)
    telling.report(
        number=parcel.number, officer=issued.decider, move="turn_back", reason="地址不对", at=MONDAY
    )
    assert now(issued).state == "in_delivery"
    receiving.take_back(number=parcel.number, officer=issued.decider, note="", at=MONDAY)
    assert now(issued).posted == {"parcel": parcel.number, "fate": "returned"}
    origin = parcel.rows.get().origin
    again = [Packed(issued.case.number, "备案回执", is_original=True, origin=origin)]
    second = post(issued, papers=again, at=MONDAY + MINUTE)
    sign(issued, second)
    assert now(issued).state == "closed"


def test_a_damaged_result_is_kept_by_its_applicant_or_made_anew(issued):
    parcel = post(issued)
    take = {"number": issued.case.number, "officer": issued.decider, "at": MONDAY}
    with pytest.raises(Exception, match="签收以后自动办结"):
        posting.accept_damaged(**take, note="电话里说不用重做")
    sign(issued, parcel, {"s1": "damaged"}, "边角折了")
    assert now(issued).posted["fate"] == "damaged"
    with pytest.raises(FieldsRefused):
        posting.accept_damaged(**take, note=" ")
    posting.accept_damaged(**take, note="电话里说不用重做")
    assert now(issued).state == "closed"
    assert kinds(issued).count("close_by_post") == 1


def test_an_officer_closes_nothing_that_did_not_come_damaged(issued):
    parcel = post(issued)
    lose(issued, parcel)
    with pytest.raises(NotDamaged):
        posting.accept_damaged(
            number=issued.case.number, officer=issued.decider, note="电话", at=MONDAY
        )


def test_the_couriers_receipt_is_registered_by_the_office_that_sent_the_parcel(issued):
    parcel = post(issued)
    said = {"number": parcel.number, "signed_by": "李四", "proof": "网站查询", "at": MONDAY}
    with pytest.raises(NotAllowed):
        telling.register_receipt(officer=world.a_clerk(), **said)
    with pytest.raises(FieldsRefused) as refusal:
        telling.register_receipt(officer=issued.decider, **(said | {"signed_by": "", "proof": ""}))
    assert set(refusal.value.errors) == {"signed_by", "proof"}
    assert telling.register_receipt(officer=issued.decider, **said) == "written"
    assert now(issued).state == "closed"
    with pytest.raises(ParcelMoveNotPossible):
        telling.register_receipt(officer=issued.decider, **said)


def test_a_result_that_is_not_made_is_not_sent():
    scene = scenes.handed_over()
    with pytest.raises(NoResultToSend):
        post(scene)


@pytest.fixture
def at_window():
    """A case with a window, its result made and delivered there, and claimed by the clerk."""
    case, filled = world.a_case(serial=812)
    clerk, officer = world.a_clerk(), world.a_decider()
    stages.issued(case, clerk, officer)
    return Scene(case, filled, clerk, officer)


def to_window(scene):
    parcel = scenes.sent(
        scene, officer=scene.decider, to=scene.case.receiver_authority, purpose=Purpose.RESULT,
        papers=[Packed(scene.case.number, "准予迁入证明", is_original=True)],
    )  # fmt: skip
    receiving.receive(number=parcel.number, officer=scene.clerk, seen=OK, note="", at=MONDAY)
    return parcel


def hand_out(scene, parcel):
    receiving.hand_out(number=parcel.number, officer=scene.clerk, taken_by="李四，本人", at=MONDAY)


def test_handing_a_result_out_at_the_window_closes_the_case_there(at_window):
    review.deliver(number=at_window.case.number, officer=at_window.decider, at=MONDAY)
    hand_out(at_window, to_window(at_window))
    case = now(at_window)
    assert (case.state, kinds(at_window)[-1]) == ("closed", "close_at_window")
    given = IssuedDocument.objects.filter(case_number=case.number, kind="service").get()
    assert given.authority == case.receiver_authority


def test_a_case_that_reaches_its_window_after_the_result_was_handed_out_is_closed_then(at_window):
    hand_out(at_window, to_window(at_window))
    assert now(at_window).state == "result_issued"
    review.deliver(number=at_window.case.number, officer=at_window.decider, at=MONDAY)
    assert now(at_window).state == "closed"


def test_a_window_gives_a_result_back_that_never_came(at_window):
    number = at_window.case.number
    stages.claimed(review.deliver(number=number, officer=at_window.decider, at=MONDAY),
                   at_window.clerk)  # fmt: skip
    give = {"number": number, "officer": at_window.clerk, "at": MONDAY}
    with pytest.raises(FieldsRefused):
        posting.return_result(**give, fate="eaten", reason="没有")
    with pytest.raises(FieldsRefused):
        posting.return_result(**give, fate="lost", reason="")
    posting.return_result(**give, fate="lost", reason="核对包裹时没有")
    case = now(at_window)
    assert (case.state, case.holder, case.posted["fate"]) == ("result_issued", "decider", "lost")
    stages.claimed(case, at_window.decider)
    with pytest.raises(ResultGone):
        review.deliver(number=number, officer=at_window.decider, at=MONDAY)
    deciding.reissue_result(
        number=number, officer=at_window.decider, reason="窗口没有收到", at=MONDAY
    )
    assert review.deliver(number=number, officer=at_window.decider, at=MONDAY).holder == "receiver"
