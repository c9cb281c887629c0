"""Acts beside the straight way, by their pages alone: words, previews, signatures, second opinions."""

import re
from typing import Any

import pytest
from django.urls import reverse

from tongban.cases import queries
from tongban.cases.models import Case, Countersignature
from tongban.cases.operations import window
from tongban.cases.states import Mode, State
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.desk.tests import stages
from tongban.desk.tests.test_acts import CORRECTION, address, state, told
from tongban.parties.models import Role
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db

SPECIAL = {"kind": "appraisal", "days": "20", "reason": "要鉴定亲子关系"}
END = {"ground": "申请人死亡", "basis": "示例办法第九条"}
PROPOSAL = {
    "decision": "deny",
    "ground": "房主没有同意",
    "basis": "示例文件第三条",
    "note": "请复核",
}


class Desk:
    """A case under review, its officer, a colleague and the leader, each with a browser."""

    def __init__(self, signed_in) -> None:
        self.case, self.filled = world.a_case()
        self.clerk, self.officer = world.a_clerk(), world.a_decider()
        authority = self.officer.authority
        self.colleague = world.an_officer(authority, Role.DECIDER, name="陈三")
        self.head = world.an_officer(authority, Role.LEADER, name="周一")
        self.desk, self.second, self.office = (
            signed_in(one) for one in (self.officer, self.colleague, self.head)
        )

    def page(self, act: str, browser=None):
        return (browser or self.desk).get(address(self.case, act))

    def post(self, act: str, words: dict[str, Any], stage: str = "do", browser=None):
        return (browser or self.desk).post(address(self.case, act), {"stage": stage} | words)

    def asks(self, act: str, **words):
        url = reverse("desk:ask-signature", args=[self.case.number, act])
        return self.desk.post(url, words, follow=True)

    def settles(self, act: str, words: str = ""):
        row = Countersignature.objects.get(used_at=None, refused_at=None)
        url = reverse("desk:settle-signature", args=[row.pk])
        return self.office.post(url, {"act": act, "words": words}, follow=True)


@pytest.fixture
def under_review(signed_in):
    made = Desk(signed_in)
    stages.under_review(made.case, made.clerk, made.officer)
    return made


@pytest.mark.parametrize(
    ("act", "words", "seen", "after"),
    [
        ("special", SPECIAL, ["鉴定", "需要20个工作日", "要鉴定亲子关系"], State.SPECIAL),
        ("suspend", {"ground": "等法院裁定"}, ["等法院裁定"], State.SUSPENDED),
        ("terminate", END, ["申请人死亡", "示例办法第九条"], State.TERMINATED),
    ],
)
def test_a_notice_is_read_before_it_goes_out_and_goes_out_once(
    under_review, act, words, seen, after
):
    page = under_review.page(act)
    assert page.status_code == 200
    assert 'href=""' not in page.text
    check = under_review.post(act, words, "check").text
    for sentence in seen:
        assert sentence in check
    assert state(under_review.case) == State.UNDER_REVIEW
    assert under_review.post(act, words).status_code == 302
    assert state(under_review.case) == after
    assert told(under_review.case)["contact"]["person"] == "王五"
    again = under_review.post(act, words)
    assert again.status_code == 409
    assert "没有办第二次" in again.text


@pytest.mark.parametrize(
    ("act", "words", "sentence"),
    [
        ("special", SPECIAL | {"kind": ""}, "选择是哪一种特别程序"),
        ("special", SPECIAL | {"days": "0"}, "写1到365个工作日"),
        ("special", SPECIAL | {"days": "很久"}, "写1到365个工作日"),
        ("suspend", {"ground": "  "}, "写明中止的理由"),
        ("terminate", END | {"ground": ""}, "选择不符合的条件，或者写明事实和理由"),
        ("terminate", END | {"basis": ""}, "写明依据的文件和条款"),
        ("deny", {"basis": "x"}, "选择不符合的条件，或者写明事实和理由"),
    ],
)
def test_what_is_missing_is_said_at_its_field_and_nothing_happens(
    under_review, act, words, sentence
):
    for stage in ("check", "do"):
        answer = under_review.post(act, words, stage)
        assert answer.status_code == 422
        assert sentence in answer.text
    assert state(under_review.case) == State.UNDER_REVIEW


