"""消息: what happened to one's cases, read and unread; and how one wants to be told."""

import re

import pytest

from tongban.cases.notices import inbox, telling
from tongban.cases.notices.models import Notice, Preference
from tongban.portal.tests import scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def told():
    case, filled = scenes.correction()
    return case, filled, scenes.browser_of(filled)


def test_the_head_counts_what_was_not_read(told):
    _case, filled, browser = told
    head = browser.get("/").content.decode()
    assert re.search(r'href="/messages/"[^>]*>消息 <span class="tag num">3</span>', head)
    inbox.read_all(account=filled.account, before=Notice.objects.latest("at").at, at=scenes.now())
    assert re.search(r'href="/messages/"[^>]*>消息</a>', browser.get("/").content.decode())


def test_nobody_else_sees_the_link_or_the_page(told, client, stranger):
    assert "消息" not in client.get("/").content.decode()
    assert client.get("/messages/").status_code == 302
    assert "要补正材料" not in stranger.get("/messages/").content.decode()
    notice = Notice.objects.first()
    assert stranger.get(f"/messages/{notice.pk}/").status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_opening_a_notice_is_reading_it_and_leads_to_the_case(told):
    case, filled, browser = told
    notice = Notice.objects.get(kind="correction")
    page = browser.get(f"/messages/{notice.pk}/").content.decode()
    assert "要补正材料" in page
    assert f'href="/cases/{case.number}/"' in page
    assert inbox.unread(filled.account) == 2
    assert "要补正材料" not in browser.get("/messages/?unread=1").content.decode()


def test_all_are_marked_that_the_page_was_made_of(told):
    case, filled, browser = told
    page = browser.get("/messages/").content.decode()
    before = re.findall(r'name="before" value="([^"]+)"', page)[0]
    telling.tell(case=case, kind="decided", seq=99, at=scenes.now())
    browser.post("/messages/read/", {"before": before})
    assert inbox.unread(filled.account) == 1


@pytest.mark.parametrize("before", ["", "yesterday", "2026-13-40", "2026-11-16T00:00:00", "\x00"])
def test_a_moment_that_is_none_does_no_harm(told, before):
    _case, _filled, browser = told
    assert browser.post("/messages/read/", {"before": before}).status_code == 302


def test_an_empty_inbox_says_what_will_be_there(lisi):
    page = lisi.get("/messages/").content.decode()
    assert "还没有消息" in page
    assert 'href="/cases/"' in page


def test_without_channels_the_page_says_that_there_are_none(lisi):
    page = lisi.get("/messages/settings/").content.decode()
    assert "还没有开通短信和邮件提醒" in page
    assert "平台默认值" in page
    lisi.post("/messages/settings/", {})
    assert not Preference.objects.get().is_quiet_at_night
    assert Preference.objects.get().by_sms


def test_channels_are_chosen_and_a_bad_address_is_said(lisi, settings):
    settings.NOTICE_CHANNELS = {
        "sms": ["jsons://gw.test/?:to={to}"],
        "mail": ["mailtos://u:p@mail.test/?to={to}"],
    }
    page = lisi.get("/messages/settings/").content.decode()
    assert "139****0002" in page
    assert "13900000002" not in page
    refused = lisi.post("/messages/settings/", {"by_mail": "1", "mail": "li@"})
    assert refused.status_code == 422
    assert 'href="#id_mail"' in refused.content.decode()
    done = lisi.post("/messages/settings/", {"by_mail": "1", "mail": "li@mail.test"})
    assert done.status_code == 302
    kept = Preference.objects.get()
    assert (kept.by_sms, kept.by_mail, kept.mail) == (False, True, "li@mail.test")
