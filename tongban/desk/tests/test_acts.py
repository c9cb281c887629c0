"""Acts that cannot be taken back: checked first, done once, refused with everything typed kept."""

import re
from typing import Any

import pytest
from django.urls import reverse

from tongban.basics.refusals import Refused
from tongban.cases import queries
from tongban.cases.models import Case
from tongban.cases.states import Mode, State
from tongban.cases.tests import world
from tongban.desk.acts import ACTS
from tongban.desk.tests import stages
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db

FAULT = {
    "fault-TOTAL_FORMS": "1",
    "fault-INITIAL_FORMS": "0",
    "fault-0-spec": "id-card",
    "fault-0-problem": "照片看不清",
    "fault-0-mend": "放平重拍，四角拍全",
    "note": "改好直接再交",
}
CORRECTION = FAULT | {"complete": "on"}
REFUSAL = {"ground": "户口不在本市", "right_organ": "示例市公安局，0592-5550111"}
DENIAL = {"ground": "房主没有同意", "basis": "示例文件第三条"}
TAKEN = {"taken_by": "李四，本人", "checked": "on"}


def address(case: Case, act: str) -> str:
    return reverse("desk:act", args=[case.number, act])


def state(case: Case) -> str:
    return Case.objects.get(pk=case.pk).state


def told(case: Case) -> dict[str, Any]:
    """What the latest event says under seal."""
    return recorded.part(recorded.events(case.number)[-1].sealed)


@pytest.fixture
def cast(signed_in):
    """A case between two places of this node, with a clerk, an officer, and their browsers."""
    case, _ = world.a_case()
    clerk, officer = world.a_clerk(), world.a_decider()
    return case, clerk, officer, signed_in(clerk), signed_in(officer)


def test_the_whole_main_job_by_pages_alone(cast):
    case, clerk, _, window, desk = cast
    window.post(reverse("desk:claim", args=[case.number]))
    window.post(reverse("desk:receive", args=[case.number]), {"identity": "in_person"})
    for material in case.materials.all():
        window.post(reverse("desk:rest-is-good", args=[case.number, material.spec]))
    check = window.get(address(case, "hand-over"))
    assert check.status_code == 200
    assert "移交吉林市" in check.text
    for material in case.materials.all():
        assert material.name in check.text
    assert state(case) == State.RECEIVED
    window.post(address(case, "hand-over"), {"stage": "do", "note": "请打下午的电话"})
    assert state(case) == State.PENDING
    assert "请打下午的电话" in desk.get(reverse("desk:case", args=[case.number])).text

    desk.post(reverse("desk:claim", args=[case.number]))
    for act, after in (
        ("accept", State.UNDER_REVIEW),
        ("approve", State.APPROVED),
        ("issue", State.RESULT_ISSUED),
        ("deliver", State.IN_DELIVERY),
    ):
        check = desk.get(address(case, act))
        assert check.status_code == 200
        assert 'href=""' not in check.text
        answer = desk.post(address(case, act), {"stage": "do"})
        assert answer.status_code == 302, answer.text
        assert state(case) == after

    window.post(reverse("desk:claim", args=[case.number]))
    answer = window.post(address(case, "close"), {"stage": "do"} | TAKEN, follow=True)
    assert state(case) == State.CLOSED
    assert "登记领取并办结已办好" in answer.text
    assert told(case)["taken_by"] == "李四，本人"
    assert clerk.name


def test_opening_a_check_page_changes_nothing(cast):
    case, clerk, officer, window, desk = cast
    stages.looked_through(case, clerk)
    before = Case.objects.get(pk=case.pk).head_hash
    for act in ("hand-over", "return"):
        assert window.get(address(case, act)).status_code == 200
    assert Case.objects.get(pk=case.pk).head_hash == before
    stages.window.hand_over(number=case.number, officer=clerk, note="", at=world.MONDAY)
    stages.claimed(case, officer)
    before = Case.objects.get(pk=case.pk).head_hash
    for act in ("accept", "refuse", "correction"):
        assert desk.get(address(case, act)).status_code == 200
    assert Case.objects.get(pk=case.pk).head_hash == before


ASKED_FIRST = [
    ("return", FAULT, stages.looked_through, State.RETURNED),
    ("correction", CORRECTION, None, State.CORRECTION),
    ("refuse", REFUSAL, None, State.NOT_ACCEPTED),
]


