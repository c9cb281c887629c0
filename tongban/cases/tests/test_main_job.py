"""The main job within one node: from a draft to a closed case, and every way it can be refused."""

import io
from datetime import date, timedelta

import pytest

from tongban.basics.refusals import FieldsRefused, NotAllowed, NotFound
from tongban.cases import permissions, queries, standing, timeline
from tongban.cases.models import Case, Draft
from tongban.cases.operations import claims, drafts, requests, review, window
from tongban.cases.operations.window import Fault
from tongban.cases.states import Mode, State
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.exchange.models import Outgoing
from tongban.record import papers
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db
FAULT = Fault("owner-consent", "没有写到房号", "写到房号")


def again(case: Case) -> Case:
    """The case as the tables have it now, after proving that the fold of its events agrees."""
    fresh = Case.objects.get(pk=case.pk)
    assert standing.fold(recorded.events(case.number)) == fresh.standing()
    return fresh


def test_a_case_received_at_a_window_is_decided_and_its_result_taken():
    case, _ = world.a_case()
    clerk, officer = world.a_clerk(), world.a_decider()
    assert (again(case).state, case.holder) == (State.SUBMITTED, "receiver")

    world.handed_over(case, clerk)
    assert (again(case).state, again(case).holder) == (State.PENDING, "decider")

    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    review.accept_case(number=case.number, officer=officer, at=MONDAY)
    review.approve(number=case.number, officer=officer, note="符合条件", at=MONDAY)
    review.issue_result(number=case.number, officer=officer, at=MONDAY)
    issued = again(case)
    with papers.open(issued.result["digest"]) as paper:
        assert paper.read(5) == b"%PDF-"
    review.deliver(number=case.number, officer=officer, at=MONDAY)
    assert (again(case).state, again(case).holder) == (State.IN_DELIVERY, "receiver")

    claims.claim_case(number=case.number, officer=clerk, at=MONDAY)
    window.close_at_window(number=case.number, officer=clerk, taken_by="本人", at=MONDAY)
    closed = again(case)
    assert (closed.state, closed.holder, closed.claimed_by) == (State.CLOSED, "nobody", None)
    assert not Outgoing.objects.exists()
    titles = [step.title for step in timeline.steps(closed)]
    assert titles[0] == "申请人提交申请"
    assert len(titles) == 8
    assert all("{" not in title for title in titles)


def test_materials_stand_in_the_order_in_which_the_item_asks_for_them():
    case, _ = world.a_case()
    asked = [one.spec for one in queries.version_of(case).materials]
    [step] = [one for one in timeline.steps(case) if one.kind == "submit"]
    told = [one["spec"] for one in step.content["materials"]]
    # In the order of their keys the household register would come before the identity card.
    assert told == [spec for spec in asked if spec in told] != sorted(told)
    assert [one.spec for one in queries.materials_of(case)] == told


def test_an_online_case_goes_to_the_deciding_place_without_a_window():
    case, filled = world.a_case(
        item=world.MEDICAL, mode=Mode.ONLINE, answers=world.medical_answers()
    )
    officer = world.a_decider(department="yibao")
    assert (again(case).state, case.holder) == (State.PENDING, "decider")

    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    review.accept_case(number=case.number, officer=officer, at=MONDAY)
    review.deny(
        number=case.number,
        officer=officer,
        ground="已在本地退休",
        basis="示例文件第三条",
        at=MONDAY,
    )
    review.issue_result(number=case.number, officer=officer, at=MONDAY)
    review.deliver(number=case.number, officer=officer, at=MONDAY)
    drafts.sign_for_result(number=case.number, account=filled.account, at=MONDAY)
    assert again(case).state == State.CLOSED
    with pytest.raises(permissions.MoveNotPossible):
        drafts.sign_for_result(number=case.number, account=filled.account, at=MONDAY)


