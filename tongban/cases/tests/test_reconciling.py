"""Two nodes compare what both keep: what one lost comes back, and a second history is reported."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection

from tongban.cases.models import Case
from tongban.cases.operations import claims, review
from tongban.cases.tests import world
from tongban.cases.tests.world import FUZHOU, MONDAY
from tongban.exchange import conditions, reconciling
from tongban.exchange.models import Contradiction, Reconciliation
from tongban.exchange.tests.two_nodes import Country, country
from tongban.jurisdictions import queries as places
from tongban.record import chains
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db

LATER = MONDAY + timedelta(hours=2)


@pytest.fixture
def land(tmp_path) -> Country:
    labels = ("cases", "delivery")
    tables = [m._meta.db_table for one in labels for m in apps.get_app_config(one).get_models()]
    return country(tmp_path, "22", "35", tables=tables, at=MONDAY)


@pytest.fixture
def crossed(land):
    """A case of 吉林 that 福州 has, and the officer there."""
    officer = world.a_decider(FUZHOU, name="郑五")
    with land.at("22"):
        case, _ = world.a_case(deciding=FUZHOU)
        world.handed_over(case, world.a_clerk())
    land.carry(at=MONDAY)
    return case.number, officer


@contextmanager
def restored_afterwards(land: Country, node: str) -> Iterator[None]:
    """A node as it was before, whatever happens meanwhile: its backup, and the restore."""
    with connection.cursor() as cursor:
        for table in land.tables:
            cursor.execute(f"CREATE TEMP TABLE kept_{table} AS TABLE node{node}.{table}")
        yield
        for table in land.tables:
            cursor.execute(f"DELETE FROM node{node}.{table}")  # noqa: S608 - our own tables
            cursor.execute(f"INSERT INTO node{node}.{table} TABLE kept_{table}")
            cursor.execute(f"DROP TABLE kept_{table}")


def accept(number: str, officer, *, at=MONDAY) -> None:
    claims.claim_case(number=number, officer=officer, at=at)
    review.accept_case(number=number, officer=officer, at=at)


def reconcile(land: Country, *, node: str, peer: str) -> Reconciliation:
    with land.at(node):
        reconciling.ask(peer, at=LATER)
    land.carry(at=LATER)
    with land.at(node):
        return Reconciliation.objects.get()


def bodies(land: Country, node: str, number: str) -> list[bytes]:
    with land.at(node):
        return [event.body for event in recorded.events(number)]


def standing(land: Country, node: str, number: str):
    with land.at(node):
        return Case.objects.get(pk=number).standing()


def test_nodes_that_agree_have_nothing_to_tell_each_other(land, crossed):
    row = reconcile(land, node="22", peer="35")
    assert (row.chains, row.differing, row.asked_for, row.told) == (1, 0, 0, 0)
    assert row.answered_at is not None


@pytest.mark.parametrize("asking", ["22", "35"])
def test_a_node_restored_from_yesterday_gets_back_what_the_other_one_knows(land, crossed, asking):
    number, officer = crossed
    with restored_afterwards(land, "35"):
        with land.at("35"):
            accept(number, officer)
        land.carry(at=MONDAY)
    assert standing(land, "35", number).state == "pending"
    assert standing(land, "22", number).state == "under_review"

    row = reconcile(land, node=asking, peer="35" if asking == "22" else "22")

    assert row.differing == 1
    assert (row.told, row.asked_for) == ((1, 0) if asking == "22" else (0, 1))
    assert bodies(land, "22", number) == bodies(land, "35", number)
    assert standing(land, "22", number) == standing(land, "35", number)


@pytest.mark.parametrize("asking", ["22", "35"])
def test_a_node_that_lost_a_whole_case_gets_it_back_with_its_papers_and_parts(
    land, tmp_path, asking
):
    with restored_afterwards(land, "35"), land.at("22"):
        case, _ = world.a_case(deciding=FUZHOU)
        world.handed_over(case, world.a_clerk())
        land.carry(at=MONDAY)
    number = case.number
    for paper in (tmp_path / "35").glob("papers/*/*"):
        paper.unlink()
    assert bodies(land, "35", number) == []

    reconcile(land, node=asking, peer="35" if asking == "22" else "22")

    assert bodies(land, "22", number) == bodies(land, "35", number)
    with land.at("35"):
        events = recorded.events(number)
        assert recorded.part(events[0].sealed)["applicant"]["name"] == "李四"
        assert list((tmp_path / "35").glob("papers/*/*"))


@pytest.mark.parametrize("asking", ["22", "35"])
def test_two_histories_are_reported_at_both_nodes_with_both_signed_events(land, crossed, asking):
    number, officer = crossed
    with restored_afterwards(land, "35"):
        with land.at("35"):
            accept(number, officer)
        land.carry(at=MONDAY)
    with land.at("35"):  # who knows nothing of that, and accepts it an hour later
        accept(number, officer, at=MONDAY + timedelta(hours=1))
        land.mail()  # which is lost on the way
    assert bodies(land, "22", number) != bodies(land, "35", number)

    reconcile(land, node=asking, peer="35" if asking == "22" else "22")

    for node, other in (("22", "35"), ("35", "22")):
        with land.at(node):
            found = Contradiction.objects.get()
            assert (found.chain, found.peer) == (number, other)
            ours, theirs = (chains.unpack(one) for one in (found.ours, found.theirs))
            assert (ours.seq, ours.kind) == (theirs.seq, theirs.kind)
            assert ours.hash != theirs.hash
            for event in (ours, theirs):
                chains.check_signed(event, places.public_key)
            assert "contradiction" in {one.code for one in conditions.findings(at=LATER)}
    # The next night nobody is told anew what people know, and neither node gave its history up.
    with land.at(asking):
        reconciling.ask("35" if asking == "22" else "22", at=LATER + timedelta(days=1))
    land.carry(at=LATER)
    assert len(land.parked("22")) == len(land.parked("35")) == 1
    assert bodies(land, "22", number) != bodies(land, "35", number)


def test_chains_beside_the_cases_come_back_too(land, crossed):
    from tongban.cases.inquiries import operations as inquiries
    from tongban.cases.inquiries.operations import Question

    number, officer = crossed
    with restored_afterwards(land, "22"):
        with land.at("35"):
            row = inquiries.ask(
                officer=officer,
                to=places.window_authority(world.CHAOYANG),
                question=Question("核实住址", "请核实现住址"),
                number=number,
                at=MONDAY,
            )
        land.carry(at=MONDAY)
    assert bodies(land, "22", row.pk) == []
    reconcile(land, node="22", peer="35")
    assert bodies(land, "22", row.pk) == bodies(land, "35", row.pk) != []


def test_a_node_is_asked_once_a_day_and_only_where_there_is_something_to_compare(land, crossed):
    with land.at("22"):
        assert reconciling.ask_due(at=LATER) == ["35"]
        assert reconciling.ask_due(at=LATER + timedelta(hours=23)) == []
        assert reconciling.ask_due(at=LATER + timedelta(hours=24)) == ["35"]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (reconciling.SUMMARY, {}),
        (reconciling.SUMMARY, {"asked": "yesterday", "days": {}}),
        (reconciling.SUMMARY, {"asked": MONDAY.isoformat(), "days": {"2026-11-16": [1]}}),
        (reconciling.HEADS, {"asked": MONDAY.isoformat(), "days": {"?": []}}),
        (reconciling.HEADS, {"asked": MONDAY.isoformat(), "days": {"2026-11-16": [["c", 0, ""]]}}),
        (reconciling.HEADS, {"asked": MONDAY.isoformat(), "days": {"2026-11-16": 7}}),
    ],
)
def test_a_comparison_that_cannot_be_read_is_set_aside(land, kind, data):
    from tongban.exchange import outbox

    with land.at("35"):
        outbox.tell(["22"], kind, reconciling.SUBJECT, data, at=MONDAY)
    land.carry(at=MONDAY)
    assert len(land.parked("22")) == 1


def test_days_are_told_whole_in_as_many_messages_as_they_need():
    a_day = [reconciling.Place("c", 1, "f" * 64, "d")] * 900
    portions = reconciling._portions({"1": a_day, "2": a_day, "3": a_day[:100], "4": a_day * 2})
    assert [sorted(one) for one in portions] == [["1"], ["2", "3"], ["4"]]
    assert reconciling._portions({}) == [{}]
