"""Every page of the desk, in real states, as people with any eyes, hands and machines open it."""

import pytest
from django.urls import reverse

from tongban.cases.operations import window
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.desk.tests import stages
from tongban.desk.tests.browsing import cookies_of
from tongban.ui.tests.page_checks import Checks, check_pages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("country")]


def test_the_window_is_usable_by_everybody(browser, live_server, country):
    clerk, officer = world.a_clerk(), world.a_decider()
    fresh, busy, ready, far, back = (world.a_case(serial=serial)[0] for serial in range(1, 6))
    stages.received(busy, clerk)
    point = world.queries.version_of(busy).materials[0].points[0]
    window.note_check(
        number=busy.number, officer=clerk, spec=world.queries.version_of(busy).materials[0].spec,
        point=point.key, is_good=False, note="右下角缺了一块", at=MONDAY,
    )  # fmt: skip
    stages.looked_through(ready, clerk)
    stages.in_delivery(far, clerk, officer)
    stages.returned(back, clerk)
    pages = [
        "/desk/",
        "/desk/?shown=today",
        "/desk/?find=999999",
        *(reverse("desk:case", args=[case.number]) for case in (fresh, busy, ready, far, back)),
        reverse("desk:particulars", args=[busy.number]),
        reverse("desk:history", args=[back.number]),
        reverse("desk:act", args=[busy.number, "return"]),
        reverse("desk:act", args=[ready.number, "hand-over"]),
        reverse("desk:act", args=[far.number, "close"]),
        "/desk/keys/",
        "/desk/standards/",
        f"/desk/standards/?item={world.MOVE_TO_SPOUSE}&place=350100",
    ]
    check_pages(browser, live_server.url, pages, cookies=cookies_of(clerk))


def test_the_deciding_desk_is_usable_by_everybody(browser, live_server, country):
    clerk, officer = world.a_clerk(), world.a_decider()
    mine, theirs, reviewed = (world.a_case(serial=serial)[0] for serial in range(1, 4))
    stages.pending(mine, clerk, officer)
    stages.pending(theirs, clerk, world.a_decider(name="陈三"))
    stages.under_review(reviewed, clerk, officer)
    pages = [
        "/desk/",
        reverse("desk:case", args=[mine.number]),
        reverse("desk:case", args=[theirs.number]),
        reverse("desk:case", args=[reviewed.number]),
        *(
            reverse("desk:act", args=[mine.number, act])
            for act in ("accept", "correction", "refuse")
        ),
        *(reverse("desk:act", args=[reviewed.number, act]) for act in ("approve", "deny")),
    ]
    check_pages(browser, live_server.url, pages, cookies=cookies_of(officer))


def test_an_online_case_is_usable_by_everybody(browser, live_server, country):
    case, _ = world.a_case(item=world.MEDICAL, mode=Mode.ONLINE, answers=world.medical_answers())
    officer = world.a_decider(department="yibao")
    stages.claimed(case, officer)
    check_pages(
        browser,
        live_server.url,
        [reverse("desk:case", args=[case.number])],
        cookies=cookies_of(officer),
        only=lambda checks, path: (
            checks.axe(path),
            checks.fits(path, size={"width": 320, "height": 700}),
        ),
    )


def test_pages_with_a_pdf_inside_have_no_violation(browser, live_server, country):
    clerk, officer = world.a_clerk(), world.a_decider()
    decided, made = (world.a_case(serial=serial)[0] for serial in (1, 2))
    stages.approved(decided, clerk, officer)
    stages.issued(made, clerk, officer)
    pages = [
        reverse("desk:act", args=[decided.number, "issue"]),
        reverse("desk:act", args=[made.number, "deliver"]),
    ]
    for check in (Checks.axe, Checks.keyboard, Checks.without_script):
        check_pages(browser, live_server.url, pages, cookies=cookies_of(officer), only=check)
