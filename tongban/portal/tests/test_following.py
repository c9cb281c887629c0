"""Following a case: who holds it, until when, what to do; and nobody sees anybody else's."""

import re

import pytest
from django.utils.timezone import now

from tongban.basics.calendar import Calendar
from tongban.cases import queries as cases
from tongban.cases import timeline
from tongban.cases.models import Case, Request
from tongban.cases.operations import review
from tongban.cases.states import Mode, State
from tongban.cases.tests import world
from tongban.portal import clock
from tongban.portal.tests import scenes
from tongban.portal.tests.test_finding import words
from tongban.record import papers

pytestmark = pytest.mark.django_db

SCENES = {
    scenes.submitted: "等长春市朝阳区政务服务中心核对身份、收件，最迟",
    scenes.received: "长春市朝阳区政务服务中心已经收件，正在看材料齐不齐，最迟",
    scenes.returned: "长春市朝阳区政务服务中心请您修改，改好再交",
    scenes.crossing: "已经交出，正在送往福州市",
    scenes.pending: "吉林市公安局已经收到材料，最迟",
    scenes.correction: "吉林市公安局请您补正，补好再交",
    scenes.lapsed: "补正的时间过了，这件转回吉林市公安局",
    scenes.under_review: "吉林市公安局正在审查，最迟",
    scenes.special: "吉林市公安局正在走特别程序，最迟",
    scenes.suspended: "吉林市公安局中止了办理，恢复以后继续计时",
    scenes.at_several_places: "吉林市公安局牵头，各地正在办各自的环节，最迟",
    scenes.proposed: "吉林市公安局已经提出决定意见，正由另一位审批人员复核，最迟",
    scenes.approved: "吉林市公安局已经准予，正在制作结果",
    scenes.denied: "吉林市公安局决定不予批准，正在制作决定书",
    scenes.result_issued: "吉林市公安局已经做好结果",
    scenes.at_the_window: "结果已经送到长春市朝阳区政务服务中心，请带身份证去领取",
    scenes.to_be_signed: "结果已经送到，请您签收",
    scenes.closed: "已经办结，结果已送达",
    scenes.not_accepted: "吉林市公安局不予受理",
    scenes.withdrawn: "您已经撤回申请",
    scenes.terminated: "吉林市公安局终止了办理，没有作出决定",
    scenes.reopened: "吉林市公安局重新打开了这件，最迟",
}


def page_of(case: Case, rest: str = "") -> str:
    return f"/cases/{case.number}/{rest}"


@pytest.mark.parametrize(
    ("scene", "sentence"), SCENES.items(), ids=lambda one: getattr(one, "__name__", "")
)
def test_in_every_state_the_page_names_who_has_the_case(scene, sentence):
    case, filled = scene()
    browser = scenes.browser_of(filled)
    said = words(browser.get(page_of(case)))

    assert sentence in said
    assert "处理中" not in said
    assert "{{" not in said
    for path in ("/cases/", "/"):
        assert sentence in words(browser.get(path))


def test_the_scenes_meet_every_state_there_is():
    met = {scene()[0].state for scene in SCENES}
    # A draft is no case yet; originals by post are followed with their parcels (test_parcels.py).
    assert met == set(State) - {State.DRAFT, State.ORIGINALS}


def test_an_applicant_reads_the_history_in_the_second_person():
    case, filled = scenes.under_review()
    said = words(scenes.browser_of(filled).get(page_of(case)))
    assert "您提交申请" in said
    assert "申请人提交申请" not in said
    assert "吉林市公安局受理" in said


def test_the_due_day_is_explained_by_the_days_that_count():
    case, filled = scenes.under_review()
    count = clock.count(clock.ledger(case, at=now()))
    said = words(scenes.browser_of(filled).get(page_of(case)))

    assert count.days[-1] == case.due_on
    assert len(count.days) == 10
    assert "从受理的第二天算：10个工作日" in said
    assert all(f"{day.month}月{day.day}日" in said for day in count.days)


def test_a_day_in_a_year_without_a_calendar_is_marked_as_provisional(monkeypatch):
    case, filled = scenes.under_review()
    monkeypatch.setattr(Calendar, "is_provisional", lambda _calendar, _day: True)
    said = words(scenes.browser_of(filled).get(page_of(case)))
    assert "暂定" in said
    assert "放假安排还没有公布" in said


def test_the_time_in_the_applicant_s_hands_is_shown_as_not_counted():
    case, filled = scenes.correction()
    said = words(scenes.browser_of(filled).get(page_of(case)))
    assert "停止计时：请申请人补正期间停止计时" in said
    assert "一次性告知" in said
    assert "请在" in said
    assert "0432-5550101" in said


def test_a_notice_to_mend_opens_the_same_pages_once():
    case, filled = scenes.returned()
    browser = scenes.browser_of(filled)
    said = words(browser.get(page_of(case)))
    assert "没有写到房号" in said
    one = browser.post(page_of(case, "mend/"))["Location"]
    assert browser.post(page_of(case, "mend/"))["Location"] == one
    assert browser.get(one).status_code == 200


