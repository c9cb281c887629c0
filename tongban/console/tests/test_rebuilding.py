"""All cases folded anew by several processes come out as the moves had made them."""

import os
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
    before = rows()
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
