"""What runs out, as the desk shows it: lapsed corrections, alarms, and the inbox."""

from datetime import datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from tongban.basics.hours import BEIJING
from tongban.cases import alarms
from tongban.cases.models import Alarm, Case, Countersignature
from tongban.cases.notices.desk_wording import GROUPS
from tongban.cases.notices.models import DeskNotice, DeskWish
from tongban.cases.operations import alarming, claims, expiring
from tongban.cases.states import State
from tongban.cases.tests import world
from tongban.desk.tests import stages
from tongban.parties.models import Role

pytestmark = pytest.mark.django_db
LAST = stages.MONDAY.replace(day=30)


@pytest.fixture
def lapsed(signed_in):
    """A case whose correction nobody answered, claimed by its officer; his browser and the leader's."""
    case, _ = world.a_case()
    officer = world.a_decider()
    leader = world.an_officer(officer.authority, Role.LEADER, name="周一")
    stages.correction(case, world.a_clerk(), officer)
    expiring.act_on_expired(at=LAST)
    expiring.act_on_expired(at=LAST + timedelta(days=1))
    return case, signed_in(officer), signed_in(leader), officer


def url(case, act):
    return reverse("desk:act", args=[case.number, act])


def test_a_lapse_stands_in_the_queue_and_offers_both_ways_on(lapsed):
    case, desk, _leader, officer = lapsed
    queue = desk.get("/desk/").text
    assert "补正逾期：终止，或者另给期限" in queue
    claims.claim_case(number=case.number, officer=officer, at=now())
    page = desk.get(reverse("desk:case", args=[case.number])).text
    for words in ("另给补正期限（要签字）", "终止", "受理"):
        assert words in page


def test_it_is_ended_with_a_ground_that_is_written_already_and_a_basis_that_is_not(lapsed):
    case, desk, _leader, officer = lapsed
    claims.claim_case(number=case.number, officer=officer, at=now())
    page = desk.get(url(case, "terminate")).text
    assert "2026年11月30日前补齐材料，到期没有收到" in page
    assert "没有写补正逾期怎么办" in page
    assert "平台默认值" in page
    words = {"ground": "到期没有收到补正材料", "basis": ""}
    assert desk.post(url(case, "terminate"), {"stage": "do"} | words).status_code == 422
    words["basis"] = "示例办法第三条"
    assert desk.post(url(case, "terminate"), {"stage": "do"} | words).status_code == 302
    assert Case.objects.get(pk=case.pk).state == State.TERMINATED


def test_a_second_date_is_looked_at_by_both_before_it_is_signed(lapsed):
    case, desk, leader, officer = lapsed
    claims.claim_case(number=case.number, officer=officer, at=now())
    ask = desk.get(url(case, "more-time"))["Location"]
    assert "预览补正告知书" in desk.get(ask).text
    words = {"days": "8", "reason": "老人住院"}
    seen = desk.post(reverse("desk:preview", args=[case.number, "more-time"]), words)
    assert seen["Content-Type"] == "application/pdf"
    assert not Countersignature.objects.exists()

    assert "正在等科室负责人签字" in desk.post(ask, words, follow=True).text
    row = Countersignature.objects.get()
    assert "老人住院".encode() not in bytes(row.form)
    preview = reverse("desk:preview-signature", args=[row.pk])
    assert preview in leader.get("/desk/office/signatures/").text
    assert leader.get(preview)["Content-Type"] == "application/pdf"
    row.refresh_from_db()
    assert (row.signed_at, row.used_at) == (None, None)
    assert desk.get(preview).status_code == 403

    leader.post(reverse("desk:settle-signature", args=[row.pk]), {"act": "sign"})
    page = desk.get(url(case, "more-time")).text
    assert "老人住院" in page
    other = desk.post(url(case, "more-time"), {"stage": "do"} | words | {"reason": "别的"})
    assert other.status_code == 409
    assert "和负责人签字的内容不一样" in other.text
    check = desk.post(url(case, "more-time"), {"stage": "check"} | words).text
    assert "另给8个工作日" in check
    assert desk.post(url(case, "more-time"), {"stage": "do"} | words).status_code == 302
    assert Case.objects.get(pk=case.pk).state == State.CORRECTION


