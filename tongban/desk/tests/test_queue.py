"""The queue of one's own office: what it shows, counts, finds and leaves out."""

import re
from datetime import date, timedelta

import pytest
from django.urls import reverse

from tongban.cases import queues, standing
from tongban.cases.operations import claims
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.desk.tests import stages
from tongban.parties.models import Role

pytestmark = pytest.mark.django_db
DUE = date(2026, 11, 17)


@pytest.fixture
def on(monkeypatch):
    """Make it a certain day in Beijing, for pages."""
    return lambda day: monkeypatch.setattr(standing, "today", lambda: day)


def counts(page: str) -> dict[str, int]:
    tabs = re.search(r'aria-label="筛选">(.*?)</nav>', page, re.DOTALL)
    assert tabs
    found = re.findall(r'([^<>]+) <span class="num">(\d+)</span>', tabs[1])
    return {name.strip(): int(count) for name, count in found}


def numbers(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/desk/cases/(\w+)/"', page)


def test_a_clerk_sees_what_waits_at_her_own_window_and_nothing_else(signed_in, on):
    on(DUE)
    case, _ = world.a_case()
    page = signed_in(world.a_clerk()).get("/desk/").text
    assert numbers(page) == [case.number]
    for said in ("夫妻投靠户口迁移", "李四", "今天到期", "已提交，等收件", "核对身份，收件"):
        assert said in page
    assert counts(page) == {
        "要我办": 1, "超时": 0, "今天到期": 1, "我认领的": 0, "等申请人": 0, "已移交": 0,
    }  # fmt: skip

    other = signed_in(world.a_clerk("220203", name="郑七")).get("/desk/").text
    assert numbers(other) == []
    assert "现在没有要收的件" in other


def test_a_case_moves_through_the_filters_as_it_is_worked_on(signed_in, on):
    on(DUE)
    case, _ = world.a_case()
    clerk, officer = world.a_clerk(), world.a_decider()
    window, desk = signed_in(clerk), signed_in(officer)
    stages.claimed(case, clerk)
    assert numbers(window.get("/desk/?shown=claimed").text) == [case.number]

    on(DUE + timedelta(days=1))
    late = window.get("/desk/?shown=late").text
    assert numbers(late) == [case.number]
    assert 'class="late"' in late
    assert "超1个工作日" in late

    stages.returned(case, clerk)
    waiting = window.get("/desk/?shown=waiting").text
    assert numbers(waiting) == [case.number]
    assert "停止计时，等申请人" in waiting
    assert numbers(window.get("/desk/").text) == []
    assert [numbers(desk.get(f"/desk/?shown={one}").text) for one in ("passed", "waiting")] == [
        [],
        [],
    ]


def test_a_decided_case_stays_to_be_found_under_what_is_done(signed_in):
    case, _ = world.a_case()
    clerk, officer = world.a_clerk(), world.a_decider()
    stages.in_delivery(case, clerk, officer)
    assert numbers(signed_in(officer).get("/desk/?shown=passed").text) == [case.number]


def test_the_deciders_queue_says_what_there_is_to_do(signed_in, on):
    on(DUE)
    case, _ = world.a_case()
    world.handed_over(case, world.a_clerk())
    page = signed_in(world.a_decider()).get("/desk/").text
    assert numbers(page) == [case.number]
    assert "受理，或一次告知补正" in page
    assert "吉林 长春 朝阳区" in page


@pytest.mark.parametrize("typed", ["last8", "whole", "李四", " 李四 "])
def test_a_case_is_found_by_the_end_of_its_number_or_the_full_name(signed_in, typed):
    case, _ = world.a_case()
    clerk = world.a_clerk()
    stages.looked_through(case, clerk)
    find = {"last8": case.number[-7:], "whole": case.number}.get(typed, typed)
    page = signed_in(clerk).get("/desk/", {"find": find}).text
    assert numbers(page) == [case.number]


def test_a_case_is_found_also_after_it_left_the_office(signed_in):
    case, _ = world.a_case()
    clerk = world.a_clerk()
    world.handed_over(case, clerk)
    assert numbers(signed_in(clerk).get("/desk/", {"find": "李四"}).text) == [case.number]


@pytest.mark.parametrize("find", ["李", "999999", "'; --", "<i>李"])
def test_what_is_not_there_is_said_to_be_not_there(signed_in, find):
    world.a_case()
    page = signed_in(world.a_clerk()).get("/desk/", {"find": find}).text
    assert numbers(page) == []
    assert "没有找到" in page
    assert "<i>" not in page


@pytest.fixture
def short_pages(monkeypatch):
    """Pages that few cases fill."""
    monkeypatch.setattr(queues, "PAGE", 4)
    monkeypatch.setattr(queues, "_FIRST_PAGES", queues.first_pages())


@pytest.mark.usefixtures("short_pages")
def test_a_long_queue_comes_in_pages_that_leave_nothing_out(signed_in):
    made = {world.a_case(serial=serial)[0].number for serial in range(1, 10)}
    window = signed_in(world.a_clerk())
    seen, address = [], "/desk/"
    while address:
        page = window.get(address).text
        assert len(numbers(page)) <= 4
        seen += numbers(page)
        after = re.search(r'href="(\?[^"]+)" rel="next"', page)
        address = "/desk/" + after[1].replace("&amp;", "&") if after else ""
    assert len(seen) == len(set(seen))
    assert set(seen) == made


@pytest.mark.usefixtures("short_pages")
def test_a_page_keeps_its_place_while_cases_before_it_leave(signed_in):
    for serial in range(1, 7):
        world.a_case(serial=serial)
    clerk = world.a_clerk()
    window = signed_in(clerk)
    first = window.get("/desk/").text
    after = re.search(r'href="(\?[^"]+)" rel="next"', first)
    assert after
    second = numbers(window.get("/desk/" + after[1].replace("&amp;", "&")).text)
    gone = world.Case.objects.get(pk=numbers(first)[0])
    world.handed_over(gone, clerk)
    assert numbers(window.get("/desk/" + after[1].replace("&amp;", "&")).text) == second


def test_somebody_with_both_roles_has_both_queues(signed_in):
    case, _ = world.a_case()
    clerk = world.a_clerk()
    both = world.an_officer(clerk.authority, Role.RECEIVER, Role.DECIDER, name="双职")
    window = signed_in(both)
    page = window.get("/desk/").text
    assert numbers(page) == [case.number]
    assert 'href="?side=decider"' in page
    assert numbers(window.get("/desk/?side=decider").text) == []
    assert "通办 审批" in window.get("/desk/?side=decider").text


@pytest.mark.parametrize(
    "query", ["shown=other", "after=x", "after=2026-99-99~1", "side=applicant"]
)
def test_an_address_that_somebody_changed_still_shows_the_queue(signed_in, query):
    world.a_case()
    assert signed_in(world.a_clerk()).get(f"/desk/?{query}").status_code == 200


def test_claiming_from_the_queue_opens_the_case(signed_in):
    case, _ = world.a_case()
    clerk = world.a_clerk()
    answer = signed_in(clerk).post(reverse("desk:claim", args=[case.number]))
    assert answer["Location"] == reverse("desk:case", args=[case.number])
    case.refresh_from_db()
    assert case.claimed_by == clerk


def test_the_queue_names_the_colleague_and_since_when(signed_in):
    case, _ = world.a_case()
    claims.claim_case(number=case.number, officer=world.a_clerk(), at=MONDAY)
    page = signed_in(world.a_clerk(name="孙八")).get("/desk/").text
    assert "赵六" in page
    assert "11月16日（周一）9:12" in page
    assert reverse("desk:claim", args=[case.number]) not in page


def test_a_queue_costs_the_same_number_of_queries_however_long_it_is(
    signed_in, django_assert_num_queries, django_assert_max_num_queries
):
    window = signed_in(world.a_clerk())
    world.a_case(serial=1)
    with django_assert_max_num_queries(16) as few:
        window.get("/desk/")
    for serial in range(2, 6):
        world.a_case(serial=serial)
    with django_assert_num_queries(len(few)):
        window.get("/desk/")
