"""The workbench: its buttons are those of the table of moves, and its notes are written once each."""

import re

import pytest
from django.urls import reverse

from tongban.cases import states
from tongban.cases.models import Case, Check
from tongban.cases.operations import window
from tongban.cases.states import Mode, Party, State
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.desk.offers import LOOKS, SHOWN
from tongban.desk.tests import stages

# The node itself accepts by silence and follows parcels; steps of other places have pages of their
# own. What came damaged is closed by a button that stands there only then (test_posting).
ELSEWHERE = {
    states.DEEM_ACCEPTED, states.BEGIN_JOINT, states.END_JOINT, states.ASK_ORIGINALS,
    states.DELIVER_BY_POST, states.POST_FAILED, states.CLOSE_BY_POST,
}  # fmt: skip
OURS = [
    move
    for move in states.MOVES
    if move.by in {Party.RECEIVER, Party.DECIDER} and move not in ELSEWHERE
]


@pytest.mark.parametrize("move", OURS, ids=lambda move: move.name)
def test_every_move_of_the_table_has_its_button_in_each_state_it_goes_from(move):
    assert move in LOOKS
    for state in move.sources:
        assert move in SHOWN[move.by, state], state


@pytest.mark.parametrize(("side", "state"), SHOWN)
def test_no_button_belongs_to_the_other_side(side, state):
    assert {move.by for move in SHOWN[side, state]} == {side}


def open_acts(page: str, number: str) -> set[str]:
    """The acts whose buttons can be pressed; 收件 asks a question first and is a form."""
    found = set(re.findall(rf'href="/desk/cases/{number}/acts/([\w-]+)/"', page))
    return found | ({"receive"} if f'action="/desk/cases/{number}/receive"' in page else set())


def shut_acts(page: str) -> list[str]:
    return re.findall(r'aria-disabled="true" aria-describedby="why-\d+">([^<]+)<', page)


@pytest.mark.django_db
@pytest.mark.parametrize("state", stages.REACHED, ids=str)
@pytest.mark.parametrize("side", [Party.RECEIVER, Party.DECIDER], ids=str)
def test_the_buttons_that_can_be_pressed_are_exactly_the_moves_that_are_possible(
    signed_in, state, side
):
    case, filled = world.a_case()
    clerk, officer = world.a_clerk(), world.a_decider()
    case = stages.REACHED[state](case, clerk, officer, filled.account)
    assert case.state == state
    # Whoever holds it has it claimed, so that nothing but the table decides.
    if case.holder in {Party.RECEIVER, Party.DECIDER} and case.claimed_by is None:
        stages.claimed(case, clerk if case.holder == Party.RECEIVER else officer)
    page = signed_in(clerk if side is Party.RECEIVER else officer).get(
        reverse("desk:case", args=[case.number])
    )
    if side is Party.DECIDER and case.arrived_at is None:
        # What has not arrived is no business of the office that will decide it.
        assert page.status_code == 403
        return
    assert page.status_code == 200
    possible = {
        LOOKS[move][0]
        for move in OURS
        if move.by == side
        and case.holder == move.held_by
        and state in move.sources
        and states.only_in(Mode.RECEIVED_FOR, move)
        and move not in {states.PROPOSE, states.SEND_BACK_PROPOSAL}  # one person decides here
    }
    if state in {State.RESULT_ISSUED, State.IN_DELIVERY} and case.holder == side:
        possible.add("attempt")
    assert open_acts(page.text, case.number) == possible
    for name in shut_acts(page.text):
        assert name
    for reason in re.findall(r'class="hint" id="why-\d+">([^<]*)<', page.text):
        assert reason.strip()


@pytest.mark.django_db
def test_an_online_case_is_looked_at_and_decided_without_a_window(signed_in):
    case, _ = world.a_case(item=world.MEDICAL, mode=Mode.ONLINE, answers=world.medical_answers())
    officer = world.a_decider(department="yibao")
    stages.claimed(case, officer)
    page = signed_in(officer).get(reverse("desk:case", args=[case.number])).text
    assert open_acts(page, case.number) == {"accept", "correction", "refuse", "terminate"}
    assert 'id="other-side"' not in page
    assert '<span class="pair"><b><span class="who" data-p="app"' in page.replace(
        ' aria-hidden="true"', ""
    )


@pytest.mark.django_db
def test_before_claiming_everything_is_shown_with_the_reason_and_nothing_can_be_done(signed_in):
    case, _ = world.a_case()
    page = signed_in(world.a_clerk()).get(reverse("desk:case", args=[case.number])).text
    assert open_acts(page, case.number) == set()
    assert "先认领这件，再办理" in page
    assert f'action="/desk/cases/{case.number}/claim"' in page
    assert "checks/" not in page


