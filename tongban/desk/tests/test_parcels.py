"""Parcels at the desk: packed, handed over, received, lost, filed; each page, each refusal."""

import re

import pytest
from django.urls import reverse

from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.delivery import couriers, ordering
from tongban.delivery.models import CourierOrder, Filed, Parcel
from tongban.delivery.operations import receiving
from tongban.delivery.standing import Purpose
from tongban.delivery.tests import scenes

pytestmark = pytest.mark.django_db

GOOD = {"seen_s1": "ok", "seen_s2": "ok"}


def page(parcel):
    return reverse("desk:parcel", args=[parcel.number])


def act(parcel, name):
    return reverse("desk:parcel-act", args=[parcel.number, name])


def test_a_clerk_packs_prints_and_hands_over_and_the_officer_ticks_each_sheet(signed_in, contexts):
    scene = scenes.handed_over()
    clerk, officer = signed_in(scene.clerk), signed_in(scene.decider)
    form = clerk.get(reverse("desk:pack"), {"case": scene.case.number})
    shown = form.context["sheets"]
    said = {sheet[name].html_name: sheet[name].value() or "" for sheet in shown for name in
            ("what", "kind", "count", "case", "spec", "origin")}  # fmt: skip
    said |= {
        "sheet-TOTAL_FORMS": len(shown.forms), "sheet-INITIAL_FORMS": 0,
        "sheet-0-take": "on", "sheet-0-kind": "copy", "sheet-1-take": "on", "sheet-1-count": "3",
        "to": scene.case.decider_authority, "purpose": "papers", "courier": couriers.BY_HAND,
        "key": str(form.context["form"]["key"].value()),
    }  # fmt: skip
    where = f"{reverse('desk:pack')}?case={scene.case.number}"
    done = clerk.post(where, said, follow=True)
    again = clerk.post(where, said)
    parcel = Parcel.objects.get()
    assert page(parcel) == again.url == done.redirect_chain[-1][0]
    assert list(parcel.rows.order_by("id").values_list("is_original", "count")) == [
        (False, 1), (True, 3),
    ]  # fmt: skip

    slip = clerk.get(reverse("desk:slip", args=[parcel.number])).content.decode()
    assert 'class="qr"' in slip
    assert parcel.number[-10:-6].upper() in slip
    clerk.post(act(parcel, "hand-over"), {"hand-courier": "by-hand", "hand-waybill": "EMS7"})

    listed = officer.get(reverse("desk:parcels")).content.decode()
    assert "EMS7" in listed
    refused = officer.post(act(parcel, "receive"), {"seen_s1": "damaged", "seen_s2": "ok"})
    assert refused.status_code == 422
    assert "写明少了什么" in refused.content.decode()
    seen = {"seen_s1": "damaged", "seen_s2": "ok", "note": "右角水渍"}
    received = officer.post(act(parcel, "receive"), seen, follow=True).content.decode()
    assert "右角水渍" in received
    assert "收到，有损坏" in received
    twice = officer.post(act(parcel, "receive"), seen)
    assert twice.status_code == 409
    assert "已签收" in twice.content.decode()
    of_case = clerk.get(reverse("desk:case-parcels", args=[scene.case.number])).content.decode()
    assert "有损坏" in of_case


def test_a_form_that_is_not_whole_says_what_to_change_and_keeps_what_was_typed(signed_in):
    scene = scenes.handed_over()
    clerk = signed_in(scene.clerk)
    where = f"{reverse('desk:pack')}?case={scene.case.number}"
    said = {
        "sheet-TOTAL_FORMS": 1, "sheet-INITIAL_FORMS": 0, "sheet-0-take": "on",
        "sheet-0-what": "", "sheet-0-kind": "original", "sheet-0-count": "0",
        "sheet-0-case": scene.case.number, "to": "applicant", "purpose": "result",
        "courier": "by-hand", "key": "0f1e2d3c-0000-4000-8000-000000000001",
    }  # fmt: skip
    answer = clerk.post(where, said)
    assert answer.status_code == 422
    assert "写这份材料的名称" in answer.content.decode()
    said |= {"sheet-0-what": "结果", "sheet-0-count": "1", "address": "长春"}
    answer = clerk.post(where, said)
    assert answer.status_code == 422
    assert "写完整地址" in answer.content.decode()
    assert 'value="长春"' in answer.content.decode()
    assert not Parcel.objects.exists()
    wrong = clerk.get(reverse("desk:pack"), {"case": "123"})
    assert wrong.status_code == 422
    assert "办件编号不对" in wrong.content.decode()


