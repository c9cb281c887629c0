"""Handing in: looked over, declared, once; and what is said afterwards."""

import re
from datetime import timedelta

import pytest
from django.utils.timezone import now

from tongban.basics import identifiers
from tongban.cases.models import Case
from tongban.cases.tests import world
from tongban.catalogue.tests import managers
from tongban.exchange.models import Outgoing
from tongban.portal.tests import scenes
from tongban.portal.tests.test_applying import begin, send
from tongban.portal.tests.test_finding import words
from tongban.portal.tests.test_papers import PDF, a_file, upload

pytestmark = pytest.mark.django_db
DECLARED = {"is_true": "on", "may_use": "on"}


def check_of(filled) -> str:
    return f"/apply/{filled.draft.pk}/check/"


def test_the_check_page_shows_everything_in_words_and_to_whom_it_goes():
    filled = world.a_draft(deciding=world.FUZHOU)
    said = words(scenes.browser_of(filled).get(check_of(filled)))

    assert "福建省福州市鼓楼区" in said
    assert "住在别人的房子里，房主同意落户" in said
    assert "2204" not in said
    assert identifiers.mask_id(filled.applicant.number) in said
    assert filled.applicant.number not in said
    assert "收件地：长春市朝阳区政务服务中心" in said
    assert "办理地：福州市公安局" in said
    assert "证明.png" in said
    assert re.search(r"\d年\d+月\d+日（周.）", said)
    assert not re.search(r"\d{4}-\d\d-\d\d", said)


def test_nothing_is_declared_beforehand_and_without_declaring_nothing_is_handed_in():
    filled = world.a_draft()
    browser = scenes.browser_of(filled)
    assert "checked" not in browser.get(check_of(filled)).content.decode()
    response = browser.post(check_of(filled), {"is_true": "on"})

    assert response.status_code == 422
    assert "同意把信息交给办理的机关" in words(response)
    assert not Case.objects.exists()


def test_what_is_missing_is_listed_with_the_page_to_mend_it(lisi):
    draft = begin(lisi)
    send(lisi, draft, "spouse", {"spouse_name": "张三"})
    response = lisi.post(f"/apply/{draft.pk}/check/", DECLARED)

    assert response.status_code == 422
    html = response.content.decode()
    assert f"/apply/{draft.pk}/step/spouse/?back=check#id_spouse_id_number" in html
    assert f"/apply/{draft.pk}/materials/#id_paper-id-card" in html
    assert "改好才能提交" in words(response)
    assert not Case.objects.exists()


def test_pressing_twice_two_tabs_and_going_back_make_one_case():
    filled = world.a_draft()
    one, two = scenes.browser_of(filled), scenes.browser_of(filled)
    for browser in (one, two, one):
        response = browser.post(check_of(filled), DECLARED)
        assert response["Location"] == f"/apply/{filled.draft.pk}/done/"
    assert one.get(check_of(filled))["Location"].endswith("/done/")

    case = Case.objects.get()
    assert (
        identifiers.show_case_number(case.number)
        in one.get(f"/apply/{filled.draft.pk}/done/").content.decode()
    )


def test_after_handing_in_the_page_says_the_number_how_far_it_is_and_what_comes_next():
    _case, filled = scenes.submitted()
    said = words(scenes.browser_of(filled).get(f"/apply/{filled.draft.pk}/done/"))

    assert "已发出" in said
    assert "已送达" in said
    assert "未答复" in said
    assert "带居民身份证到长春市朝阳区政务服务中心核对身份" in said
    assert "5个工作日内告诉您受理不受理" in said


def test_while_the_broker_is_away_a_submission_is_accepted_and_said_to_be_waiting():
    case, filled = world.a_case(
        item=world.MEDICAL,
        mode=world.Mode.ONLINE,
        deciding=world.FUZHOU,
        answers=world.medical_answers("350102"),
    )
    Outgoing.objects.update(created_at=now() - timedelta(minutes=10))
    browser = scenes.browser_of(filled)

    for path in (f"/apply/{filled.draft.pk}/done/", f"/cases/{case.number}/"):
        said = words(browser.get(path))
        assert "未发出" in said
        assert "已经保存，还在等着发往福建省" in said
        assert "不会丢" in said
        assert "您不用再交一次" in said


def test_what_was_sent_and_has_not_arrived_is_said_differently():
    case, filled = scenes.late_crossing()
    Outgoing.objects.update(sent_at=now() - timedelta(minutes=50))
    said = words(scenes.browser_of(filled).get(f"/cases/{case.number}/"))
    assert "已经发出，还没到福建省" in said

    Outgoing.objects.update(parked_reason="unknown-type")
    said = words(scenes.browser_of(filled).get(f"/cases/{case.number}/"))
    assert "送到了福建省，对方系统还没能收下" in said


def test_a_crossing_that_takes_its_usual_time_is_no_news():
    case, filled = scenes.crossing()
    said = words(scenes.browser_of(filled).get(f"/cases/{case.number}/"))
    assert "不会丢" not in said
    assert "正在送往福州市" in said
    assert "现在在路上，不在谁手里" in said


def test_a_mended_case_goes_back_by_the_same_pages_and_keeps_its_number():
    case, filled = scenes.being_mended()
    browser = scenes.browser_of(filled)
    tasks = words(browser.get(f"/apply/{filled.draft.pk}/"))
    assert "长春市朝阳区政务服务中心请您改1处" in tasks
    assert "有1处要改" in tasks
    assert "有1处好像还没改" in words(browser.get(check_of(filled)))
    papers = words(browser.get(f"/apply/{filled.draft.pk}/materials/"))
    assert "没有写到房号" in papers
    assert "请房主写到房号，重新签名" in papers

    browser.post(
        f"/apply/{filled.draft.pk}/materials/", {"paper-owner-consent": a_file("新的.pdf", PDF)}
    )
    assert "已换新的" in words(browser.get(f"/apply/{filled.draft.pk}/materials/"))
    assert "还没改" not in words(browser.get(check_of(filled)))
    response = browser.post(check_of(filled), DECLARED)
    assert response["Location"].endswith("/done/")
    assert "已交回" in words(browser.get(response["Location"]))
    case.refresh_from_db()
    assert case.state == "submitted"
    assert Case.objects.count() == 1


def test_who_comes_back_after_the_rules_changed_sees_how_and_goes_on_with_all_he_had():
    filled = world.a_draft()
    managers.published(
        managers.a_manager("丙"),
        managers.a_manager("丁"),
        place=world.JILIN_CITY,
        content=managers.STRICTER,
        from_day=world.MONDAY.date() + timedelta(days=1),
        at=world.MONDAY,
    )
    browser = scenes.browser_of(filled)
    response = browser.post(check_of(filled), DECLARED)

    assert "无犯罪记录证明" in words(response)
    assert "填过的都在" in words(response)
    assert not Case.objects.exists()
    assert "按新规定继续" in words(browser.get(check_of(filled)))

    after = browser.post(check_of(filled), {"renew": "1"}, follow=True)
    assert after.redirect_chain[-1][0] == f"/apply/{filled.draft.pk}/"
    assert "填过的和上传的都还在" in words(after)
    said = words(browser.post(check_of(filled), DECLARED))
    assert "上传无犯罪记录证明" in said
    assert "张三" in said
    upload(browser, filled.draft, no_record=a_file("证.png", world.PNG))
    browser.post(check_of(filled), DECLARED)
    assert Case.objects.get().materials.filter(spec="no-record").exists()
