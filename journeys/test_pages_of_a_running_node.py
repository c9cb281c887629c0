"""Pages of nodes that run, as people open them: the hub's, and those that show what travelled.

The doors try all of their own pages in all states (test_pages_are_usable.py in each). Here it is
the real thing behind the real server, with its own static files and headers: what no door can see
alone, because it takes another node.
"""

import pytest
from playwright.sync_api import Browser

from journeys import deciding, screens
from journeys.agreement import wait_until_settled
from journeys.installation import Installation, Node
from journeys.people import DESK, PHONE, Person
from journeys.systems import System
from journeys.test_case_crosses_the_border import LISI
from tongban.ui.tests.page_checks import check_pages


def try_pages(browser: Browser, node: Node, *paths: str, as_person: Person | None = None) -> None:
    """Check pages of a node, for everybody or for somebody who is signed in."""
    kept = as_person.context.cookies() if as_person else []
    cookies = [{"name": one.get("name"), "value": one.get("value")} for one in kept]
    check_pages(browser, node.url, paths, cookies=cookies)


@pytest.fixture(scope="module")
def number(nodes: Installation) -> str:
    """A case of 李四 that lies in 福建 and waits for acceptance."""
    with System(nodes.jilin) as system:
        case = system.medical(serial=901)
        case["applicant"]["id_number"] = LISI
        taken = system.submit(case).json()
    wait_until_settled(nodes)
    return str(taken["number"])


def test_the_hub_is_usable_by_everybody(nodes, browser):
    try_pages(browser, nodes.hub, "/", "/oversight/nodes/?still")


def test_the_hub_shows_how_the_nodes_are(nodes, browser):
    for size, device in ((DESK, "desktop"), (PHONE, "phone")):
        with Person(browser, nodes.hub, "yunwei", size=size) as operator:
            operator.open("/oversight/nodes/")
            operator.waits_for("吉林", "福建")
            screens.take(operator.page, "nodes", device)


def test_what_lies_in_another_province_is_usable_at_home(nodes, browser, number):
    with Person(browser, nodes.jilin, "lisi") as lisi:
        lisi.open(f"/cases/{number}/")
        lisi.sees("福州市医疗保障局")
        try_pages(browser, nodes.jilin, f"/cases/{number}/", as_person=lisi)


def test_what_came_from_another_province_is_usable_at_the_desk(nodes, browser, number):
    with Person(browser, nodes.fujian, "sunqi") as sunqi:
        deciding.wait_for_case(sunqi, number)
        try_pages(browser, nodes.fujian, f"/desk/cases/{number}/", as_person=sunqi)


def test_messages_that_were_set_aside_are_usable_by_the_operator(nodes, browser):
    with Person(browser, nodes.jilin, "yunwei") as operator:
        try_pages(browser, nodes.jilin, "/oversight/exchange/", as_person=operator)