def test_what_is_to_be_mended_is_named_wherever_it_is_told():
    case, filled = scenes.correction()
    browser = scenes.browser_of(filled)
    material = cases.version_of(case).material(scenes.FAULT.spec).name
    told = f"{material}：{scenes.FAULT.problem}"

    assert words(browser.get(page_of(case))).count(told) == 2  # what is asked, and the history
    opened = browser.post(page_of(case, "mend/"))
    tasks = words(browser.get(opened["Location"]))
    assert told in tasks
    assert "交回以前，对方看到的还是原来的" in tasks
    assert "改好再交回" in tasks


@pytest.mark.parametrize("scene", [scenes.correction, scenes.to_be_signed])
def test_what_waits_for_the_applicant_stands_before_what_is_newer(scene):
    waiting, filled = scene()
    newer, _other = scenes.submitted()
    Case.objects.filter(pk=newer.pk).update(applicant_match=waiting.applicant_match)
    browser = scenes.browser_of(filled)

    listed = browser.get("/cases/").content.decode()
    assert listed.index(f"/cases/{waiting.number}/") < listed.index(f"/cases/{newer.number}/")
    assert f"/cases/{waiting.number}/" in browser.get("/").content.decode()


def test_steps_of_other_places_are_told_before_they_are_begun():
    case, filled = scenes.a_case(mode=Mode.JOINT)
    said = words(scenes.browser_of(filled).get(page_of(case)))

    assert "受理以后，由办理地请各地办下面的环节" in said
    assert "迁出登记" in said
    assert said.count("还没轮到") == len(cases.version_of(case).joint)

    gone, other = scenes.withdrawn(mode=Mode.JOINT)
    assert "还没轮到" not in words(scenes.browser_of(other).get(page_of(gone)))


def test_a_case_that_is_not_to_be_mended_cannot_be_opened():
    case, filled = scenes.under_review()
    response = scenes.browser_of(filled).post(page_of(case, "mend/"))
    assert response.status_code == 409
    assert "现在是“审查中”" in words(response)


def test_a_refusal_says_why_who_is_right_and_how_to_contest():
    case, filled = scenes.not_accepted()
    said = words(scenes.browser_of(filled).get(page_of(case)))
    assert "不是您填错了" in said
    assert "配偶的户口不在本市" in said
    assert "四平市公安局" in said
    assert "行政复议" in said


def test_a_denial_says_ground_basis_and_how_to_contest():
    case, filled = scenes.denied()
    said = words(scenes.browser_of(filled).get(page_of(case)))
    assert "住所证明和房主的登记不一致" in said
    assert "示例规定第八条" in said
    assert "行政诉讼" in said


def test_a_result_is_the_office_s_until_it_is_delivered():
    case, filled = scenes.result_issued()
    browser = scenes.browser_of(filled)
    digest = case.result["digest"]
    assert digest not in browser.get(page_of(case)).content.decode()
    assert browser.get(page_of(case, f"papers/{digest}")).status_code == 404

    review.deliver(number=case.number, officer=case.claimed_by, at=now())
    response = browser.get(page_of(case, f"papers/{digest}?download=1"))
    assert b"".join(response).startswith(b"%PDF-")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_result_is_signed_for_once_and_a_second_press_does_no_harm():
    case, filled = scenes.to_be_signed()
    browser = scenes.browser_of(filled)
    assert "签收" in words(browser.get(page_of(case)))
    for _press in range(2):
        assert browser.post(page_of(case, "sign/"))["Location"] == page_of(case)
    case.refresh_from_db()
    assert case.state == State.CLOSED
    assert "已经签收" in words(browser.get(page_of(case)))


def test_a_result_is_not_signed_for_before_it_is_there():
    case, filled = scenes.online()
    response = scenes.browser_of(filled).post(page_of(case, "sign/"))
    assert response.status_code == 409
    assert "不能签收" in words(response)


def test_withdrawing_asks_first_wants_a_reason_and_keeps_what_was_typed():
    case, filled = scenes.pending()
    browser = scenes.browser_of(filled)
    assert "不能恢复" in words(browser.get(page_of(case, "withdraw/")))
    response = browser.post(page_of(case, "withdraw/"), {"reason": "一"})
    assert response.status_code == 422
    assert "至少两个字" in words(response)
    assert ">\n一</textarea>" in response.content.decode()

    assert browser.post(page_of(case, "withdraw/"), {"reason": "不迁了"}).status_code == 302
    case.refresh_from_db()
    assert case.state == State.WITHDRAWN


def test_a_wish_to_withdraw_that_travels_is_said_to_be_waiting_and_not_asked_twice():
    case, filled = scenes.crossing()
    browser = scenes.browser_of(filled)
    browser.post(page_of(case, "withdraw/"), {"reason": "不迁了"})
    said = words(browser.get(page_of(case)))
    assert "正在等对方的系统答复" in said
    assert "申请撤回</a>" not in browser.get(page_of(case)).content.decode()
    response = browser.post(page_of(case, "withdraw/"), {"reason": "不迁了"})
    assert response.status_code == 409
    assert "不用再提一次" in words(response)

    Request.objects.update(outcome="refused", answered_at=now())
    assert "送到时已经作出决定" in words(browser.get(page_of(case)))


