"""The demo as a whole, as real processes: started, killed, refused, stopped."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tongban.local import children
from tongban.local.home import PROJECT
from tongban.local.tests.machines import Machine
from tongban.local.tests.servers import until

pytestmark = pytest.mark.nodes


@pytest.fixture(scope="module")
def machine(enterable_folder):
    made = Machine(enterable_folder("machine") / "home")
    yield made
    made.say("stop")
    left = made.processes()
    children.end(left)
    assert left == []


@pytest.fixture
def running(machine):
    """A demo that runs, whatever the test before did with it."""
    if not machine.status()["ready"]:
        machine.say("stop")
        started = machine.start()
        assert started.returncode == 0, started.stdout + started.stderr
    return machine


@pytest.fixture
def stopped(machine):
    """A demo that was started once, as far as its servers at least, and does not run now."""
    if machine.home.state.exists():
        machine.say("stop")
    else:
        start_and_interrupt(machine)
    assert machine.processes() == []
    return machine


def start_and_interrupt(machine: Machine) -> int:
    """Start in the foreground and press Ctrl-C when servers are up and nodes are not; its code."""
    demo = subprocess.Popen(
        [sys.executable, "-m", "tongban.console", "demo", "--nodes", "22"],
        cwd=PROJECT, env=machine.environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not (machine.home.state.exists() and "postgresql" in machine.names()):
        assert demo.poll() is None, "the start came to an end by itself"
        time.sleep(0.05)
    demo.send_signal(signal.SIGINT)
    demo.communicate(timeout=180)
    return demo.returncode


# First of all, since a start from nothing takes longest: of the two here one is given up, and what
# the other one prepared serves all tests that follow.
def test_a_start_in_the_foreground_that_is_interrupted_leaves_no_process(machine):
    assert start_and_interrupt(machine) == 130
    assert machine.processes() == []


def test_a_broken_data_folder_is_one_sentence_and_fresh_repairs_it(stopped):
    version = Path(json.loads(stopped.home.state.read_text())["database_folder"]) / "PG_VERSION"
    version.write_text("garbage\n")

    refused = stopped.start()

    assert refused.returncode == 3
    assert "--fresh" in refused.stderr
    assert stopped.processes() == []
    assert stopped.say("demo", "--detach", "--fresh", "--nodes", "22").returncode == 0
    assert stopped.wait_until_ready()["ready"]
    assert version.read_text().strip() == "18"


def test_a_started_demo_is_ready_and_answers(running):
    running.wait_until_ready()

    report = json.loads(running.say("status", "--json").stdout)
    assert report["ready"]
    assert [node["code"] for node in report["nodes"]] == ["00", "22"]
    with urllib.request.urlopen(f"http://127.0.0.1:{running.web + 22}/health/ready") as answer:
        assert json.load(answer) == {"ready": True, "node": "22"}


def test_a_second_start_of_a_running_demo_is_refused(running):
    again = running.start()

    assert again.returncode == 3
    assert again.stderr.startswith("演示已在运行")
    assert running.wait_until_ready()["ready"]


@pytest.mark.parametrize("name", ["web-22", "worker-22", "nats-server", "postgresql"])
def test_what_is_killed_is_started_again(running, name):
    before = running.pid(name)

    os.kill(before, signal.SIGKILL)
    until(lambda: running.pid(name) != before, f"another {name}")
    assert running.wait_until_ready()["ready"]


def test_the_command_line_acts_as_a_node(running):
    shown = running.say("node", "env", "22")
    missing = running.say("node", "env", "35")

    assert "NODE_ID=22" in shown.stdout
    assert missing.returncode == 3
    assert "./run demo" in missing.stderr


def test_stopping_leaves_no_process_and_the_next_start_keeps_the_data(running):
    secret = (running.home.node("22") / "secrets.json").read_bytes()
    done = running.say("stop")

    assert done.returncode == 0, done.stderr
    assert running.processes() == []
    assert running.say("status").returncode == 4
    assert running.say("stop").returncode == 4

    prepared = (running.home.log / "prepare-22.log").stat().st_mtime_ns
    assert running.start().returncode == 0

    assert running.wait_until_ready()["ready"]
    assert (running.home.node("22") / "secrets.json").read_bytes() == secret
    # What makes the second start quick: nothing has changed, so nothing is prepared again.
    assert (running.home.log / "prepare-22.log").stat().st_mtime_ns == prepared


def kill_the_launcher(machine: Machine) -> None:
    os.kill(machine.status()["pid"], signal.SIGKILL)
    until(lambda: machine.status()["phase"] == "killed", "the end of the launcher")


def test_a_killed_demo_is_cleaned_up_by_the_next_start(running):
    kill_the_launcher(running)
    orphans = running.processes()

    assert len(orphans) > 3
    assert running.start().returncode == 0
    assert not any(process.is_running() for process in orphans)
    assert running.wait_until_ready()["ready"]


def test_a_killed_demo_is_cleaned_up_by_stop(running):
    kill_the_launcher(running)
    assert running.say("stop").returncode == 0
    assert running.processes() == []


def test_a_taken_port_is_one_sentence_and_nothing_is_started(stopped):
    with socket.socket() as other:
        # Connections that just ended would otherwise hold the port for another minute.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", stopped.web + 22))
        other.listen()
        refused = stopped.say("demo", "--nodes", "22")

    assert refused.returncode == 3
    sentences = refused.stderr.splitlines()
    assert len(sentences) == 2
    assert str(stopped.web + 22) in sentences[0]
    assert stopped.processes() == []


def test_unknown_words_are_refused_as_such(machine):
    assert machine.say("demo", "--nodes", "99").returncode == 2
    assert machine.say("demon").returncode == 2
    assert machine.say("demo", "--loudly").returncode == 2
