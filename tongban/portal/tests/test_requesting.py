"""Asking from the tracking page: what can be asked, what was answered, what stays unanswered."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.timezone import now

from tongban.cases import queries
from tongban.cases.models import Case, Request
from tongban.cases.operations import requests
from tongban.cases.tests import world
from tongban.portal.tests import scenes
from tongban.portal.tests.test_finding import words
from tongban.ui.tests.page_checks import Checks, check_pages

pytestmark = pytest.mark.django_db


def page_of(case, rest=""):
    return f"/cases/{case.number}/{rest}"


@pytest.fixture
def followed():
    """A case that the deciding office reviews, and its applicant's browser."""
    case, filled = scenes.under_review()
    return case, scenes.browser_of(filled)


def test_a_question_and_its_answer_stand_on_the_tracking_page(followed):
    case, browser = followed
    assert browser.get(page_of(case, "ask/ask/")).status_code == 200
    answer = browser.post(page_of(case, "ask/ask/"), {"text": "能寄到家里吗"}, follow=True)
    assert "能寄到家里吗" in words(answer)
    assert "剩3个工作日" in words(answer)

    requests.answer(
        request_id=Request.objects.get().pk, officer=scenes.decider("gongan"),
        text="可以寄", refuse=False, at=now(),
    )  # fmt: skip
    said = words(browser.get(page_of(case)))
    assert "可以寄" in said
    assert "已经答复" in said


def test_what_nobody_answers_in_time_is_shown_as_late(followed):
    case, browser = followed
    browser.post(page_of(case, "ask/ask/"), {"text": "能寄到家里吗"})
    Request.objects.update(asked_at=now() - timedelta(days=30))
    assert "还没有答复" in words(browser.get(page_of(case)))


def test_the_same_is_not_asked_twice_and_what_was_typed_stays(followed):
    case, browser = followed
    browser.post(page_of(case, "ask/urge/"), {"text": "开学要用"})
    again = browser.post(page_of(case, "ask/urge/"), {"text": "开学真的要用"})
    assert again.status_code == 409
    assert "正在等答复" in words(again)
    assert "开学真的要用" in again.content.decode()
    assert page_of(case, "ask/urge/") not in browser.get(page_of(case)).content.decode()


def test_a_paper_is_offered_and_a_wrong_file_is_said_at_its_field(followed):
    case, browser = followed
    said = {"text": "补一份"}
    assert browser.post(page_of(case, "ask/add_paper/"), said).status_code == 422
    wrong = SimpleUploadedFile("证明.png", b"not a picture")
    answer = browser.post(page_of(case, "ask/add_paper/"), said | {"papers": wrong})
    assert answer.status_code == 422
    right = SimpleUploadedFile("证明.png", world.PNG)
    answer = browser.post(page_of(case, "ask/add_paper/"), said | {"papers": right}, follow=True)
    assert "证明.png" in words(answer)


def test_another_telephone_number_holds_at_once(followed):
    case, browser = followed
    assert browser.post(page_of(case, "ask/change_contact/"), {"phone": "12"}).status_code == 422
    browser.post(page_of(case, "ask/change_contact/"), {"phone": "13900000009"})
    changed = queries.particulars(Case.objects.get(pk=case.pk))
    assert changed["applicant"]["phone"] == "13900000009"


def test_somebody_else_s_case_cannot_be_asked_about(followed, stranger):
    case, _ = followed
    for kind in ("ask", "urge", "add_paper", "change_contact"):
        assert stranger.get(page_of(case, f"ask/{kind}/")).status_code == 404
        assert stranger.post(page_of(case, f"ask/{kind}/"), {"text": "问"}).status_code == 404
    assert not Request.objects.exists()


def test_what_nobody_would_answer_is_not_offered(followed):
    case, browser = followed
    assert browser.get(page_of(case, "ask/withdraw/")).status_code == 404
    ended, filled = scenes.closed()
    page = scenes.browser_of(filled).get(page_of(ended)).content.decode()
    assert "/ask/" not in page
    assert scenes.browser_of(filled).get(page_of(ended, "ask/ask/")).status_code == 409


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("country")
def test_the_pages_of_requests_are_usable_by_everybody(browser, live_server):
    case, filled = scenes.under_review()
    client = scenes.browser_of(filled)
    client.post(page_of(case, "ask/ask/"), {"text": "能寄到家里吗"})
    cookies = [{"name": name, "value": one.value} for name, one in client.cookies.items()]
    paths = [page_of(case), page_of(case, "ask/add_paper/"), page_of(case, "ask/change_contact/")]
    check_pages(browser, live_server.url, paths, cookies=cookies, only=Checks.in_brief)
