"""The desk of a case whose result went by post: where it is, that it failed, and every way on."""

import pytest
from django.urls import reverse

from tongban.cases.models import Case
from tongban.cases.operations import deciding
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.delivery.choices import Way
from tongban.delivery.models import Parcel
from tongban.delivery.operations import choosing, receiving, telling
from tongban.delivery.operations.packing import Packed
from tongban.delivery.standing import Purpose
from tongban.delivery.tests import scenes
from tongban.desk.tests import stages

pytestmark = pytest.mark.django_db


@pytest.fixture
def posted():
    """An online case with its result in a parcel to the applicant."""
    case, filled = world.a_case(
        item=world.MEDICAL, mode=Mode.ONLINE, answers=world.medical_answers(), serial=821
    )
    officer = world.a_decider(department="yibao")
    stages.issued(case, officer, officer)
    choosing.choose(
        account=filled.account, case=case.number, way=Way.POST, address=scenes.HOME, at=MONDAY
    )
    return scenes.Scene(case, filled, officer, officer)


def send(scene):
    return scenes.sent(
        scene, officer=scene.decider, to="", address=scenes.HOME, purpose=Purpose.RESULT,
        papers=[Packed(scene.case.number, "备案回执", is_original=True)],
    )  # fmt: skip


def page(scene):
    return reverse("desk:case", args=[scene.case.number])


def act(scene, name):
    return reverse("desk:act", args=[scene.case.number, name])


def test_the_desk_offers_to_send_what_its_applicant_wants_by_post(posted, signed_in):
    desk = signed_in(posted.decider)
    assert "装包裹，寄结果" in desk.get(page(posted)).text
    parcel = send(posted)
    shown = desk.get(page(posted)).text
    assert "结果在寄" in shown
    assert reverse("desk:parcel", args=[parcel.number]) in shown
    for move, words in (("damage", "路上受损"), ("turn_back", "正在退回")):
        telling.report(
            number=parcel.number, officer=posted.decider, move=move, reason="来电", at=MONDAY
        )
        assert words in desk.get(page(posted)).text


def test_a_lost_result_is_shown_with_making_it_anew_as_the_way_on(posted, signed_in):
    parcel, desk = send(posted), signed_in(posted.decider)
    telling.report(
        number=parcel.number, officer=posted.decider, move="lose", reason="来电", at=MONDAY
    )
    shown = desk.get(page(posted)).text
    assert "路上丢失" in shown
    assert "装包裹，寄结果" not in shown
    assert act(posted, "reissue") in shown
    form = desk.get(reverse("desk:pack") + f"?case={posted.case.number}")
    assert form.status_code == 200
    deciding.reissue_result(
        number=posted.case.number, officer=posted.decider, reason="丢失", at=MONDAY
    )
    assert "装包裹，寄结果" in desk.get(page(posted)).text


def test_what_came_damaged_is_closed_with_the_applicants_word_once(posted, signed_in):
    desk = signed_in(posted.decider)
    assert act(posted, "keep-damaged") not in desk.get(page(posted)).text
    assert desk.post(act(posted, "keep-damaged"), {"stage": "do", "note": "x"}).status_code == 409
    parcel = send(posted)
    receiving.receive_own(
        account=posted.filled.account, case=posted.case.number, number=parcel.number,
        seen={"s1": "damaged"}, note="湿了", at=MONDAY,
    )  # fmt: skip
    assert act(posted, "keep-damaged") in desk.get(page(posted)).text
    assert desk.post(act(posted, "keep-damaged"), {"stage": "do"}).status_code == 422
    said = {"stage": "do", "note": "电话里说不用重做"}
    assert desk.post(act(posted, "keep-damaged"), said).status_code == 302
    assert Case.objects.get(pk=posted.case.pk).state == "closed"
    assert "没有办第二次" in desk.post(act(posted, "keep-damaged"), said).text


def test_the_couriers_receipt_is_written_down_at_the_desk(posted, signed_in):
    parcel, desk = send(posted), signed_in(posted.decider)
    where = reverse("desk:parcel", args=[parcel.number])
    assert "receipt-signed_by" in desk.get(where).text
    name = reverse("desk:parcel-act", args=[parcel.number, "receipt"])
    assert desk.post(name, {"receipt-signed_by": ""}).status_code == 422
    said = {"receipt-signed_by": "李四", "receipt-proof": "网站查询"}
    assert desk.post(name, said).status_code == 302
    assert Parcel.objects.get(pk=parcel.pk).state == "received"
    assert "receipt-signed_by" not in desk.get(where).text
    assert desk.post(name, said).status_code == 409


def test_a_slip_has_bars_that_say_its_number(posted, signed_in):
    parcel, desk = send(posted), signed_in(posted.decider)
    shown = desk.get(reverse("desk:slip", args=[parcel.number])).text
    assert 'class="bars"' in shown
    found = desk.get(reverse("desk:parcels"), {"find": parcel.number.upper()})
    assert found.url == reverse("desk:parcel", args=[parcel.number])
