"""福建 asks for one paper more: drafted by one, published by another, told before its day.

Whoever filed before that day is judged by the old rules to the end; whoever files on that day by
the new ones. The day comes because the nodes are started again with a clock some days ahead.
"""

from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from journeys import applying, deciding, managing, screens
from journeys.agreement import wait_until_settled
from journeys.installation import Installation, Node, until
from journeys.people import DESK, PHONE, Person, expect
from journeys.systems import MEDICAL, MEDICAL_PAPERS

PAPER = "参保缴费满半年的证明"
GUIDE = f"/items/{MEDICAL}?from={applying.HERE}&to={applying.THERE}"
STANDARD_SAYS = "异地就医窗口"
# Not tomorrow: should midnight come before it is published, it still lies ahead.
DAYS = 2


def today() -> date:
    """The day it is in Beijing, as long as no days have passed for the nodes."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def words(day: date) -> str:
    """A day as pages write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def apply(lisi: Person, *, more: str = "") -> str:
    """From the guide to a submitted case, with one paper more where it is asked for."""
    applying.find(lisi, MEDICAL)
    applying.begin(lisi, MEDICAL)
    applying.fill_in(lisi, MEDICAL)
    if more:
        lisi.upload(more, serial=77)
    else:
        lisi.does_not_see(PAPER)
    applying.hand_in_papers(lisi, papers_of(lisi))
    return applying.submit(lisi)


def papers_of(lisi: Person) -> tuple[str, ...]:
    """The materials that the page asks for, apart from what is handed in already."""
    names = lisi.page.locator('input[name^="paper-"]').evaluate_all(
        "all => all.map(one => one.name.slice('paper-'.length))"
    )
    return tuple(name for name in names if name in MEDICAL_PAPERS)


def local_of(node: Node, number: str) -> str:
    """Which place's version a case carries with it."""
    [row] = node.ask("SELECT local_version FROM cases_case WHERE number = %s", number)
    return str(row["local_version"])


def versions(node: Node, code: str, place: str) -> list[int]:
    """The numbers of a place's versions that a node knows."""
    rows = node.ask(
        "SELECT v.number FROM catalogue_implementationversion v"
        " JOIN catalogue_implementation i ON i.id = v.implementation_id"
        " WHERE i.item_id = %s AND i.division_code = %s ORDER BY v.number",
        code,
        place,
    )
    return [row["number"] for row in rows]


def standards(node: Node, code: str) -> list[int]:
    """The numbers of the national standards that a node knows."""
    rows = node.ask("SELECT number FROM catalogue_itemversion WHERE item_id = %s ORDER BY 1", code)
    return [row["number"] for row in rows]


def _knows(node: Node, numbers: list[int]) -> bool:
    return standards(node, MEDICAL) == numbers


@pytest.fixture
def at(nodes, browser):
    """People who come to a screen and go again."""

    def enter(node: Node, username: str, **more: object) -> Person:
        return Person(browser, node, username, **more)

    return enter


def test_a_stricter_material_is_told_before_its_day_and_touches_no_running_case(nodes, at):
    day = today() + timedelta(days=DAYS)
    with at(nodes.jilin, "lisi", size=PHONE) as lisi:
        running = apply(lisi)
    before = versions(nodes.jilin, MEDICAL, "350000")
    number = _publish(nodes, at, day)

    until(
        lambda: versions(nodes.jilin, MEDICAL, "350000") == [*before, number],
        what="福建's new version at 吉林",
    )
    with at(nodes.jilin, "lisi", size=PHONE) as lisi:
        _is_told(lisi, day)
    _the_hub_publishes_a_standard(nodes, at, day)
    wait_until_settled(nodes)

    nodes.let_days_pass(DAYS)
    with at(nodes.jilin, "lisi", size=PHONE) as lisi:
        filed = _files_under_the_new_rules(lisi, f"local-350000-{1}")
    _is_decided_by_the_old_rules(nodes, at, running, filed)


