"""补正和亮灯: an operator enters what a document of a place says; the rest stays our default."""

import pytest

from tongban.jurisdictions import calendars, corrections
from tongban.oversight.tests.conftest import officer
from tongban.parties.models import Role

pytestmark = pytest.mark.django_db
PAGE = "/oversight/place-rules/"
CORRECTION = {
    "what": "correction", "place": "220200", "days": "15", "may_terminate": "no",
    "basis": "示例办法〔2026〕1号第三条",
}  # fmt: skip
LIGHT = {
    "what": "light", "place": "220000", "amber_left": "3", "amber_share": "20",
    "basis": "示例办法〔2026〕1号第五条",
}  # fmt: skip


@pytest.fixture
def browser(operator, signed_in):
    return signed_in(operator)


def test_without_a_document_every_rule_is_the_platforms_and_says_so(browser):
    page = browser.get(PAGE).text
    assert page.count("待牵头单位确认") == 2
    assert ">10<" in page


def test_a_rule_is_set_with_its_document_and_who_set_it(browser, operator):
    assert browser.post(PAGE, CORRECTION)["Location"] == PAGE
    assert browser.post(PAGE, LIGHT)["Location"] == PAGE
    page = browser.get(PAGE).text
    for words in ("吉林省吉林市", CORRECTION["basis"], "不终止，另给期限", operator.name, "20%"):
        assert words in page
    found = corrections.of("220202")
    assert (found.days, found.may_terminate, found.is_default) == (15, False, False)
    assert corrections.of("220104").is_default
    assert calendars.lights("220104").amber_left == 3

    browser.post(PAGE, CORRECTION | {"days": "20"})
    assert corrections.of("220202").days == 20
    assert len(corrections.rules_set()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"place": ""}, {"place": "350100"}, {"days": "0"}, {"days": "十"}, {"days": "400"},
        {"may_terminate": ""}, {"basis": ""}, {"basis": "   "},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_is_said_and_sets_nothing(browser, wrong):
    answer = browser.post(PAGE, CORRECTION | wrong)
    assert answer.status_code == 422
    assert "要改" in answer.text
    assert corrections.rules_set() == []


def test_an_address_made_by_hand_sets_nothing(browser):
    assert browser.post(PAGE, {"what": "everything"}).status_code == 422
    assert corrections.rules_set() == []


def test_whoever_keeps_the_catalogue_sets_no_rule_of_a_place(signed_in):
    manager = signed_in(officer(Role.MANAGER, name="张管"))
    assert manager.post(PAGE, CORRECTION).status_code == 403
    assert corrections.rules_set() == []
