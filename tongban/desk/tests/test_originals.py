"""Asking for originals by post: only in 网上预审加寄递, only what was handed in, once."""

from datetime import datetime, time, timedelta

import pytest
from django.urls import reverse

from tongban.basics.hours import BEIJING
from tongban.cases.models import Case
from tongban.cases.operations import expiring, submission
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.test_modes import intake
from tongban.cases.tests.world import CHANGCHUN, MONDAY
from tongban.delivery.tests import scenes
from tongban.desk.tests import stages
from tongban.desk.tests.browsing import cookies_of
from tongban.ui.tests.page_checks import check_pages

pytestmark = pytest.mark.django_db
ITEM = "2020-1-32"


def prechecked(officer) -> Case:
    """A case of 长春 that waits for acceptance, taken by its officer."""
    one = intake(ITEM, Mode.PRECHECK_MAIL, deciding=CHANGCHUN, here="350102")
    number = submission.submit(intake=one, owner="t", key="1", at=MONDAY).number
    return stages.claimed(Case.objects.get(pk=number), officer)


def an_officer():
    return world.a_decider(CHANGCHUN, "shichang", name="郑十")


def page(case) -> str:
    return reverse("desk:originals", args=[case.number])


def test_the_officer_chooses_which_originals_are_to_be_posted(signed_in):
    officer = an_officer()
    case = prechecked(officer)
    client = signed_in(officer)
    assert page(case) in client.get(reverse("desk:case", args=[case.number])).content.decode()
    spec = case.materials.first().spec
    empty = client.post(page(case), {"note": ""})
    assert empty.status_code == 422
    assert "选择要寄原件的材料" in empty.content.decode()
    assert client.post(page(case), {"specs": [spec], "note": ""}).status_code == 302
    case.refresh_from_db()
    assert case.state == "awaiting_originals"
    again = client.post(page(case), {"specs": [spec], "note": ""})
    assert again.status_code == 409


def test_other_ways_have_no_such_page(signed_in):
    officer = world.a_decider(name="牵头人")
    case, _ = world.a_case(mode=Mode.JOINT)
    stages.claimed(case, officer)
    client = signed_in(officer)
    assert page(case) not in client.get(reverse("desk:case", args=[case.number])).content.decode()
    assert "没有“请寄原件”这一步" in client.get(page(case)).content.decode()


class TestPages:
    """The guide's checks."""

    pytestmark = pytest.mark.django_db(transaction=True)

    def test_the_page_is_usable(self, browser, live_server, country):
        officer = an_officer()
        case = prechecked(officer)
        check_pages(browser, live_server.url, [page(case)], cookies=cookies_of(officer))


def test_originals_that_never_came_are_said_on_the_bench_with_the_ways_on(signed_in):
    scene = scenes.waiting_for_originals()
    due_on = Case.objects.get(pk=scene.case.pk).due_on
    last = datetime.combine(due_on, time(10), BEIJING)
    desk = signed_in(scene.decider)
    bench = reverse("desk:case", args=[scene.case.number])
    assert "原件没有寄到" not in desk.get(bench).text
    for at in (last, last + timedelta(days=1)):
        expiring.act_on_expired(at=at)
    assert "原件没有寄到" in desk.get(bench).text
    assert "请寄原件" in desk.get(bench).text
    assert "原件没有寄到" in desk.get(reverse("desk:inbox")).text
