"""A broker that is slow to answer is waited for; one whose connection is lost is not."""

import asyncio
import signal
import time

import pytest

from tongban.exchange.models import Outgoing
from tongban.worker import bell, database, patience, relay
from tongban.worker.relay import Relay
from tongban.worker.tests.conftest import connected, mail, run, until
from tongban.worker.tests.test_relay import owe

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _always_continued(broker_process):
    yield
    if broker_process.process:
        broker_process.process.send_signal(signal.SIGCONT)


def test_a_broker_that_is_too_slow_once_is_given_more_time(broker_process, monkeypatch):
    """It answers everything a second late; half of that is the first patience."""
    monkeypatch.setattr(patience, "FIRST", 0.5)
    for number in range(3):
        owe(f"case-{number}")

    async def scene():
        async with connected(broker_process) as (broker, hands):
            one, store, late = Relay(broker, hands), broker.store, 0

            async def stored_late(*words, patience, **more):
                nonlocal late
                late += 1
                await asyncio.wait_for(asyncio.sleep(1.0), patience)
                await store(*words, patience=patience, **more)

            monkeypatch.setattr(broker, "store", stored_late)
            async with await database.connect("test") as link:
                await until(lambda: batch_is_sent(one, link, hands), what="all sent", seconds=20)
            return late

    async def batch_is_sent(one, link, hands):
        await one.send_batch(link)
        return not await hands.run(unsent.exists)

    unsent = Outgoing.objects.filter(sent_at=None)
    tries = run(scene())

    # With a patience that never grows there is no end of it.
    assert tries <= 6
    assert len(set(letters(broker_process))) == 3


def letters(process):
    return [line for *_, raw in run(mail(process, "35")) for line in raw.split(b"\n")]


def test_nobody_waits_for_an_answer_on_a_connection_that_is_lost(broker_process, monkeypatch):
    monkeypatch.setattr(patience, "FIRST", 30.0)
    owe()

    async def scene():
        async with connected(broker_process) as (broker, hands):
            one = Relay(broker, hands)
            async with await database.connect("test") as link:
                broker_process.process.send_signal(signal.SIGSTOP)
                sending = asyncio.ensure_future(one.send_batch(link))
                await asyncio.sleep(0.5)
                assert not sending.done(), "it is waited for"
                began = time.monotonic()
                broker_process.stop(signal.SIGKILL)
                return await sending, time.monotonic() - began

    batch, took = run(scene())

    assert (batch.sent, batch.failed) == (0, 1)
    assert took < 5
    assert Outgoing.objects.get().last_error == "连不上消息服务器"


def test_one_connection_has_no_more_on_its_way_than_the_broker_takes_at_a_time(
    broker_process, monkeypatch
):
    for number in range(4 * relay.UNDER_WAY):
        # With so many lanes hardly two share a bag.
        owe(f"case-{number}")
    monkeypatch.setattr(relay.bags, "MOST", 1)
    monkeypatch.setattr(relay.addresses, "LANES", 1000)

    async def scene():
        async with connected(broker_process) as (broker, hands):
            one, store = Relay(broker, hands), broker.store
            under_way, most = 0, 0

            async def counted(*words, **more):
                nonlocal under_way, most
                under_way += 1
                most = max(most, under_way)
                await asyncio.sleep(0.05)
                await store(*words, **more)
                under_way -= 1

            monkeypatch.setattr(broker, "store", counted)
            async with await database.connect("test") as link:
                batch = await one.send_batch(link)
            return batch.sent, most

    assert run(scene()) == (4 * relay.UNDER_WAY, relay.UNDER_WAY)


def test_a_sudden_many_are_found_by_their_index_though_the_database_believes_there_are_none(
    broker_process,
):
    """Plans are kept since the outbox was empty; nobody has counted it since."""

    async def ask(link):
        await link.execute(bell.LOOK)
        for is_plain in (True, False):
            await link.execute(relay.PICK[is_plain], {"limit": 200})

    async def scene():
        async with connected(broker_process) as (_, hands), await database.connect("test") as link:
            await link.execute("ANALYZE exchange_outgoing")
            for _ in range(12):
                await ask(link)
            for number in range(60):
                await hands.run(owe, f"case-{number}")
            async with link.transaction():
                await ask(link)
                found = await link.execute(READ_WHOLE)
                return await found.fetchone()

    assert run(scene()) == (0,)


READ_WHOLE = "SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'exchange_outgoing'"
