"""The other ways over two real nodes: 多地联办 of a pension, 全国无差别, 网上预审加寄递, 现场办理.

Each goes through the pages once, from the application to the result; what can go wrong on the way is
tried inside one process, in the tests of the cases.
"""

from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser

from journeys import applying, deciding, filling
from journeys.agreement import check_agreement, wait_until_settled
from journeys.installation import Installation, Node
from journeys.people import DESK, PHONE, Person
from journeys.test_joint_case import step
from tongban.basics import calendar
from tongban.basics.hours import BEIJING
from tongban.sandbox.numbers import person_number

PENSION, DIPLOMA, CHANGE, MARRIAGE = "2020-1-07", "2020-1-01", "2020-1-32", "2020-3-03"
CHANGCHUN, FUZHOU = "220100", "350100"
CHAOYANG, GULOU = "220104", "350102"


@pytest.fixture
def enter(browser: Browser):
    """Who comes in, by node and name; applicants at a phone."""
    with ExitStack() as stack:

        def come(node: Node, username: str, *, at_phone: bool = False) -> Person:
            size = PHONE if at_phone else DESK
            return stack.enter_context(Person(browser, node, username, size=size))

        yield come


def decide(officer: Person, *, deliver: str) -> None:
    """From the review to the result on its way."""
    deciding.act(officer, "准予", note="")
    deciding.act(officer, "制作结果")
    deciding.act(officer, deliver, send="送达")


def sign(person: Person, number: str) -> None:
    # That originals were signed for stands on the page long before the result does.
    person.open(f"/cases/{number}/")
    person.waits_to_press("签收")
    person.sees("已经签收，这件办结了")


def agree(nodes: Installation, number: str) -> None:
    wait_until_settled(nodes)
    check_agreement(nodes, {number})


def test_a_pension_is_transferred_by_two_places_with_one_outcome(nodes, enter):
    lisi = enter(nodes.jilin, "lisi", at_phone=True)
    answers = {"to_division": GULOU, "from_insured_division": CHAOYANG, "left_on": "2020-05-20",
               "from_organ": "长春市社会保险事业管理局", "handled_by": "self"}  # fmt: skip
    number = filling.apply(
        lisi, PENSION, here=CHANGCHUN, there=FUZHOU, answers=answers, mode="JOINT", serial=910
    )
    lead = enter(nodes.fujian, "shenshisan")
    deciding.take_up(lead, number)
    deciding.act(lead, "受理")
    lead.open(f"/desk/cases/{number}/joint/")
    lead.press("开始联办")
    step(enter(nodes.jilin, "shenshisan"), "转出", "告诉牵头地办好了", **{"finish-note": "已转出"})
    step(lead, "转入登记", "告诉牵头地办好了", **{"finish-note": "已记入账户"})
    lead.open(f"/desk/cases/{number}/joint/")
    lead.press("结束联办")
    lead.sees("联办已经结束")
    lead.open(f"/desk/cases/{number}/")
    decide(lead, deliver="网上送达")
    applying.track(lisi, number, "各地都办好了", "转出", "转入登记")
    sign(lisi, number)
    agree(nodes, number)


def test_a_diploma_is_notarised_by_the_place_that_was_chosen(nodes, enter):
    lisi = enter(nodes.jilin, "lisi", at_phone=True)
    answers = {
        "notary_division": GULOU, "school_name": "示例大学", "major": "会计学",
        "graduated_on": "2020-05-20", "certificate_number": "20200000001", "use_abroad": "no",
        "use_for": "应聘时交给示例学校", "handled_by": "self", "deliver_paper_by": "post",
        "recipient_name": "李四", "recipient_phone": "13900000002",
        "recipient_address": "吉林省长春市朝阳区示例路8号",
    }  # fmt: skip
    number = filling.apply(
        lisi, DIPLOMA, here=CHANGCHUN, there=FUZHOU, answers=answers, mode="ANYWHERE", serial=920
    )
    officer = enter(nodes.fujian, "gongershiyi")
    deciding.take_up(officer, number)
    deciding.act(officer, "受理")
    decide(officer, deliver="网上送达")
    sign(lisi, number)
    agree(nodes, number)


