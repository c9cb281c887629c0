"""Joint cases at one, two and three nodes: the steps go their way and end in one outcome."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.apps import apps

from tongban.basics.refusals import FieldsRefused, NotFound, Refused
from tongban.cases import queries
from tongban.cases.joint import operations, progress
from tongban.cases.joint import queries as steps_of_offices
from tongban.cases.joint.chain import KIND
from tongban.cases.joint.models import JointStep
from tongban.cases.models import Case
from tongban.cases.operations import claims, review, submission
from tongban.cases.permissions import JointNotDone
from tongban.cases.rules import HandedIn, Intake
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.world import CHANGCHUN, FUZHOU, MONDAY, MOVE_TO_SPOUSE
from tongban.catalogue import forms
from tongban.exchange import shared_chains
from tongban.exchange.tests.two_nodes import Country, country
from tongban.parties.models import Officer
from tongban.record import papers
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db
GUANGZHOU = "440106"
FUND = "2020-2-45"
TABLES = [model._meta.db_table for model in apps.get_app_config("cases").get_models()]


@dataclass
class Scene:
    """A joint case under review at its lead, asked for at `home`, with partners at other nodes."""

    land: Country
    number: str
    lead: Officer
    home: str
    lead_node: str = "22"

    def step(self, key: str, node: str = "") -> JointStep:
        with self.land.at(node or self.lead_node):
            return JointStep.objects.filter(number=self.number, key=key).latest("asked_at")

    def act(self, operation: Any, *, at: datetime = MONDAY, **said: Any) -> None:
        """Something the lead does."""
        with self.land.at(self.lead_node):
            operation(number=self.number, officer=self.lead, at=at, **said)

    def answer(self, operation: Any, officer: Officer, key: str, **said: Any) -> None:
        """Something a partner does, at the partner's node."""
        node = officer.authority.division_code[:2]
        chain = self.step(key, node).chain
        with self.land.at(node):
            operation(chain=chain, officer=officer, at=MONDAY, **said)

    def carry(self) -> None:
        self.land.carry(at=MONDAY)

    def states(self, node: str = "") -> dict[str, str]:
        with self.land.at(node or self.lead_node):
            rows = JointStep.objects.filter(number=self.number).order_by("asked_at")
            return {row.key: row.state for row in rows}

    def case(self, node: str = "") -> Case:
        with self.land.at(node or self.lead_node):
            return Case.objects.get(pk=self.number)

    def agree(self) -> None:
        """All nodes that take part hold the same chains, and their rows are the folds of them."""
        for chain in self.chains():
            found = []
            for node in self.land.keys:
                with self.land.at(node):
                    if events := recorded.events(chain):
                        row = JointStep.objects.get(pk=chain)
                        assert shared_chains.fold(KIND, events) == row.standing()
                        found.append([event.hash for event in events])
            assert len(found) == len(row.standing().nodes)
            assert all(one == found[0] for one in found)
        assert not any(self.land.parked(node) for node in self.land.keys)

    def chains(self) -> list[str]:
        with self.land.at(self.lead_node):
            return list(JointStep.objects.values_list("chain", flat=True))


@pytest.fixture
def land(tmp_path):
    return country(tmp_path, "22", "35", "44", tables=TABLES, at=MONDAY)


def begun(land: Country, item: str, answers: dict[str, Any], home: str, department: str) -> Scene:
    """A joint case handed in at `home`, accepted by the lead, and its first steps asked."""
    node = home[:2]
    deciding = CHANGCHUN
    lead = world.a_decider(CHANGCHUN, department, name="牵头人")
    with land.at(node):
        file = world.a_paper()
        version = queries.catalogue.version_in_force(item, MONDAY.date(), deciding=deciding)
        specs = [one.spec for one in forms.materials(version, answers) if one.is_required]
        intake = Intake(
            item=item,
            mode=Mode.JOINT,
            applicant={
                "kind": "person",
                "name": "李四",
                "id_number": world.identity_number(),
                "phone": "13900000002",
            },
            applicant_place=home,
            receiving_place="",
            deciding_place=deciding,
            answers=answers,
            papers=tuple(HandedIn(spec, file, "证明.png") for spec in specs),
        )
        number = submission.submit(intake=intake, owner="t", key=item, at=MONDAY).number
    land.carry(at=MONDAY)
    scene = Scene(land, number, lead, node)
    scene.act(claims.claim_case)
    scene.act(review.accept_case)
    scene.act(operations.begin, note="请尽快")
    scene.carry()
    return scene


