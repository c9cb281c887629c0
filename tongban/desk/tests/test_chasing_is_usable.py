"""What an officer is told, and what runs out, as people with any eyes and hands open it."""

from datetime import datetime, time, timedelta

import pytest
from django.urls import reverse
from django.utils.timezone import now

from tongban.basics.hours import BEIJING
from tongban.cases.notices import desk_inbox, proving
from tongban.cases.notices.desk_inbox import ByMail
from tongban.cases.notices.models import Channel
from tongban.cases.operations import alarming, claims, expiring
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.desk.tests import stages
from tongban.desk.tests.browsing import cookies_of
from tongban.desk.tests.test_pages_are_usable import act_on, page_of
from tongban.parties.models import Role
from tongban.ui.tests.page_checks import Checks, check_pages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("country")]


def chased():
    """A late case, one that counts as accepted, one whose correction nobody answered, told to all."""
    clerk, officer = world.a_clerk(), world.a_decider()
    leader = world.an_officer(officer.authority, Role.LEADER, name="周一")
    late, silent, lapsed = (world.a_case(serial=serial)[0] for serial in (1, 2, 3))
    stages.under_review(late, clerk, officer)
    world.handed_over(silent, clerk)
    stages.correction(lapsed, clerk, officer)
    last = datetime.combine(MONDAY.replace(day=30), time(9), BEIJING)
    for days in (0, 1, 20, 26):
        expiring.act_on_expired(at=last + timedelta(days=days))
        alarming.escalate_due(at=last + timedelta(days=days))
    claims.claim_case(number=lapsed.number, officer=officer, at=last + timedelta(days=1))
    return lapsed, officer, leader


def test_alarms_and_messages_are_usable_by_everybody(browser, live_server, settings):
    settings.NOTICE_CHANNELS = {"mail": ["mailtos://u:p@mail.test/?to={to}"]}
    lapsed, officer, leader = chased()
    wish = ByMail({"red"}, "wang@example.invalid", is_quiet_at_night=True)
    desk_inbox.want(officer=officer, groups=["red"], by_mail=wish)
    address = {"account": officer.account, "channel": Channel.MAIL, "address": wish.address}
    proving.begin(**address, at=now())
    in_full = ["/desk/alarms/", "/desk/inbox/", "/desk/inbox/settings/"]
    check_pages(browser, live_server.url, in_full, cookies=cookies_of(officer))
    others = [
        page_of(lapsed),
        *act_on(lapsed, "terminate"),
        reverse("desk:ask-signature", args=[lapsed.number, "more-time"]),
        "/desk/alarms/?kind=amber&stand=all",
    ]
    check_pages(browser, live_server.url, others, cookies=cookies_of(officer), only=Checks.in_brief)
    check_pages(
        browser,
        live_server.url,
        ["/desk/alarms/"],
        cookies=cookies_of(leader),
        only=Checks.in_brief,
    )