def test_a_special_procedure_and_a_pause_lead_back_into_review(under_review):
    for begin, words, end, last in (
        ("special", SPECIAL, "end-special", {"outcome": "鉴定是亲生"}),
        ("suspend", {"ground": "等裁定"}, "resume", {"note": "裁定到了"}),
    ):
        under_review.post(begin, words)
        assert under_review.page("approve").status_code == 409
        assert under_review.page(end).status_code == 200
        assert under_review.post(end, last).status_code == 302
        assert state(under_review.case) == State.UNDER_REVIEW


def test_grounds_are_offered_from_the_conditions_of_the_item(under_review):
    conditions = [one.text for one in queries.version_of(under_review.case).conditions]
    page = under_review.page("deny").text
    for text in conditions:
        assert text in page
    words = {"picked": conditions[:1], "ground": "婚姻登记查不到", "basis": "示例文件第三条"}
    check = under_review.post("deny", words, "check").text
    assert f"不符合条件：{conditions[0]}" in check
    under_review.post("deny", words)
    assert told(under_review.case)["ground"] == f"不符合条件：{conditions[0]}\n婚姻登记查不到"


def test_a_condition_that_the_item_does_not_have_is_not_taken(under_review):
    words = {"picked": ["长得不好看"], "ground": "x", "basis": "y"}
    assert under_review.post("deny", words).status_code == 422
    assert state(under_review.case) == State.UNDER_REVIEW


def test_an_extension_goes_through_the_leader(under_review):
    answer = under_review.page("extend")
    assert answer["Location"] == reverse(
        "desk:ask-signature", args=[under_review.case.number, "extend"]
    )
    assert "写1到10个工作日" in under_review.asks("extend", days="11", reason="材料多").text
    assert "正在等科室负责人签字" in under_review.asks("extend", days="8", reason="材料多").text
    early = under_review.post("extend", {"days": "8", "reason": "材料多"})
    assert early.status_code == 409
    assert "还在等科室负责人签字" in early.text

    waiting = under_review.office.get("/desk/office/signatures/").text
    assert "延长期限，8个工作日" in waiting
    assert "材料多" in waiting
    assert "看等您签字的1份" in under_review.office.get("/desk/office/").text
    assert "已经签字" in under_review.settles("sign", "抓紧").text

    page = under_review.page("extend").text
    assert "科室负责人已经签字" in page
    assert "抓紧" in page
    assert re.search(r'name="days"[^>]*value="8"|value="8"[^>]*name="days"', page)
    assert under_review.post("extend", {"days": "9", "reason": "材料多"}).status_code == 409
    check = under_review.post("extend", {"days": "8", "reason": "材料多"}, "check").text
    assert "延长8个工作日" in check
    assert under_review.post("extend", {"days": "8", "reason": "材料多"}).status_code == 302
    event = recorded.events(under_review.case.number)[-1]
    signed = (event.content["days"], event.content["countersigned_by"])
    assert signed == (8, under_review.head.pseudonym)
    bench = under_review.desk.get(f"/desk/cases/{under_review.case.number}/").text
    assert address(under_review.case, "extend") not in bench


def test_a_leader_who_says_no_says_why(under_review):
    under_review.asks("extend", days="8", reason="材料多")
    empty = under_review.settles("refuse")
    assert empty.status_code == 422
    assert "写明为什么不同意" in empty.text
    under_review.settles("refuse", "材料都齐了")
    page = under_review.desk.get(
        reverse("desk:ask-signature", args=[under_review.case.number, "extend"])
    ).text
    assert "科室负责人没有同意" in page
    assert "材料都齐了" in page
    assert under_review.post("extend", {"days": "8", "reason": "x"}).status_code == 409


