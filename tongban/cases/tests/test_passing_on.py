"""A refusal names the right organ, and the papers go on to it when the applicant agrees."""

import pytest

from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.cases.models import Case, Draft
from tongban.cases.operations import claims, drafts, passing_on, review
from tongban.cases.permissions import MoveNotPossible
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.parties.models import Officer

pytestmark = pytest.mark.django_db

FUZHOU_COUNTY = "350102"


@pytest.fixture
def officer() -> Officer:
    return world.a_decider()


@pytest.fixture
def pending(officer) -> tuple[Case, world.Filled]:
    case, filled = world.a_case()
    world.handed_over(case, world.a_clerk())
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    return case, filled


def refused(case, officer, right_place=FUZHOU_COUNTY) -> Case:
    return review.refuse_acceptance(
        number=case.number, officer=officer, ground="配偶的户口不在本市", right_organ="福州市公安局",
        right_place=right_place, at=MONDAY,
    )  # fmt: skip


def test_the_papers_go_on_to_the_right_organ_and_twice_is_one_application(pending, officer):
    case, filled = pending
    refused(case, officer)
    first = passing_on.pass_on(number=case.number, account=filled.account, at=MONDAY)
    again = passing_on.pass_on(number=case.number, account=filled.account, at=MONDAY)

    assert first.pk == again.pk
    assert (first.item, first.deciding_place) == (case.item, world.FUZHOU)
    assert drafts.answers_of(first)["spouse_name"] == "张三"
    handed_in = {material.spec: material.digest for material in case.materials.all()}
    assert {paper.spec: paper.digest for paper in first.papers.all()} == handed_in
    # Nothing went anywhere by itself.
    assert (first.submitted_as, Case.objects.count()) == ("", 1)


def test_what_was_changed_meanwhile_is_not_written_over(pending, officer):
    case, filled = pending
    refused(case, officer)
    draft = passing_on.pass_on(number=case.number, account=filled.account, at=MONDAY)
    draft.papers.all()[0].delete()
    left = draft.papers.count()

    passing_on.pass_on(number=case.number, account=filled.account, at=MONDAY)
    assert draft.papers.count() == left


def test_without_a_place_there_is_nothing_to_pass_on(pending, officer):
    case, filled = pending
    with pytest.raises(MoveNotPossible):
        passing_on.pass_on(number=case.number, account=filled.account, at=MONDAY)
    refused(case, officer, right_place="")
    with pytest.raises(MoveNotPossible):
        passing_on.pass_on(number=case.number, account=filled.account, at=MONDAY)
    assert Draft.objects.exclude(pk=filled.draft.pk).count() == 0


def test_nobody_elses_papers_are_passed_on(pending, officer):
    case, _ = pending
    refused(case, officer)
    stranger, _ = world.a_person("王二", serial=9)
    with pytest.raises(NotFound):
        passing_on.pass_on(number=case.number, account=stranger, at=MONDAY)


@pytest.mark.parametrize("place", ["999999", "220202"])
def test_a_place_that_is_unknown_or_our_own_is_refused_at_the_field(pending, officer, place):
    case, _ = pending
    with pytest.raises(FieldsRefused) as wrong:
        refused(case, officer, right_place=place)
    assert set(wrong.value.errors) == {"right_place"}
    assert Case.objects.get(pk=case.pk).state == "pending"
