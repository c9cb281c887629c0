"""What a case meets on its way over two real nodes: one correction, a special procedure, a race.

李四 of 长春 files for himself with 福州; a system hands the application in, everything after that is
done through the pages.
"""

import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from journeys import applying, deciding
from journeys.agreement import check_agreement, wait_until_settled
from journeys.installation import Installation, Node
from journeys.people import DESK, Person, expect
from journeys.systems import System
from tongban.sandbox.numbers import person_number

ASKED = {
    "fault-0-spec": "residence-proof",
    "fault-0-problem": "看不清地址",
    "fault-0-mend": "在光线好的地方重拍",
    "complete": "on",
}


@pytest.fixture
def enter(browser: Browser):
    """Who comes in, by node and name."""
    with ExitStack() as stack:

        def come(node: Node, username: str) -> Person:
            return stack.enter_context(Person(browser, node, username, size=DESK))

        yield come


def applied(nodes: Installation, *, serial: int) -> str:
    """A case of 李四 that 福州 holds."""
    with System(nodes.jilin) as system:
        case = system.medical(serial=serial)
        case["applicant"]["id_number"] = person_number("220104", "22:lisi")
        case["materials"] += system.more_papers(case)
        answer = system.submit(case)
        assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def test_a_correction_is_asked_once_answered_and_told_to_who_asked(nodes: Installation, enter):
    number = applied(nodes, serial=811)
    sunqi = enter(nodes.fujian, "sunqi")
    deciding.take_up(sunqi, number)
    deciding.act(sunqi, "一次告知补正", check="检查后发出", send="发出补正告知书", **ASKED)

    lisi = enter(nodes.jilin, "lisi")
    applying.track(lisi, number, "现在在您手里", "这是一次性告知", "看不清地址")
    lisi.open("/messages/")
    lisi.sees("要补正材料")
    lisi.open(f"/cases/{number}/")
    lisi.press("打开来改")
    lisi.press("上传材料")
    applying.hand_in_papers(lisi, ("residence-proof",), serial=811)
    applying.submit(lisi)

    sunqi.open("/desk/inbox/")
    sunqi.waits_for("办件回来了", number[-4:])
    sunqi.press("办件回来了")
    expect(sunqi.page).to_have_url(re.compile("/desk/cases/"))
    deciding.take_up(sunqi, number)
    sunqi.sees("再次补正（要签字）")
    deciding.act(sunqi, "受理")
    applying.track(lisi, number, "正在审查")
    agree(nodes, number)


def test_a_special_procedure_begins_with_a_notice_of_its_length(nodes: Installation, enter):
    number = applied(nodes, serial=812)
    sunqi = enter(nodes.fujian, "sunqi")
    deciding.take_up(sunqi, number)
    deciding.act(sunqi, "受理")
    sunqi.page.locator("summary").filter(has_text="别的办法").first.click()
    deciding.act(
        sunqi, "开始特别程序", check="检查后发出", send="发出特别程序告知书",
        kind="appraisal", days="15", reason="要鉴定材料的真伪",
    )  # fmt: skip

    lisi = enter(nodes.jilin, "lisi")
    applying.track(lisi, number, "正在走特别程序", "这段时间不算在办理时限里", "特别程序告知书")
    link = lisi.page.get_by_role("link", name=re.compile("特别程序告知书")).first
    answer = lisi.page.request.get(str(link.get_attribute("href")))
    assert answer.status == 200
    assert answer.body().startswith(b"%PDF-")

    sunqi.open(f"/desk/cases/{number}/")
    deciding.act(sunqi, "结束特别程序", outcome="鉴定是真的")
    applying.track(lisi, number, "正在审查")
    agree(nodes, number)


def test_a_withdrawal_that_comes_first_wins_and_the_officer_is_told(nodes: Installation, enter):
    number = applied(nodes, serial=813)
    sunqi = enter(nodes.fujian, "sunqi")
    deciding.take_up(sunqi, number)
    deciding.act(sunqi, "受理")
    sunqi.press("准予")

    lisi = enter(nodes.jilin, "lisi")
    withdraw(lisi, number)
    applying.track(lisi, number, "已撤回")

    sunqi.press("准予")
    sunqi.sees("这一步没有做", "已撤回")
    sunqi.open("/desk/inbox/")
    sunqi.waits_for("申请人撤回了", number[-4:])
    agree(nodes, number)


def test_a_decision_that_comes_first_wins_and_the_applicant_is_told(nodes: Installation, enter):
    number = applied(nodes, serial=814)
    sunqi = enter(nodes.fujian, "sunqi")
    deciding.take_up(sunqi, number)
    deciding.act(sunqi, "受理")
    lisi = enter(nodes.jilin, "lisi")
    applying.track(lisi, number, "正在审查")
    with nodes.without("worker-22"):
        # The decision is made; the news of it has not come to 长春 when the wish is written down.
        deciding.act(sunqi, "准予", note="")
        withdraw(lisi, number)
    applying.track(lisi, number, "没有同意撤回：已经作出决定")
    agree(nodes, number)


def test_a_refusal_passes_the_papers_on_to_the_right_organ(nodes: Installation, enter):
    number = applied(nodes, serial=815)
    sunqi = enter(nodes.fujian, "sunqi")
    deciding.take_up(sunqi, number)
    sunqi.press("不予受理")
    sunqi.fill(ground="您的医疗保险在厦门市参保", find="厦门")
    sunqi.press("查机关")
    sunqi.fill(right_place="350200")
    sunqi.press("检查")
    sunqi.sees("厦门市医疗保障局", "可以在办件页把这次填的内容和材料转到")
    sunqi.press("发出不予受理通知书")
    sunqi.sees("已办好")

    lisi = enter(nodes.jilin, "lisi")
    applying.track(lisi, number, "不予受理", "厦门市医疗保障局", "不是您填错了")
    lisi.press("转到厦门市申请")
    lisi.sees("厦门市", "检查、承诺、提交")
    lisi.press("继续填写")
    lisi.fill(insured_division="350203")
    lisi.press("保存并继续")
    lisi.press("保存并继续")
    expect(lisi.page.locator("h1")).to_have_text("材料")
    applying.go_on_to_check(lisi)
    again = applying.submit(lisi)
    assert again != number
    applying.track(lisi, again, "厦门市医疗保障局")
    agree(nodes, again)


def withdraw(lisi: Person, number: str) -> None:
    """The applicant takes the application back."""
    lisi.open(f"/cases/{number}/withdraw/")
    lisi.fill(reason="改在本地看病，不办了")
    lisi.press("撤回申请")


def agree(nodes: Installation, number: str) -> None:
    """Both nodes hold the same events, and their tables are the fold of them."""
    wait_until_settled(nodes)
    check_agreement(nodes, {number})
