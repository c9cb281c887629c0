"""The pages on which a phone number or mail address is proved to be one's own."""

import pytest
from django.urls import reverse

from tongban.cases.notices import inbox, proving
from tongban.cases.notices.models import Channel, ContactProof
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.parties.mandates import operations
from tongban.portal.tests import scenes

pytestmark = pytest.mark.django_db

SETTINGS = "/messages/settings/"


@pytest.fixture
def filled():
    _case, filled = scenes.submitted()
    return filled


@pytest.fixture
def browser(filled):
    return scenes.browser_of(filled)


def code_page(channel="sms"):
    return reverse("portal:contact-code", args=[channel])


def ask(browser):
    return browser.post(code_page())["Location"]


def test_a_number_is_proved_by_the_code_that_was_sent_to_it(filled, browser):
    shown = browser.get(SETTINGS).text
    assert "还没有核实" in shown
    assert "139****0002" in shown
    where = ask(browser)
    assert "13900000002" not in browser.get(where).text
    row = ContactProof.objects.get()
    assert row.code not in browser.get(where).text
    wrong = browser.post(where, {"code": "abc"})
    assert wrong.status_code == 422
    assert "还能试4次" in wrong.text
    assert browser.post(where, {"code": row.code})["Location"] == SETTINGS
    assert "已核实" in browser.get(SETTINGS).text
    assert browser.get(where)["Location"] == SETTINGS
    assert ask(browser) == SETTINGS


def test_asking_again_too_soon_says_when_and_leads_to_the_code_that_still_counts(browser):
    where = ask(browser)
    code = ContactProof.objects.get().code
    assert ask(browser) == where
    assert "秒以后再要新的" in browser.get(where).text
    assert ContactProof.objects.get().code == code


def test_a_new_mail_address_is_to_be_proved_next(filled, browser, settings):
    settings.NOTICE_CHANNELS = {"mail": ["mailtos://u:p@mail.test/?to={to}"]}
    saved = browser.post(SETTINGS, {"by_mail": "1", "mail": "li@mail.test"})
    assert saved["Location"] == SETTINGS
    shown = browser.get(SETTINGS).text
    assert "l***@mail.test" in shown
    assert browser.post(code_page("mail"))["Location"].startswith("/messages/settings/prove/")
    row = ContactProof.objects.get()
    assert (row.channel, row.address) == ("mail", "li@mail.test")
    # Another address has to be proved anew.
    proving.prove(account=filled.account, proof_id=row.pk, code=row.code, at=row.made_at)
    wishes = inbox.Wishes(by_sms=True, by_mail=True, mail="si@mail.test", is_quiet_at_night=True)
    inbox.keep_wishes(account=filled.account, wishes=wishes)
    assert not proving.is_proved(filled.account, Channel.MAIL, "si@mail.test")


def test_nobody_sees_or_answers_the_code_of_somebody_else(browser):
    where = ask(browser)
    _case, stranger = scenes.submitted(serial=35)
    theirs = scenes.browser_of(stranger)
    code = ContactProof.objects.get().code
    assert theirs.get(where).status_code == 404
    assert theirs.post(where, {"code": code}).status_code == 404
    assert ContactProof.objects.get().proved_at is None
    assert theirs.post(code_page("webhook")).status_code == 404


def test_the_sandbox_shows_the_code_on_a_page_that_says_what_it_is_and_production_never(
    browser, client, settings
):
    where = ask(browser)
    row = ContactProof.objects.get()
    outbox = reverse("sandbox-outbox")
    assert outbox in browser.get(where).text
    shown = client.get(outbox).text
    assert row.code in shown
    assert "只在演示环境里有这一页" in shown

    settings.SANDBOX = False
    refused = client.get(outbox)
    assert refused.status_code == 403
    assert row.code not in refused.text
    assert outbox not in browser.get(where).text
    # Without a channel there is nothing to prove, and nothing to press.
    assert "contacts" not in browser.get(SETTINGS).text
    assert browser.post(code_page()).status_code == 404


def test_a_mandate_is_found_in_the_messages_and_leads_to_its_page(filled, browser):
    account, mother = world.a_person("李桂", serial=61)
    mandate = operations.give(
        account=account, principal=mother, agent_name=filled.applicant.name,
        agent_number=filled.applicant.number, items=[], until_on=MONDAY.date().replace(year=2027),
        words="请代办", at=MONDAY,
    )  # fmt: skip
    page = browser.get("/messages/").text
    assert "有人请您代办" in page
    notice = inbox.notices_of(filled.account).get(mandate=mandate)
    one = browser.get(reverse("portal:notice", args=[notice.pk])).text
    assert reverse("portal:mandate", args=[mandate.pk]) in one
    assert "/cases/m" not in one