def test_a_returned_case_keeps_what_was_filled_in_and_comes_back_mended():
    case, filled = world.a_case()
    clerk = world.a_clerk()
    claims.claim_case(number=case.number, officer=clerk, at=MONDAY)
    window.return_for_form(number=case.number, officer=clerk, faults=[FAULT], note="", at=MONDAY)
    returned = again(case)
    assert (returned.state, returned.holder, returned.claimed_by) == (
        State.RETURNED, "applicant", None,
    )  # fmt: skip

    draft = drafts.take_up(number=case.number, account=filled.account, at=MONDAY)
    assert drafts.take_up(number=case.number, account=filled.account, at=MONDAY) == draft
    assert drafts.answers_of(draft)["spouse_name"] == "张三"
    other = world.PNG + b"\0"
    drafts.attach_paper(
        draft_id=draft.pk, account=filled.account, spec=draft.papers.first().spec,
        source=io.BytesIO(other), name="新的.png", size=len(other), at=MONDAY,
    )  # fmt: skip
    drafts.submit_draft(draft_id=draft.pk, account=filled.account, at=MONDAY)

    mended = again(case)
    assert (mended.state, mended.holder) == (State.SUBMITTED, "receiver")
    assert len(recorded.events(case.number)[-1].files) == 1
    assert Case.objects.count() == 1


def test_a_correction_is_asked_once_and_stops_the_clock():
    case, filled = world.a_case()
    officer = world.a_decider()
    world.handed_over(case, world.a_clerk())
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    with pytest.raises(window.NothingWrong):
        review.ask_correction(number=case.number, officer=officer, faults=[], note="", at=MONDAY)
    review.ask_correction(number=case.number, officer=officer, faults=[FAULT], note="", at=MONDAY)
    # Not the office's time: the last day that the notice gave the applicant.
    assert again(case).due_on == date(2026, 11, 30)
    assert queries.light(again(case), MONDAY.date()).kind == "pause"

    draft = drafts.take_up(number=case.number, account=filled.account, at=MONDAY)
    drafts.submit_draft(draft_id=draft.pk, account=filled.account, at=MONDAY)
    assert (again(case).state, again(case).holder) == (State.PENDING, "decider")

    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    with pytest.raises(review.AskedOnce):
        review.ask_correction(
            number=case.number, officer=officer, faults=[FAULT], note="", at=MONDAY
        )


def test_refusing_acceptance_names_the_right_organ():
    case, _ = world.a_case()
    officer = world.a_decider()
    world.handed_over(case, world.a_clerk())
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    with pytest.raises(FieldsRefused) as refusal:
        review.refuse_acceptance(
            number=case.number, officer=officer, ground="不归本机关管", right_organ=" ", at=MONDAY
        )
    assert list(refusal.value.errors) == ["right_organ"]
    review.refuse_acceptance(
        number=case.number, officer=officer, ground="不归本机关管", right_organ="四平市公安局",
        at=MONDAY,
    )  # fmt: skip

    step = timeline.steps(again(case))[-1]
    assert step.personal["right_organ"] == "四平市公安局"
    assert step.personal["contact"]["phone"]


def test_a_window_does_not_hand_over_what_it_has_not_looked_at():
    case, _ = world.a_case()
    clerk = world.a_clerk()
    claims.claim_case(number=case.number, officer=clerk, at=MONDAY)
    with pytest.raises(window.IdentityNotChecked):
        window.receive_case(number=case.number, officer=clerk, identity="", at=MONDAY)
    window.receive_case(number=case.number, officer=clerk, identity="in_person", at=MONDAY)
    with pytest.raises(window.ChecksMissing):
        window.hand_over(number=case.number, officer=clerk, note="", at=MONDAY)

    world.check_everything(case, clerk)
    check = case.checks.first()
    window.note_check(
        number=case.number, officer=clerk, spec=check.spec, point=check.point, is_good=False,
        note="看不清", at=MONDAY,
    )  # fmt: skip
    with pytest.raises(window.ChecksFailed):
        window.hand_over(number=case.number, officer=clerk, note="", at=MONDAY)
    assert again(case).state == State.RECEIVED


def test_receiving_is_not_deciding():
    case, _ = world.a_case()
    clerk, officer = world.a_clerk(), world.a_decider()
    with pytest.raises(NotAllowed):
        claims.claim_case(number=case.number, officer=world.a_clerk("220102", "钱七"), at=MONDAY)
    with pytest.raises(permissions.WrongRole):
        review.accept_case(number=case.number, officer=clerk, at=MONDAY)
    with pytest.raises(NotAllowed, match="还没有移交"):
        claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    with pytest.raises(permissions.MoveNotPossible):
        review.accept_case(number=case.number, officer=officer, at=MONDAY)


