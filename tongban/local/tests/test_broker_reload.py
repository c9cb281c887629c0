"""A running broker follows the directory: who is out is cut off at once, and nobody else notices."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
from dataclasses import dataclass, replace

import nats
import pytest
from nats.aio.client import Client as NatsClient
from typer.testing import CliRunner

from tongban.console import broker as command
from tongban.jurisdictions import edition
from tongban.jurisdictions.directory import State
from tongban.jurisdictions.tests import signed
from tongban.local import broker, keys, ports
from tongban.local.demo import Demo
from tongban.local.home import Home
from tongban.local.trouble import Trouble, WrongWords
from tongban.trust import store
from tongban.worker.tests.conftest import run, until
from tongban.worker.tests.nodes import wait_for

HUB = signed.a_key()
NODES = [signed.entry("00", HUB), *(signed.entry(c, signed.a_key()) for c in ("22", "35"))]
CODES = ("00", "22", "35")


def with_state(state):
    """The nodes, of which 35 is suspended or not."""
    return [replace(one, state=state) if one.code == "35" else one for one in NODES]


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("TONGBAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TONGBAN_BROKER_PORT", str(ports.free_port()))
    monkeypatch.setenv("HUB_KEY_FINGERPRINT", signed.fingerprint(HUB))
    made = Home(tmp_path / "home")
    made.make()
    return made


@dataclass
class Client:
    """A node's connection, which does not come back by itself."""

    link: NatsClient
    was_cut_off: asyncio.Event

    async def publishes(self, node):
        await self.link.publish(f"beat.{node}", b"{}")
        await self.link.flush(2)


@contextlib.asynccontextmanager
async def connected(node, password):
    cut_off = asyncio.Event()

    async def closed():
        cut_off.set()

    async def error(_what):
        pass

    link = await nats.connect(
        broker.url(ports.broker_port(), broker.user_name(node), password),
        allow_reconnect=False, connect_timeout=3, closed_cb=closed, error_cb=error,
    )  # fmt: skip
    try:
        yield Client(link, cut_off)
    finally:
        await link.close()


def gets_in(node, password):
    """Whether the server lets a node in, asked by hand: a client that is refused leaves its socket."""
    with socket.create_connection(("127.0.0.1", ports.broker_port()), timeout=5) as link:
        talk = link.makefile("rw", newline="\r\n")
        assert talk.readline().startswith("INFO ")
        credentials = {"user": broker.user_name(node), "pass": password}
        talk.write(f"CONNECT {json.dumps(credentials)}\r\nPING\r\n")
        talk.flush()
        answer = talk.readline()
        talk.close()
    return "Authorization Violation" not in answer


def configured(folder, state, *more):
    """What the operator runs when there is a new edition."""
    file = folder / "directory.json"
    file.write_bytes(signed.raw(HUB, with_state(state)))
    words = ["config", "--directory", file, "--into", folder / "nats.json", *more]
    done = CliRunner().invoke(command.app, [str(word) for word in words])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    users = json.loads((folder / "nats.json").read_bytes())["accounts"]["TONGBAN"]["users"]
    assert not any(user["password"] in done.stdout for user in users)
    return {user["user"].removeprefix("node"): user["password"] for user in users}


@pytest.fixture
def server(home, tmp_path):
    """A nats-server with the operator's configuration, and its passwords."""
    passwords = configured(tmp_path, State.ACTIVE)
    pid_file = tmp_path / "nats.pid"
    with (tmp_path / "nats.log").open("ab") as log:
        process = subprocess.Popen(
            [str(broker.program()), "-c", str(tmp_path / "nats.json"), "-P", str(pid_file)],
            stdout=log, stderr=log,
        )  # fmt: skip
    wait_for(lambda: ports.answers(ports.broker_port()), what="the broker")
    yield passwords, pid_file
    process.terminate()
    process.wait(60)


def test_a_suspended_node_is_cut_off_and_comes_back_with_another_password(server, tmp_path):
    passwords, pid_file = server

    async def scene():
        async with (
            connected("35", passwords["35"]) as suspended,
            connected("22", passwords["22"]) as other,
        ):
            await suspended.publishes("35")
            await asyncio.to_thread(configured, tmp_path, State.SUSPENDED, "--pid-file", pid_file)
            await asyncio.wait_for(suspended.was_cut_off.wait(), 10)
            assert not gets_in("35", passwords["35"])

            fresh = await asyncio.to_thread(
                configured, tmp_path, State.ACTIVE, "--pid-file", pid_file
            )
            await until(lambda: gets_in("35", fresh["35"]), what="35 is back")
            assert not gets_in("35", passwords["35"])
            assert fresh["22"] == passwords["22"]
            await other.publishes("22")
            assert not other.was_cut_off.is_set(), "nobody else notices"

    run(scene())


def test_nothing_but_a_nats_server_is_told_to_read(server, tmp_path):
    wrong = tmp_path / "wrong.pid"
    wrong.write_text(str(os.getpid()))
    with pytest.raises(Trouble, match="不是正在运行的消息服务器"):
        configured(tmp_path, State.ACTIVE, "--pid-file", wrong)
    wrong.write_text("nonsense")
    with pytest.raises(WrongWords, match="没有进程号"):
        configured(tmp_path, State.ACTIVE, "--pid-file", wrong)
    with pytest.raises(WrongWords, match="--into"):
        CliRunner().invoke(
            command.app, ["config", "--pid-file", str(wrong)], catch_exceptions=False
        )


def decided(home, state):
    """What the hub leaves in its folder when two people have suspended 35, or let it back."""
    before = edition.read(home.directory.read_bytes())
    raw = edition.make(
        number=before.number + 1, issued_at=before.issued_at, previous=before.digest,
        nodes=[replace(n, state=state) if n.code == "35" else n for n in before.nodes],
        signer=store.load(keys.key_store(home, "00")).signer(),
    )  # fmt: skip
    keys.hub_directory(home).write_bytes(raw)
    # What is newer than this one comes next.
    home.directory.write_bytes(raw)


def test_the_broker_of_a_demo_follows_the_hub_while_it_runs(home, monkeypatch):
    said = []
    demo = Demo(home, CODES, say=said.append)
    passwords = {code: keys.node_secrets(home, code).broker_password for code in CODES}
    keys.write_directory(home, CODES)
    demo._start_broker()

    async def scene():
        async with connected("35", passwords["35"]) as client:
            demo._follow_directory()
            assert not said, "nothing has changed"
            decided(home, State.SUSPENDED)
            demo._follow_directory()
            assert not said, "it is left some seconds to hear of it"
            monkeypatch.setattr("tongban.local.demo.HEARS_OF_IT", 0.0)
            demo._follow_directory()
            await asyncio.wait_for(client.was_cut_off.wait(), 10)
        assert not gets_in("35", passwords["35"])
        decided(home, State.ACTIVE)
        demo._follow_directory()
        await until(lambda: gets_in("35", passwords["35"]), what="35 is back")

    try:
        run(scene())
    finally:
        demo.family.stop()
    assert len(said) == 2
