"""A node says in words what is late, parked, silent or nearly full, and what helps."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.utils.timezone import now

from tongban.exchange import beats, conditions
from tongban.exchange.models import NodeContact, Outgoing, Pause, Received, WorkerBeat

pytestmark = pytest.mark.django_db


def codes(at=None):
    return [one.code for one in conditions.findings(at=at or now())]


@pytest.fixture
def working():
    beats.note("here:1", is_connected=True, at=now())


def owe(**more):
    facts = {
        "message_id": f"00000000-0000-4000-8000-{Outgoing.objects.count():012d}",
        "recipient": "35",
        "type": "case.handed_over.v1",
        "subject": "case/22-1",
        "envelope": b"",
        "created_at": now() - timedelta(hours=1),
    }
    return Outgoing.objects.create(**facts | more)


@pytest.mark.usefixtures("working")
def test_a_node_that_is_well_has_nothing_to_say():
    assert codes() == []


def test_a_worker_that_was_never_started_is_missed():
    assert codes() == ["worker-silent"]


def test_a_worker_that_fell_silent_is_missed_since_its_last_sign():
    at = now()
    beats.note("here:1", is_connected=True, at=at - timedelta(minutes=3))

    (found,) = conditions.findings(at=at)

    assert found.code == "worker-silent"
    assert found.since == at - timedelta(minutes=3)
    assert "worker run" in found.remedy


def test_a_broker_out_of_reach_is_told_since_when_and_a_short_break_is_not():
    at = now()
    beats.note("here:1", is_connected=True, at=at - timedelta(minutes=9))
    beats.note("here:1", is_connected=False, at=at - timedelta(seconds=20))
    beats.note("here:1", is_connected=False, at=at)
    assert codes(at) == []

    later = at + timedelta(seconds=20)
    beats.note("here:1", is_connected=False, at=later)

    (found,) = conditions.findings(at=later)
    assert (found.code, found.since) == ("broker-away", at - timedelta(seconds=20))


def test_one_worker_of_several_that_reaches_the_broker_is_enough():
    at = now()
    beats.note("here:1", is_connected=True, at=at - timedelta(seconds=2))
    beats.note("there:1", is_connected=False, at=at - timedelta(minutes=5))
    beats.note("there:1", is_connected=False, at=at)

    assert codes(at) == []


def test_workers_that_ended_days_ago_are_forgotten():
    at = now()
    beats.note("here:1", is_connected=True, at=at - timedelta(days=2))
    beats.note("here:2", is_connected=True, at=at)

    assert [row.process for row in WorkerBeat.objects.all()] == ["here:2"]


@pytest.mark.usefixtures("working")
def test_what_is_not_sent_and_what_is_not_confirmed_are_told_apart():
    owe(recipient="35", last_error="没有信箱")
    owe(recipient="11", sent_at=now())

    found = {one.code: one for one in conditions.findings(at=now())}

    assert found["unsent-late"].node == "35"
    assert "没有信箱" in found["unsent-late"].remedy
    assert found["unconfirmed-late"].node == "11"


@pytest.mark.usefixtures("working")
def test_a_message_on_its_way_for_a_minute_is_not_late():
    owe(created_at=now() - timedelta(minutes=1))

    assert codes() == []


@pytest.mark.usefixtures("working")
def test_a_parked_message_waits_for_a_person():
    Received.objects.create(
        sender="35",
        message_id="00000000-0000-4000-8000-000000000009",
        state=Received.State.PARKED,
        received_at=now(),
    )

    assert codes() == ["parked"]


@pytest.mark.usefixtures("working")
def test_only_the_hub_warns_of_a_mailbox_near_its_limit():
    NodeContact.objects.create(node="35", mailbox_bytes=80, mailbox_limit=100)
    NodeContact.objects.create(node="11", mailbox_bytes=10, mailbox_limit=100)
    assert codes() == []

    with override_settings(IS_HUB=True):
        (found,) = conditions.findings(at=now())

    assert (found.code, found.node) == ("mailbox-nearly-full", "35")
    assert "80%" in found.cause


@pytest.mark.usefixtures("working")
def test_a_mailbox_is_nearly_full_by_messages_as_well_as_by_bytes():
    NodeContact.objects.create(node="35", mailbox_messages=8, mailbox_message_limit=10)

    with override_settings(IS_HUB=True):
        assert codes() == ["mailbox-nearly-full"]


@pytest.mark.usefixtures("working")
def test_a_node_that_takes_no_mail_is_named_with_the_reason_when_it_lasts():
    at = now()
    Pause.objects.create(
        recipient="35", code="mailbox-full", reason="对方的信箱满了", until=at,
        since=at - timedelta(days=2),
    )  # fmt: skip
    Pause.objects.create(recipient="11", code="no-answer", reason="没有应答", until=at, since=at)
    old = {"code": "no-mailbox", "reason": "没有信箱", "until": at, "since": at - timedelta(days=9)}
    Pause.objects.create(recipient="52", **old)
    owe(recipient="35", last_error="对方的信箱满了")
    owe(recipient="11", created_at=at)

    (found,) = conditions.findings(at=at)

    assert (found.code, found.node) == ("paused-mailbox-full", "35")
    assert "对方的信箱满了" in found.cause
    assert found.since == at - timedelta(days=2)


@pytest.mark.usefixtures("working")
def test_a_clock_that_differs_from_the_database_is_told(monkeypatch):
    monkeypatch.setattr(conditions, "CLOCK_OFF_BY", timedelta(seconds=-1))

    assert codes() == ["clock-skew"]


@pytest.mark.usefixtures("working")
def test_a_check_that_falls_is_itself_a_finding_and_stops_no_other(monkeypatch):
    def broken(_at):
        raise KeyError("x")

    monkeypatch.setattr(conditions, "_checks", [broken, *conditions._checks])
    owe()

    assert codes() == ["check-failed", "unsent-late"]
    assert connection.is_usable()
