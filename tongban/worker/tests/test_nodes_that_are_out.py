"""A node that is suspended: nothing is tried in vain, the directory reaches it, then all goes."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import now

from tongban.exchange import conditions, editions, outbox, queries
from tongban.exchange.models import Outgoing, Pause
from tongban.jurisdictions import operations as directory
from tongban.jurisdictions.models import Node
from tongban.worker import bell, database
from tongban.worker.relay import Relay
from tongban.worker.tests.conftest import connected, mail, run

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = "test.note.v1"


def becomes(state):
    """What an edition of the directory does to node 35."""
    Node.objects.filter(pk="35").update(state=state)
    directory.stamp(at=now())


def owe(kind=NOTE, subject="case-1", *, to="35"):
    outbox.tell([to], kind, subject, {}, at=now())


def unsent():
    return list(Outgoing.objects.filter(sent_at=None).order_by("id").values_list("type", "subject"))


def has_something_to_do():
    """What keeps the relay awake."""
    with connection.cursor() as cursor:
        cursor.execute(bell.LOOK)
        return any(cursor.fetchone())


def relayed(process):
    """One batch; gives how many were sent and how many failed."""

    async def act():
        async with connected(process) as (broker, hands), await database.connect("test") as link:
            return await Relay(broker, hands).send_batch(link)

    batch = run(act())
    return batch.sent, batch.failed


@pytest.mark.parametrize("state", [Node.State.SUSPENDED, Node.State.LEFT])
def test_what_is_for_a_node_that_is_out_is_not_tried_at_all(broker_process, fujian, state):
    becomes(state)
    for number in range(5):
        owe(subject=f"case-{number}")

    assert not has_something_to_do(), "the relay may sleep"
    assert [relayed(broker_process) for _ in range(2)] == [(0, 0)] * 2

    assert set(Outgoing.objects.values_list("attempts", "retry_at")) == {(0, None)}
    assert not Pause.objects.exists()


def test_the_directory_and_what_is_for_others_goes_past_what_waits(broker_process, fujian):
    becomes(Node.State.SUSPENDED)
    owe()
    owe(editions.TYPE, editions.SUBJECT)
    owe(to="52")

    assert has_something_to_do()
    assert relayed(broker_process) == (2, 0)

    assert unsent() == [(NOTE, "case-1")]
    assert len(run(mail(broker_process, "35"))) == 1
    assert not has_something_to_do()


def test_when_an_edition_brings_it_back_everything_goes_in_its_order(broker_process, fujian):
    becomes(Node.State.SUSPENDED)
    for _ in range(3):
        owe()
    assert relayed(broker_process) == (0, 0)

    becomes(Node.State.ACTIVE)

    assert relayed(broker_process) == (3, 0)
    arrived = [json.loads(letter)["id"] for *_, letter in run(mail(broker_process, "35"))]
    owed = Outgoing.objects.order_by("id").values_list("message_id", flat=True)
    assert arrived == [str(message) for message in owed]


def test_the_directory_waits_like_all_mail_for_a_mailbox_that_takes_nothing(broker_process, fujian):
    becomes(Node.State.SUSPENDED)
    owe(editions.TYPE, editions.SUBJECT)
    later = now() + timedelta(minutes=5)
    Pause.objects.create(
        recipient="35", code="mailbox-full", reason="满了", since=now(), until=later
    )

    assert not has_something_to_do()
    assert relayed(broker_process) == (0, 0)


def test_the_operator_reads_why_and_since_when_nothing_goes(fujian):
    becomes(Node.State.SUSPENDED)
    owe(editions.TYPE, editions.SUBJECT)
    assert queries.held() == [], "an edition is only on its way"

    owe()
    [one] = queries.held()
    assert (one.recipient, one.code) == ("35", "node-suspended")
    assert "暂停接入" in one.reason
    found = conditions.findings(at=one.since + conditions.HELD_AFTER)
    assert "paused-node-suspended" in {finding.code for finding in found}

    becomes(Node.State.ACTIVE)
    assert queries.held() == []
