"""现场办理 from the window to the certificate: identity on the spot, facts asked of where they are kept."""

from datetime import timedelta

import pytest

from tongban.basics.refusals import FieldsRefused, NotAllowed, Refused
from tongban.cases.joint import operations, progress
from tongban.cases.joint import queries as steps_of_offices
from tongban.cases.operations import claims, review, window
from tongban.cases.permissions import JointNotDone
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.test_joint import TABLES, Scene, begun
from tongban.cases.tests.test_modes import MARRIAGE, handed_in, intake
from tongban.cases.tests.world import CHANGCHUN, CHAOYANG, FUZHOU, MONDAY
from tongban.exchange.tests.two_nodes import country
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db
WEEKS_LATER = MONDAY + timedelta(days=14)
OWN, OTHER = "check_own", "check_other"


@pytest.fixture
def scene(tmp_path):
    """Two people came to 福州, which has accepted their case and has not asked anybody yet.

    His records are kept in 厦门, of the same node, hers in 长春.
    """
    land = country(tmp_path, "35", "22", tables=TABLES, at=MONDAY)
    clerk = world.a_clerk("350102", name="林九")
    lead = world.a_decider(FUZHOU, "minzheng", name="吴九")
    with land.at("35"):
        case = handed_in(
            intake(
                MARRIAGE, Mode.ON_SITE, deciding=FUZHOU, here="350102", receiving="350102",
                own_home_division="350203", partner_home_division=CHAOYANG, visit_on="2026-12-01",
            )
        )  # fmt: skip
        claims.claim_case(number=case.number, officer=clerk, at=MONDAY)
        window.receive_case(number=case.number, officer=clerk, identity="in_person", at=MONDAY)
        world.check_everything(case, clerk)
        window.hand_over(number=case.number, officer=clerk, note="", at=MONDAY)
    found = Scene(land, case.number, lead, "35", lead_node="35")
    found.act(claims.claim_case)
    found.act(review.accept_case)
    return found


@pytest.fixture
def asked(scene):
    """The facts are asked of both places."""
    scene.act(operations.begin, note="双方在窗口等")
    scene.carry()
    return scene


@pytest.fixture
def keepers():
    """Who keeps the records, by the step that asks for them."""
    return {
        OWN: world.a_decider("350200", "minzheng", name="厦门民政"),
        OTHER: world.a_decider(CHANGCHUN, "minzheng", name="长春民政"),
    }


def look(scene) -> progress.Progress:
    with scene.land.at("35"):
        found = progress.look(scene.number)
        assert found
        return found


def confirm(scene, keepers, *keys: str) -> None:
    for key in keys:
        scene.answer(operations.finish, keepers[key], key, note="没有配偶")
        scene.carry()


def test_confirmed_by_both_places_it_is_registered_and_handed_out(asked, keepers):
    confirm(asked, keepers, OWN, OTHER)
    asked.act(operations.end)
    asked.act(review.approve, note="")
    asked.act(review.issue_result)
    asked.act(review.deliver)
    clerk = world.a_clerk("350102", name="发证")
    with asked.land.at("35"):
        claims.claim_case(number=asked.number, officer=clerk, at=MONDAY)
        window.close_at_window(number=asked.number, officer=clerk, taken_by="双方本人", at=MONDAY)
    assert (asked.case().state, asked.case().joint) == ("closed", "done")
    asked.agree()


def test_nothing_is_registered_before_the_facts_are_looked_up(scene):
    with pytest.raises(JointNotDone):
        scene.act(review.approve, note="")


def test_a_fact_that_is_otherwise_is_asked_once_more_or_ends_in_a_denial(asked, keepers):
    confirm(asked, keepers, OWN)
    asked.answer(operations.contradict, keepers[OTHER], OTHER, ground="登记为已婚")
    asked.carry()
    assert asked.states()[OTHER] == "contradicted"
    with pytest.raises(operations.StillOpen):
        asked.act(operations.end)
    asked.act(operations.ask_again, key=OTHER, note="已补交离婚证")
    asked.carry()
    asked.answer(operations.contradict, keepers[OTHER], OTHER, ground="离婚证与登记不符")
    asked.carry()
    asked.act(operations.give_up, reason="对方有配偶")
    asked.act(operations.end)
    assert asked.case().joint == "refused"
    with pytest.raises(JointNotDone):
        asked.act(review.approve, note="")
    asked.act(review.deny, ground="对方有配偶", basis="规定")
    assert asked.case().state == "denied"
    asked.agree()


