"""我的资料: a phone number is mended here, also on the way to handing in."""

import pytest

from tongban.cases.tests import world
from tongban.parties.models import Acting, Applicant
from tongban.portal.tests import scenes

pytestmark = pytest.mark.django_db


def url(browser):
    return f"/me/{browser.applicant.pk}/phone/"


def phone_of(browser):
    return Applicant.objects.get(pk=browser.applicant.pk).phone


def test_a_number_is_shown_masked_and_changed(lisi):
    page = lisi.get("/me/").content.decode()
    assert "139****0002" in page
    assert "13900000002" not in page
    assert lisi.applicant.number not in page
    done = lisi.post(url(lisi), {"phone": "139 0000 0077", "again": "13900000077"})
    assert done["Location"] == "/me/"
    assert phone_of(lisi) == "13900000077"


@pytest.mark.parametrize(
    ("typed", "again", "field"),
    [
        ("", "", "phone"),
        ("123", "123", "phone"),
        ("02488888888", "02488888888", "phone"),
        ("13900000077", "13900000078", "again"),
        ("１３９００００００７７x", "１３９００００００７７x", "phone"),
    ],
)
def test_what_is_no_number_is_refused_and_changes_nothing(lisi, typed, again, field):
    refused = lisi.post(url(lisi), {"phone": typed, "again": again})
    assert refused.status_code == 422
    assert f'href="#id_{field}"' in refused.content.decode()
    assert phone_of(lisi) == "13900000002"


def test_nobody_changes_the_number_of_somebody_else(lisi, stranger):
    sent = {"phone": "13900000077", "again": "13900000077"}
    assert stranger.post(url(lisi), sent).status_code == 404
    assert phone_of(lisi) == "13900000002"


def test_who_has_no_number_is_led_to_the_page_and_back_to_handing_in():
    filled = world.a_draft(serial=60)
    Applicant.objects.filter(pk=filled.applicant.pk).update(phone_sealed=b"")
    browser = scenes.browser_of(filled)
    check = f"/apply/{filled.draft.pk}/check/"
    mend = f"/me/{filled.applicant.pk}/phone/?next={check}"
    assert f'href="{mend}"' in browser.get(check).content.decode()
    done = browser.post(mend, {"phone": "13900000077", "again": "13900000077", "next": check})
    assert done["Location"] == check
    sent = browser.post(check, {"is_true": "on", "may_use": "on"})
    assert sent.status_code == 302
    assert sent["Location"].endswith("/done/")


def test_an_address_of_another_site_is_not_followed(lisi):
    sent = {"phone": "13900000077", "again": "13900000077", "next": "https://evil.example/"}
    assert lisi.post(url(lisi), sent)["Location"] == "/me/"


def test_an_account_without_an_applicant_is_told_what_to_do(lisi):
    Acting.objects.all().delete()
    assert "没有关联申请人" in lisi.get("/me/").content.decode()
