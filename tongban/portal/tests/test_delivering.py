"""How the result is wanted is asked while filling in, kept with the draft, and becomes the choice."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tongban.basics.refusals import FieldsRefused
from tongban.cases.models import Draft
from tongban.cases.operations import drafted_delivery, drafts
from tongban.cases.operations.drafted_delivery import Wanted
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.delivery import casebook, queries
from tongban.delivery.choices import Way
from tongban.delivery.couriers import Address
from tongban.delivery.models import Choice, SavedAddress
from tongban.delivery.operations import addresses
from tongban.delivery.tests.scenes import HOME
from tongban.portal.tests import scenes
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db

DECLARED = {"is_true": "on", "may_use": "on"}
TYPED = {"name": HOME.name, "phone": HOME.phone, "address": HOME.address}


@pytest.fixture
def filled():
    return world.a_draft()


@pytest.fixture
def browser(filled):
    return scenes.browser_of(filled)


def page(filled, name="draft-delivery"):
    return reverse(f"portal:{name}", args=[filled.draft.pk])


def choice_of(number):
    return queries.choice_of(casebook.facts(number))


def test_the_post_asks_for_an_address_and_an_electronic_result_for_none(filled, browser):
    for wrong in ({}, {"way": "post"}, {"way": "post", **TYPED, "address": "长春"},
                  {"way": "window", "place": "350102"}):  # fmt: skip
        assert browser.post(page(filled), wrong).status_code == 422
    assert browser.post(page(filled), {"way": "electronic"}).url == page(filled, "check")
    assert drafted_delivery.wanted(Draft.objects.get()) == Wanted(Way.ELECTRONIC)
    assert not SavedAddress.objects.exists()


def test_what_was_chosen_while_filling_in_is_the_choice_of_the_case(filled, browser):
    browser.post(page(filled), {"way": "post", **TYPED})
    draft = Draft.objects.get()
    assert HOME.address.encode() not in bytes(draft.delivery)
    shown = browser.get(page(filled, "check")).content.decode()
    assert "邮寄到家" in shown
    assert HOME.address in shown
    assert HOME.phone not in shown
    assert not Choice.objects.exists(), "nobody hears of it before it is handed in"

    assert browser.post(page(filled, "check"), DECLARED).status_code == 302
    number = Draft.objects.get().submitted_as
    choice = choice_of(number)
    assert queries.chosen_address(choice) == HOME
    assert HOME.address not in recorded.events(choice.number)[0].body.decode()
    assert browser.get(page(filled))["Location"].endswith("/done/")
    # Afterwards it is changed on the page of the case.
    browser.post(reverse("portal:delivery", args=[number]), {"way": "electronic"})
    assert choice_of(number).way == "electronic"


def test_whoever_says_nothing_hands_in_as_before(filled, browser):
    assert "没有选，按这件的办理方式给" in browser.get(page(filled, "check")).content.decode()
    assert browser.post(page(filled, "check"), DECLARED).status_code == 302
    assert not Choice.objects.exists()


def test_a_window_that_has_gone_since_is_chosen_again_before_handing_in(
    filled, browser, monkeypatch
):
    browser.post(page(filled), {"way": "window", "place": "220104"})
    monkeypatch.setattr(drafted_delivery.choosing, "windows_in", lambda _place: [])
    shown = browser.get(page(filled, "check")).content.decode()
    assert "您选的领取窗口已经没有了" in shown
    assert page(filled) + "?back=check" in shown
    with pytest.raises(FieldsRefused):
        drafts.submit_draft(draft_id=filled.draft.pk, account=filled.account, at=MONDAY)
    assert Draft.objects.get().submitted_as == ""


def test_the_page_belongs_to_whoever_fills_in(filled):
    _case, stranger = scenes.submitted(serial=31)
    theirs = scenes.browser_of(stranger)
    assert theirs.get(page(filled)).status_code == 404
    assert theirs.post(page(filled), {"way": "electronic"}).status_code == 404
    assert not drafted_delivery.wanted(Draft.objects.get(pk=filled.draft.pk))


def test_an_address_used_before_is_picked_and_not_typed_again(filled, browser):
    row = addresses.keep(account=filled.account, address=HOME, at=MONDAY)
    assert HOME.address.encode() not in bytes(row.sealed)
    shown = browser.get(page(filled)).content.decode()
    assert HOME.address in shown
    assert f'value="{row.pk}"' in shown
    browser.post(page(filled), {"way": "post", "known": str(row.pk)})
    assert drafted_delivery.wanted(Draft.objects.get()).address == HOME
    browser.post(page(filled), {"way": "post", "known": "new", **TYPED, "name": "李小四"})
    assert drafted_delivery.wanted(Draft.objects.get()).address.name == "李小四"


def test_nobody_picks_or_deletes_an_address_of_somebody_else(filled, browser):
    _case, stranger = scenes.submitted(serial=32)
    row = addresses.keep(account=stranger.account, address=HOME, at=MONDAY)
    assert browser.post(page(filled), {"way": "post", "known": str(row.pk)}).status_code == 422
    forget = reverse("portal:address-forget", args=[row.pk])
    assert browser.post(forget).status_code == 404
    assert SavedAddress.objects.count() == 1
    assert HOME.address not in browser.get(reverse("portal:mine")).content.decode()
    theirs = scenes.browser_of(stranger)
    assert HOME.address in theirs.get(reverse("portal:mine")).content.decode()
    theirs.post(forget)
    assert not SavedAddress.objects.exists()


def test_the_same_address_is_kept_once_and_only_the_last_ones_are_kept(filled):
    for number in range(addresses.MOST + 3):
        at = MONDAY + timedelta(minutes=number)
        address = Address("李四", "13900000002", f"长春市朝阳区示例路{number % 12}号")
        addresses.keep(account=filled.account, address=address, at=at)
    kept = [one.address.address for one in addresses.addresses_of(filled.account)]
    assert len(kept) == addresses.MOST
    assert kept[:2] == ["长春市朝阳区示例路0号", "长春市朝阳区示例路11号"]
