"""Filters of a queue, those kept under a name, and what is done with several cases at once."""

import re
from datetime import date

import pytest
from django.http import QueryDict

from tongban.cases import queries, standing
from tongban.cases.models import Case
from tongban.cases.operations import claims
from tongban.cases.states import Mode, Party
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.delivery.tests import scenes
from tongban.desk import saved
from tongban.desk.models import SavedQueue
from tongban.desk.narrowing import LIGHTS, Narrowing, lit
from tongban.desk.tests import stages
from tongban.desk.tests.test_queue import numbers
from tongban.jurisdictions import calendars
from tongban.parties.models import Role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("left", [None, 0, 3])
def test_a_filter_by_light_finds_what_bears_that_light_on_any_day(left):
    if left is not None:
        calendars.set_lights(
            place="220000", amber_left=left, amber_share=0, basis="示例办法第五条", at=MONDAY
        )
    clerk, officer = world.a_clerk(), world.a_decider()
    made = [world.a_case(serial=serial) for serial in range(1, 5)]
    stages.returned(made[0][0], clerk)
    stages.under_review(made[1][0], clerk, officer)
    stages.withdrawn(made[2][0], made[2][1].account)
    scenes.waiting_for_originals()
    for today in (date(2026, 11, day) for day in range(9, 28)):
        shown = {case.pk: queries.light(case, today).kind for case in Case.objects.all()}
        for kind, _words in LIGHTS:
            found = set(Case.objects.filter(lit(kind, officer, today)).values_list("pk", flat=True))
            wanted = {"pause", ""} if kind == "pause" else {kind}
            assert found == {pk for pk, light in shown.items() if light in wanted}, (today, kind)


def test_every_filter_narrows_and_all_of_them_together_find_the_one_case(signed_in):
    here, _ = world.a_case(serial=1)
    away, _ = world.a_case(serial=2, deciding=world.FUZHOU)
    clerk = world.a_clerk()
    colleague = world.an_officer(clerk.authority, Role.RECEIVER, name="孙八")
    stages.claimed(here, colleague)
    window = signed_in(clerk)

    def found(**asked):
        return set(numbers(window.get("/desk/", asked).text))

    assert found(place="220000") == {here.number}
    assert found(place="350000") == {away.number}
    assert found(whose="nobody") == {away.number}
    assert found(whose=str(colleague.pk)) == {here.number}
    assert found(whose="mine") == set()
    assert found(state="submitted", item=world.MOVE_TO_SPOUSE, mode="RECEIVED_FOR") == {
        here.number, away.number,
    }  # fmt: skip
    assert found(mode="ONLINE") == found(item=world.MEDICAL) == found(state="received") == set()
    assert found(place="350000", whose="nobody", state="submitted") == {away.number}


@pytest.mark.parametrize("asked", ["state=nonsense", "whose=999999", "place='", "light=red"])
def test_nonsense_in_an_address_narrows_nothing(signed_in, asked):
    case, _ = world.a_case()
    assert numbers(signed_in(world.a_clerk()).get(f"/desk/?{asked}").text) == [case.number]


def test_the_other_side_of_an_online_case_is_its_applicants_place():
    world.a_case(item=world.MEDICAL, mode=Mode.ONLINE, answers=world.medical_answers())
    officer = world.a_decider(department="yibao")
    for place, many in (("220000", 1), ("350000", 0)):
        form = Narrowing(QueryDict(f"place={place}"), colleagues=[officer], today=standing.today())
        cases = Case.objects.filter(form.condition(Party.DECIDER, officer))
        assert cases.count() == many


def test_a_list_saved_under_a_name_opens_again_as_it_was(signed_in):
    world.a_case(serial=1)
    away, _ = world.a_case(serial=2, deciding=world.FUZHOU)
    clerk = world.a_clerk()
    window = signed_in(clerk)
    query = "shown=all&place=350000"
    answer = window.post("/desk/lists/save", {"list": query, "name": " 去福建 的 "}, follow=True)
    link = re.search(r'<a href="(\?[^"]+)"[^>]*>去福建 的</a>', answer.text)
    assert link
    assert numbers(window.get("/desk/" + link[1].replace("&amp;", "&")).text) == [away.number]

    colleague = signed_in(world.an_officer(clerk.authority, Role.RECEIVER, name="孙八"))
    assert "去福建 的" not in colleague.get("/desk/").text
    row = SavedQueue.objects.get()
    colleague.post(f"/desk/lists/{row.pk}/drop")
    assert SavedQueue.objects.count() == 1
    window.post(f"/desk/lists/{row.pk}/drop")
    assert not SavedQueue.objects.exists()


