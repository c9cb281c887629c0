"""Three brokers behind TLS: one is killed under load, and no acknowledged message is lost."""

import asyncio
import contextlib
import signal
import ssl
import subprocess

import nats
import nats.errors
import nats.js.errors
import pytest

from tongban.exchange import addresses
from tongban.exchange.transport import tls_context
from tongban.local import broker, ports
from tongban.local.cluster import Cluster, Server, servers
from tongban.local.trouble import Trouble, WrongWords
from tongban.worker.broker import Broker
from tongban.worker.tests import certificates
from tongban.worker.tests.conftest import run, until
from tongban.worker.tests.nodes import wait_for

PASSWORDS = {"22": "password-22", "35": "password-35"}
MESSAGES = 240
MAILBOX = addresses.mail_stream("35")


class ThreeBrokers:
    """A cluster with the very configuration that the command line prints."""

    def __init__(self, folder):
        self.tls = certificates.make(folder)
        members = [
            Server(name, ports.LOOPBACK, ports.free_port(), ports.free_port()) for name in "abc"
        ]
        self.cluster = Cluster(members, "between-servers")
        self.folder = folder
        self.processes = {}

    def start(self, name):
        me = self.cluster.server(name)
        file = self.folder / f"{name}.json"
        file.write_text(
            broker.configuration_in(
                self.cluster, me, folder=self.folder / name, passwords=PASSWORDS,
                admin_password="admin", certificates=self.tls,
            )
        )  # fmt: skip
        log = (self.folder / f"{name}.log").open("ab")
        with log:
            self.processes[name] = subprocess.Popen(
                [str(broker.program()), "-c", str(file)], stdout=log, stderr=log
            )
        wait_for(lambda: ports.answers(me.port), what="a broker")

    def kill(self, name):
        process = self.processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait(60)

    def addresses(self, user, password):
        return ",".join(
            f"tls://{user}:{password}@{one.client_address}" for one in self.cluster.servers
        )

    def set_up(self):
        broker.set_up(
            self.addresses(broker.ADMIN, "admin"), list(PASSWORDS), replicas=3,
            authority=self.tls.authority,
        )  # fmt: skip


@pytest.fixture(scope="module")
def brokers(tmp_path_factory):
    three = ThreeBrokers(tmp_path_factory.mktemp("cluster"))
    for name in "abc":
        three.start(name)
    # Streams can be made once the servers have found each other and chosen who leads.
    wait_for(lambda: _is_set_up(three), what="the cluster", every=0.3)
    yield three
    for name in list(three.processes):
        three.kill(name)


def _is_set_up(three):
    try:
        three.set_up()
    except Trouble:
        return False
    return True


@contextlib.asynccontextmanager
async def connected(three, user, password):
    address = three.addresses(user, password)
    client = await nats.connect(
        address.split(","), tls=tls_context(address, three.tls.authority),
        inbox_prefix=addresses.inbox_prefix("22") if user != broker.ADMIN else b"_INBOX",
        max_reconnect_attempts=-1, reconnect_time_wait=0.1, error_cb=_quiet,
    )  # fmt: skip
    try:
        yield client
    finally:
        await client.close()


async def _quiet(_error):
    pass


async def _publish_all(three, at_half):
    """Every message until it is acknowledged; the leader is killed when half of them are."""
    async with connected(three, broker.user_name("22"), PASSWORDS["22"]) as client:
        jetstream = client.jetstream(timeout=1)
        for number in range(MESSAGES):
            if number == MESSAGES // 2:
                await asyncio.to_thread(at_half)
            while not await _is_acknowledged(jetstream, number):
                await asyncio.sleep(0.05)


async def _is_acknowledged(jetstream, number):
    subject = addresses.mail_subject("35", "22")
    headers = {"Nats-Msg-Id": f"message-{number}"}
    try:
        await jetstream.publish(subject, b"%d" % number, headers=headers)
    except (nats.errors.Error, nats.js.errors.Error, TimeoutError):
        return False
    return True


async def _state(three):
    async with connected(three, broker.ADMIN, "admin") as client:
        return await client.jetstream().stream_info(MAILBOX)


async def _numbers(three):
    async with connected(three, broker.ADMIN, "admin") as client:
        jetstream = client.jetstream()
        last = (await jetstream.stream_info(MAILBOX)).state.last_seq
        return [int((await jetstream.get_msg(MAILBOX, n)).data) for n in range(1, last + 1)]


def test_no_acknowledged_message_is_lost_or_doubled_when_the_leader_is_killed(brokers):
    leader = run(_state(brokers)).cluster.leader

    run(_publish_all(brokers, lambda: brokers.kill(leader)))

    assert run(_numbers(brokers)) == list(range(MESSAGES))
    info = run(_state(brokers))
    assert info.cluster.leader != leader
    assert info.config.num_replicas == 3

    brokers.start(leader)
    wait_for(lambda: _is_whole(brokers), what="the lost server to catch up", every=0.3)


def _is_whole(three):
    replicas = run(_state(three)).cluster.replicas or []
    return len(replicas) == 2 and all(one.current and not one.lag for one in replicas)


def test_a_worker_connects_by_tls_and_finds_another_server_when_its_own_is_lost(brokers):
    address = brokers.addresses(broker.user_name("22"), PASSWORDS["22"])

    async def live():
        worker = Broker(address, "22", authority=brokers.tls.authority)
        stop = asyncio.Event()
        keeping = asyncio.ensure_future(worker.keep(stop))
        await until(lambda: worker.is_connected, what="the connection")
        name = worker.client.connected_server_version and _name_of(brokers, worker.client)
        await asyncio.to_thread(brokers.kill, name)
        # On a busy machine it is back before anybody has seen that it was away.
        await until(
            lambda: worker.is_connected and _name_of(brokers, worker.client) != name,
            what="another server",
        )
        stop.set()
        await keeping
        await worker.close()
        return name

    lost = run(live())
    brokers.start(lost)


def _name_of(three, client):
    port = client.connected_url.port
    return next(one.name for one in three.cluster.servers if one.port == port)


def test_a_server_without_a_trusted_certificate_is_not_spoken_to(brokers):
    address = brokers.addresses(broker.user_name("22"), PASSWORDS["22"])

    async def connect():
        client = await nats.connect(
            address.split(","), tls=tls_context(address, None), allow_reconnect=False,
            connect_timeout=2, error_cb=_quiet,
        )  # fmt: skip
        await client.close()

    with pytest.raises((ssl.SSLError, nats.errors.Error)):
        run(connect())


def test_two_servers_are_no_cluster():
    with pytest.raises(WrongWords):
        Cluster(servers("a=10.0.0.1,b=10.0.0.2"), "x")
    with pytest.raises(WrongWords):
        servers("10.0.0.1:4222")

    three = Cluster(servers("a=10.0.0.1,b=10.0.0.2:5222,c=10.0.0.3"), "x")
    assert three.server("b").client_address == "10.0.0.2:5222"
    with pytest.raises(WrongWords):
        three.server("d")