def test_strangers_see_no_parcel_and_no_papers_of_a_case(signed_in):
    scene = scenes.handed_over()
    parcel = scenes.sent(scene)
    stranger = signed_in(world.a_decider(world.CHANGCHUN, name="陌生人"))
    urls = [page(parcel), reverse("desk:slip", args=[parcel.number]),
            reverse("desk:case-parcels", args=[scene.case.number]),
            f"{reverse('desk:pack')}?case={scene.case.number}"]  # fmt: skip
    assert [stranger.get(url).status_code for url in urls] == [403] * 4
    for name in ("receive", "hand-over", "report", "cancel", "take-back", "hand-out"):
        assert stranger.post(act(parcel, name), GOOD).status_code == 403
    found = stranger.get(reverse("desk:parcels"), {"find": parcel.waybill})
    assert found.status_code == 404
    assert parcel.number not in found.content.decode()
    clerk = signed_in(scene.clerk)
    found = clerk.get(reverse("desk:parcels"), {"find": parcel.number[-6:]})
    assert found.url == page(parcel)


def test_a_courier_that_is_away_is_told_plainly_and_another_way_stands_beside_it(
    signed_in, courier
):
    scene = scenes.handed_over()
    parcel = scenes.packed(scene, courier="test")
    clerk = signed_in(scene.clerk)
    courier.is_away = True
    ordering.place_due(at=MONDAY)
    shown = clerk.get(page(parcel)).content.decode()
    assert re.search(r"测试快递从.*起没有应答，已经试了1次", shown)
    refused = clerk.post(act(parcel, "hand-over"), {"hand-courier": "test"})
    assert refused.status_code == 409
    assert "自行交寄" in refused.content.decode()
    courier.is_away = False
    ordering.place_due(at=queries_next(parcel))
    assert "快递已接单" in clerk.get(page(parcel)).content.decode()


def queries_next(parcel):
    return CourierOrder.objects.get(parcel=parcel).next_at


@pytest.fixture
def courier():
    made = scenes.TestCourier()
    couriers.register(made)
    yield made
    couriers.forget(made.key)


def test_a_lost_parcel_is_reported_and_stands_red_until_it_is_found(signed_in):
    scene = scenes.handed_over()
    parcel = scenes.sent(scene)
    clerk = signed_in(scene.clerk)
    without = clerk.post(act(parcel, "report"), {"report-move": "lose"})
    assert without.status_code == 422
    clerk.post(act(parcel, "report"), {"report-move": "lose", "report-reason": "客服告知"})
    shown = clerk.get(page(parcel)).content.decode()
    assert "这个包裹丢失了" in shown
    assert "客服告知" in shown
    trouble = signed_in(scene.decider).get(reverse("desk:parcels"), {"shown": "trouble"})
    assert parcel.waybill in trouble.content.decode()
    clerk.post(act(parcel, "report"), {"report-move": "find", "report-reason": "找到了"})
    assert "这个包裹丢失了" not in clerk.get(page(parcel)).content.decode()


def test_a_paper_of_a_closed_case_is_filed_by_its_decider_only(signed_in):
    scene = scenes.handed_over()
    parcel = scenes.sent(scene)
    receiving.receive(
        number=parcel.number, officer=scene.decider, seen={"s1": "ok", "s2": "ok"}, note="",
        at=MONDAY,
    )  # fmt: skip
    scene.case.state, scene.case.holder = "closed", "nobody"
    scene.case.save()
    of_case = reverse("desk:case-parcels", args=[scene.case.number])
    filing = reverse("desk:file-paper", args=[scene.case.number])
    officer = signed_in(scene.decider)
    assert "归档" in officer.get(of_case).content.decode()
    assert officer.post(filing, {"origin": f"{parcel.number}#s1", "place": ""}).status_code == 422
    officer.post(filing, {"origin": f"{parcel.number}#s1", "place": "A区3架2盒"})
    assert "A区3架2盒" in officer.get(of_case).content.decode()
    clerk = signed_in(scene.clerk)
    assert clerk.post(filing, {"origin": f"{parcel.number}#s1", "place": "B"}).status_code == 403
    assert Filed.objects.count() == 1


def test_a_result_that_came_to_the_window_is_handed_out_once(signed_in):
    scene = scenes.with_result(scenes.handed_over())
    parcel = scenes.sent(
        scene, officer=scene.decider, to=scene.case.receiver_authority, purpose=Purpose.RESULT
    )
    clerk = signed_in(scene.clerk)
    clerk.post(act(parcel, "receive"), GOOD)
    assert "交给申请人" in clerk.get(page(parcel)).content.decode()
    unchecked = clerk.post(act(parcel, "hand-out"), {"out-taken_by": "李四，本人"})
    assert unchecked.status_code == 422
    taken = {"out-taken_by": "李四，本人", "out-checked": "on"}
    assert clerk.post(act(parcel, "hand-out"), taken).status_code == 302
    assert clerk.post(act(parcel, "hand-out"), taken).status_code == 409
    given = Parcel.objects.exclude(pk=parcel.pk).get()
    assert (given.state, given.to_authority) == ("received", "")
    assert "交给申请人" not in clerk.get(page(parcel)).content.decode()
