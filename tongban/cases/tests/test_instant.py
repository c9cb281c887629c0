"""Instant items: due the day they are taken on, after closing time the next working day, on every node."""

from datetime import UTC, date, datetime

import pytest

from tongban.cases import clocks_of_cases, standing
from tongban.cases.judging import NotInTable
from tongban.cases.models import Case
from tongban.cases.operations import claims, expiring, rebuilding, review
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.catalogue.versions import Version
from tongban.jurisdictions import queries as places
from tongban.jurisdictions import snapshot as places_snapshot
from tongban.jurisdictions.models import Authority
from tongban.record import chains
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db
HOURS = {"workdays": [["08:30", "12:00"], ["13:30", "17:00"]], "is_default": False}


def beijing(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 by the clock of Beijing."""
    return datetime(2026, 11, day, hour - 8, minute, tzinfo=UTC)


@pytest.fixture
def instant(monkeypatch):
    monkeypatch.setattr(Version, "is_instant", property(lambda _version: True))


def pending() -> Case:
    case, _ = world.a_case()
    _keep_hours(HOURS)
    return world.handed_over(case, world.a_clerk())


def _keep_hours(hours):
    police = places.competent_authority("gongan", world.JILIN_CITY)
    Authority.objects.filter(pk=police.pk).update(office_hours=hours)
    places_snapshot.look_again()


def accepted(at: datetime) -> Case:
    case = pending()
    decider = world.a_decider()
    claims.claim_case(number=case.number, officer=decider, at=at)
    return review.accept_case(number=case.number, officer=decider, at=at)


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (beijing(16, 9), date(2026, 11, 16)),
        (beijing(16, 12, 30), date(2026, 11, 16)),
        (beijing(16, 16, 59), date(2026, 11, 16)),
        (beijing(16, 17), date(2026, 11, 17)),
        (beijing(16, 21), date(2026, 11, 17)),
        (beijing(20, 18), date(2026, 11, 23)),
        (beijing(21, 10), date(2026, 11, 23)),
    ],
)
def test_an_instant_item_is_due_as_the_calculator_says(instant, at, due):
    case = accepted(at)

    assert case.due_on == due
    ledger = clocks_of_cases.ledger(case.number, at=at)
    assert ledger.due_on == due
    assert ledger.running.reckoning.term.hours.as_dict() == HOURS


def test_other_hours_in_a_nodes_own_table_move_no_date(instant):
    case = accepted(beijing(16, 18))
    due = case.due_on
    for elsewhere in ({"workdays": [["08:00", "20:00"]]}, {}, {"workdays": "nonsense"}):
        _keep_hours(elsewhere)

        assert standing.fold(recorded.events(case.number)).due_on == due
        assert rebuilding.rebuild(number=case.number) == []


def test_the_fold_asks_no_table_for_the_hours(instant, django_assert_num_queries):
    events = recorded.events(accepted(beijing(16, 18)).number)
    standing.fold(events)

    with django_assert_num_queries(0):
        assert standing.fold(events).due_on == date(2026, 11, 17)


def test_an_item_with_days_carries_no_hours_and_counts_as_before():
    case = accepted(beijing(16, 18))

    assert "hours" not in recorded.events(case.number)[-1].content
    assert "hours" not in case.clocks["decide"]


def test_an_office_without_known_hours_counts_the_day_of_the_event(instant):
    case = pending()
    _keep_hours({})
    decider = world.a_decider()
    claims.claim_case(number=case.number, officer=decider, at=beijing(16, 18))

    review.accept_case(number=case.number, officer=decider, at=beijing(16, 18))

    assert Case.objects.get(pk=case.pk).due_on == date(2026, 11, 16)


def test_a_deemed_acceptance_tells_the_hours_too(instant):
    case = pending()

    assert expiring.deem_accepted(number=case.number, at=beijing(30, 9))

    event = recorded.events(case.number)[-1]
    assert (event.kind, event.content["hours"]) == ("deem_accepted", HOURS)


@pytest.mark.parametrize(
    "hours", [{}, [], "9-5", 5, {"workdays": [["17:00", "08:00"]]}, {"workdays": [[8, 17]]}]
)
def test_hours_that_nobody_can_count_by_make_an_acceptance_unlawful(instant, hours):
    case = pending()
    before = recorded.events(case.number)
    authentic = world_event(case, hours)

    with pytest.raises(NotInTable):
        standing.apply(standing.fold(before), authentic)


def world_event(case, hours):
    """An acceptance as the deciding node might send it, with these hours."""
    from tongban.cases.operations import moving
    from tongban.record.chains import Author, Head

    return chains.make(
        Head(case.head_seq, case.head_hash),
        chain=case.number,
        kind="accept",
        author=Author(
            node=case.decider_node, role="decider", place=case.deciding_place,
            authority=case.decider_authority, officer="somebody",
        ),
        at=MONDAY,
        content={"hours": hours},
        signer=moving.signer(),
    )  # fmt: skip
