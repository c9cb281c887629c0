"""The leader's pages and the acts beside the straight way, as people with any eyes and hands open them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import localdate, now

from tongban.cases.operations import countersigning
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.desk.tests import stages
from tongban.desk.tests.browsing import cookies_of
from tongban.desk.tests.test_pages_are_usable import act_on
from tongban.parties import absences
from tongban.parties.models import Role
from tongban.ui.tests.page_checks import Checks, check_pages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("country")]


def test_the_office_and_its_acts_are_usable_by_everybody(browser, live_server):
    clerk, officer = world.a_clerk(), world.a_decider()
    colleague = world.an_officer(officer.authority, Role.DECIDER, name="陈三")
    head = world.an_officer(officer.authority, Role.LEADER, name="周一")
    reviewed, waiting = (world.a_case(serial=serial)[0] for serial in (1, 2))
    stages.under_review(reviewed, clerk, officer)
    stages.under_review(waiting, clerk, officer)
    countersigning.ask_countersignature(
        number=waiting.number, officer=officer, act="extend", reason="要去外地核对",
        terms={"days": 5}, at=MONDAY,
    )  # fmt: skip
    absences.enter(
        officer=officer, from_on=localdate(), until_on=localdate() + timedelta(days=2),
        substitute=colleague, by=head, at=now(),
    )  # fmt: skip
    leaders = ["/desk/office/", "/desk/office/signatures/", "/desk/?shown=all&state=under_review"]
    check_pages(browser, live_server.url, leaders, cookies=cookies_of(head))
    others = [
        *act_on(reviewed, "special", "terminate"),
        reverse("desk:ask-signature", args=[waiting.number, "extend"]),
    ]
    check_pages(browser, live_server.url, others, cookies=cookies_of(officer), only=Checks.in_brief)
