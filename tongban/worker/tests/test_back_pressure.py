"""A node that is away for days: its mailbox fills, nothing is pushed out of it, nobody else waits."""

import asyncio
import contextlib
import json
import statistics
import time
from dataclasses import replace
from datetime import timedelta

import nats.errors
import pytest
from django.test import override_settings
from django.utils.timezone import now

from tongban.exchange import bags, conditions, outbox, queries
from tongban.exchange.models import NodeContact, Outgoing, Pause
from tongban.worker import database, pausing, relay
from tongban.worker.heartbeat import Watch
from tongban.worker.relay import Relay
from tongban.worker.tests.conftest import as_user, connected, mail, run, until

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = "test.note.v1"
TINY = [{"max_msgs": 10}, {"max_bytes": 16_000}]
MANY = 60


@contextlib.asynccontextmanager
async def a_tiny_mailbox(process, **limits):
    """The mailbox of node 35 with room for a few messages; its set-up is otherwise the launcher's."""
    async with as_user(process.admin_url) as client:
        jetstream = client.jetstream()
        config = (await jetstream.stream_info("MAIL_35")).config
        await jetstream.update_stream(replace(config, **limits))
        try:
            yield jetstream
        finally:
            await jetstream.update_stream(config)


def owe(subject, *, to="35", count=1):
    for _ in range(count):
        outbox.tell([to], NOTE, subject, {"word": "办" * 300}, at=now())


def owed(to):
    rows = Outgoing.objects.filter(recipient=to).order_by("id")
    return list(rows.values_list("subject", "message_id"))


@contextlib.asynccontextmanager
async def at_work(process):
    async with connected(process) as (broker, hands):
        stop = asyncio.Event()
        work = asyncio.ensure_future(Relay(broker, hands).run(stop))
        try:
            yield hands
        finally:
            stop.set()
            await asyncio.wait_for(work, 60)


async def all_sent(hands, to):
    unsent = Outgoing.objects.filter(recipient=to, sent_at=None)
    await until(lambda: is_none(hands, unsent), what=f"everything sent to {to}")


async def is_none(hands, rows):
    return not await hands.run(rows.exists)


async def is_paused(hands):
    return await hands.run(Pause.objects.filter(recipient="35").exists)


def id_of(letter):
    return json.loads(letter)["id"]


async def take_all(jetstream, taken):
    """What the node does when it is back: take and confirm until nobody stops it.

    The places of each message in the mailbox, by its id: a lost acknowledgement brings it again from
    the same place, and a message that was sent twice has two.
    """
    place = await jetstream.pull_subscribe_bind("inbox", "MAIL_35")
    while True:
        with contextlib.suppress(nats.errors.TimeoutError):
            for message in await place.fetch(7, timeout=0.5):
                for letter in bags.unpack(message.data):
                    places = taken.setdefault(id_of(letter), set())
                    places.add(message.metadata.sequence.stream)
                await message.ack_sync(timeout=5)


@pytest.mark.parametrize("limits", TINY, ids=["messages", "bytes"])
def test_a_full_mailbox_keeps_what_it_has_and_the_rest_follows_in_order(
    broker_process, limits, monkeypatch
):
    monkeypatch.setattr(bags, "MOST", 2)  # of those that a tiny mailbox has room for
    for number in range(MANY):
        owe(f"case-{number % 6}")

    async def act():
        taken = {}
        async with (
            a_tiny_mailbox(broker_process, **limits) as jetstream,
            at_work(broker_process) as hands,
        ):
            await until(lambda: is_paused(hands), what="the pause")
            await asyncio.sleep(0.5)
            held = [id_of(letter) for *_, letter in await mail(broker_process, "35")]
            taking = asyncio.ensure_future(take_all(jetstream, taken))
            await all_sent(hands, "35")
            await until(lambda: len(taken) == MANY, what="all taken")
            taking.cancel()
        return held, taken

    held, places = run(act())

    taken = sorted(places, key=lambda message: min(places[message]))
    assert 0 < len(held) < MANY
    assert taken[: len(held)] == held, "nothing was pushed out of the mailbox"
    assert [len(its) for its in places.values()] == [1] * MANY, "all came, each once"
    for subject in {subject for subject, _ in owed("35")}:
        ours = [str(message) for its, message in owed("35") if its == subject]
        assert [one for one in taken if one in ours] == ours
    assert not Pause.objects.exists()


