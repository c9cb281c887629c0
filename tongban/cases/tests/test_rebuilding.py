"""Tables that were changed behind the record's back are found, and made right again."""

import pytest
from django.db import connection

from tongban.basics.refusals import NotFound
from tongban.cases.models import Case, Material
from tongban.cases.operations import rebuilding, rebuilding_all
from tongban.cases.standing import Paper
from tongban.cases.tests import world
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db

PAPER_COLUMNS = ("case_id", *Paper.__slots__)


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


def everything(**how):
    found = rebuilding_all.Found()
    for stretch in rebuilding_all.stretches(2):
        found.add(rebuilding_all.rebuild_stretch(stretch=stretch, **how))
    return found


def rows():
    cases = {row["number"]: row for row in Case.objects.values()}
    papers = Material.objects.order_by("case_id", "spec").values(*PAPER_COLUMNS)
    return cases, list(papers)


def test_all_tables_are_made_from_the_record_as_the_moves_had_made_them():
    numbers = [world.a_case(serial=serial)[0].number for serial in range(1, 6)]
    world.handed_over(Case.objects.get(pk=numbers[0]), world.a_clerk())
    before = rows()
    assert (everything().cases, everything().different) == (5, 0)

    Case.objects.all().delete()

    assert everything().different == 5
    assert everything(write=True).different == 5
    assert rows() == before
    assert everything().different == 0


def test_among_many_only_what_is_wrong_is_repaired():
    numbers = [world.a_case(serial=serial)[0].number for serial in range(1, 6)]
    before = rows()
    Case.objects.filter(pk=numbers[1]).update(state="closed", due_on=None)
    Case.objects.get(pk=numbers[3]).materials.all()[:1].get().delete()
    Case.objects.filter(pk=numbers[4]).delete()

    found = everything(write=True)

    wrong = {(one.number, one.column) for one in found.differences}
    columns = {(numbers[1], "state"), (numbers[1], "due_on"), (numbers[3], "papers")}
    assert wrong == columns | {(numbers[4], "state")}
    assert rows() == before


def test_a_row_without_a_record_and_a_record_that_breaks_off_are_named_and_left():
    case = a_received_case()
    Case.objects.filter(pk=case.pk).update(state="closed")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE record_entry DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM record_entry WHERE chain = %s AND seq = 2", [case.pk])
    lost, _ = world.a_case(serial=2)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM record_entry WHERE chain = %s", [lost.pk])

    found = everything(write=True)

    assert found.faults == [
        f"{case.pk}: {case.pk} #3: expected sequence 2",
        f"{lost.pk}: no record",
    ]
    assert Case.objects.get(pk=case.pk).state == "closed"


def test_stretches_lie_end_to_end_and_have_every_case_once():
    assert rebuilding_all.stretches() == [rebuilding_all.Stretch("", "")]
    numbers = [world.a_case(serial=serial)[0].number for serial in range(1, 6)]

    third, fifth = sorted(numbers)[2], sorted(numbers)[4]
    assert rebuilding_all.stretches(2) == [
        rebuilding_all.Stretch("", third),
        rebuilding_all.Stretch(third, fifth),
        rebuilding_all.Stretch(fifth, ""),
    ]
