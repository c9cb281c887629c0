"""A child files for a parent: the mandate is offered, found in the messages, accepted, and used."""

import re

from playwright.sync_api import Browser

from journeys import applying
from journeys.installation import Installation
from journeys.people import PHONE, Person, expect
from journeys.systems import MEDICAL, MEDICAL_PAPERS
from tongban.sandbox.numbers import person_number

LISI = person_number("220104", "22:lisi")


def test_a_child_is_asked_by_a_parent_and_files_for_her(nodes: Installation, browser: Browser):
    with (
        Person(browser, nodes.jilin, "zhougui", size=PHONE) as mother,
        Person(browser, nodes.jilin, "lisi", size=PHONE) as lisi,
    ):
        mother.open("/mandates/give/")
        mother.fill(agent_name="李四", agent_number=LISI, scope="all")
        mother.press("下一步，读一遍")
        mother.sees("周桂同意由李四")
        mother.fill(consent="on")
        mother.press("授权", within="main form")
        mother.sees("等李四用自己的账户登录")

        lisi.open("/messages/")
        lisi.sees("有人请您代办", "没有看，要您办")
        lisi.press("有人请您代办")
        lisi.sees("周桂授权您替他办事")
        lisi.press("看授权，接受或者不接受")
        lisi.press("接受")
        lisi.sees("这份授权有效")
        mother.open("/messages/")
        mother.sees("代办人接受了授权")

        applying.find(lisi, MEDICAL)
        lisi.press("开始办理")
        lisi.page.get_by_label(re.compile("周桂")).check()
        lisi.press("开始填写")
        lisi.sees("申请人：周桂")
        applying.fill_in(lisi, MEDICAL)
        applying.hand_in_papers(lisi, MEDICAL_PAPERS, serial=870)
        lisi.sees("代办人")
        number = applying.submit(lisi)

        mother.open(f"/cases/{number}/")
        mother.sees("申请人：周桂；经办人：李四")
        mother.open("/mandates/")
        mother.press("李四", within="main .rows")
        mother.press("结束授权")
        mother.press("结束授权", within="main form")
        lisi.open("/messages/")
        lisi.sees("授权结束了")
        # What was filed stays filed; nothing new is.
        gone = lisi.page.goto(f"/cases/{number}/")
        assert gone is not None
        assert gone.status == 404
        applying.find(lisi, MEDICAL)
        lisi.press("开始办理")
        expect(lisi.page.get_by_label(re.compile("周桂"))).to_have_count(0)
