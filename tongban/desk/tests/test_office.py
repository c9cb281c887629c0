"""The leader's page: load, absences, and what an absent officer left behind."""

import re
from datetime import date, timedelta

import pytest
from django.utils.timezone import localdate, now

from tongban.cases import standing
from tongban.cases.models import Case
from tongban.cases.states import Party
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.desk import load
from tongban.desk.tests import stages
from tongban.parties import absences
from tongban.parties.models import Absence, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    """A window with a leader and two clerks."""
    clerk = world.a_clerk()
    colleague = world.an_officer(clerk.authority, Role.RECEIVER, name="孙八")
    head = world.an_officer(clerk.authority, Role.LEADER, name="周一")
    return clerk, colleague, head


def away(officer, by, substitute=None):
    today = localdate()
    return absences.enter(
        officer=officer, from_on=today, until_on=today + timedelta(days=2),
        substitute=substitute, by=by, at=now(),
    )  # fmt: skip


def test_load_is_counted_by_person_and_by_light(office, monkeypatch):
    clerk, colleague, head = office
    monkeypatch.setattr(standing, "today", lambda: date(2026, 11, 18))
    made = [world.a_case(serial=serial)[0] for serial in range(1, 5)]
    for case, days in zip(made, (17, 18, 19, 30), strict=True):
        Case.objects.filter(pk=case.pk).update(
            due_on=date(2026, 11, days), held_since=MONDAY - timedelta(days=days - 17)
        )
    for case in made[:2]:
        stages.claimed(case, clerk)
    stages.claimed(made[3], colleague)

    rows = load.of_each(
        head, Party.RECEIVER, absences.colleagues(head), [], today=standing.today(), at=MONDAY
    )
    assert {
        row.officer.name if row.officer else "": (
            row.amount.total, row.amount.bad, row.amount.warn, row.amount.ok,
        )
        for row in rows
    } == {"赵六": (2, 1, 1, 0), "孙八": (1, 0, 0, 1), "": (1, 0, 1, 0)}  # fmt: skip
    whole = load.of_office(head, Party.RECEIVER, today=standing.today(), at=MONDAY)
    assert (whole.total, whole.bad, whole.warn, whole.ok, whole.pause) == (4, 1, 2, 1, 0)
    day = 24 * 3600
    assert (whole.average, whole.half) == (4 * day, 1.5 * day)
    assert whole.most == pytest.approx(9.7 * day)
    widths = {row.officer.name: sum(part.width for part in row.shares) for row in rows[:2]}
    assert widths == {"赵六": load.FULL, "孙八": load.FULL // 2}


def test_an_office_with_nothing_in_hand_has_a_page_too(signed_in, office):
    page = signed_in(office[2]).get("/desk/office/").text
    assert "没有人认领" in page
    assert "没有登记的" in page
    assert "split-bar" not in page


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("post", "absences"),
        ("post", "absences/1/cancel"),
        ("post", "people/{0}/cases"),
    ],
)
def test_the_page_is_the_leaders_alone(signed_in, office, method, path):
    row = away(office[0], office[2])
    path = path.format(office[0].pk).replace("/1/", f"/{row.pk}/")
    desk = signed_in(office[1])
    answer = getattr(desk, method)(f"/desk/office/{path}", {"act": "release"})
    assert answer.status_code == 403
    assert Absence.objects.count() == 1
    assert "/desk/office/" not in desk.get("/desk/").text


def test_a_leader_enters_an_absence_and_takes_it_off(signed_in, office):
    clerk, colleague, head = office
    desk = signed_in(head)
    said = {
        "officer": clerk.pk, "from_on": localdate().isoformat(),
        "until_on": localdate().isoformat(), "substitute": colleague.pk,
    }  # fmt: skip
    page = desk.post("/desk/office/absences", said, follow=True).text
    assert "登记了赵六不在岗的日子" in page
    assert "孙八替班" in page
    row = Absence.objects.get()
    desk.post(f"/desk/office/absences/{row.pk}/cancel")
    assert not Absence.objects.exists()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"officer": ""}, "选择谁不在岗"),
        ({"officer": "0"}, "不在其中"),
        ({"from_on": "明天"}, "填写日期"),
        ({"until_on": "2020-01-01", "from_on": "2020-01-01"}, "已经过去"),
        ({"substitute": "same"}, "不能是他自己"),
    ],
)
def test_what_cannot_be_stays_on_the_page_with_its_sentence(signed_in, office, changed, sentence):
    clerk, _colleague, head = office
    today = localdate().isoformat()
    said = {"officer": clerk.pk, "from_on": today, "until_on": today, "substitute": ""} | changed
    if said["substitute"] == "same":
        said["substitute"] = clerk.pk
    answer = signed_in(head).post("/desk/office/absences", said)
    assert answer.status_code == 422
    if sentence != "不在其中":
        assert sentence in answer.text
    assert not Absence.objects.exists()


@pytest.mark.parametrize("act", ["give", "release"])
def test_what_an_absent_officer_claimed_goes_on_in_one_press(signed_in, office, act):
    clerk, colleague, head = office
    cases = [world.a_case(serial=serial)[0] for serial in (1, 2)]
    for case in cases:
        stages.claimed(case, clerk)
    away(clerk, head, colleague)
    desk = signed_in(head)
    page = desk.get("/desk/office/").text
    assert re.search(r"都交给替班人", page)
    answer = desk.post(
        f"/desk/office/people/{clerk.pk}/cases", {"act": act, "list": "side=receiver"}, follow=True
    )
    assert "赵六认领的2件有了着落" in answer.text
    wanted = {colleague.pk} if act == "give" else {None}
    assert set(Case.objects.values_list("claimed_by", flat=True)) == wanted


def test_a_substitute_takes_a_case_over_from_the_queue(signed_in, office):
    clerk, colleague, head = office
    case, _ = world.a_case()
    stages.claimed(case, clerk)
    away(clerk, head, colleague)
    desk = signed_in(colleague)
    assert "不在岗，您替班" in desk.get("/desk/").text
    assert "接手" in desk.get(f"/desk/cases/{case.number}/").text
    desk.post(f"/desk/cases/{case.number}/claim")
    case.refresh_from_db()
    assert case.claimed_by == colleague


def test_a_leader_gives_cases_out_and_the_word_stands_beside_the_case(signed_in, office):
    clerk, colleague, head = office
    free, taken = (world.a_case(serial=serial)[0] for serial in (1, 2))
    stages.claimed(taken, clerk)
    ticked = [f"{free.number}~0", f"{taken.number}~{clerk.pk}"]
    answer = signed_in(head).post(
        "/desk/several",
        {"case": ticked, "act": "give", "to": colleague.pk, "note": "房主下午来", "list": ""},
        follow=True,
    )
    assert "2件交给了孙八" in answer.text
    assert set(Case.objects.values_list("claimed_by", flat=True)) == {colleague.pk}
    page = signed_in(colleague).get(f"/desk/cases/{taken.number}/").text
    assert "房主下午来" in page
    assert "房主下午来" not in signed_in(colleague).get(f"/desk/cases/{free.number}/").text


def test_a_leader_sees_the_queues_of_those_whom_she_leads(signed_in, office):
    case, _ = world.a_case()
    desk = signed_in(office[2])
    assert case.number in desk.get("/desk/").text
    assert desk.get(f"/desk/cases/{case.number}/").status_code == 200
    assert desk.post(f"/desk/cases/{case.number}/claim").status_code == 409