def test_originals_follow_by_post_after_a_look_online(nodes, enter):
    firm = enter(nodes.jilin, "shili", at_phone=True)
    answers = {
        "registered_division": GULOU, "firm_name": "示例科技有限公司",
        "credit_code": "91350100TB8200008Y", "change_item": "name",
        "change_from": "示例机械有限公司", "change_to": "示例智能机械有限公司",
        "decided_on": "2020-05-20", "handler_name": "李四",
        "handler_id_number": person_number(CHAOYANG, "22:lisi"), "handler_phone": "13900000002",
    }  # fmt: skip
    number = filling.apply(
        firm, CHANGE, here=CHANGCHUN, there=FUZHOU, answers=answers, mode="PRECHECK_MAIL",
        serial=930,
    )  # fmt: skip
    officer = enter(nodes.fujian, "zhengshi")
    deciding.take_up(officer, number)
    officer.press("请寄原件")
    officer.page.locator('[name="specs"]').first.check()
    officer.press("请申请人寄原件")
    applying.track(firm, number, "要寄的原件", "轮到您了")
    firm.press("寄好了就登记运单号")
    firm.fill(
        waybill="EMS930", name="李四", phone="13900000002", address="长春市朝阳区示例路8号2栋"
    )
    firm.press("登记寄出")
    firm.sees("已登记寄出")
    sign_for_parcel(officer, number)
    # The applicant's node has to hear of it first, and hand the case over.
    officer.open(f"/desk/cases/{number}/")
    officer.waits_for("等受理")
    deciding.take_up(officer, number)
    deciding.act(officer, "受理")
    decide(officer, deliver="网上送达")
    sign(firm, number)
    agree(nodes, number)


def sign_for_parcel(officer: Person, number: str) -> None:
    """The parcel of a case is opened at the office, each paper looked at."""
    officer.open(f"/desk/cases/{number}/parcels/")
    officer.waits_for("EMS930")
    officer.page.locator('main a[href*="/desk/parcels/p"]').first.click()
    officer.page.wait_for_load_state()
    for one in officer.page.locator('[name^="seen_"][value="ok"]').all():
        one.check()
    officer.press("签收")
    officer.sees("已签收")


def test_a_couple_comes_to_the_window_and_the_facts_are_asked_elsewhere(nodes, enter):
    """李四 of 长春 and 张三 of 福州 marry in 福州, which asks 长春 about him."""
    lisi = enter(nodes.jilin, "lisi", at_phone=True)
    day = a_day_soon()
    answers = {
        "marriage_division": GULOU, "partner_name": "张三",
        "partner_id_number": person_number(GULOU, "35:zhangsan"), "marriage_before": "single",
        "spouse_marriage_before": "single", "visit_slot": "morning", "visit_on": day,
        "own_home_division": CHAOYANG, "partner_home_division": GULOU,
    }  # fmt: skip
    number = filling.apply(
        lisi, MARRIAGE, here=CHANGCHUN, there=FUZHOU, answers=answers, mode="ON_SITE",
        window=GULOU, serial=940,
    )  # fmt: skip
    lisi.press("约一个到窗口的时间")
    lisi.press("约这个时间")
    lisi.waits_for("已约好", "改时间")
    clerk = enter(nodes.fujian, "linjiu")
    at_the_window(clerk, number, day)

    wujiu = enter(nodes.fujian, "wujiu")
    deciding.take_up(wujiu, number)
    deciding.act(wujiu, "受理")
    wujiu.sees("先到“联办”那一页请各地核对事实")
    wujiu.open(f"/desk/cases/{number}/joint/")
    wujiu.press("开始联办")
    step(wujiu, "核对对方的婚姻登记记录", "告诉牵头地核对一致")
    keeper = enter(nodes.jilin, "wujiu")
    step(keeper, "核对您的婚姻登记记录", "告诉牵头地核对一致", **{"finish-note": "没有配偶"})
    wujiu.open(f"/desk/cases/{number}/joint/")
    wujiu.waits_for("各地都办好了")
    wujiu.press("结束联办")
    wujiu.open(f"/desk/cases/{number}/")
    decide(wujiu, deliver="送收件窗口")
    deciding.take_up(clerk, number)
    deciding.act(clerk, "登记领取并办结", taken_by="李四和张三本人", checked="on")
    agree(nodes, number)


def a_day_soon() -> str:
    """A working day for which the window takes appointments already."""
    soon = datetime.now(BEIJING).date() + timedelta(days=2)
    return calendar.shipped().next_working_day(soon).isoformat()


def at_the_window(clerk: Person, number: str, day: str) -> None:
    """Who comes that day stands on the list; a number is called; identity is seen on the spot."""
    clerk.open(f"/desk/counter/?day={day}")
    clerk.sees("李四", "结婚登记")
    clerk.open("/desk/counter/")
    clerk.press("取一个号")
    clerk.press("叫下一个")
    clerk.press("办完")
    deciding.take_up(clerk, number)
    deciding.receive(clerk)
    papers = clerk.page.locator('main a[href*="?paper="]').evaluate_all(
        "all => [...new Set(all.map(e => e.href.split('paper=')[1].split('#')[0]))]"
    )
    deciding.find_good(clerk, tuple(papers))
    deciding.act(clerk, "移交福州市", note="双方本人到场")