def test_two_clerks_do_not_work_on_one_case_unknowingly():
    case, _ = world.a_case()
    one, other = world.a_clerk(), world.a_clerk(name="钱七")
    with pytest.raises(permissions.NotClaimed):
        window.receive_case(number=case.number, officer=one, identity="in_person", at=MONDAY)
    claims.claim_case(number=case.number, officer=one, at=MONDAY)
    claims.claim_case(number=case.number, officer=one, at=MONDAY + timedelta(hours=1))
    with pytest.raises(permissions.ClaimedByAnother, match="赵六"):
        claims.claim_case(number=case.number, officer=other, at=MONDAY)
    with pytest.raises(permissions.ClaimedByAnother):
        claims.release_case(number=case.number, officer=other)
    claims.release_case(number=case.number, officer=one)
    claims.claim_case(number=case.number, officer=other, at=MONDAY)


def test_submitting_twice_is_one_case_whatever_is_pressed():
    filled = world.a_draft()
    one = drafts.submit_draft(draft_id=filled.draft.pk, account=filled.account, at=MONDAY)
    two = drafts.submit_draft(draft_id=filled.draft.pk, account=filled.account, at=MONDAY)

    assert (one.number, one.is_new, two.is_new) == (two.number, True, False)
    assert Case.objects.count() == 1
    with pytest.raises(drafts.AlreadySubmitted):
        drafts.save_step(
            draft_id=filled.draft.pk, account=filled.account, step="spouse", answers={}, at=MONDAY
        )


def test_what_is_wrong_is_said_all_at_once_and_nothing_typed_is_lost():
    filled = world.a_draft()
    wrong = {"spouse_id_number": "220104190102300012", "spouse_name": "张三"}
    errors = drafts.save_step(
        draft_id=filled.draft.pk, account=filled.account, step="spouse", answers=wrong, at=MONDAY
    )
    assert "日期" in errors["spouse_id_number"][0]
    draft = Draft.objects.get(pk=filled.draft.pk)
    assert drafts.answers_of(draft)["spouse_id_number"] == "220104190102300012"
    assert "spouse" not in draft.steps_done

    draft.papers.all().delete()
    with pytest.raises(FieldsRefused) as refusal:
        drafts.submit_draft(draft_id=draft.pk, account=filled.account, at=MONDAY)
    assert "spouse_id_number" in refusal.value.errors
    assert len(refusal.value.errors) > 1
    assert not Case.objects.exists()


def test_a_place_that_is_not_competent_is_refused_at_the_field():
    filled = world.a_draft()
    drafts.save_step(
        draft_id=filled.draft.pk, account=filled.account, step="to",
        answers={"move_to_division": "350102"}, at=MONDAY,
    )  # fmt: skip
    with pytest.raises(FieldsRefused) as refusal:
        drafts.submit_draft(draft_id=filled.draft.pk, account=filled.account, at=MONDAY)
    assert "福州" in refusal.value.errors["move_to_division"][0]


def test_another_applicant_does_not_see_that_a_case_or_draft_exists():
    case, filled = world.a_case()
    stranger, _ = world.a_person("孙八", serial=9)
    for attempt in (
        lambda: queries.case_of(stranger, case.number),
        lambda: drafts.draft_of(stranger, filled.draft.pk),
        lambda: requests.withdraw(number=case.number, account=stranger, reason="", at=MONDAY),
        lambda: drafts.take_up(number=case.number, account=stranger, at=MONDAY),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_an_applicant_withdraws_before_the_decision_and_not_after():
    case, filled = world.a_case()
    officer = world.a_decider()
    world.handed_over(case, world.a_clerk())
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    review.accept_case(number=case.number, officer=officer, at=MONDAY)
    request = requests.withdraw(
        number=case.number, account=filled.account, reason="不迁了", at=MONDAY
    )
    withdrawn = again(case)
    assert (withdrawn.state, withdrawn.claimed_by, request.outcome) == (
        "withdrawn",
        None,
        "granted",
    )

    decided, other = world.a_case(serial=2)
    world.handed_over(decided, world.a_clerk(name="钱七"))
    claims.claim_case(number=decided.number, officer=officer, at=MONDAY)
    review.accept_case(number=decided.number, officer=officer, at=MONDAY)
    review.approve(number=decided.number, officer=officer, note="", at=MONDAY)
    with pytest.raises(permissions.MoveNotPossible):
        requests.withdraw(number=decided.number, account=other.account, reason="", at=MONDAY)
