import asyncio
import contextlib
import os
from concurrent.futures import ThreadPoolExecutor

import nats
import pytest
from django.conf import settings

from tongban.exchange import bags
from tongban.exchange.tests.conftest import _own_handlers, fujian
from tongban.worker.broker import Broker
from tongban.worker.hands import Hands
from tongban.worker.tests.nodes import NODES, BrokerProcess


@pytest.fixture(scope="session")
def worker_id():
    """Which of pytest's processes this is, so that databases have names of their own."""
    return os.environ.get("PYTEST_XDIST_WORKER", "only")


@pytest.fixture(scope="session")
def _broker_process(tmp_path_factory):
    process = BrokerProcess(tmp_path_factory.mktemp("broker"))
    process.start()
    process.set_up()
    yield process
    process.stop()


@pytest.fixture
def broker_process(_broker_process):
    """A running nats-server, set up as the launcher does it, with nothing in it."""
    if _broker_process.process is None:
        _broker_process.start()
    run(_empty(_broker_process))
    return _broker_process


async def _empty(process):
    async with as_user(process.admin_url) as client:
        jetstream = client.jetstream()
        for stream in await jetstream.streams_info():
            await jetstream.delete_stream(stream.config.name)
    await asyncio.to_thread(process.set_up)


def run(coroutine):
    """What `asyncio.run` does, in a thread of its own: a browser of other tests has a loop here."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@contextlib.asynccontextmanager
async def as_user(url, **options):
    client = await nats.connect(url, allow_reconnect=False, connect_timeout=20, **options)
    try:
        yield client
    finally:
        await client.close()


@contextlib.asynccontextmanager
async def connected(process, *, node=None, hands=3):
    """A worker's broker and hands as this node, ready to use."""
    node = node or settings.NODE_ID
    broker = Broker(process.url_of(node), node)
    stop = asyncio.Event()
    keeping = asyncio.ensure_future(broker.keep(stop))
    threads = Hands(hands, "test")
    try:
        await until(lambda: broker.is_connected, what="the connection")
        yield broker, threads
    finally:
        stop.set()
        await keeping
        await broker.close()
        await asyncio.to_thread(threads.close)


async def until(is_so, *, what, seconds=60.0):
    async with asyncio.timeout(seconds):
        while True:
            found = is_so()
            if asyncio.iscoroutine(found):
                found = await found
            if found:
                return found
            await asyncio.sleep(0.02)
    raise AssertionError(what)


async def mail(process, node):
    """What lies in a node's mailbox, oldest first; nothing is taken.

    (subject, headers, envelope) for each; those of one bag share the headers of the broker's message.
    """
    async with as_user(process.admin_url) as client:
        jetstream = client.jetstream()
        state = (await jetstream.stream_info(f"MAIL_{node}")).state
        found = []
        if state.messages:
            for seq in range(state.first_seq, state.last_seq + 1):
                with contextlib.suppress(nats.js.errors.NotFoundError):
                    message = await jetstream.get_msg(f"MAIL_{node}", seq=seq)
                    headers = message.headers or {}
                    letters = bags.unpack(message.data)
                    found += [(message.subject, headers, letter) for letter in letters]
        return found


__all__ = ["NODES", "_own_handlers", "as_user", "connected", "fujian", "mail", "run", "until"]
