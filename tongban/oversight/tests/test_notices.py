"""提醒渠道: an operator sees what was not sent and why, and sends it again; nobody is named."""

import pytest
from django.test import Client
from django.utils.timezone import now

from tongban.cases.notices.models import DeskNotice, Fate, Notice, Sending
from tongban.oversight.tests.conftest import officer
from tongban.parties.models import Role

pytestmark = pytest.mark.django_db
NUMBER = "22010420261116000010Y"


@pytest.fixture
def operator():
    browser = Client()
    browser.force_login(officer(Role.OPERATOR, name="云维").account)
    return browser


@pytest.fixture
def failed():
    notice = Notice.objects.create(number=NUMBER, kind="decided", seq=7, at=now())
    return Sending.objects.create(
        notice=notice, channel="sms", fate=Fate.FAILED, attempts=6, next_at=now(),
        ended_at=now(), trouble="error=503",
    )  # fmt: skip


def test_without_channels_the_operator_is_told_what_to_set(operator):
    page = operator.get("/oversight/notices/").content.decode()
    assert "NOTICE_SMS_URL" in page


def test_what_failed_is_listed_with_its_reason_and_sent_again(operator, failed, settings):
    settings.NOTICE_CHANNELS = {"sms": ["jsons://user:topsecret@gw.test/?:to={to}"]}
    page = operator.get("/oversight/notices/").content.decode()
    assert "error=503" in page
    assert "gw.test" in page
    assert "topsecret" not in page
    operator.post(f"/oversight/notices/{failed.pk}/retry")
    failed.refresh_from_db()
    assert (failed.fate, failed.attempts) == (Fate.WAITING, 0)
    assert operator.post("/oversight/notices/999999/retry").status_code == 302


@pytest.mark.parametrize(("number", "shown"), [(NUMBER, "220104"), ("", "协查")])
def test_what_did_not_reach_an_officer_is_listed_among_them_and_names_nobody(
    operator, number, shown
):
    told = DeskNotice.objects.create(
        officer=officer(Role.DECIDER, name="王审"), kind="red", number=number, ref="1", at=now()
    )
    row = Sending.objects.create(
        desk_notice=told, channel="mail", fate=Fate.FAILED, attempts=6, next_at=now(),
        ended_at=now(), trouble="error=504",
    )  # fmt: skip
    page = operator.get("/oversight/notices/").content.decode()
    assert "error=504" in page
    assert shown in page
    assert "王审" not in page
    operator.post(f"/oversight/notices/{row.pk}/retry")
    row.refresh_from_db()
    assert row.fate == Fate.WAITING


def test_all_are_sent_again_at_once(operator, failed):
    operator.post("/oversight/notices/retry")
    failed.refresh_from_db()
    assert failed.fate == Fate.WAITING


def test_nobody_but_an_operator_sees_it(failed):
    browser = Client()
    browser.force_login(officer(Role.MANAGER, name="张管").account)
    assert browser.get("/oversight/notices/").status_code == 403
    assert browser.post("/oversight/notices/retry").status_code == 403
    failed.refresh_from_db()
    assert failed.fate == Fate.FAILED