def test_the_same_name_again_takes_the_place_of_the_first():
    clerk = world.a_clerk()
    for shown in ("late", "today"):
        saved.keep(
            officer=clerk, side=Party.RECEIVER, name="急的", filters={"shown": shown}, at=MONDAY
        )
    assert SavedQueue.objects.get().filters == {"shown": "today"}


@pytest.mark.parametrize("name", ["", "   ", "长" * 21])
def test_a_list_wants_a_short_name(signed_in, name):
    answer = signed_in(world.a_clerk()).post("/desk/lists/save", {"list": "", "name": name})
    assert answer.status_code == 422
    assert not SavedQueue.objects.exists()


def test_the_thirteenth_list_is_refused(signed_in):
    window = signed_in(world.a_clerk())
    answers = [
        window.post("/desk/lists/save", {"list": "shown=late", "name": f"第{count}个"}).status_code
        for count in range(13)
    ]
    assert answers == [302] * 12 + [422]


def test_of_several_cases_those_that_can_are_claimed_and_the_others_say_why(signed_in):
    mine, theirs, gone = (world.a_case(serial=serial)[0] for serial in (1, 2, 3))
    clerk = world.a_clerk()
    colleague = world.an_officer(clerk.authority, Role.RECEIVER, name="孙八")
    elsewhere, _ = world.a_case(serial=4, deciding=world.FUZHOU)
    Case.objects.filter(pk=elsewhere.pk).update(receiver_authority="0" * 18)
    stages.claimed(theirs, colleague)
    stages.returned(gone, colleague)
    before = {case.pk: case.head_hash for case in Case.objects.all()}
    ticked = [f"{case.number}~0" for case in (mine, theirs, gone, elsewhere)]

    answer = signed_in(clerk).post("/desk/several", {"case": ticked, "act": "claim", "list": ""})

    assert answer.status_code == 200
    assert "认领了1件" in answer.text
    assert "没有改动的3件" in answer.text
    assert "孙八正在办这件" in answer.text
    assert "不在您的队列里" in answer.text
    assert "您不能查看" in answer.text
    assert elsewhere.number not in answer.text
    claimed = dict(Case.objects.values_list("pk", "claimed_by"))
    assert claimed == {
        mine.pk: clerk.pk, theirs.pk: colleague.pk, gone.pk: None, elsewhere.pk: None,
    }  # fmt: skip
    assert {case.pk: case.head_hash for case in Case.objects.all()} == before


def test_all_done_leads_back_to_the_same_list(signed_in):
    ticked = [f"{world.a_case(serial=serial)[0].number}~0" for serial in (1, 2)]
    window = signed_in(world.a_clerk())
    answer = window.post("/desk/several", {"case": ticked, "act": "claim", "list": "light=ok"})
    assert answer["Location"] == "/desk/?shown=mine&light=ok"
    again = window.post("/desk/several", {"case": ticked, "act": "claim"}, follow=True)
    assert "认领了2件" in again.text


@pytest.mark.parametrize("ticked", [[], ["nonsense"], ["~"], ["x~y"]])
def test_nothing_ticked_does_nothing_and_says_so(signed_in, ticked):
    window = signed_in(world.a_clerk())
    answer = window.post("/desk/several", {"case": ticked, "act": "claim"}, follow=True)
    assert "没有选中的件" in answer.text
    assert window.post("/desk/several", {"case": ticked, "act": "x"}).status_code == 404


def test_after_an_act_the_page_leads_to_the_next_case_to_do(signed_in):
    first, second, taken = (world.a_case(serial=serial)[0] for serial in (1, 2, 3))
    clerk = world.a_clerk()
    colleague = world.an_officer(clerk.authority, Role.RECEIVER, name="孙八")
    claims.claim_case(number=taken.number, officer=colleague, at=MONDAY)
    world.handed_over(first, clerk)
    page = signed_in(clerk).get(f"/desk/cases/{first.number}/").text
    assert f'href="/desk/cases/{second.number}/" rel="next"' in page
    stages.claimed(second, colleague)
    assert 'rel="next"' not in signed_in(clerk).get(f"/desk/cases/{first.number}/").text
