"""A joint case over two real nodes: one place refuses after another acted, and nothing stays half done.

李四 of 长春 wants to move to his wife in 福州, who decides and leads. 长春 takes him out of its
register; then the police of 福州 find that he cannot be taken in, and 长春 puts him back.
"""

from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser

from journeys import applying, deciding
from journeys.agreement import check_agreement, wait_until_settled
from journeys.installation import Installation, Node
from journeys.people import DESK, Person
from journeys.systems import MOVE_PAPERS, MOVE_TO_SPOUSE


@pytest.fixture
def enter(browser: Browser):
    """Who comes in, by node and name."""
    with ExitStack() as stack:

        def come(node: Node, username: str) -> Person:
            return stack.enter_context(Person(browser, node, username, size=DESK))

        yield come


def test_a_refusal_after_another_place_acted_is_taken_back_everywhere(nodes: Installation, enter):
    lisi = enter(nodes.jilin, "lisi")
    applying.find(lisi, MOVE_TO_SPOUSE)
    lisi.sees("多地联办", "迁出登记", "平台默认")
    applying.begin(lisi, MOVE_TO_SPOUSE, mode="JOINT")
    applying.fill_in(lisi, MOVE_TO_SPOUSE)
    applying.hand_in_papers(lisi, MOVE_PAPERS, serial=700)
    number = applying.submit(lisi)

    wangwu = enter(nodes.fujian, "wangwu")
    deciding.take_up(wangwu, number)
    deciding.act(wangwu, "受理")
    wangwu.open(f"/desk/cases/{number}/joint/")
    wangwu.sees("迁出地", "落户核对")
    wangwu.press("开始联办")
    wangwu.sees("已经开始联办", "核对婚姻登记")

    step(enter(nodes.fujian, "wujiu"), "核对婚姻登记", "告诉牵头地核对一致")
    qianyi = enter(nodes.jilin, "qianyi")
    step(qianyi, "迁出登记", "告诉牵头地办好了", **{"finish-note": "已办理迁出"})
    applying.track(lisi, number, "迁出登记", "已办好")
    chensan = enter(nodes.fujian, "chensan")
    step(chensan, "落户核对", "不予办理", **{"refuse-ground": "房主撤回了同意"})

    wangwu.open(f"/desk/cases/{number}/joint/")
    wangwu.sees("房主撤回了同意", "“落户核对”被拒绝了")
    wangwu.fill(**{"stop-reason": "迁入地不能落户"})
    wangwu.press("停止联办")
    wangwu.sees("等各地撤销或者停办", "迁出登记")
    step(qianyi, "迁出登记", "告诉牵头地撤销好了", **{"undone-note": "户口已恢复"})

    wangwu.waits_for("已撤销", "没有一处还留着办过的结果")
    wangwu.press("结束联办")
    wangwu.sees("联办已经结束")
    wangwu.open(f"/desk/cases/{number}/")
    wangwu.sees("有联办地不予办理，这件不能准予，只能不予批准")
    deciding.act(
        wangwu,
        "不予批准",
        check="检查",
        send="决定不予批准",
        ground="房主撤回同意，不能落户",
        basis="当地户口迁移的规定",
    )
    applying.track(lisi, number, "联办就没有办成", "房主撤回了同意", "已撤销")
    wait_until_settled(nodes)
    check_agreement(nodes, {number})


def step(person: Person, name: str, press: str, **said: str) -> None:
    """A partner's step: from the list of his office to its answer."""
    person.open("/desk/joint/")
    person.waits_for(name)
    person.press(name)
    if said:
        person.fill(**said)
    person.press(press)
    person.sees("已经告诉牵头地")
