"""Cases that the bench makes are cases: they fold, their chains hold, and pages find them by indexes."""

import pytest
from django.db import connection

from tongban.cases import queues
from tongban.cases.models import Case
from tongban.cases.operations import rebuilding_all, review
from tongban.cases.states import Party
from tongban.cases.tests import world
from tongban.console.benching import applications, plans
from tongban.console.benching.seeding import Seeder
from tongban.jurisdictions import queries as jurisdictions
from tongban.record import chains
from tongban.record import queries as recorded
from tongban.record.chains import FileRef

pytestmark = pytest.mark.django_db
COUNT, DECIDABLE = 1500, 20


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """Reference data once for all tests; each test's own rows are rolled back."""
    with django_db_blocker.unblock():
        world.load(tmp_path_factory.mktemp("world"))


@pytest.fixture
def seeded():
    clerk, decider = world.a_clerk(), world.a_decider("220100")
    file = FileRef("a" * 64, len(applications.PDF), "application/pdf")
    seeder = Seeder(file, "35", world.MONDAY, [clerk.pk], decider.pk)
    found = seeder.seed(0, COUNT, DECIDABLE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return clerk, decider, found


def test_a_seeded_case_is_what_its_record_says_and_can_be_decided(seeded):
    _clerk, decider, found = seeded

    folded = rebuilding_all.rebuild_stretch(stretch=rebuilding_all.Stretch("", ""))

    assert (folded.cases, folded.different, folded.faults) == (COUNT + 200 + DECIDABLE, 0, [])
    assert folded.events == found.events
    number = found.decidable[0]
    chains.verify(recorded.events(number), jurisdictions.public_key)
    review.approve(number=number, officer=decider, note="", at=world.MONDAY)
    assert Case.objects.get(pk=number).state == "approved"


def test_lists_of_an_office_read_no_growing_table_whole(seeded):
    clerk, _decider, found = seeded
    last = queues.queue(clerk, Party.RECEIVER, shown="all")
    words = ["", "shown=late", "shown=today", "shown=claimed", "shown=waiting", "shown=passed"]
    words += ["shown=all", f"shown=all&after={last.after}", f"find={found.numbers[0][-6:]}"]
    words.append(f"find={found.names[0]}")
    assert last.after

    seen = plans.of_pages(clerk.account.username, [f"/desk/?{one}" for one in words])
    seen |= plans.of_pages(clerk.account.username, [f"/desk/cases/{found.numbers[0]}/"])

    assert plans.whole(seen) == []
    used = {step.index for steps in seen.values() for step in steps}
    assert {
        "case_at_receiver", "case_waiting_at_receiver", "case_of_receiver", "case_by_name",
        "case_by_end_of_number",
    } <= used  # fmt: skip