def fund_answers() -> dict[str, str]:
    return {
        "fund_division": "220104", "fund_account": "123456789", "fund_amount": "50000",
        "bank_name": "示例银行", "bank_account": "6222000000000000", "buy_kind": "new",
        "house_division": "350102", "house_address": "示例路18号", "house_price": "1200000",
        "signed_on": "2026-05-20", "handled_by": "self",
    }  # fmt: skip


@pytest.fixture
def moving(land):
    """夫妻投靠户口迁移 from 福州 to 长春: one step after the other, at the lead's node and at 35."""
    answers = world.move_answers("220104") | {"from_division": "350102"}
    return begun(land, MOVE_TO_SPOUSE, answers, "350102", "gongan")


@pytest.fixture
def buying(land):
    """购房提取住房公积金: both steps at once at 35, asked for by somebody at 44."""
    return begun(land, FUND, fund_answers(), GUANGZHOU, "zhufang_gongjijin")


@pytest.fixture
def partners():
    """Those who do the steps, by the key of the step."""
    return {
        "check_marriage": world.a_decider(CHANGCHUN, "minzheng", name="民政"),
        "move_out": world.a_decider(FUZHOU, "gongan", name="迁出"),
        "move_in": world.a_decider(CHANGCHUN, "gongan", name="落户"),
        "check_purchase": world.a_decider(FUZHOU, "ziran", name="登记"),
        "mark_house": world.a_decider(FUZHOU, "zhufang_gongjijin", name="公积金"),
    }


def test_steps_follow_each_other_and_all_of_them_end_in_one_approval(moving, partners):
    assert moving.states() == {"check_marriage": "arrived"}
    with pytest.raises(operations.StillOpen):
        moving.act(operations.end)
    moving.answer(operations.finish, partners["check_marriage"], "check_marriage", note="")
    moving.carry()
    assert moving.states("35")["move_out"] == "arrived"
    moving.answer(operations.finish, partners["move_out"], "move_out", note="已迁出")
    moving.carry()
    moving.answer(operations.finish, partners["move_in"], "move_in", note="")
    moving.carry()
    moving.act(operations.end)
    assert (moving.case().state, moving.case().joint) == ("under_review", "done")
    moving.act(review.approve, note="")
    moving.carry()
    assert moving.case("35").decision == "approve"
    assert set(moving.states("35").values()) == {"done"}
    moving.agree()


def test_when_one_refuses_after_another_acted_what_was_done_is_taken_back(moving, partners):
    moving.answer(operations.finish, partners["check_marriage"], "check_marriage", note="")
    moving.carry()
    moving.answer(operations.finish, partners["move_out"], "move_out", note="已迁出")
    moving.carry()
    moving.answer(operations.refuse, partners["move_in"], "move_in", ground="房主不同意落户")
    with pytest.raises(operations.StillOpen):
        moving.act(operations.end)
    moving.act(operations.give_up, reason="迁入地不能落户")
    with pytest.raises(operations.StillOpen):
        moving.act(operations.end)
    moving.carry()
    assert moving.states("35")["move_out"] == "undo_arrived"
    moving.answer(operations.undone, partners["move_out"], "move_out", note="已恢复")
    moving.carry()
    moving.act(operations.end)
    assert moving.case().joint == "refused"
    with pytest.raises(JointNotDone):
        moving.act(review.approve, note="")
    moving.act(review.deny, ground="不能落户", basis="规定")
    assert moving.states() == {
        "check_marriage": "done", "move_out": "undone", "move_in": "refused",
    }  # fmt: skip
    moving.carry()
    moving.agree()