def test_an_officer_takes_back_what_waits_and_nobody_else_signs(under_review, signed_in):
    under_review.asks("extend", days="8", reason="材料多")
    row = Countersignature.objects.get()
    stranger = world.an_officer(under_review.clerk.authority, Role.LEADER, name="吴二")
    url = reverse("desk:settle-signature", args=[row.pk])
    assert signed_in(stranger).post(url, {"act": "sign"}).status_code == 404
    assert under_review.second.post(url, {"act": "sign"}).status_code == 403
    assert "没有等您签字的" in signed_in(stranger).get("/desk/office/signatures/").text
    under_review.desk.post(
        reverse("desk:take-back-signature", args=[under_review.case.number, "extend"])
    )
    assert not Countersignature.objects.exists()
    assert under_review.office.post(url, {"act": "sign"}).status_code == 404


def test_a_second_notice_of_correction_wants_a_signature(signed_in):
    made = Desk(signed_in)
    stages.correction(made.case, made.clerk, made.officer)
    account = made.filled.account
    draft = world.drafts.take_up(number=made.case.number, account=account, at=MONDAY)
    world.drafts.submit_draft(draft_id=draft.pk, account=account, at=MONDAY)
    stages.claimed(made.case, made.officer)
    bench = made.desk.get(f"/desk/cases/{made.case.number}/").text
    assert "再次补正（要签字）" in bench
    page = made.desk.get(address(made.case, "correction"), follow=True).text
    assert "补正已经告知过一次" in page
    refused = made.post("correction", CORRECTION)
    assert refused.status_code == 409
    assert "补正只能一次性告知" in refused.text
    made.asks("correction", reason="第一次漏看了背面", **CORRECTION)
    made.settles("sign")
    page = made.page("correction")
    assert "科室负责人已经签字" in page.text
    assert made.post("correction", CORRECTION).status_code == 302
    assert Case.objects.get(pk=made.case.pk).corrections == 2
    assert recorded.events(made.case.number)[-1].content["countersigned_by"] == made.head.pseudonym


def test_of_two_people_one_proposes_and_the_other_decides(under_review):
    case = under_review.case
    Case.objects.filter(pk=case.pk).update(is_two_person=True)
    bench = under_review.desk.get(f"/desk/cases/{case.number}/").text
    assert address(case, "propose") in bench
    assert address(case, "approve") not in bench
    half = under_review.post("propose", {"decision": "deny", "note": ""}, "check")
    assert half.status_code == 422
    assert "写明依据的文件和条款" in half.text
    assert "请复核" in under_review.post("propose", PROPOSAL, "check").text
    assert under_review.post("propose", PROPOSAL).status_code == 302
    assert state(case) == State.PROPOSED
    assert Case.objects.get(pk=case.pk).claimed_by is None

    under_review.second.post(reverse("desk:claim", args=[case.number]))
    bench = under_review.second.get(f"/desk/cases/{case.number}/").text
    assert address(case, "deny") in bench
    assert address(case, "send-back") in bench
    assert address(case, "approve") not in bench
    page = under_review.page("deny", under_review.second).text
    assert "房主没有同意" in page
    assert "请复核" in page
    words = {"ground": "房主没有同意", "basis": "示例文件第三条"}
    assert under_review.post("deny", words, browser=under_review.second).status_code == 302
    assert state(case) == State.DENIED


def test_the_second_officer_sends_a_proposal_back(under_review):
    case = under_review.case
    Case.objects.filter(pk=case.pk).update(is_two_person=True)
    under_review.post("propose", {"decision": "approve"})
    under_review.second.post(reverse("desk:claim", args=[case.number]))
    answer = under_review.post("send-back", {"reason": "婚姻没核对"}, browser=under_review.second)
    assert answer.status_code == 302
    assert state(case) == State.UNDER_REVIEW