def test_what_waits_for_a_leader_elsewhere_is_not_previewed(lapsed, signed_in):
    case, desk, _leader, officer = lapsed
    claims.claim_case(number=case.number, officer=officer, at=now())
    desk.post(
        reverse("desk:ask-signature", args=[case.number, "more-time"]),
        {"days": "8", "reason": "老人住院"},
    )
    row = Countersignature.objects.get()
    stranger = world.an_officer(
        world.places.competent_authority("minzheng", world.JILIN_CITY), Role.LEADER, name="吴二"
    )
    answer = signed_in(stranger).get(reverse("desk:preview-signature", args=[row.pk]))
    assert answer.status_code == 404


@pytest.fixture
def red(signed_in):
    """A case that is late in the hands of its officer; his browser and the leader's."""
    case, _ = world.a_case()
    officer = world.a_decider()
    leader = world.an_officer(officer.authority, Role.LEADER, name="周一")
    case = stages.under_review(case, world.a_clerk(), officer)
    late = datetime.combine(case.due_on + timedelta(days=1), time(9), BEIJING)
    expiring.act_on_expired(at=late)
    return case, signed_in(officer), signed_in(leader), officer


def test_alarms_are_listed_with_filters_and_lead_into_the_case(red):
    case, desk, leader, _officer = red
    page = desk.get("/desk/alarms/").text
    assert reverse("desk:case", args=[case.number]) in page
    assert "办理时限" in page
    assert case.number in desk.get("/desk/alarms/?kind=red").text
    assert "按这些条件没有找到预警" not in desk.get("/desk/alarms/?kind=nonsense&stand=x").text
    assert case.number not in desk.get("/desk/alarms/?kind=amber").text
    assert case.number not in desk.get("/desk/alarms/?kind=escalated").text
    alarming.escalate_due(at=now() + timedelta(days=60))
    assert case.number in desk.get("/desk/alarms/?kind=escalated").text
    assert "看报到您这里的1条预警" in leader.get("/desk/office/").text


def test_an_alarm_is_acknowledged_with_words_by_one_person(red, signed_in):
    case, desk, leader, officer = red
    (row,) = alarms.alarms_of(officer)
    address = reverse("desk:acknowledge-alarm", args=[row.pk])
    empty = desk.post(address, {"note": " "})
    assert empty.status_code == 422
    assert "写明打算怎样办" in empty.text
    assert "已经记下" in desk.post(address, {"note": "今天作决定"}, follow=True).text
    assert case.number not in desk.get("/desk/alarms/").text
    assert "今天作决定" in leader.get("/desk/alarms/?stand=acknowledged").text
    after = leader.post(address, {"note": "我来"})
    assert after.status_code == 409
    assert officer.name in after.text
    stranger = world.a_decider(world.CHANGCHUN, name="别处")
    assert signed_in(stranger).post(address, {"note": "我来"}).status_code == 404
    assert Alarm.objects.get(pk=row.pk).acknowledged_by == officer


def test_the_inbox_counts_what_is_not_read_and_leads_to_it(red):
    case, desk, _leader, officer = red
    row = DeskNotice.objects.get(officer=officer)
    assert "1条没有看" in desk.get("/desk/inbox/").text
    assert 'href="/desk/inbox/"' in desk.get("/desk/").text
    opened = desk.get(reverse("desk:notice", args=[row.pk]))
    assert opened["Location"] == "/desk/alarms/"
    page = desk.get("/desk/inbox/").text
    assert "都看过了" in page
    assert case.number[-4:] in page
    assert "没有消息" in desk.get("/desk/inbox/?unread=1").text


def test_what_is_not_ticked_is_not_told_any_more(red):
    _case, desk, _leader, officer = red
    assert desk.get("/desk/inbox/settings/").text.count("checked") == len(GROUPS) == 7
    desk.post("/desk/inbox/settings/", {"group": ["signing", "nonsense"]})
    assert "signing" not in DeskWish.objects.get(officer=officer).unwanted
    assert desk.get("/desk/inbox/settings/").text.count("checked") == 1
    desk.post("/desk/inbox/read", {"before": "nonsense"})
    desk.post("/desk/inbox/read", {"before": "2030-01-01T00:00:00+08:00"})
    assert DeskNotice.objects.get(officer=officer).read_at is not None
