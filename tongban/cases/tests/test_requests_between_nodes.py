"""Requests travel to whoever holds the case; every node shows them, and what became of them."""

import random

import pytest
from django.apps import apps

from tongban.cases import asked, queries
from tongban.cases.models import Case, Request
from tongban.cases.operations import claims, requests, review
from tongban.cases.operations.requests import Handed, Wish
from tongban.cases.tests import world
from tongban.cases.tests.world import FUZHOU, MONDAY
from tongban.exchange.tests.two_nodes import country
from tongban.record import papers
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db
HERE, THERE = "22", "35"


@pytest.fixture
def land(tmp_path):
    own = [model._meta.db_table for model in apps.get_app_config("cases").get_models()]
    return country(tmp_path, HERE, THERE, tables=own, at=MONDAY)


@pytest.fixture
def cast(land):
    """A case of 吉林 at its window, bound for 福州; its applicant, clerk and officer."""
    with land.at(HERE):
        case, filled = world.a_case(deciding=FUZHOU)
    return land, case.number, filled.account, world.a_clerk(), world.a_decider(FUZHOU)


@pytest.fixture
def crossed(cast):
    """The same case, handed over and arrived."""
    land, number, _account, clerk, _officer = cast
    hand_over(land, number, clerk)
    land.carry(at=MONDAY)
    return cast


def hand_over(land, number, clerk):
    with land.at(HERE):
        world.handed_over(Case.objects.get(pk=number), clerk)


def ask(land, number, account, kind="ask", text="办到哪一步了", **more):
    with land.at(HERE):
        return requests.ask_as_applicant(
            number=number, account=account, wish=Wish(kind, text, **more), at=MONDAY
        )


def answer(land, request, officer, text="本周内办完", *, refuse=False):
    with land.at(THERE):
        return requests.answer(
            request_id=request.pk, officer=officer, text=text, refuse=refuse, at=MONDAY
        )


def outcomes(land, number):
    """What each node says became of every request."""
    found = []
    for node in (HERE, THERE):
        with land.at(node):
            rows = Request.objects.filter(number=number).order_by("asked_at", "kind")
            found.append([(row.kind, row.by, row.outcome) for row in rows])
    assert found[0] == found[1]
    return found[0]


def assert_same_record(land, number):
    chains = []
    for node in (HERE, THERE):
        with land.at(node):
            chains.append([event.hash for event in recorded.events(number)])
            assert not land.parked(node)
    assert chains[0] == chains[1]


def test_a_question_is_answered_at_the_other_node_and_the_answer_comes_back(crossed):
    land, number, account, clerk, officer = crossed
    request = ask(land, number, account)
    land.carry(at=MONDAY, shuffle=lambda mail: [*mail, *mail])
    with land.at(THERE):
        (waiting,) = asked.open_of_office(officer, today=MONDAY.date())
        assert (waiting.id, waiting.words) == (request.pk, "办到哪一步了")
    answer(land, request, officer)
    land.carry(at=MONDAY)

    assert outcomes(land, number) == [("ask", "applicant", "answered")]
    assert_same_record(land, number)
    with land.at(HERE):
        (found,) = asked.of_case(Case.objects.get(pk=number), today=MONDAY.date())
        assert (found.answer, found.contact["person"]) == ("本周内办完", officer.name)
        assert not asked.open_of_office(clerk, today=MONDAY.date())


def test_what_is_asked_while_a_case_crosses_waits_for_it_on_the_other_side(cast):
    land, number, account, clerk, officer = cast
    hand_over(land, number, clerk)
    ask(land, number, account)
    land.carry(at=MONDAY, shuffle=lambda mail: list(reversed(mail)))
    with land.at(THERE):
        assert asked.count_of_office(officer).now() == 1


def test_what_the_window_did_not_answer_goes_on_with_the_case(cast):
    land, number, account, clerk, officer = cast
    ask(land, number, account)
    with land.at(HERE):
        assert asked.count_of_office(clerk).now() == 1
    hand_over(land, number, clerk)
    land.carry(at=MONDAY)
    with land.at(HERE):
        assert asked.count_of_office(clerk).now() == 0
    with land.at(THERE):
        assert asked.count_of_office(officer).now() == 1


def test_offered_papers_travel_and_become_materials_on_both_sides(crossed):
    land, number, account, _clerk, officer = crossed
    with land.at(HERE):
        paper = Handed("单位证明", world.a_paper())
    request = ask(land, number, account, "add_paper", papers=[paper])
    land.carry(at=MONDAY)
    with land.at(THERE):
        assert papers.has(paper.file.digest)
    answer(land, request, officer, "收下")
    land.carry(at=MONDAY)
    for node in (HERE, THERE):
        with land.at(node):
            assert Case.objects.get(pk=number).materials.filter(name="单位证明").exists()
    assert outcomes(land, number) == [("add_paper", "applicant", "granted")]


def test_another_telephone_number_reaches_the_office_that_holds_the_case(crossed):
    land, number, account, _clerk, _officer = crossed
    ask(land, number, account, "change_contact", "", phone="13900000009")
    land.carry(at=MONDAY)
    for node in (HERE, THERE):
        with land.at(node):
            particulars = queries.particulars(Case.objects.get(pk=number))
            assert particulars["applicant"]["phone"] == "13900000009"
    assert outcomes(land, number) == [("change_contact", "applicant", "granted")]
    assert_same_record(land, number)


def test_a_withdrawal_on_its_way_meets_the_case_wherever_it_is(cast):
    land, number, account, clerk, _officer = cast
    hand_over(land, number, clerk)
    with land.at(HERE):
        requests.withdraw(number=number, account=account, reason="不迁了", at=MONDAY)
    land.carry(at=MONDAY, shuffle=lambda mail: list(reversed(mail)))
    assert outcomes(land, number) == [("withdraw", "applicant", "granted")]
    assert_same_record(land, number)


@pytest.mark.parametrize("seed", range(4))
def test_both_nodes_end_with_the_same_answers_whatever_the_post_does(crossed, seed):
    land, number, account, clerk, officer = crossed
    chance = random.Random(seed)

    def post(mail):
        kept = [one for one in mail for _ in range(chance.choice([1, 2]))]
        chance.shuffle(kept)
        return kept

    request = ask(land, number, account)
    ask(land, number, account, "urge", "快")
    with land.at(HERE):
        requests.ask_as_office(
            number=number, officer=clerk, wish=Wish("ask", "申请人在窗口"), at=MONDAY
        )
    land.carry(at=MONDAY, shuffle=post)
    answer(land, request, officer)
    with land.at(THERE):
        claims.claim_case(number=number, officer=officer, at=MONDAY)
        review.accept_case(number=number, officer=officer, at=MONDAY)
    land.carry(at=MONDAY, shuffle=post)
    assert sorted(outcomes(land, number)) == [
        ("ask", "applicant", "answered"),
        ("ask", "receiver", ""),
        ("urge", "applicant", "acted"),
    ]
    assert_same_record(land, number)