def test_a_decision_is_corrected_in_its_words_and_its_result_made_again(signed_in):
    made = Desk(signed_in)
    stages.issued(made.case, made.clerk, made.officer)
    made.asks("correct-decision", reason="门牌写错", wrong="3单元501", right="3单元502")
    made.settles("sign")
    words = {"wrong": "3单元501", "right": "3单元502"}
    check = made.post("correct-decision", words, "check").text
    assert "原来写的" in check
    assert "3单元502" in check
    assert made.post("correct-decision", words).status_code == 302
    assert state(made.case) == State.APPROVED
    made.desk.post(address(made.case, "issue"), {"stage": "do"})
    before = Case.objects.get(pk=made.case.pk).result
    assert made.post("reissue", {"reason": "打印坏了"}).status_code == 302
    assert Case.objects.get(pk=made.case.pk).result != before


def test_a_closed_case_is_opened_again_with_a_signature(signed_in):
    made = Desk(signed_in)
    stages.closed(made.case, made.clerk, made.officer)
    assert "重新打开（要签字）" in made.desk.get(f"/desk/cases/{made.case.number}/").text
    made.asks("reopen", reason="证明上名字错了")
    made.settles("sign")
    assert made.post("reopen", {"reason": "证明上名字错了"}).status_code == 302
    case = Case.objects.get(pk=made.case.pk)
    assert (case.state, case.claimed_by) == (State.REOPENED, made.officer)


def test_tries_to_deliver_are_written_down_by_whoever_has_the_result(signed_in):
    made = Desk(signed_in)
    stages.in_delivery(made.case, made.clerk, made.officer)
    browser = signed_in(made.clerk)
    answer = made.post("attempt", {"outcome": "absent", "note": "下午3点"}, browser=browser)
    assert answer.status_code == 302
    assert state(made.case) == State.IN_DELIVERY
    event = recorded.events(made.case.number)[-1]
    assert (event.kind, event.content["outcome"]) == ("attempt_delivery", "absent")
    assert made.post("attempt", {"outcome": "x"}, browser=browser).status_code == 422
    assert made.post("attempt", {"outcome": "absent"}).status_code in {403, 409}


def test_a_notice_of_correction_lists_what_was_noted_what_is_missing_and_what_was_not_looked_at(
    signed_in,
):
    case, _ = world.a_case(item=world.MEDICAL, mode=Mode.ONLINE, answers=world.medical_answers())
    officer = world.a_decider(department="yibao")
    stages.claimed(case, officer)
    handed_in = set(case.materials.values_list("spec", flat=True))
    version = queries.version_of(case)
    looked_at, *rest = [one for one in version.materials if one.spec in handed_in and one.points]
    *unseen, first = looked_at.points
    window.note_check(
        number=case.number, officer=officer, spec=looked_at.spec, point=first.key,
        is_good=False, note="照片上有反光", at=MONDAY,
    )  # fmt: skip
    desk = signed_in(officer)
    unlooked = desk.get(address(case, "correction")).text.split("还有没看的核查要点")[1]
    unlooked = unlooked.split("</ul>")[0]
    for point in unseen + [point for one in rest for point in one.points]:
        assert point.text in unlooked
    assert first.text not in unlooked

    gone = next(one for one in version.materials if one.is_required and one.spec in handed_in)
    case.materials.filter(spec=gone.spec).delete()
    page = desk.get(address(case, "correction")).text
    assert f"没有交{gone.name}" in page
    assert "照片上有反光" in page

    other = next(one.spec for one in version.materials if one.spec != looked_at.spec)
    words = CORRECTION | {"fault-0-spec": other, "stage": "check"}
    check = desk.post(address(case, "correction"), words).text
    assert "告知书里没有写" in check
    assert first.text in check
    whole = CORRECTION | {"fault-0-spec": looked_at.spec, "stage": "check"}
    assert "告知书里没有写" not in desk.post(address(case, "correction"), whole).text
