"""All cases folded anew, by several processes too, come out as the moves had made them."""

import os
import re
from urllib.parse import urlsplit

import pytest
from django.db import connection

from tongban.cases.models import Case, Material
from tongban.cases.operations import rebuilding_all
from tongban.cases.standing import Paper
from tongban.cases.tests import world
from tongban.console import rebuilding


def rows():
    cases = list(Case.objects.order_by("number").values())
    papers = Material.objects.order_by("case_id", "spec").values("case_id", *Paper.__slots__)
    return cases, list(papers)


@pytest.mark.django_db(transaction=True)
def test_two_processes_make_the_tables_anew_as_they_were(tmp_path, monkeypatch):
    world.load(tmp_path)
    clerk = world.a_clerk()
    for serial in range(1, 7):
        case, _ = world.a_case(serial=serial)
        if serial % 2:
            world.handed_over(case, clerk)
    before, indexes = rows(), indexes_and_constraints()
    Case.objects.all().delete()
    # What the processes find in their environment; ours has been told of the test database since.
    server = urlsplit(os.environ["DATABASE_URL"])
    ours = server._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    monkeypatch.setenv("DATABASE_URL", ours)
    monkeypatch.setattr(rebuilding_all, "STRETCH", 2)
    shares = []

    found = rebuilding.rebuild_all(write=True, processes=2, step=shares.append)

    assert (found.cases, found.different, found.faults) == (6, 6, [])
    assert shares == pytest.approx([1 / 3, 2 / 3, 1])
    assert rows() == before
    assert indexes_and_constraints() == indexes


def indexes_and_constraints():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid IN ('cases_case'::regclass, 'cases_material'::regclass) UNION ALL"
            " SELECT conname || pg_get_constraintdef(oid) || convalidated FROM pg_constraint"
            " WHERE conrelid IN ('cases_case'::regclass, 'cases_material'::regclass)"
        )
        # Read again, a condition is the same and not the same text: its types stand elsewhere.
        return sorted(re.sub(r"::[a-z ]+(\[\])?|[()]", "", said) for (said,) in cursor.fetchall())


def rebuild():
    return rebuilding.rebuild_all(write=True, processes=1, step=lambda _share: None)


@pytest.mark.django_db(transaction=True)
def test_lost_tables_are_made_of_whole_records_only_and_read_as_they_were_written(tmp_path):
    world.load(tmp_path)
    broken, kept = world.a_case(serial=1)[0], world.a_case(serial=2)[0]
    world.handed_over(broken, world.a_clerk())
    before = rows()[0][1]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE record_entry DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM record_entry WHERE chain = %s AND seq = 2", [broken.pk])
        cursor.execute("ALTER TABLE record_entry ENABLE TRIGGER USER")
    Case.objects.all().delete()

    found = rebuild()

    assert (found.cases, found.different) == (2, 1)
    assert found.faults == [f"{broken.pk}: {broken.pk} #3: expected sequence 2"]
    assert list(Case.objects.values()) == [before]
    assert before["number"] == kept.pk


@pytest.mark.django_db(transaction=True)
def test_a_run_that_is_ended_half_way_leaves_the_tables_and_their_indexes_as_they_were(
    tmp_path, monkeypatch
):
    world.load(tmp_path)
    for serial in (1, 2, 3):
        world.a_case(serial=serial)
    before, indexes = rows(), indexes_and_constraints()
    Case.objects.all().delete()
    monkeypatch.setattr(rebuilding_all, "STRETCH", 1)

    def stop(_share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuilding.rebuild_all(write=True, processes=1, step=stop)
    assert Case.objects.count() == 0
    assert indexes_and_constraints() == indexes

    assert rebuild().different == 3
    assert rows() == before


@pytest.mark.django_db(transaction=True)
def test_tables_that_are_not_empty_after_all_are_looked_at_row_by_row(tmp_path, monkeypatch):
    world.load(tmp_path)
    world.a_case(serial=1)
    lost = world.a_case(serial=2)[0]
    before = rows()
    Case.objects.filter(pk=lost.pk).delete()
    # Whoever was faster wrote between our first look and the lock.
    seen = iter([True, False])
    monkeypatch.setattr(rebuilding_all, "are_lost", lambda: next(seen))

    assert rebuild().different == 1
    assert rows() == before