@pytest.mark.django_db
def test_a_colleague_reads_the_case_and_sees_who_has_it_since_when(signed_in):
    case, _ = world.a_case()
    stages.received(case, world.a_clerk())
    page = signed_in(world.a_clerk(name="孙八")).get(reverse("desk:case", args=[case.number])).text
    assert open_acts(page, case.number) == set()
    assert "<b>赵六</b>" in page
    assert "11月16日（周一）9:12" in page
    assert "checks/" not in page
    assert "放回队列" not in page.split("acts-title")[1].split("why-1")[0]


@pytest.mark.django_db
def test_two_officers_claim_at_once_and_the_second_is_told_kindly(signed_in):
    case, _ = world.a_case()
    first, second = world.a_clerk(), world.a_clerk(name="孙八")
    url = reverse("desk:claim", args=[case.number])
    assert signed_in(first).post(url).status_code == 302
    answer = signed_in(second).post(url)
    assert answer.status_code == 409
    assert "赵六正在办这件" in answer.text
    assert f'href="/desk/cases/{case.number}/"' in answer.text
    case.refresh_from_db()
    assert case.claimed_by == first


@pytest.mark.django_db
def test_a_released_case_is_free_for_a_colleague(signed_in):
    case, _ = world.a_case()
    first, second = world.a_clerk(), world.a_clerk(name="孙八")
    stages.claimed(case, first)
    assert signed_in(second).post(reverse("desk:release", args=[case.number])).status_code == 409
    assert signed_in(first).post(reverse("desk:release", args=[case.number])).status_code == 302
    assert signed_in(second).post(reverse("desk:claim", args=[case.number])).status_code == 302


@pytest.mark.django_db
def test_receiving_needs_an_answer_to_how_identity_was_checked(signed_in):
    case, _ = world.a_case()
    clerk = world.a_clerk()
    stages.claimed(case, clerk)
    url = reverse("desk:receive", args=[case.number])
    for identity in ("", "by_feeling"):
        answer = signed_in(clerk).post(url, {"identity": identity})
        assert answer.status_code == 422
        assert answer.text.count("先核对本人和身份证件") == 2
        assert 'href="#id_identity_0"' in answer.text
        assert 'id="id_identity_0"' in answer.text
    assert signed_in(clerk).post(url, {"identity": "in_person"}).status_code == 302
    case.refresh_from_db()
    assert case.state == State.RECEIVED
    again = signed_in(clerk).post(url, {"identity": "in_person"})
    assert again.status_code == 409
    assert "已收件" in again.text


@pytest.fixture
def noted(signed_in):
    """A received case, its clerk's browser, and a first check point of it."""
    case, _ = world.a_case()
    clerk = world.a_clerk()
    stages.received(case, clerk)
    window_page = signed_in(clerk)
    page = window_page.get(reverse("desk:case", args=[case.number])).text
    spec, point = re.findall(r"/checks/([\w-]+)/([\w-]+)\"", page)[0]
    return case, window_page, spec, point


@pytest.mark.django_db
def test_a_note_at_a_check_point_comes_back_on_the_page(noted):
    case, window_page, spec, point = noted
    url = reverse("desk:note", args=[case.number, spec, point])
    answer = window_page.post(url, {"good": "0", "note": "右下角缺了一块"})
    assert answer["Location"].endswith(f"?paper={spec}#points")
    page = window_page.get(answer["Location"]).text
    assert "右下角缺了一块" in page
    assert "1处问题" in page
    assert window_page.post(url, {"good": "1"}).status_code == 302
    check = Check.objects.get(case=case, spec=spec, point=point)
    assert (check.is_good, check.note, check.party) == (True, "", "receiver")


@pytest.mark.django_db
def test_htmx_gets_the_list_the_count_and_the_buttons_and_hears_what_was_noted(noted):
    case, window_page, spec, point = noted
    url = reverse("desk:note", args=[case.number, spec, point])
    answer = window_page.post(url, {"good": "1"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert re.search(r'data-announce="合格', answer.text)
    for part in ("materials", "acts"):
        assert re.search(rf'id="{part}"[^>]* hx-swap-oob="true"', answer.text), part


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "fragment"])
def test_a_note_on_a_case_that_was_put_back_is_refused_in_place(noted, headers):
    case, window_page, spec, point = noted
    window_page.post(reverse("desk:release", args=[case.number]))
    url = reverse("desk:note", args=[case.number, spec, point])
    answer = window_page.post(url, {"good": "0", "note": "右下角缺了一块"}, headers=headers)
    assert answer.status_code == 409
    assert "右下角缺了一块" in answer.text
    assert "先认领这件" in answer.text
    assert not Check.objects.exists()


