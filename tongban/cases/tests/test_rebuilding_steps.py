"""Rows of joint steps and of chosen ways of delivery: damaged, found, made right; nobody is told."""

import pytest

from tongban.cases.inquiries import operations as inquiries
from tongban.cases.inquiries.operations import Question, Reply
from tongban.cases.joint import operations
from tongban.cases.joint.models import JointStep
from tongban.cases.models import Case
from tongban.cases.notices.models import DeskNotice
from tongban.cases.operations import rebuilding as cases
from tongban.cases.tests import world
from tongban.cases.tests.test_joint import land, moving, partners
from tongban.cases.tests.world import MONDAY
from tongban.delivery.choices import Way
from tongban.delivery.kinds import chosen_of
from tongban.delivery.models import Choice
from tongban.delivery.operations import choosing
from tongban.delivery.tests import scenes
from tongban.exchange import rebuilding
from tongban.exchange.models import Outgoing
from tongban.record import queries as recorded

__all__ = ["land", "moving", "partners"]

pytestmark = pytest.mark.django_db


def columns(chain, **how):
    return {one.column for one in rebuilding.rebuild(chain=chain, **how)}


@pytest.fixture
def steps(moving, partners):
    """The chains of a joint case whose first step is done and whose second is asked of 35."""
    moving.answer(operations.finish, partners["check_marriage"], "check_marriage", note="")
    moving.carry()
    return moving


def test_steps_that_went_their_way_are_what_their_chains_say_at_every_node(steps):
    for node in ("22", "35"):
        with steps.land.at(node):
            kept = list(JointStep.objects.values_list("chain", flat=True))
            assert kept
            assert {column for chain in kept for column in columns(chain)} == set()


@pytest.mark.parametrize("node", ["22", "35"])
def test_a_changed_step_is_found_and_mended_when_asked(steps, node):
    with steps.land.at(node):
        row = steps.step("move_out", node)
        JointStep.objects.filter(pk=row.pk).update(state="done", partner_authority="x", days=99)

        assert columns(row.pk) == {"state", "partner_authority", "days"}
        assert columns(row.pk) == columns(row.pk, write=True)
        assert columns(row.pk) == set()
        assert JointStep.objects.get(pk=row.pk).standing() == row.standing()


@pytest.mark.parametrize("node", ["22", "35"])
def test_lost_steps_are_made_again_and_the_case_goes_on(steps, partners, node):
    with steps.land.at(node):
        before = {row.pk: row.standing() for row in JointStep.objects.all()}
        told = Outgoing.objects.count()
        JointStep.objects.all().delete()
        assert {chain for chain in rebuilding.chains() if columns(chain) == {"row"}} == set(before)
        for chain in before:
            columns(chain, write=True)
        assert {row.pk: row.standing() for row in JointStep.objects.all()} == before
        assert Outgoing.objects.count() == told
    steps.answer(operations.finish, partners["move_out"], "move_out", note="已迁出")
    steps.carry()
    assert steps.states()["move_in"] == "arrived"
    steps.agree()


def test_a_joint_case_whose_own_row_is_damaged_too_is_mended_by_its_own_chain(steps):
    with steps.land.at("22"):
        before = Case.objects.get(pk=steps.number).standing()
        Case.objects.filter(pk=steps.number).update(joint="done", state="approved", holder="nobody")
        found = {one.column for one in cases.rebuild(number=steps.number, write=True)}
        assert {"joint", "state", "holder"} <= found
        assert cases.rebuild(number=steps.number) == []
        assert Case.objects.get(pk=steps.number).standing() == before


@pytest.fixture
def choice():
    scene = scenes.handed_over()
    say = {"account": scene.filled.account, "case": scene.case.number, "at": MONDAY}
    choosing.choose(way=Way.ELECTRONIC, **say)
    return choosing.choose(way=Way.POST, address=scenes.HOME, **say)


def test_a_changed_choice_is_found_and_mended_when_asked(choice):
    before = chosen_of(Choice.objects.get(pk=choice.pk))
    Choice.objects.update(way="window", place="220104", sealed="", nodes=["22"])

    found = columns(choice.pk)
    assert found >= {"way", "place", "sealed"}
    assert columns(choice.pk, write=True) == found
    assert columns(choice.pk) == set()
    assert chosen_of(Choice.objects.get(pk=choice.pk)) == before


def test_a_lost_choice_is_made_again_and_the_address_is_found(choice):
    Choice.objects.all().delete()

    assert columns(choice.pk, write=True) == {"row"}
    kept = Choice.objects.get()
    assert (kept.way, recorded.part(kept.sealed)["address"]) == ("post", scenes.HOME.address)


def test_what_is_mended_tells_nobody_again():
    asker = world.a_decider()
    office = world.a_decider(department="yibao", name="卫八")
    row = inquiries.ask(
        officer=asker, to=office.authority, question=Question("核实", "请核实"), at=MONDAY
    )
    inquiries.answer(chain_name=row.pk, officer=office, reply=Reply("是"), at=MONDAY)
    assert DeskNotice.objects.get().officer == asker
    DeskNotice.objects.all().delete()
    type(row).objects.all().delete()

    assert columns(row.pk, write=True) == {"row"}
    assert not DeskNotice.objects.exists()