@pytest.mark.parametrize(("act", "words", "begin", "after"), ASKED_FIRST)
def test_what_is_typed_is_read_once_more_before_it_goes_out(cast, act, words, begin, after):
    case, clerk, officer, window, desk = cast
    if begin:
        begin(case, clerk)
    else:
        stages.pending(case, clerk, officer)
    page = window if begin else desk
    before = state(case)
    check = page.post(address(case, act), {"stage": "check"} | words)
    assert check.status_code == 200
    assert state(case) == before
    hidden = dict(re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', check.text))
    for name, typed in words.items():
        assert hidden[name] == typed
    read = check.text.split("<form method")[1]
    for typed in (words.get("fault-0-mend"), words.get("ground"), words.get("right_organ")):
        assert not typed or typed in check.text.replace(read, "") or typed in check.text

    back = page.post(address(case, act), {"stage": "back"} | hidden)
    assert back.status_code == 200
    for typed in (words.get("fault-0-problem"), words.get("ground")):
        assert not typed or typed in back.text
    assert state(case) == before

    done = page.post(address(case, act), hidden | {"stage": "do"})
    assert done.status_code == 302, done.text
    assert state(case) == after


def test_a_denial_says_ground_basis_and_whom_to_ask(cast):
    case, clerk, officer, _, desk = cast
    stages.under_review(case, clerk, officer)
    check = desk.post(address(case, "deny"), {"stage": "check"} | DENIAL)
    assert "示例文件第三条" in check.text
    desk.post(address(case, "deny"), {"stage": "do"} | DENIAL)
    assert state(case) == State.DENIED
    said = told(case)
    assert (said["ground"], said["basis"]) == ("房主没有同意", "示例文件第三条")
    assert said["contact"]["person"] == "王五"


def test_failed_check_points_write_the_notice_and_can_be_changed(cast):
    case, clerk, _, window, _ = cast
    stages.received(case, clerk)
    material = queries.version_of(case).material("id-card")
    first = material.points[0]
    note = reverse("desk:note", args=[case.number, "id-card", first.key])
    window.post(note, {"good": "0", "note": "右下角缺了一块"})
    page = window.get(address(case, "return")).text
    assert "右下角缺了一块" in page
    assert first.mend in page
    more = window.post(address(case, "return"), {"stage": "more"} | FAULT)
    assert 'name="fault-TOTAL_FORMS" value="2"' in more.text
    assert "照片看不清" in more.text
    assert "errsum" not in more.text


@pytest.mark.parametrize(
    ("act", "words", "sentence"),
    [
        ("correction", FAULT, "补正只能告知一次。看完全部材料后勾选"),
        ("correction", CORRECTION | {"fault-0-mend": ""}, "写明怎样改，申请人才知道怎么办"),
        ("correction", CORRECTION | {"fault-0-spec": ""}, "选择是哪份材料"),
        ("correction", CORRECTION | {"fault-0-spec": "made-up"}, ""),
        ("correction", CORRECTION | {"fault-0-drop": "on"}, "写明至少一处要改的地方和怎样改"),
        ("correction", CORRECTION | {"fault-0-problem": "长" * 501}, ""),
        ("correction", {"complete": "on"}, ""),
        ("refuse", REFUSAL | {"right_organ": " "}, "写明申请人该向哪个机关申请"),
        ("refuse", REFUSAL | {"ground": ""}, "写明不予受理的理由"),
    ],
)
@pytest.mark.parametrize("stage", ["check", "do"])
def test_half_said_acts_are_asked_for_the_rest_and_keep_what_was_typed(
    cast, act, words, sentence, stage
):
    case, clerk, officer, _, desk = cast
    stages.pending(case, clerk, officer)
    answer = desk.post(address(case, act), {"stage": stage} | words)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert sentence in answer.text
    for typed in (words.get("ground"), words.get("fault-0-problem")):
        assert not typed or typed in answer.text
    assert state(case) == State.PENDING


def test_handing_out_needs_the_name_and_a_look_at_the_card(cast):
    case, clerk, officer, window, _ = cast
    stages.in_delivery(case, clerk, officer)
    for words in ({"taken_by": "李四"}, {"checked": "on"}, {"taken_by": "  ", "checked": "on"}):
        answer = window.post(address(case, "close"), {"stage": "do"} | words)
        assert answer.status_code == 422
    assert state(case) == State.IN_DELIVERY


ONCE = [
    ("hand-over", {}, "looked_through", "clerk"),
    ("return", FAULT, "looked_through", "clerk"),
    ("accept", {}, "pending", "officer"),
    ("refuse", REFUSAL, "pending", "officer"),
    ("correction", CORRECTION, "pending", "officer"),
    ("approve", {}, "under_review", "officer"),
    ("deny", DENIAL, "under_review", "officer"),
    ("issue", {}, "approved", "officer"),
    ("deliver", {}, "issued", "officer"),
    ("close", TAKEN, "in_delivery", "clerk"),
    ("return-result", {"fate": "lost", "reason": "核对包裹时没有"}, "in_delivery", "clerk"),
]


def test_every_act_is_tried_twice_below():
    # What two people or a leader's signature need, and notices of a pause, are in test_course; what
    # became of a result by post in test_posting, of a notice that nobody answered in test_chasing.
    elsewhere = {
        "special", "end-special", "suspend", "resume", "extend", "terminate", "propose",
        "send-back", "correct-decision", "reissue", "reopen", "attempt", "keep-damaged",
        "more-time",
    }  # fmt: skip
    assert {act for act, *_ in ONCE} == set(ACTS) - elsewhere


@pytest.mark.parametrize(("act", "words", "begin", "who"), ONCE)
def test_a_second_press_does_nothing_and_says_that_the_first_did_it(cast, act, words, begin, who):
    case, clerk, officer, window, desk = cast
    reach = getattr(stages, begin)
    reach(case, clerk) if begin == "looked_through" else reach(case, clerk, officer)
    page = window if who == "clerk" else desk
    first = page.post(address(case, act), {"stage": "do"} | words)
    assert first.status_code == 302, first.text
    after = Case.objects.get(pk=case.pk)
    second = page.post(address(case, act), {"stage": "do"} | words)
    assert second.status_code == 409
    assert "您刚才已经办过，没有办第二次" in second.text
    assert Case.objects.get(pk=case.pk).head_hash == after.head_hash


def test_a_second_tab_finds_the_decision_made_and_keeps_what_was_typed(cast, signed_in):
    case, clerk, officer, _, desk = cast
    stages.under_review(case, clerk, officer)
    colleague = world.a_decider(name="陈三")
    stages.claims.release_case(number=case.number, officer=officer)
    stages.claimed(case, colleague)
    signed_in(colleague).post(address(case, "approve"), {"stage": "do"})
    answer = desk.post(address(case, "deny"), {"stage": "do"} | DENIAL)
    assert answer.status_code == 409
    assert "房主没有同意" in answer.text
    assert "已准予" in answer.text
    assert state(case) == State.APPROVED


def test_a_colleagues_case_cannot_be_decided_from_an_old_page(cast, signed_in):
    case, clerk, officer, _, _ = cast
    stages.under_review(case, clerk, officer)
    colleague = signed_in(world.a_decider(name="陈三"))
    for act, words in (("approve", {}), ("deny", DENIAL)):
        assert colleague.get(address(case, act)).status_code == 409
        answer = colleague.post(address(case, act), {"stage": "do"} | words)
        assert answer.status_code == 409
        assert "王五正在办这件" in answer.text
    assert state(case) == State.UNDER_REVIEW


def test_a_clerk_cannot_decide_and_an_officer_cannot_receive(cast):
    case, clerk, officer, window, desk = cast
    stages.looked_through(case, clerk)
    for act in ("hand-over", "return"):
        answer = desk.post(address(case, act), {"stage": "do"} | FAULT)
        assert answer.status_code == 403
    stages.window.hand_over(number=case.number, officer=clerk, note="", at=world.MONDAY)
    stages.claimed(case, officer)
    for act, words in (("accept", {}), ("refuse", REFUSAL), ("correction", CORRECTION)):
        assert window.post(address(case, act), {"stage": "do"} | words).status_code == 403
    assert state(case) == State.PENDING


def test_handing_over_waits_until_everything_is_seen_and_good(cast):
    case, clerk, _, window, _ = cast
    stages.received(case, clerk)
    answer = window.get(address(case, "hand-over"))
    assert answer.status_code == 409
    assert "核查要点没看" in answer.text
    assert window.post(address(case, "hand-over"), {"stage": "do"}).status_code == 409
    assert state(case) == State.RECEIVED


def test_correction_is_asked_once(cast):
    case, clerk, officer, _, desk = cast
    stages.correction(case, clerk, officer)
    draft = world.drafts.take_up(number=case.number, account=_account(case), at=world.MONDAY)
    world.drafts.submit_draft(draft_id=draft.pk, account=_account(case), at=world.MONDAY)
    stages.claimed(case, officer)
    page = desk.get(reverse("desk:case", args=[case.number])).text
    assert "再次补正（要签字）" in page
    assert "补的材料已到" in page
    answer = desk.post(address(case, "correction"), {"stage": "do"} | CORRECTION)
    assert answer.status_code == 409
    assert "补正只能一次性告知" in answer.text


def _account(case: Case):
    return world.Account.objects.get(acting__applicant__match=case.applicant_match)


def test_what_was_typed_is_there_again_after_signing_in(cast, client):
    case, clerk, officer, _, _ = cast
    stages.under_review(case, clerk, officer)
    url = address(case, "deny")
    gone = client.post(
        url, {"stage": "check"} | DENIAL, headers={"Referer": f"http://testserver{url}"}
    )
    assert gone.status_code == 302
    assert url in gone["Location"].replace("%2F", "/")
    client.force_login(officer.account)
    page = client.get(url)
    assert "您登录前写的内容都在" in page.text
    assert "房主没有同意" in page.text
    assert state(case) == State.UNDER_REVIEW


def test_an_online_result_goes_straight_to_its_applicant(signed_in):
    case, _ = world.a_case(item=world.MEDICAL, mode=Mode.ONLINE, answers=world.medical_answers())
    officer = world.a_decider(department="yibao")
    stages.issued(case, officer, officer)
    desk = signed_in(officer)
    page = desk.get(address(case, "deliver"))
    assert "网上送达" in page.text
    desk.post(address(case, "deliver"), {"stage": "do"})
    after = Case.objects.get(pk=case.pk)
    assert (after.state, after.holder) == (State.IN_DELIVERY, "applicant")


WORDS = {
    "return": FAULT, "correction": CORRECTION, "refuse": REFUSAL, "deny": DENIAL, "close": TAKEN,
}  # fmt: skip


# Every so many acts also the page and the check page are asked for, in each state other ones.
EVERY = 4


@pytest.mark.parametrize(("turn", "reached"), list(enumerate(stages.REACHED)), ids=str)
def test_an_act_that_is_not_possible_is_refused_with_a_sentence_in_every_state(
    signed_in, turn, reached
):
    """Doing it, in every state, by either side; what its page and its check ask first, too."""
    case, filled = world.a_case()
    clerk, officer = world.a_clerk(), world.a_decider()
    case = stages.REACHED[reached](case, clerk, officer, filled.account)
    for who in (clerk, officer):
        page = signed_in(who)
        for place, (name, act) in enumerate(ACTS.items()):
            move = act.move(case)
            side = "receiver" if who == clerk else "decider"
            # A try to deliver is written down by whoever has the result.
            by, held_by = (side, side) if name == "attempt" else (move.by, move.held_by)
            if by == side and held_by == case.holder and reached in move.sources:
                continue
            with pytest.raises(Refused):
                act.check(who, case)
            asks = (turn + place) % EVERY == 0
            for stage in ("do", "check") if act.asks_first and asks else ("do",):
                answer = page.post(address(case, name), {"stage": stage} | WORDS.get(name, {}))
                assert answer.status_code in {403, 409}, (name, stage, side)
                assert re.search(r'class="note"[^>]*>.*[。，”].*', answer.text), (name, stage, side)
                assert 'href=""' not in answer.text
            if asks:
                assert page.get(address(case, name)).status_code in {403, 409}, (name, side)
    assert Case.objects.get(pk=case.pk).head_hash == case.head_hash


def test_the_right_organ_is_searched_and_the_papers_can_go_on_to_it(signed_in):
    case, filled = world.a_case()
    officer = world.a_decider()
    stages.pending(case, world.a_clerk(), officer)
    desk, address = signed_in(officer), reverse("desk:act", args=[case.number, "refuse"])
    assert 'name="right_place"' not in desk.get(address).text
    none = desk.post(address, {"stage": "more", "ground": "户口在外地", "find": "没有这里"}).text
    assert "没有查到管这件事的机关" in none
    found = desk.post(address, {"stage": "more", "ground": "户口在外地", "find": "福州"}).text
    assert "福州市公安局" in found
    assert "户口在外地" in found
    assert "要改" not in found

    words = {"ground": "户口在外地", "find": "福州", "right_place": "350100", "right_organ": ""}
    check = desk.post(address, {"stage": "check"} | words).text
    assert "转到福州市公安局" in check
    assert desk.post(address, {"stage": "do"} | words).status_code == 302
    portal = signed_in(filled.account)
    page = portal.get(reverse("portal:case", args=[case.number])).text
    assert "转到福州市" in page
    draft = portal.post(reverse("portal:pass-on", args=[case.number]))
    assert draft.status_code == 302
    assert "福州" in portal.get(draft["Location"]).text


def test_our_own_organ_is_not_the_right_one_and_nothing_typed_is_lost(signed_in):
    case, _ = world.a_case()
    officer = world.a_decider()
    stages.pending(case, world.a_clerk(), officer)
    address = reverse("desk:act", args=[case.number, "refuse"])
    words = {"ground": "不归我们", "find": "吉林市", "right_place": world.JILIN_CITY}
    answer = signed_in(officer).post(address, {"stage": "do", "right_organ": ""} | words)
    assert answer.status_code == 422
    assert "这就是本机关" in answer.text
    assert "不归我们" in answer.text
    assert Case.objects.get(pk=case.pk).state == "pending"
