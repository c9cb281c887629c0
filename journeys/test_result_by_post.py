"""A result by post over two real nodes: lost on the road, made anew, sent again, signed for, and over.

李四 of 长春 chooses the post while he fills in; 孙七 in 福州 decides, and packs at the desk.
"""

import re

from playwright.sync_api import Browser

from journeys import applying, deciding
from journeys.agreement import check_agreement, wait_until_settled
from journeys.installation import Installation
from journeys.people import DESK, PHONE, Person, expect
from journeys.systems import MEDICAL, MEDICAL_PAPERS

HOME = {"name": "李四", "phone": "13900000002", "address": "长春市朝阳区示例路8号2栋301"}
SLIP = re.compile(r"/desk/parcels/(p35-[0-9a-f]{20})/")


def test_a_parcel_is_lost_and_sent_again_until_the_case_ends(nodes: Installation, browser: Browser):
    with (
        Person(browser, nodes.jilin, "lisi", size=PHONE) as lisi,
        Person(browser, nodes.fujian, "sunqi", size=DESK) as sunqi,
    ):
        number = _apply(lisi)
        deciding.take_up(sunqi, number)
        deciding.act(sunqi, "受理")
        deciding.act(sunqi, "准予", note="")
        deciding.act(sunqi, "制作结果")

        sunqi.waits_for("装包裹，寄结果")
        first = _send(sunqi, "SF0001")
        applying.track(lisi, number, "已经把结果寄给您")
        _lose(sunqi, first)
        applying.track(lisi, number, "结果没有送到您手里")

        sunqi.open(f"/desk/cases/{number}/")
        sunqi.sees("路上丢失", "先重新制作")
        deciding.act(sunqi, "重新制作结果", reason="第一份在路上丢失")
        second = _send(sunqi, "SF0002")
        assert second != first

        applying.track(lisi, number, "已经把结果寄给您")
        lisi.open(f"/cases/{number}/parcels/{second}/")
        lisi.waits_for("签收不能改")
        lisi.fill(seen_s1="ok")
        lisi.press("签收", within="main form")
        lisi.sees("已签收")
        applying.track(lisi, number, "已经办结")
        sunqi.open(f"/desk/cases/{number}/")
        sunqi.sees("已办结")
        wait_until_settled(nodes)
        check_agreement(nodes, {number})


def _apply(lisi: Person) -> str:
    """Fill in, and say on the way that the result shall come home."""
    applying.find(lisi, MEDICAL)
    applying.begin(lisi, MEDICAL)
    applying.fill_in(lisi, MEDICAL)
    for place, spec in enumerate(MEDICAL_PAPERS):
        lisi.upload(spec, serial=860 + place)
    lisi.press("保存并继续")
    expect(lisi.page).to_have_url(re.compile("/delivery/"))
    lisi.fill(way="post", **HOME)
    lisi.press("保存并继续")
    lisi.sees("邮寄到家", HOME["address"])
    return applying.submit(lisi)


def _send(sunqi: Person, waybill: str) -> str:
    """Pack the result for where its applicant wants it, and carry it to a courier; its number."""
    sunqi.press("装包裹，寄结果")
    assert sunqi.page.locator('[name="address"]').input_value() == HOME["address"]
    sunqi.fill(**{"sheet-0-take": "on", "to": "applicant", "courier": "by-hand"})
    sunqi.press("装好", within="aside")
    expect(sunqi.page).to_have_url(SLIP)
    found = SLIP.search(sunqi.page.url)
    assert found, sunqi.page.url
    sunqi.fill(**{"hand-courier": "by-hand", "hand-waybill": waybill})
    sunqi.press("交寄", within='form[action$="/hand-over"]')
    sunqi.sees("已登记交寄", waybill)
    return found[1]


def _lose(sunqi: Person, parcel: str) -> None:
    """The courier rings up: it is gone. The pen is with the other node, which writes it down."""
    sunqi.open(f"/desk/parcels/?find={parcel}")
    sunqi.page.get_by_text("登记路上的情况").click()
    sunqi.fill(**{"report-move": "lose", "report-reason": "快递客服来电告知丢失"})
    sunqi.press("登记", within='form[action$="/report"]')
    sunqi.waits_for("这个包裹丢失了")