def test_a_refused_step_is_asked_once_more_and_may_then_be_done(moving, partners):
    moving.answer(operations.refuse, partners["check_marriage"], "check_marriage", ground="看不清")
    with pytest.raises(FieldsRefused):
        moving.act(operations.ask_again, key="check_marriage", note=" ")
    moving.act(operations.ask_again, key="check_marriage", note="换了清楚的照片")
    with pytest.raises(operations.StepNotPossible):
        moving.act(operations.ask_again, key="check_marriage", note="再来一次")
    moving.answer(operations.finish, partners["check_marriage"], "check_marriage", note="")
    moving.carry()
    assert moving.states("35")["move_out"] == "arrived"
    moving.agree()


def test_steps_that_wait_for_nothing_are_asked_at_once_and_three_nodes_know(buying, partners):
    both = {"check_purchase": "arrived", "mark_house": "arrived"}
    assert buying.states() == buying.states("35") == buying.states("44") == both
    buying.answer(operations.finish, partners["mark_house"], "mark_house", note="")
    buying.answer(operations.finish, partners["check_purchase"], "check_purchase", note="")
    buying.carry()
    buying.act(operations.end)
    buying.carry()
    assert buying.case("44").joint == "done"
    buying.agree()


@pytest.mark.parametrize("last", [False, True], ids=["refusal first", "done first"])
def test_a_refusal_and_a_completion_at_the_same_time_end_in_one_outcome(buying, partners, last):
    """The lead gives up on the refusal while the other answer is on its way; also turned round."""
    buying.answer(
        operations.refuse, partners["check_purchase"], "check_purchase", ground="没有登记"
    )
    if last:
        buying.answer(operations.finish, partners["mark_house"], "mark_house", note="")
    mail = buying.land.mail()
    order = sorted(mail, key=lambda one: one[0], reverse=last)
    for to, envelope in order:
        buying.land.deliver(to, envelope, at=MONDAY)
    buying.act(operations.give_up, reason="购房没有登记")
    if not last:
        # The wish to stop is on its way when the partner finishes.
        buying.answer(operations.finish, partners["mark_house"], "mark_house", note="")
    buying.carry()
    assert buying.states()["mark_house"] == "undo_arrived"
    with pytest.raises(operations.StillOpen):
        buying.act(operations.end)
    buying.answer(operations.undone, partners["mark_house"], "mark_house", note="已取消")
    buying.carry()
    buying.act(operations.end)
    buying.carry()
    assert buying.case().joint == buying.case("44").joint == "refused"
    assert buying.states("35") == {"check_purchase": "refused", "mark_house": "undone"}
    buying.agree()


def test_an_open_step_is_stopped_and_cannot_be_done_any_more(buying, partners):
    buying.act(operations.give_up, reason="申请人另有安排")
    buying.act(operations.give_up, reason="再说一次")
    buying.carry()
    assert set(buying.states("35").values()) == {"stopped"}
    with pytest.raises(operations.StepNotPossible):
        buying.answer(operations.finish, partners["mark_house"], "mark_house", note="")
    buying.act(operations.end)
    assert buying.case().joint == "refused"
    with buying.land.at("22"):
        found = progress.look(buying.number)
        assert progress.reason_of(buying.number, found.round) == "申请人另有安排"
    buying.agree()


