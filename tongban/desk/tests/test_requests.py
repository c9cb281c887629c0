"""Requests at the desk: what waits for this office, its answers, and what it asks of the other."""

import pytest
from django.urls import reverse

from tongban.cases.models import Request
from tongban.cases.operations import requests
from tongban.cases.operations.requests import Handed, Wish
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.desk.tests.browsing import cookies_of
from tongban.record import queries as recorded
from tongban.ui.tests.page_checks import Checks, check_pages

pytestmark = pytest.mark.django_db


def asked(case, filled, kind="ask", **more):
    wish = Wish(kind, "办到哪一步了", **more)
    return requests.ask_as_applicant(
        number=case.number, account=filled.account, wish=wish, at=MONDAY
    )


@pytest.fixture
def cast(signed_in):
    """A case at the deciding desk; browsers of the clerk and of the officer."""
    case, filled = world.a_case()
    clerk, officer = world.a_clerk(), world.a_decider()
    world.handed_over(case, clerk)
    return case, filled, signed_in(clerk), signed_in(officer)


def form_of(request):
    return f"{str(request.pk)[:8]}-text"


def answer_address(request):
    return reverse("desk:answer-request", args=[request.number, request.pk])


def page_of(case):
    return reverse("desk:case-requests", args=[case.number])


def test_a_question_waits_in_the_list_of_its_office_and_is_answered_from_the_case(cast):
    case, filled, window, desk = cast
    request = asked(case, filled)
    assert "询问" in desk.get(reverse("desk:requests")).text
    assert "没有等答复的请求" in window.get(reverse("desk:requests")).text
    assert form_of(request) in desk.get(page_of(case)).text
    assert form_of(request) not in window.get(page_of(case)).text

    assert desk.post(answer_address(request), {form_of(request): ""}).status_code == 422
    desk.post(answer_address(request), {form_of(request): "本周内办完", "do": "grant"})

    assert Request.objects.get().outcome == "answered"
    assert "本周内办完" in window.get(page_of(case)).text
    assert "本周内办完" in desk.get(reverse("desk:history", args=[case.number])).text


def test_the_other_office_does_not_answer(cast):
    case, filled, window, _ = cast
    request = asked(case, filled)
    assert window.post(answer_address(request), {form_of(request): "答"}).status_code == 403
    assert Request.objects.get().answered_at is None


def test_a_paper_is_looked_at_before_it_is_taken(cast):
    case, filled, _, desk = cast
    paper = world.a_paper()
    request = asked(case, filled, "add_paper", papers=[Handed("单位证明.png", paper)])
    address = reverse("desk:request-paper", args=[case.number, request.pk, paper.digest])
    assert b"".join(desk.get(address).streaming_content) == world.PNG
    desk.post(answer_address(request), {form_of(request): "收下", "do": "grant"})
    assert case.materials.filter(name="单位证明.png").exists()


def test_the_window_urges_the_deciding_office_once(cast):
    case, _, window, desk = cast
    address = reverse("desk:ask-request", args=[case.number])
    said = {"kind": "urge", "text": "申请人等着用"}
    assert window.post(address, said).status_code == 302
    assert window.post(address, said).status_code == 409
    assert "申请人等着用" in desk.get(page_of(case)).text
    assert desk.post(address, said).status_code == 409
    assert Request.objects.count() == 1


def test_an_officer_of_a_third_office_sees_no_request(cast, signed_in):
    case, filled, _, _ = cast
    request = asked(case, filled)
    third = signed_in(world.a_decider(department="yibao", name="陈三"))
    assert third.get(page_of(case)).status_code == 403
    assert third.post(answer_address(request), {form_of(request): "答"}).status_code == 403
    assert "办到哪一步" not in third.get(reverse("desk:requests")).text
    assert recorded.events(case.number)[-1].kind != "answer_request"


def test_a_request_of_another_case_is_not_answered_through_this_one(cast):
    case, _, _, desk = cast
    other, filled = world.a_case(serial=2)
    request = asked(other, filled)
    address = reverse("desk:answer-request", args=[case.number, request.pk])
    assert desk.post(address, {form_of(request): "答"}).status_code == 404


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("country")
def test_the_pages_of_requests_are_usable_by_everybody(browser, live_server):
    case, filled = world.a_case()
    clerk, officer = world.a_clerk(), world.a_decider()
    world.handed_over(case, clerk)
    asked(case, filled)
    pages = [reverse("desk:requests"), page_of(case)]
    check_pages(browser, live_server.url, pages, cookies=cookies_of(officer), only=Checks.in_brief)
    check_pages(
        browser, live_server.url, pages[1:], cookies=cookies_of(clerk), only=Checks.in_brief
    )
