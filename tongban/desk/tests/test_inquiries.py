"""协查 at the desk: asking, answering, and that only the two offices know of it."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import localdate

from tongban.cases.inquiries import queries
from tongban.cases.inquiries.models import Inquiry
from tongban.cases.inquiries.standing import State
from tongban.cases.notices.models import DeskNotice
from tongban.cases.tests import world
from tongban.cases.tests.world import PNG
from tongban.desk.tests.browsing import cookies_of
from tongban.ui.tests.page_checks import Checks, check_pages

pytestmark = pytest.mark.django_db

ASKED = {
    "place": "吉林省吉林市",
    "department": "gongan",
    "subject": "核实户籍",
    "text": "李四现在的户籍地址",
    "days": "5",
    "number": "",
}


@pytest.fixture
def offices(signed_in):
    clerk, officer = world.a_clerk(), world.a_decider()
    return clerk, officer, signed_in(clerk), signed_in(officer)


def asked_by(browser, **changes):
    answer = browser.post(reverse("desk:ask-inquiry"), ASKED | changes)
    assert answer.status_code == 302, answer.content.decode()
    return Inquiry.objects.get()


def address(name, row, *more):
    return reverse(f"desk:{name}", args=[row.pk, *more])


def test_one_office_asks_and_the_other_answers_by_pages_alone(offices):
    clerk, officer, window, desk = offices
    assert window.get(reverse("desk:ask-inquiry")).status_code == 200
    paper = SimpleUploadedFile("证明.png", PNG, "image/png")
    row = asked_by(window, papers=paper)
    assert (row.answerer_authority, row.state) == (officer.authority.code, State.ARRIVED)

    assert "核实户籍" in desk.get(reverse("desk:inquiries")).text
    page = desk.get(address("inquiry", row)).text
    assert "李四现在的户籍地址" in page
    assert clerk.name in page
    digest = queries.thread(row)[0].papers[0].digest
    shown = desk.get(address("inquiry-paper", row, digest))
    assert b"".join(shown.streaming_content) == PNG

    assert desk.post(address("answer-inquiry", row), {"text": ""}).status_code == 422
    desk.post(address("answer-inquiry", row), {"text": "示例街道1号"})
    back = window.get(address("inquiry", row)).text
    assert "示例街道1号" in back
    assert officer.name in back
    again = desk.post(address("answer-inquiry", row), {"text": "第二次"})
    assert again.status_code == 409
    window.post(address("more-inquiry", row), {"text": "哪天迁入的"})
    assert "哪天迁入的" in desk.get(address("inquiry", row)).text


def test_a_refusal_has_a_ground(offices):
    _, _, window, desk = offices
    row = asked_by(window)
    assert desk.post(address("refuse-inquiry", row), {"ground": ""}).status_code == 422
    desk.post(address("refuse-inquiry", row), {"ground": "不归公安", "right_organ": "民政局"})
    assert "不归公安" in window.get(address("inquiry", row)).text


def test_what_was_asked_can_be_taken_back_and_answered_no_more(offices):
    _, _, window, desk = offices
    row = asked_by(window)
    window.post(address("withdraw-inquiry", row))
    assert Inquiry.objects.get().state == State.WITHDRAWN
    assert desk.post(address("answer-inquiry", row), {"text": "答复"}).status_code == 409
    assert "答复对方" not in desk.get(address("inquiry", row)).text


def test_what_is_overdue_is_reminded_of_with_one_press_a_day(offices):
    _, officer, window, desk = offices
    row = asked_by(window)
    assert "催办" not in window.get(address("inquiry", row)).text
    assert window.post(address("remind-inquiry", row)).status_code == 409
    Inquiry.objects.update(due_on=localdate() - timedelta(days=1))
    waiting = window.get(address("inquiry", row)).text
    assert "一天一次" in waiting
    assert f'对方的电话：<span class="num">{officer.authority.phone}</span>' in waiting
    assert "一天一次" not in desk.get(address("inquiry", row)).text
    for _ in range(2):
        assert window.post(address("remind-inquiry", row)).status_code == 302
    page = window.get(address("inquiry", row)).text
    assert page.count("请求的机关催办") == 1
    assert "催过对方" in page
    inbox = desk.get(reverse("desk:inbox")).text
    assert "协查逾期，对方催办" in inbox
    told = DeskNotice.objects.get(officer=officer, kind="inquiry_late")
    opened = desk.get(reverse("desk:notice", args=[told.pk]))
    assert opened["Location"] == address("inquiry", row)


def test_an_officer_of_a_third_office_gets_nothing_from_any_address(offices, signed_in):
    _, _, window, _ = offices
    row = asked_by(window)
    third = signed_in(world.a_decider(department="yibao", name="陈三"))
    digest = "0" * 64
    for name, *more in (("inquiry",), ("inquiry-evidence",), ("inquiry-paper", digest)):
        assert third.get(address(name, row, *more)).status_code == 404
    for name in (
        "answer-inquiry", "refuse-inquiry", "more-inquiry", "withdraw-inquiry", "remind-inquiry",
    ):  # fmt: skip
        assert third.post(address(name, row), {"text": "一", "ground": "一"}).status_code == 404
    for box in ("in", "out"):
        assert "核实户籍" not in third.get(reverse("desk:inquiries"), {"box": box}).text
    assert Inquiry.objects.get().state == State.ARRIVED


@pytest.mark.parametrize(
    "wrong",
    [
        {"place": "没有这个市"}, {"place": "999999"}, {"department": "x"}, {"subject": ""},
        {"text": ""}, {"days": "0"}, {"days": "三"}, {"number": "123"},
        {"number": "220104202611160004274"},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(offices, wrong):
    _, _, window, _ = offices
    answer = window.post(reverse("desk:ask-inquiry"), ASKED | {"text": "查一下户籍"} | wrong)
    assert answer.status_code in {404, 422}
    assert "要改" in answer.text
    assert "text" in wrong or "查一下户籍" in answer.text
    assert not Inquiry.objects.exists()


def test_an_office_does_not_ask_itself(offices):
    _, _, _, desk = offices
    answer = desk.post(reverse("desk:ask-inquiry"), ASKED)
    assert answer.status_code == 409
    assert "自己" in answer.text


def test_the_evidence_is_a_file_of_signed_events(offices):
    _, _, window, _ = offices
    row = asked_by(window)
    answer = window.get(address("inquiry-evidence", row))
    found = json.loads(answer.content)
    assert [json.loads(one["body"])["kind"] for one in found["events"]] == ["ask", "arrive"]
    assert "attachment" in answer["Content-Disposition"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("country")
def test_the_pages_of_inquiries_are_usable_by_everybody(browser, live_server, signed_in):
    clerk, officer = world.a_clerk(), world.a_decider()
    row = asked_by(signed_in(clerk))
    asking = [reverse("desk:ask-inquiry"), f"{reverse('desk:inquiries')}?box=out"]
    answering = [reverse("desk:inquiries"), address("inquiry", row)]
    check_pages(browser, live_server.url, asking, cookies=cookies_of(clerk), only=Checks.in_brief)
    check_pages(
        browser, live_server.url, answering, cookies=cookies_of(officer), only=Checks.in_brief
    )
