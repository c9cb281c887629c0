"""The shipped plans of joint cases, each played by its offices from the application to its outcome."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tongban.cases import queries
from tongban.cases.joint import operations
from tongban.cases.joint import queries as steps_of_offices
from tongban.cases.models import Case
from tongban.cases.operations import review
from tongban.cases.tests import world
from tongban.cases.tests.test_documents import text_of
from tongban.cases.tests.test_joint import GUANGZHOU, TABLES, Scene, begun, fund_answers
from tongban.cases.tests.world import CHANGCHUN, FUZHOU, MONDAY
from tongban.catalogue.tests.test_archetypes import sample
from tongban.exchange.tests.two_nodes import country
from tongban.parties.models import Officer
from tongban.record import papers

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Plan:
    """An item, who leads it, its own answers, and who does each step, in the order of acting."""

    item: str
    department: str
    answers: dict[str, Any]
    steps: dict[str, tuple[str, str]]
    home: str = "350102"


PLANS = {
    "养老保险": Plan(
        "2020-1-07",
        "renshe",
        {"to_division": "220104", "from_insured_division": "350102"},
        {"transfer_out": (FUZHOU, "renshe"), "take_in": (CHANGCHUN, "renshe")},
    ),
    "人事档案": Plan(
        "2020-2-26",
        "renshe",
        {"to_division": "220104", "from_archive_division": "350102"},
        {"send_archive": (FUZHOU, "renshe"), "check_archive": (CHANGCHUN, "renshe")},
        home=GUANGZHOU,
    ),
    "公积金": Plan(
        "2020-2-45",
        "zhufang_gongjijin",
        fund_answers(),
        {"mark_house": (FUZHOU, "zhufang_gongjijin"), "check_purchase": (FUZHOU, "ziran")},
    ),
}


@dataclass
class Play:
    """A plan under way, with an officer for each step."""

    plan: Plan
    scene: Scene
    partners: dict[str, Officer]

    def done(self, key: str, **said: str) -> None:
        self.scene.answer(operations.finish, self.partners[key], key, **({"note": "办好"} | said))
        self.scene.carry()

    def node(self, key: str) -> str:
        return self.plan.steps[key][0][:2]


@pytest.fixture(params=PLANS)
def play(request, tmp_path):
    """The case under review at its lead in 长春, its first steps asked of 福州."""
    plan = PLANS[request.param]
    land = country(tmp_path, "22", "35", "44", tables=TABLES, at=MONDAY)
    version = queries.catalogue.version_in_force(plan.item, MONDAY.date(), deciding=CHANGCHUN)
    answers = sample(version, 0) | plan.answers
    scene = begun(land, plan.item, answers, plan.home, plan.department)
    partners = {
        key: world.a_decider(place, department, name=key)
        for key, (place, department) in plan.steps.items()
    }
    return Play(plan, scene, partners)


def told(play: Play, key: str) -> steps_of_offices.Told:
    node = play.node(key)
    row = play.scene.step(key, node)
    with play.scene.land.at(node):
        return steps_of_offices.told([row])[row.chain]


def decision_of(play: Play, folder: Path) -> str:
    """What stands on the decision."""
    with play.scene.land.at("22"):
        case = Case.objects.get(pk=play.scene.number)
        with papers.open(case.result["digest"]) as file:
            return text_of(file.read(), folder)


def test_every_step_done_ends_in_one_approval_that_reaches_the_applicant(play, tmp_path):
    for key in play.plan.steps:
        asked = told(play, key).asked
        assert asked["asks"]
        assert asked["answers"], key
        assert asked["papers"], key
        play.done(key)
    play.scene.act(operations.end)
    for act in (review.approve, review.issue_result, review.deliver):
        play.scene.act(act, **({"note": ""} if act is review.approve else {}))
    play.scene.carry()
    there = play.scene.case(play.scene.home)
    assert (there.state, there.decision, there.joint) == ("in_delivery", "approve", "done")
    assert (there.holder, there.result["title"] != "") == ("applicant", True)
    said = decision_of(play, tmp_path)
    assert "本件由多地联办" in said
    assert said.count("已办好") == len(play.plan.steps)
    play.scene.agree()


def test_a_refusal_after_another_acted_is_taken_back_and_ends_in_one_denial(play, tmp_path):
    first, last = play.plan.steps
    play.done(first)
    play.scene.answer(operations.refuse, play.partners[last], last, ground="记录对不上")
    play.scene.carry()
    with pytest.raises(operations.StillOpen):
        play.scene.act(operations.end)
    play.scene.act(operations.give_up, reason="有一处不能办")
    play.scene.carry()
    assert play.scene.states(play.node(first))[first] == "undo_arrived"
    assert told(play, first).asked["undo"]
    play.scene.answer(operations.undone, play.partners[first], first, note="已恢复原样")
    play.scene.carry()
    play.scene.act(operations.end)
    play.scene.act(review.deny, ground="有一处不能办", basis="规定")
    play.scene.act(review.issue_result)
    play.scene.act(review.deliver)
    play.scene.carry()
    there = play.scene.case(play.scene.home)
    assert (there.state, there.decision, there.joint) == ("in_delivery", "deny", "refused")
    assert play.scene.states(play.scene.home) == {first: "undone", last: "refused"}
    said = decision_of(play, tmp_path)
    assert all(words in said for words in ("已撤销", "不予办理"))
    play.scene.agree()


def test_what_a_place_refuses_first_is_asked_once_more_and_the_case_goes_on(play):
    first, last = play.plan.steps
    play.scene.answer(operations.refuse, play.partners[first], first, ground="照片看不清")
    play.scene.carry()
    play.scene.act(operations.ask_again, key=first, note="换了清楚的照片")
    play.scene.carry()
    for key in (first, last):
        play.done(key)
    play.scene.act(operations.end)
    with play.scene.land.at("22"):
        case = Case.objects.get(pk=play.scene.number)
        assert (case.state, case.joint) == ("under_review", "done")
    play.scene.agree()
