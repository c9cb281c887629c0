"""Clocks that run out over two real nodes: silence is acceptance, and an unanswered notice lapses.

The days come because the nodes are started again with a clock ahead; so this goes last of all.
"""

from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser

from journeys import applying, deciding
from journeys.agreement import wait_until_settled
from journeys.installation import Installation, Node
from journeys.people import DESK, Person
from journeys.test_the_course import ASKED, agree, applied
from tongban.basics import calendar
from tongban.basics.hours import BEIJING

TO_ACCEPT, TO_CORRECT = 5, 10


def days_beyond(nodes: Installation, working_days: int) -> int:
    """How many days from today so many working days are over that begin where the nodes are now.

    Whatever holidays lie between; also when offices have closed for that day, or it is over meanwhile.
    """
    known, today = calendar.shipped(), datetime.now(BEIJING).date()
    first = known.next_working_day(today + timedelta(days=nodes.days_ahead + 1))
    return (known.add_working_days(first, working_days) - today).days + 1


@pytest.fixture
def enter(browser: Browser):
    """Who comes in, by node and name."""
    with ExitStack() as stack:

        def come(node: Node, username: str) -> Person:
            return stack.enter_context(Person(browser, node, username, size=DESK))

        yield come


@pytest.fixture(scope="module")
def left_alone(nodes: Installation) -> str:
    """A case that nobody in 福州 looks at."""
    number = applied(nodes, serial=821)
    wait_until_settled(nodes)
    return number


def test_silence_past_the_legal_days_is_acceptance_and_both_sides_see_it(
    nodes: Installation, enter, left_alone: str
):
    nodes.let_days_pass(days_beyond(nodes, TO_ACCEPT))
    lisi = enter(nodes.jilin, "lisi")
    applying.track(lisi, left_alone, "视为受理", "正在审查", patience=180)
    lisi.sees("受理通知书")
    lisi.open("/messages/")
    lisi.sees("视为受理")

    sunqi = enter(nodes.fujian, "sunqi")
    sunqi.open("/desk/alarms/?kind=deemed")
    sunqi.sees("视为受理", "没有人认领")
    alarm = sunqi.page.locator("article.card").filter(
        has=sunqi.page.locator(f'a[href="/desk/cases/{left_alone}/"]')
    )
    # What earlier journeys left lying in 福州 has become an alarm that day as well.
    later = sunqi.page.locator('main a[rel="next"]')
    while not alarm.count() and later.count():
        later.click()
        sunqi.page.wait_for_load_state()
    alarm.locator('input[name="note"]').fill("今天审查")
    alarm.get_by_role("button", name="记下").click()
    sunqi.sees("已经记下")
    agree(nodes, left_alone)


def test_a_notice_that_nobody_answers_is_chased_and_comes_back(nodes: Installation, enter):
    number = applied(nodes, serial=822)
    sunqi = enter(nodes.fujian, "sunqi")
    deciding.take_up(sunqi, number)
    deciding.act(sunqi, "一次告知补正", check="检查后发出", send="发出补正告知书", **ASKED)
    wait_until_settled(nodes)

    # All days are counted from today; the notice was written some days ahead already.
    answered_by = days_beyond(nodes, TO_CORRECT)
    nodes.let_days_pass(answered_by)
    lisi = enter(nodes.jilin, "lisi")
    lisi.open("/messages/")
    lisi.waits_for("补正最后一日", patience=180)

    nodes.let_days_pass(answered_by + 1)
    lisi = enter(nodes.jilin, "lisi")
    applying.track(lisi, number, "补正的时间过了", "福州市医疗保障局", patience=180)
    sunqi = enter(nodes.fujian, "sunqi")
    sunqi.open("/desk/inbox/")
    sunqi.waits_for("补正逾期", number[-4:], patience=180)
    deciding.take_up(sunqi, number)
    sunqi.sees("另给补正期限（要签字）")
    deciding.act(
        sunqi, "终止", check="检查", send="终止办理", basis="本地办理规程关于补正逾期的规定"
    )
    applying.track(lisi, number, "终止了办理", "没有收到补正材料")
    agree(nodes, number)