def test_a_contradiction_says_what_is_otherwise_and_only_facts_are_contradicted(asked, keepers):
    with pytest.raises(FieldsRefused):
        asked.answer(operations.contradict, keepers[OTHER], OTHER, ground=" ")
    asked.answer(operations.contradict, keepers[OTHER], OTHER, ground="登记为已婚")
    asked.carry()
    line = look(asked).line(OTHER)
    assert line
    assert line.row
    with asked.land.at("35"):
        told = steps_of_offices.told([line.row])[line.row.chain]
    assert told.answer["ground"] == "登记为已婚"
    assert told.answer["contact"]["person"] == "长春民政"


def test_a_fact_that_cannot_be_looked_up_there_is_looked_up_otherwise(asked, keepers):
    confirm(asked, keepers, OWN)
    asked.answer(operations.refuse, keepers[OTHER], OTHER, ground="系统维护")
    asked.carry()
    with pytest.raises(FieldsRefused):
        asked.act(operations.look_up, key=OTHER, how="")
    asked.act(operations.look_up, key=OTHER, how="电话问了长春市民政局，没有配偶")
    asked.act(operations.end)
    assert asked.case().joint == "done"
    with asked.land.at("35"):
        ended = [event for event in recorded.events(asked.number) if event.kind == "end_joint"]
        part = recorded.part(ended[-1].sealed)
    assert part["otherwise"] == {OTHER: "电话问了长春市民政局，没有配偶"}
    asked.act(review.approve, note="")
    asked.agree()


def test_while_there_is_time_to_answer_the_lead_waits(asked):
    with pytest.raises(operations.LookedUpByPartner):
        asked.act(operations.look_up, key=OTHER, how="打过电话")


def test_who_is_late_is_red_may_be_passed_over_and_then_answers_no_more(asked, keepers):
    confirm(asked, keepers, OWN)
    line = look(asked).line(OTHER)
    assert line
    assert line.row
    light = steps_of_offices.light(line.row, WEEKS_LATER.date())
    assert (light.kind, light.text.startswith("超")) == ("bad", True)
    asked.act(operations.look_up, at=WEEKS_LATER, key=OTHER, how="电话核对，没有配偶")
    with pytest.raises(operations.LookedUpByPartner):
        asked.act(operations.look_up, at=WEEKS_LATER, key=OTHER, how="再记一次")
    with pytest.raises(operations.StillOpen):
        asked.act(operations.end)
    asked.carry()
    assert asked.states("22")[OTHER] == "stopped"
    with pytest.raises(operations.StepNotPossible):
        asked.answer(operations.finish, keepers[OTHER], OTHER, note="查到了")
    asked.act(operations.end)
    assert asked.case().joint == "done"
    asked.agree()


def test_a_late_contradiction_that_crosses_the_passing_over_counts(asked, keepers):
    """The lead has telephoned; the answer that is on its way says otherwise, and it is the record's."""
    confirm(asked, keepers, OWN)
    asked.answer(operations.contradict, keepers[OTHER], OTHER, ground="登记为已婚")
    asked.act(operations.look_up, at=WEEKS_LATER, key=OTHER, how="电话核对，没有配偶")
    asked.carry()
    assert asked.states()[OTHER] == "contradicted"
    with pytest.raises(operations.StillOpen):
        asked.act(operations.end)
    asked.agree()


def test_a_late_answer_still_counts(asked, keepers):
    confirm(asked, keepers, OWN)
    chain = asked.step(OTHER, "22").chain
    with asked.land.at("22"):
        operations.finish(chain=chain, officer=keepers[OTHER], note="没有配偶", at=WEEKS_LATER)
    asked.carry()
    asked.act(operations.end)
    assert asked.case().joint == "done"


def test_what_has_to_be_done_cannot_be_contradicted_or_looked_up(play_out):
    scene, partner = play_out
    with pytest.raises(NotAllowed):
        scene.answer(operations.contradict, partner, "move_out", ground="不对")
    scene.answer(operations.refuse, partner, "move_out", ground="不能迁出")
    scene.carry()
    with pytest.raises(Refused):
        scene.act(operations.look_up, key="move_out", how="打过电话")


@pytest.fixture
def play_out(tmp_path):
    """夫妻投靠 where the next step takes somebody out of a register."""
    land = country(tmp_path, "22", "35", tables=TABLES, at=MONDAY)
    answers = world.move_answers("220104") | {"from_division": "350102"}
    scene = begun(land, world.MOVE_TO_SPOUSE, answers, "350102", "gongan")
    first = world.a_decider(CHANGCHUN, "minzheng", name="民政")
    scene.answer(operations.finish, first, "check_marriage", note="")
    scene.carry()
    return scene, world.a_decider(FUZHOU, "gongan", name="迁出")