def _publish(nodes: Installation, at, day: date) -> int:
    """Drafted by one of 福建's managers, published by the other."""
    with at(nodes.fujian, "heshiyi", size=DESK) as drafter:
        path = managing.begin(drafter, MEDICAL, "350000")
        managing.ask_for(drafter, PAPER, basis="示例规定第一条")
        managing.from_day(drafter, day, why="示例：核实参保年限")
        drafter.sees(PAPER, "新增")
        screens.take(drafter.page, "draft", "desktop")
        drafter.press("看申请人会看到的指南")
        drafter.sees("还没有公布", PAPER)
        drafter.open(path)
        managing.hand_in(drafter)
        drafter.open(f"{path}publish/")
        drafter.sees("由另一位事项管理人员审核后公布")
    with at(nodes.fujian, "lvshier", size=DESK) as reviewer:
        managing.publish(reviewer, path, PAPER)
        screens.take(reviewer.page, "versions", "desktop")
    [*_earlier, number] = versions(nodes.fujian, MEDICAL, "350000")
    return number


def _is_told(lisi: Person, day: date) -> None:
    """The applicant reads today what will be asked, from which day, and whom it does not touch."""
    lisi.open(GUIDE)
    lisi.waits_for("要求将有变化", words(day), PAPER)
    lisi.sees("那天以前提交的，按现在的规定办完")
    expect(lisi.page.locator("#mat")).not_to_contain_text(PAPER)
    screens.take(lisi.page, "item-upcoming", "phone")


def _the_hub_publishes_a_standard(nodes: Installation, at, day: date) -> None:
    """The national standard is written at the hub alone, and taken by every node."""
    before = standards(nodes.hub, MEDICAL)
    with at(nodes.jilin, "heshiyi", size=DESK) as manager:
        manager.open(f"/oversight/items/{MEDICAL}/")
        offered = manager.page.locator('select[name="place"] option').all_inner_texts()
        assert "国家标准" not in offered
    with at(nodes.hub, "heshiyi", size=DESK) as drafter:
        path = managing.begin(drafter, MEDICAL, "")
        drafter.press("向谁咨询")
        drafter.fill(**{"u-consultation": STANDARD_SAYS})
        drafter.page.get_by_role("button", name="保存", exact=True).last.click()
        drafter.sees("已保存")
        managing.from_day(drafter, day, why="示例：写明窗口")
        managing.hand_in(drafter)
    with at(nodes.hub, "lvshier", size=DESK) as reviewer:
        managing.publish(reviewer, path, STANDARD_SAYS)
    expected = [*before, before[-1] + 1]
    for node in (nodes.hub, nodes.jilin, nodes.fujian):
        until(
            partial(_knows, node, expected),
            what=f"the new standard at {node.code}",
        )
    with at(nodes.jilin, "heshiyi", size=DESK) as manager:
        manager.open("/oversight/copies/")
        manager.waits_for("国家枢纽", "福建", "收全了")


def _files_under_the_new_rules(lisi: Person, spec: str) -> str:
    """On the day itself the guide asks for it, nothing is to come, and no case goes without it."""
    lisi.open(GUIDE)
    expect(lisi.page.locator("#mat")).to_contain_text(PAPER)
    lisi.does_not_see("要求将有变化")
    return apply(lisi, more=spec)


def _is_decided_by_the_old_rules(nodes: Installation, at, running: str, filed: str) -> None:
    """The officer sees each case under the rules of its own day."""
    assert local_of(nodes.jilin, running) != local_of(nodes.jilin, filed)
    wait_until_settled(nodes)
    for number in (running, filed):
        assert local_of(nodes.jilin, number) == local_of(nodes.fujian, number)
    with at(nodes.fujian, "sunqi", size=DESK) as officer:
        deciding.wait_for_case(officer, filed)
        officer.open(f"/desk/cases/{filed}/")
        officer.sees(PAPER)
        deciding.take_up(officer, running)
        officer.does_not_see(PAPER)
        deciding.act(officer, "受理")