def test_a_denial_after_everything_was_done_takes_everything_back_first(buying, partners):
    for key in ("check_purchase", "mark_house"):
        buying.answer(operations.finish, partners[key], key, note="")
    buying.carry()
    buying.act(operations.end)
    with pytest.raises(JointNotDone):
        buying.act(review.deny, ground="账户已冻结", basis="规定")
    buying.act(operations.give_up, reason="账户已冻结")
    assert buying.case().state == "joint"
    buying.carry()
    buying.answer(operations.undone, partners["mark_house"], "mark_house", note="已取消")
    buying.carry()
    buying.act(operations.end)
    buying.act(review.deny, ground="账户已冻结", basis="规定")
    assert buying.case().state == "denied"
    buying.agree()


def test_a_withdrawal_leaves_nothing_half_done(buying, partners):
    from tongban.cases import states
    from tongban.cases.operations import moving as moves

    buying.answer(operations.finish, partners["mark_house"], "mark_house", note="")
    buying.carry()
    with buying.land.at("22"):
        case = queries.lock_case(buying.number)
        moves.make_move(
            case,
            states.WITHDRAW,
            by=moves.applicant_author(),
            at=MONDAY,
            personal={"reason": "不办了"},
        )
    buying.carry()
    assert buying.states("35") == {"check_purchase": "stopped", "mark_house": "undo_arrived"}
    buying.answer(operations.undone, partners["mark_house"], "mark_house", note="已取消")
    buying.carry()
    buying.agree()


def test_a_partner_gets_what_the_step_needs_and_nothing_else(buying, partners):
    row = buying.step("check_purchase", "35")
    with buying.land.at("35"):
        told = steps_of_offices.told([row])[row.chain]
        assert not Case.objects.filter(pk=buying.number).exists()
        files = steps_of_offices.files_of(row)
        assert all(papers.has(digest) for digest in files)
    assert [one["name"] for one in told.asked["papers"]] == ["购房合同"]
    assert "123456789" not in str(told.asked)
    assert told.asked["applicant"]["name"] == "李四"


@pytest.mark.parametrize("who", ["mark_house", "clerk"])
def test_a_step_does_not_exist_for_other_offices(buying, partners, who):
    stranger = partners[who] if who in partners else world.a_clerk("350102", name="窗口")
    chain = buying.step("check_purchase", "35").chain
    with buying.land.at("35"):
        with pytest.raises(NotFound):
            steps_of_offices.step_for(stranger, chain)
        for operation, said in (
            (operations.finish, {"note": ""}),
            (operations.refuse, {"ground": "不办"}),
            (operations.undone, {"note": "撤了"}),
        ):
            with pytest.raises(Refused):
                operation(chain=chain, officer=stranger, at=MONDAY, **said)
        assert chain not in [row.chain for row in steps_of_offices.in_hand(stranger)]


def test_an_answer_is_given_once(buying, partners):
    buying.answer(operations.finish, partners["mark_house"], "mark_house", note="")
    for operation, said in (
        (operations.finish, {"note": ""}),
        (operations.refuse, {"ground": "不办"}),
    ):
        with pytest.raises(operations.StepNotPossible):
            buying.answer(operation, partners["mark_house"], "mark_house", **said)


def test_messages_that_come_twice_and_in_any_order_change_nothing(buying, partners):
    for key in ("check_purchase", "mark_house"):
        buying.answer(operations.finish, partners[key], key, note="")
    buying.land.carry(at=MONDAY, shuffle=lambda mail: [*reversed(mail), *mail])
    assert set(buying.states().values()) == {"done"}
    buying.agree()


def test_a_place_that_has_not_joined_is_named_before_anything_is_handed_in(land):
    answers = world.move_answers("220104") | {"from_division": "510104"}
    with pytest.raises(FieldsRefused) as refused:
        begun(land, MOVE_TO_SPOUSE, answers, "350102", "gongan")
    assert "还没有接入" in refused.value.errors["from_division"][0]


def test_a_joint_case_is_not_approved_before_its_steps(land):
    scene = begun(land, FUND, fund_answers(), GUANGZHOU, "zhufang_gongjijin")
    with pytest.raises(Refused):
        scene.act(review.approve, note="")
    with pytest.raises(Refused):
        scene.act(operations.begin, note="")
