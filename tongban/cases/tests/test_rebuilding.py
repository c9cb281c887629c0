"""Tables that were changed behind the record's back are found, and made right again."""

import pytest

from tongban.basics.refusals import NotFound
from tongban.cases.models import Case
from tongban.cases.operations import rebuilding
from tongban.cases.tests import world
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db


def a_received_case() -> Case:
    case, _ = world.a_case()
    return world.handed_over(case, world.a_clerk())


def columns(number, **how):
    return {one.column for one in rebuilding.rebuild(number=number, **how)}


def test_a_case_that_went_its_way_is_what_its_record_says():
    assert columns(a_received_case().number) == set()


def test_a_changed_column_is_found_and_only_repaired_when_asked():
    case = a_received_case()
    Case.objects.filter(pk=case.pk).update(state="closed", due_on="2030-01-01")

    assert columns(case.number) == {"state", "due_on"}
    assert columns(case.number, write=True) == {"state", "due_on"}
    assert columns(case.number) == set()
    case.refresh_from_db()
    assert (case.state, case.head_seq) == ("pending", 3)


def test_a_missing_or_exchanged_paper_is_found_and_repaired():
    case = a_received_case()
    case.materials.all()[:1].get().delete()
    case.materials.filter(pk=case.materials.last().pk).update(digest="0" * 64)

    assert columns(case.number, write=True) == {"papers"}
    assert columns(case.number) == set()


def test_a_lost_row_is_made_again_and_its_applicant_finds_it():
    case, filled = world.a_case()
    Case.objects.filter(pk=case.pk).delete()

    assert "state" in columns(case.number, write=True)
    assert columns(case.number) == set()
    assert Case.objects.get(pk=case.pk).applicant_match == filled.applicant.match


def test_a_number_without_a_record_is_not_found():
    with pytest.raises(NotFound):
        rebuilding.rebuild(number="220104202611160000010")


def test_all_chains_are_named_in_the_order_in_which_they_began():
    first, second = world.a_case(serial=1)[0].number, world.a_case(serial=2)[0].number

    assert list(recorded.chain_names()) == [first, second]