def test_others_get_their_mail_at_once_while_one_is_away(broker_process):
    for number in range(relay.BATCH * 2):
        owe(f"case-{number}")

    async def act():
        async with (
            a_tiny_mailbox(broker_process, max_msgs=2),
            at_work(broker_process) as hands,
        ):
            await until(lambda: is_paused(hands), what="the pause")
            took = []
            for number in range(8):
                began = time.monotonic()
                await hands.run(lambda n=number: owe(f"news-{n}", to="52"))
                await all_sent(hands, "52")
                took.append(time.monotonic() - began)
            return took

    took = run(act())

    # Behind the one that is away they would wait for its pauses, of which each is twice the last.
    assert statistics.median(took) < 1.0, took
    assert max(took) < 5.0, took
    assert Outgoing.objects.filter(recipient="35", sent_at=None).count() > relay.BATCH


def test_a_node_that_is_away_is_tried_with_one_message_and_more_and_more_rarely(
    broker_process, monkeypatch
):
    tries = []
    publish = Relay._publish

    async def counted(self, bag):
        refused = await publish(self, bag)
        tries.append(refused.words if refused else "")
        return refused

    monkeypatch.setattr(Relay, "_publish", counted)
    for number in range(MANY):
        owe(f"case-{number}")

    async def act():
        async with (
            a_tiny_mailbox(broker_process, max_msgs=1),
            at_work(broker_process) as hands,
        ):
            await until(lambda: is_paused(hands), what="the pause")
            tries.clear()
            await asyncio.sleep(4)

    run(act())

    assert 1 <= len(tries) <= 4, "at 0.5, 1.5 and 3.5 seconds"
    pause = Pause.objects.get()
    assert (pause.code, pause.reason in tries) == (pausing.FULL, True)
    assert pause.until - pause.since > timedelta(seconds=1)


def test_messages_that_wait_behind_one_that_cannot_go_take_nobodys_place(broker_process):
    """Twice as many as fit into a batch, all of one case, the first not due yet."""
    owe("stuck", count=relay.BATCH * 2)
    Outgoing.objects.filter(pk=Outgoing.objects.earliest("pk").pk).update(
        retry_at="2100-01-01T00:00:00Z"
    )
    owe("free")

    async def act():
        async with (
            connected(broker_process) as (broker, hands),
            await database.connect("test") as link,
        ):
            return await Relay(broker, hands).send_batch(link)

    assert run(act()).sent == 1
    assert Outgoing.objects.get(subject="free").sent_at is not None


def test_a_large_backlog_of_one_node_leaves_others_their_share_of_a_batch(broker_process):
    for number in range(relay.BATCH * 2):
        owe(f"case-{number}")
    owe("news", to="52")

    async def act():
        async with (
            connected(broker_process) as (broker, hands),
            await database.connect("test") as link,
        ):
            return await Relay(broker, hands).send_batch(link)

    batch = run(act())

    assert Outgoing.objects.get(recipient="52").sent_at is not None
    assert batch.is_full, "and the rest is sent at once"


@pytest.mark.parametrize("limits", TINY, ids=["messages", "bytes"])
def test_the_hub_sees_a_mailbox_fill_up_before_it_is_full(broker_process, limits, monkeypatch):
    monkeypatch.setattr(bags, "MOST", 1)
    for number in range(8):
        owe(f"case-{number}")

    async def act():
        async with (
            a_tiny_mailbox(broker_process, **limits) as jetstream,
            connected(broker_process) as (broker, hands),
            await database.connect("test") as link,
            connected(broker_process, node="00") as (hubs, hubs_hands),
        ):
            while (await Relay(broker, hands).send_batch(link)).sent:
                if (await jetstream.stream_info("MAIL_35")).state.messages >= 8:
                    break
            await Watch(hubs, hubs_hands)._look_at("35")

    run(act())

    contact = NodeContact.objects.get(node="35")
    assert 0.7 < contact.mailbox_used < 1
    assert queries.held() == []
    with override_settings(IS_HUB=True):
        found = [one for one in conditions.findings(at=now()) if one.node == "35"]
    assert [one.code for one in found] == ["mailbox-nearly-full"]