@pytest.mark.django_db
def test_a_check_point_that_there_is_not_cannot_be_noted(noted):
    case, window_page, spec, _ = noted
    answer = window_page.post(
        reverse("desk:note", args=[case.number, spec, "made-up"]), {"good": "1"}
    )
    assert answer.status_code == 422
    assert not Check.objects.exists()


@pytest.mark.django_db
def test_the_rest_is_good_leaves_what_was_noted_and_goes_to_the_next_paper(noted):
    case, window_page, spec, point = noted
    window_page.post(reverse("desk:note", args=[case.number, spec, point]), {"good": "0"})
    answer = window_page.post(reverse("desk:rest-is-good", args=[case.number, spec]))
    following = re.search(r"\?paper=([\w-]+)#points", answer["Location"])
    assert following
    assert following[1] != spec
    checks = Check.objects.filter(case=case, spec=spec)
    material = next(m for m in world.queries.version_of(case).materials if m.spec == spec)
    form = [one for one in material.points if one.judged_by == "receiver"]
    assert checks.count() == len(form)
    assert checks.filter(is_good=False).count() == 1


@pytest.mark.django_db
def test_a_window_is_asked_for_form_and_shown_what_is_not_its_to_judge(signed_in):
    case, _ = world.a_case()
    clerk = world.a_clerk()
    stages.received(case, clerk)
    page = signed_in(clerk).get(
        reverse("desk:case", args=[case.number]) + "?paper=spouse-household"
    )
    for material in world.queries.version_of(case).materials:
        for point in material.points:
            is_asked = f"/checks/{material.spec}/{point.key}" in page.text
            if material.spec == "spouse-household":
                assert is_asked == (point.judged_by == "receiver")
    assert "不归您" in page.text


@pytest.mark.django_db
def test_the_deciding_place_sees_what_the_window_found_good(signed_in):
    case, _ = world.a_case()
    clerk, officer = world.a_clerk(), world.a_decider()
    stages.pending(case, clerk, officer)
    page = signed_in(officer).get(reverse("desk:case", args=[case.number])).text
    assert "窗口看过，合格" in page


@pytest.mark.django_db
def test_what_was_noted_on_a_paper_goes_when_the_paper_is_replaced(signed_in):
    case, filled = world.a_case()
    clerk = world.a_clerk()
    stages.received(case, clerk)
    material = case.materials.first()
    point = next(
        one
        for one in world.queries.version_of(case).material(material.spec).points
        if one.judged_by == "receiver"
    )
    window.note_check(
        number=case.number, officer=clerk, spec=material.spec, point=point.key,
        is_good=False, note="", at=MONDAY,
    )  # fmt: skip
    fault = window.Fault(material.spec, "看不清", "重拍")
    window.return_for_form(number=case.number, officer=clerk, faults=[fault], note="", at=MONDAY)
    draft = world.drafts.take_up(number=case.number, account=filled.account, at=MONDAY)
    fresh = world.PNG[:-12] + b"\x00\x00\x00\x00IEND\xae\x42\x60\x82" + b" "
    world.drafts.attach_paper(
        draft_id=draft.pk, account=filled.account, spec=material.spec,
        source=world.io.BytesIO(fresh), name="新.png", size=len(fresh), at=MONDAY,
    )  # fmt: skip
    world.drafts.submit_draft(draft_id=draft.pk, account=filled.account, at=MONDAY)
    assert not Check.objects.filter(case=case, spec=material.spec).exists()


@pytest.mark.django_db
def test_brackets_lead_to_the_neighbours_in_the_queue(signed_in):
    first, second, third = (world.a_case(serial=serial)[0] for serial in (1, 2, 3))
    numbers = sorted([first.number, second.number, third.number])
    page = signed_in(world.a_clerk()).get(reverse("desk:case", args=[numbers[1]])).text
    assert f'href="/desk/cases/{numbers[0]}/" rel="prev"' in page
    assert f'href="/desk/cases/{numbers[2]}/" rel="next"' in page


@pytest.mark.django_db
def test_an_open_wish_to_withdraw_stands_on_the_page(signed_in):
    case, filled = world.a_case(deciding=world.FUZHOU)
    clerk = world.a_clerk()
    world.handed_over(case, clerk)
    world_requests = stages.requests
    world_requests.withdraw(number=case.number, account=filled.account, reason="不迁了", at=MONDAY)
    page = signed_in(clerk).get(reverse("desk:case", args=[case.number])).text
    assert "申请人要求撤回" in page
    assert Case.objects.get(pk=case.pk).holder == Party.CHANNEL
    assert "正在两地之间传送" in page