def test_a_decided_case_is_not_withdrawn():
    case, filled = scenes.approved()
    browser = scenes.browser_of(filled)
    assert "申请撤回" not in words(browser.get(page_of(case)))
    assert browser.get(page_of(case, "withdraw/")).status_code == 409
    assert browser.post(page_of(case, "withdraw/"), {"reason": "不迁了"}).status_code == 409


def test_what_was_typed_to_withdraw_survives_a_sign_in_and_is_asked_once_more():
    case, filled = scenes.submitted()
    browser = scenes.browser_of(filled)
    browser.logout()
    browser.post(page_of(case, "withdraw/"), {"reason": "改在当地办"})
    browser.force_login(filled.account)

    assert "改在当地办" in words(browser.get(page_of(case, "withdraw/")))
    case.refresh_from_db()
    assert case.state == State.SUBMITTED


@pytest.mark.parametrize("rest", ["", "receipt/", "withdraw/"])
def test_nobody_else_s_case_exists(stranger, rest):
    case, _filled = scenes.submitted()
    response = stranger.get(page_of(case, rest))
    assert response.status_code == 404
    assert "没有找到这件" in words(response)


def test_nobody_else_s_case_can_be_acted_on_nor_its_papers_read(stranger):
    case, _filled = scenes.to_be_signed()
    digest = case.materials.first().digest
    for rest in (f"papers/{digest}", f"papers/{case.result['digest']}"):
        assert stranger.get(page_of(case, rest)).status_code == 404
    for rest in ("mend/", "sign/", "withdraw/"):
        assert stranger.post(page_of(case, rest), {"reason": "不办了"}).status_code == 404
    case.refresh_from_db()
    assert case.state == State.IN_DELIVERY


def test_a_paper_of_another_case_is_not_read_by_way_of_one_s_own():
    mine, filled = scenes.submitted()
    other = world.a_paper(world.PNG + b"\0")
    assert papers.has(other.digest)
    response = scenes.browser_of(filled).get(page_of(mine, f"papers/{other.digest}"))
    assert response.status_code == 404


def test_one_s_own_paper_is_shown_as_what_it_is():
    case, filled = scenes.submitted()
    digest = case.materials.first().digest
    response = scenes.browser_of(filled).get(page_of(case, f"papers/{digest}"))
    assert b"".join(response) == world.PNG
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ("22010420261116000427", 422, "一共21位"),
        ("220104202611160004270", 422, "办件编号不对"),
        ("22010420261116000427L", 404, "没有找到这件"),
    ],
)
def test_a_number_that_cannot_be_is_refused_at_its_field(lisi, typed, status, said):
    response = lisi.get(f"/cases/?number={typed}")
    assert response.status_code == status
    assert said in words(response)
    assert f'value="{typed}"' in response.content.decode()
    assert 'id="id_number-e"' in response.content.decode()


def test_a_number_is_found_as_people_write_it():
    case, filled = scenes.submitted()
    spaced = "%20".join(re.findall(".{1,7}", case.number.lower()))
    response = scenes.browser_of(filled).get(f"/cases/?number={spaced}")
    assert response["Location"] == page_of(case)


def test_the_receipt_says_that_receiving_is_not_accepting():
    case, filled = scenes.submitted()
    assert "提交凭证" in words(scenes.browser_of(filled).get(page_of(case, "receipt/")))
    case, filled = scenes.received()
    said = words(scenes.browser_of(filled).get(page_of(case, "receipt/")))
    assert "收件凭证" in said
    assert "收件不是受理" in said
    assert filled.applicant.number not in said


def test_cases_and_their_pages_ask_for_a_sign_in(client):
    case, _filled = scenes.submitted()
    for path in ("/cases/", page_of(case), page_of(case, "receipt/")):
        assert client.get(path).status_code == 302


def test_every_line_of_the_history_has_its_party_and_its_words():
    case, filled = scenes.closed()
    steps = timeline.steps(case)
    html = scenes.browser_of(filled).get(page_of(case)).content.decode()
    history = html[html.index('<ol class="tl">') :].split("</ol>")[0]
    assert history.count('class="who"') == len(steps)


def test_somebody_with_no_cases_is_told_what_will_be_here(lisi):
    said = words(lisi.get("/cases/"))
    assert "您还没有办件" in said
    assert "找一件要办的事" in said


def test_many_cases_come_in_pages(monkeypatch):
    monkeypatch.setattr("tongban.portal.views.cases.PAGE", 1)
    one, filled = scenes.submitted()
    two, _filled = scenes.received()
    Case.objects.filter(pk=two.pk).update(applicant_match=one.applicant_match)
    browser = scenes.browser_of(filled)

    pages = [browser.get(f"/cases/?page={page}").content.decode() for page in (1, 2)]
    assert "第1页，共2页" in words(browser.get("/cases/"))
    for case in (one, two):
        assert sum(page_of(case) in page for page in pages) == 1
