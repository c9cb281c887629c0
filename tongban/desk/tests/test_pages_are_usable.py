"""Every page of the desk, in real states, as people with any eyes, hands and machines open it."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tongban.cases.operations import window
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.desk.tests import stages
from tongban.desk.tests.browsing import cookies_of
from tongban.ui.tests.page_checks import Checks, check_pages

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("country")]


def page_of(case):
    return reverse("desk:case", args=[case.number])


def act_on(case, *names):
    return [reverse("desk:act", args=[case.number, name]) for name in names]


def test_the_window_is_usable_by_everybody(browser, live_server):
    clerk, officer = world.a_clerk(), world.a_decider()
    fresh, busy, ready, far, back = (world.a_case(serial=serial)[0] for serial in range(1, 6))
    stages.received(busy, clerk)
    material = world.queries.version_of(busy).materials[0]
    window.note_check(
        number=busy.number, officer=clerk, spec=material.spec, point=material.points[0].key,
        is_good=False, note="右下角缺了一块", at=MONDAY,
    )  # fmt: skip
    stages.looked_through(ready, clerk)
    stages.in_delivery(far, clerk, officer)
    stages.returned(back, clerk)
    in_full = [
        "/desk/",
        page_of(busy),
        reverse("desk:particulars", args=[busy.number]),
        *act_on(busy, "return"),
        f"/desk/standards/?item={world.MOVE_TO_SPOUSE}&place=350100",
    ]
    others = [
        "/desk/?shown=today",
        "/desk/?find=999999",
        *(page_of(case) for case in (fresh, ready, far, back)),
        reverse("desk:history", args=[back.number]),
        *act_on(ready, "hand-over"),
        *act_on(far, "close"),
        "/desk/keys/",
        "/desk/standards/",
    ]
    cookies = cookies_of(clerk)
    check_pages(browser, live_server.url, in_full, cookies=cookies)
    check_pages(browser, live_server.url, others, cookies=cookies, only=Checks.in_brief)


def test_the_deciding_desk_is_usable_by_everybody(browser, live_server):
    clerk, officer = world.a_clerk(), world.a_decider()
    mine, theirs, reviewed = (world.a_case(serial=serial)[0] for serial in range(1, 4))
    stages.pending(mine, clerk, officer)
    stages.pending(theirs, clerk, world.a_decider(name="陈三"))
    stages.under_review(reviewed, clerk, officer)
    in_full = [page_of(mine), *act_on(mine, "correction", "accept")]
    others = [
        "/desk/",
        page_of(theirs),
        page_of(reviewed),
        *act_on(mine, "refuse"),
        *act_on(reviewed, "approve", "deny"),
    ]
    cookies = cookies_of(officer)
    check_pages(browser, live_server.url, in_full, cookies=cookies)
    check_pages(browser, live_server.url, others, cookies=cookies, only=Checks.in_brief)


def test_an_online_case_is_usable_by_everybody(browser, live_server):
    case, _ = world.a_case(item=world.MEDICAL, mode=Mode.ONLINE, answers=world.medical_answers())
    officer = world.a_decider(department="yibao")
    stages.claimed(case, officer)
    check_pages(browser, live_server.url, [page_of(case)], cookies=cookies_of(officer))


def test_pages_with_a_pdf_inside_are_usable_and_the_keyboard_gets_out_of_it(browser, live_server):
    clerk, officer = world.a_clerk(), world.a_decider()
    decided, made = (world.a_case(serial=serial)[0] for serial in (1, 2))
    stages.approved(decided, clerk, officer)
    stages.issued(made, clerk, officer)
    pages = [*act_on(decided, "issue"), *act_on(made, "deliver")]
    cookies = cookies_of(officer)
    for check in (Checks.in_brief, Checks.without_script):
        check_pages(browser, live_server.url, pages, cookies=cookies, only=check)

    # The browser's reader has stops of its own, so Checks.keyboard would take it for the end.
    with Checks(browser, live_server.url, cookies).opened(pages[0]) as page:
        # The focus comes back from the reader in its own time, and may have gone on when we look.
        page.get_by_role("button", name="制作结果").evaluate(
            "e => { e.addEventListener('focus', () => { e.dataset.reached = ''; }); }"
        )
        reached = page.locator("[data-reached]")
        for _press in range(60):
            page.keyboard.press("Tab")
            if reached.count():
                break
        expect(reached, "Tab does not get out of the PDF").to_have_count(1)
