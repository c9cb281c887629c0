"""The main job over two real nodes in a real browser, on a phone and at a desk.

李四 lives in 长春 and applies there for what 福州 decides. Everything is done through the pages, as
people do it, by script and by hand; at the end both nodes hold the same history. What goes by the
same pages a second time goes once, with everybody at the screen one usually has.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser

from journeys import applying, deciding, screens
from journeys.agreement import check_agreement, wait_until_settled
from journeys.installation import Installation, Node
from journeys.people import DESK, PHONE, Person, expect
from journeys.systems import MEDICAL, MEDICAL_PAPERS, MOVE_PAPERS, MOVE_TO_SPOUSE, System
from tongban.sandbox.numbers import person_number

WINDOW = "220104"
LISI = person_number(WINDOW, "22:lisi")
SIZES = {"phone": PHONE, "desktop": DESK}
USUALLY = "usually"


@dataclass
class Cast:
    """Those who take part, all at screens of the same kind, or each at the usual one."""

    there: Installation
    browser: Browser
    device: str
    stack: ExitStack = field(default_factory=ExitStack)

    def enter(self, node: Node, username: str) -> Person:
        usual = PHONE if username == "lisi" else DESK
        person = Person(self.browser, node, username, size=SIZES.get(self.device, usual))
        return self.stack.enter_context(person)

    def picture(self, person: Person, name: str) -> None:
        if self.device in SIZES:
            screens.take(person.page, name, self.device)


@pytest.fixture
def cast(nodes, browser, request):
    """People who come and go."""
    with ExitStack() as stack:
        yield Cast(nodes, browser, getattr(request, "param", USUALLY), stack)


def apply(cast: Cast, lisi: Person, item: str, papers: tuple[str, ...], window: str = "") -> str:
    """From the home page to a submitted case."""
    applying.find(lisi, item)
    cast.picture(lisi, "item")
    applying.begin(lisi, item, window=window)
    applying.fill_in(lisi, item)
    applying.hand_in_papers(lisi, papers)
    return applying.submit(lisi)


@pytest.mark.parametrize("cast", SIZES, indirect=True)
def test_a_case_received_at_a_window_is_decided_in_another_province(cast):
    lisi = cast.enter(cast.there.jilin, "lisi")
    zhaoliu = cast.enter(cast.there.jilin, "zhaoliu")
    wangwu = cast.enter(cast.there.fujian, "wangwu")
    lisi.open("/")
    cast.picture(lisi, "home")

    number = apply(cast, lisi, MOVE_TO_SPOUSE, MOVE_PAPERS, WINDOW)
    lisi.sees("您的申请已经交给长春市朝阳区政务服务中心", "已发出", "已送达", "未答复")
    applying.track(lisi, number, "现在在收件地手里", "等长春市朝阳区政务服务中心核对身份")

    _receive_and_return(zhaoliu, number)
    applying.track(lisi, number, "现在在您手里", "看不到日期或者印章")
    cast.picture(lisi, "returned")
    _mend(lisi, "marriage-certificate", serial=11)
    _check_and_hand_over(cast, zhaoliu, number)

    applying.track(lisi, number, "现在在办理地手里", "福州市公安局")
    cast.picture(lisi, "tracking")
    _ask_for_correction(cast, wangwu, number)
    applying.track(lisi, number, "现在在您手里", "这是一次性告知", "房主没有签名")
    _mend(lisi, "owner-consent", serial=12)

    _decide(cast, wangwu, number)
    applying.track(lisi, number, "结果已经送到长春市朝阳区政务服务中心", "带身份证去领取")
    _hand_out(cast, zhaoliu, number)
    applying.track(lisi, number, "已办结")
    _download_result(lisi)
    _agree(cast.there, number)


def _receive_and_return(zhaoliu: Person, number: str) -> None:
    deciding.take_up(zhaoliu, number)
    zhaoliu.sees("核对身份", "材料的内容是不是真实、符不符合条件，由福州市审查，不归您判断")
    deciding.receive(zhaoliu)
    deciding.find_fault(zhaoliu, "marriage-certificate", "date_seal")
    deciding.act(zhaoliu, "退回修改", check="检查后退回", send="退回申请人修改")


def _mend(lisi: Person, spec: str, *, serial: int) -> None:
    """Open what was sent back, put another picture in its place, hand it in again."""
    lisi.press("打开来改")
    lisi.press("上传材料")
    applying.hand_in_papers(lisi, (spec,), serial=serial)
    applying.submit(lisi)


def _check_and_hand_over(cast: Cast, zhaoliu: Person, number: str) -> None:
    deciding.take_up(zhaoliu, number)
    deciding.receive(zhaoliu)
    deciding.find_good(zhaoliu, MOVE_PAPERS[:2])
    cast.picture(zhaoliu, "desk-workbench")
    deciding.find_good(zhaoliu, MOVE_PAPERS[2:])
    deciding.act(zhaoliu, "移交福州市", note="申请人本人到场")


def _ask_for_correction(cast: Cast, wangwu: Person, number: str) -> None:
    deciding.wait_for_case(wangwu, number)
    cast.picture(wangwu, "desk-queue")
    deciding.take_up(wangwu, number)
    wangwu.press("一次告知补正")
    wangwu.fill(
        **{
            "fault-0-spec": "owner-consent",
            "fault-0-problem": "房主没有签名",
            "fault-0-mend": "请房主签名后重拍",
            "complete": "on",
        }
    )
    wangwu.press("检查后发出")
    cast.picture(wangwu, "desk-correction")
    wangwu.press("发出补正告知书")
    wangwu.sees("已办好")


def _decide(cast: Cast, wangwu: Person, number: str) -> None:
    deciding.take_up(wangwu, number)
    wangwu.does_not_see("发出补正告知书")
    deciding.act(wangwu, "受理")
    deciding.act(wangwu, "准予", note="")
    deciding.act(wangwu, "制作结果")
    deciding.act(wangwu, "送收件窗口", send="送达")


def _hand_out(cast: Cast, zhaoliu: Person, number: str) -> None:
    deciding.take_up(zhaoliu, number)
    deciding.act(zhaoliu, "登记领取并办结", taken_by="李四，本人", checked="on")


def _download_result(lisi: Person) -> None:
    """The result is a PDF that opens."""
    link = lisi.page.locator('main a[href*="/papers/"]').filter(has_text="准予迁入")
    expect(link.first).to_be_visible()
    answer = lisi.page.request.get(str(link.first.get_attribute("href")))
    assert answer.status == 200
    assert answer.body().startswith(b"%PDF-")


def test_a_case_handled_online_goes_straight_to_the_deciding_place(cast):
    lisi = cast.enter(cast.there.jilin, "lisi")
    sunqi = cast.enter(cast.there.fujian, "sunqi")

    number = apply(cast, lisi, MEDICAL, MEDICAL_PAPERS)
    lisi.sees("福州市医疗保障局")
    deciding.take_up(sunqi, number)
    deciding.act(sunqi, "受理")
    deciding.act(
        sunqi,
        "不予批准",
        check="检查",
        send="决定不予批准",
        ground="参保状态已经中断",
        basis="《基本医疗保险跨省异地就医直接结算经办规程》",
    )
    deciding.act(sunqi, "制作结果")
    deciding.act(sunqi, "网上送达", send="送达")

    applying.track(lisi, number, "参保状态已经中断", "行政复议", "签收")
    lisi.press("签收")
    lisi.sees("已经签收，这件办结了")
    _agree(cast.there, number)


def test_who_is_not_competent_refuses_and_names_the_right_organ(cast):
    number = _applied_by_system(cast.there, serial=801)
    sunqi = cast.enter(cast.there.fujian, "sunqi")
    deciding.take_up(sunqi, number)
    deciding.act(
        sunqi,
        "不予受理",
        check="检查",
        send="发出不予受理通知书",
        ground="您的医疗保险不在福州市参保",
        right_organ="厦门市医疗保障局，0592-5550111",
    )

    lisi = cast.enter(cast.there.jilin, "lisi")
    applying.track(lisi, number, "不予受理", "厦门市医疗保障局，0592-5550111", "不是您填错了")
    lisi.sees("您的医疗保险不在福州市参保", "福州市医疗保障局", "行政复议")
    _agree(cast.there, number)


def test_a_case_is_withdrawn_while_the_other_province_holds_it(cast):
    number = _applied_by_system(cast.there, serial=802)
    lisi = cast.enter(cast.there.jilin, "lisi")
    applying.track(lisi, number, "现在在办理地手里")
    lisi.press("申请撤回")
    lisi.press("撤回申请")
    lisi.sees("要改")
    lisi.fill(reason="改在本地看病，不办了")
    lisi.press("撤回申请")

    applying.track(lisi, number, "已撤回")
    sunqi = cast.enter(cast.there.fujian, "sunqi")
    sunqi.open(f"/desk/cases/{number}/")
    sunqi.sees("已撤回")
    _agree(cast.there, number)


def _applied_by_system(there: Installation, *, serial: int) -> str:
    """A case of 李四 that 福建 holds, handed in by a system for him."""
    with System(there.jilin) as system:
        case = system.medical(serial=serial)
        case["applicant"]["id_number"] = LISI
        answer = system.submit(case)
        assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


def _agree(there: Installation, number: str) -> None:
    """Both nodes hold the same events, and their tables are the fold of them."""
    wait_until_settled(there)
    check_agreement(there, {number})
