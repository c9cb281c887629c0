"""A leader signs where the case lies open, or several at once; each is judged for itself."""

import pytest
from django.urls import reverse

from tongban.cases.models import Countersignature
from tongban.cases.operations import countersigning
from tongban.cases.tests import world
from tongban.desk.tests import stages
from tongban.desk.tests.browsing import cookies_of
from tongban.desk.tests.stages import MONDAY
from tongban.parties.models import Role
from tongban.ui.tests.page_checks import Checks, check_pages

pytestmark = pytest.mark.django_db
LIST = "/desk/office/signatures/"


def asked(serial, officer, clerk, reason="材料多"):
    case, _filled = world.a_case(serial=serial)
    stages.under_review(case, clerk, officer)
    row = countersigning.ask_countersignature(
        number=case.number, officer=officer, act="extend", reason=reason, at=MONDAY,
        terms={"days": 5},
    )  # fmt: skip
    return case, row


@pytest.fixture
def office():
    officer, clerk = world.a_decider(), world.a_clerk()
    leader = world.an_officer(officer.authority, Role.LEADER, name="周一")
    return officer, clerk, leader


def test_a_leader_signs_beside_the_papers_and_stays_there(office, signed_in):
    officer, clerk, leader = office
    case, row = asked(1, officer, clerk)
    bench = reverse("desk:case", args=[case.number])
    head = signed_in(leader)
    assert "等您签字：" in head.get(bench).text
    assert "等您签字：" not in signed_in(officer).get(bench).text

    url = reverse("desk:settle-signature", args=[row.pk])
    answer = head.post(url, {"act": "sign", "back": "case"})
    assert answer["Location"] == bench
    assert "等您签字：" not in head.get(bench).text
    row.refresh_from_db()
    assert row.signed_by == leader


def test_what_is_ticked_is_signed_and_nothing_else(office, signed_in):
    officer, clerk, leader = office
    rows = [asked(serial, officer, clerk)[1] for serial in (1, 2, 3)]
    head = signed_in(leader)
    assert "给勾选的签字" in head.get(LIST).text

    several = reverse("desk:sign-several")
    said = head.post(several, {"signature": [str(one.pk) for one in rows[:2]]}, follow=True).text
    assert "签了2份" in said
    assert "给勾选的签字" not in said, "one is left, which has its own button"
    assert "没有勾选" in head.post(several, follow=True).text
    signed = Countersignature.objects.filter(signed_by=leader).values_list("pk", flat=True)
    assert set(signed) == {one.pk for one in rows[:2]}


def test_what_was_taken_back_meanwhile_or_is_anothers_is_said_and_not_signed(office, signed_in):
    officer, clerk, leader = office
    case, gone = asked(1, officer, clerk)
    _case, here = asked(2, officer, clerk)
    countersigning.take_back(number=case.number, officer=officer, act="extend")
    several, ticked = reverse("desk:sign-several"), {"signature": [str(gone.pk), str(here.pk), "x"]}
    said = signed_in(leader).post(several, ticked, follow=True).text
    assert "签了1份" in said
    assert "没有再签" in said

    third = world.an_officer(
        world.a_decider(department="yibao").authority, Role.LEADER, name="吴二"
    )
    _case, other = asked(3, officer, clerk)
    signed_in(third).post(several, {"signature": [str(other.pk)]})
    assert signed_in(officer).post(several, {"signature": [str(other.pk)]}).status_code == 403
    other.refresh_from_db()
    assert other.signed_at is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("country")
def test_the_list_and_the_case_are_usable_by_everybody(browser, live_server, office):
    officer, clerk, leader = office
    case, _row = asked(1, officer, clerk)
    asked(2, officer, clerk)
    pages = [LIST, reverse("desk:case", args=[case.number])]
    check_pages(browser, live_server.url, pages, cookies=cookies_of(leader), only=Checks.in_brief)
