"""要提醒什么: an officer chooses what is told, what of it by mail, and proves the address."""

import pytest

from tongban.cases.notices import desk_inbox
from tongban.cases.notices.desk_wording import GROUPS
from tongban.cases.notices.models import ContactProof, Sending
from tongban.cases.tests import world
from tongban.parties.models import Role

pytestmark = pytest.mark.django_db
PAGE = "/desk/inbox/settings/"
CODE, PROVE = f"{PAGE}code", f"{PAGE}prove"
ADDRESS = "wang@example.invalid"
EVERY = [group.key for group in GROUPS]


@pytest.fixture
def officer(settings):
    settings.NOTICE_CHANNELS = {"mail": ["mailtos://u:p@mail.test/?to={to}"]}
    return world.a_decider()


@pytest.fixture
def desk(officer, signed_in):
    return signed_in(officer)


def saved(desk, **more):
    typed = {"group": EVERY, "mailed": ["red"], "mail": ADDRESS, "is_quiet_at_night": "1"}
    return desk.post(PAGE, typed | more, follow=True)


def test_without_a_mail_channel_the_page_asks_for_none_and_keeps_what_was_said(
    desk, officer, settings
):
    saved(desk)
    settings.NOTICE_CHANNELS = {}
    page = desk.get(PAGE).text
    assert "本节点没有开通邮件" in page
    assert "邮箱地址" not in page
    desk.post(PAGE, {"group": EVERY})
    assert desk_inbox.wish_of(officer).mailed == ["red"]


def test_mail_is_off_until_somebody_wants_it(desk, officer):
    page = desk.get(PAGE).text
    assert page.count('name="mailed"') == len(GROUPS)
    assert page.count("checked") == len(GROUPS) + 1, "all in the inbox, and the quiet night"


def test_an_address_is_proved_by_the_code_that_came_there(desk, officer):
    page = saved(desk).text
    assert "w***@example.invalid还没有核实" in page
    assert "邮箱已经核实" not in page

    page = desk.post(CODE, follow=True).text
    assert "6位数字" in page
    wrong = desk.post(PROVE, {"code": "abc"})
    assert wrong.status_code == 422
    assert "验证码不对" in wrong.text
    page = desk.post(PROVE, {"code": ContactProof.objects.get().code}, follow=True).text
    assert "邮箱已经核实" in page
    assert "已核实" in desk.get(PAGE).text
    assert saved(desk).redirect_chain[-1][0] == "/desk/inbox/"
    assert not Sending.objects.exists()


def test_a_second_code_within_a_minute_is_refused_and_the_first_still_counts(desk):
    saved(desk)
    desk.post(CODE)
    code = ContactProof.objects.get().code
    assert "秒以后再要新的" in desk.post(CODE, follow=True).text
    assert desk.post(PROVE, {"code": code}).status_code == 302


def test_another_address_is_to_be_proved_again(desk):
    saved(desk)
    desk.post(CODE)
    desk.post(PROVE, {"code": ContactProof.objects.get().code})
    assert "还没有核实" in saved(desk, mail="other@example.invalid").text


@pytest.mark.parametrize("address", ["", "wang", "wang@"])
def test_a_wrong_address_is_explained_and_what_was_ticked_stays(desk, officer, address):
    answer = desk.post(PAGE, {"group": ["red"], "mailed": ["red"], "mail": address})
    assert answer.status_code == 422
    assert "有1处要改" in answer.text
    assert answer.text.count("checked") == 2
    assert desk_inbox.wish_of(officer).unwanted == [], "nothing is kept"


def test_without_an_address_there_is_no_code(desk):
    assert desk.post(CODE).status_code == 404
    assert desk.post(PROVE, {"code": "123456"}).status_code == 404


def test_only_a_leader_is_asked_about_what_is_reported_to_leaders(desk, officer, signed_in):
    words = "报到我这里的预警"
    assert words not in desk.get(PAGE).text
    leader = world.an_officer(officer.authority, Role.LEADER, name="周一")
    assert words in signed_in(leader).get(PAGE).text
