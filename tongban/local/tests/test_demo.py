"""The demo as a whole, as real processes: started, killed, refused, stopped."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tongban.local import accounts, children, ports
from tongban.local.home import PROJECT, Home

pytestmark = pytest.mark.xdist_group("demo")
OF_A_NODE = ("DATABASE_URL", "NATS_URL", "NODE_ID", "DATA_DIR", "NODE_KEY_FILE", "STATIC_ROOT")


class Machine:
    """One home with ports of its own, and the command line that acts on it."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root)
        # Nodes 00 and 22: the base is free, and so is the port 22 further on.
        self.web = next(p for p in iter(ports.free_port, 0) if ports.is_free(p + 22))
        self.environment = {k: v for k, v in os.environ.items() if k not in OF_A_NODE} | {
            "TONGBAN_HOME": str(root),
            "TONGBAN_WEB_PORT": str(self.web),
            "TONGBAN_DATABASE_PORT": str(ports.free_port()),
            "TONGBAN_BROKER_PORT": str(ports.free_port()),
        }

    def say(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tongban.console", *words],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    def start(self) -> subprocess.CompletedProcess[str]:
        return self.say("demo", "--detach", "--nodes", "22")

    def status(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self.say("status", "--json").stdout)
        return report

    def pid(self, name: str) -> int:
        found = {process["name"]: process["pid"] for process in self.status()["processes"]}
        return int(found[name])

    def wait_until_ready(self, seconds: float = 30) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        while not (report := self.status())["ready"]:
            assert time.monotonic() < deadline, report
            time.sleep(0.2)
        return report

    def processes(self) -> list[psutil.Process]:
        """All that carry the mark, and PostgreSQL, which writes over it."""
        found = children.marked(self.home.root)
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                command = process.cmdline()
                if f"port={self.environment['TONGBAN_DATABASE_PORT']}" in command:
                    found.append(process)
        return found


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    made = Machine(tmp_path_factory.mktemp("machine") / "home")
    started = made.start()
    assert started.returncode == 0, started.stdout + started.stderr
    yield made
    made.say("stop")
    left = made.processes()
    children.end(left)
    private = accounts.private_folder(made.home.root)
    if private.exists():
        subprocess.run(["rm", "-rf", str(private)], check=True)
    assert left == []


def test_a_started_demo_is_ready_and_answers(machine):
    report = machine.wait_until_ready()

    assert [node["code"] for node in report["nodes"]] == ["00", "22"]
    with urllib.request.urlopen(f"http://127.0.0.1:{machine.web + 22}/health/ready") as answer:
        assert json.load(answer) == {"ready": True, "node": "22"}


def test_a_second_start_of_a_running_demo_is_refused(machine):
    again = machine.start()

    assert again.returncode == 3
    assert again.stderr.startswith("演示已在运行")
    assert machine.wait_until_ready()["ready"]


@pytest.mark.parametrize("name", ["web-22", "worker-22", "nats-server", "postgresql"])
def test_what_is_killed_is_started_again(machine, name):
    machine.wait_until_ready()
    before = machine.pid(name)

    os.kill(before, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while machine.pid(name) == before:
        assert time.monotonic() < deadline
        time.sleep(0.1)

    assert machine.wait_until_ready()["ready"]


def test_the_command_line_acts_as_a_node(machine):
    shown = machine.say("node", "env", "22")
    missing = machine.say("node", "env", "35")

    assert "NODE_ID=22" in shown.stdout
    assert missing.returncode == 3
    assert "./run demo" in missing.stderr


def test_stopping_leaves_no_process_and_the_next_start_keeps_the_data(machine):
    secret = (machine.home.node("22") / "secrets.json").read_bytes()
    stopped = machine.say("stop")

    assert stopped.returncode == 0, stopped.stderr
    assert machine.processes() == []
    assert machine.say("status").returncode == 4
    assert machine.say("stop").returncode == 4

    began = time.monotonic()
    assert machine.start().returncode == 0
    seconds = time.monotonic() - began

    assert machine.wait_until_ready()["ready"]
    assert (machine.home.node("22") / "secrets.json").read_bytes() == secret
    # Ten seconds is the promise on a quiet machine; tests run beside each other.
    assert seconds < 30


def test_a_killed_demo_is_cleaned_up_by_the_next_start(machine):
    machine.wait_until_ready()
    os.kill(machine.status()["pid"], signal.SIGKILL)
    time.sleep(0.3)
    orphans = machine.processes()

    assert len(orphans) > 3
    assert machine.status()["phase"] == "killed"
    assert machine.start().returncode == 0
    assert not any(process.is_running() for process in orphans)
    assert machine.wait_until_ready()["ready"]


def test_a_killed_demo_is_cleaned_up_by_stop_and_a_start_in_the_foreground_ends_with_it(machine):
    os.kill(machine.status()["pid"], signal.SIGKILL)
    time.sleep(0.3)
    assert machine.say("stop").returncode == 0
    assert machine.processes() == []

    words = [sys.executable, "-m", "tongban.console", "demo", "--nodes", "22"]
    demo = subprocess.Popen(
        words, cwd=PROJECT, env=machine.environment, stdout=subprocess.PIPE, text=True
    )
    # In the middle of the start, when servers are up and nodes are not.
    while not (machine.home.state.exists() and machine.status()["processes"]):
        time.sleep(0.05)
    demo.send_signal(signal.SIGINT)
    demo.communicate(timeout=60)

    assert demo.returncode == 130
    assert machine.processes() == []


def test_a_taken_port_is_one_sentence_and_nothing_is_started(machine):
    with socket.socket() as other:
        # Connections that just ended would otherwise hold the port for another minute.
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", machine.web + 22))
        other.listen()
        refused = machine.say("demo", "--nodes", "22")

    assert refused.returncode == 3
    sentences = refused.stderr.splitlines()
    assert len(sentences) == 2
    assert str(machine.web + 22) in sentences[0]
    assert machine.processes() == []


def test_a_broken_data_folder_is_one_sentence_and_fresh_repairs_it(machine):
    version = Path(json.loads(machine.home.state.read_text())["database_folder"]) / "PG_VERSION"
    version.write_text("garbage\n")

    refused = machine.start()

    assert refused.returncode == 3
    assert "--fresh" in refused.stderr
    assert machine.processes() == []
    assert machine.say("demo", "--detach", "--fresh", "--nodes", "22").returncode == 0
    assert machine.wait_until_ready()["ready"]
    assert version.read_text().strip() == "18"


def test_unknown_words_are_refused_as_such(machine):
    assert machine.say("demo", "--nodes", "99").returncode == 2
    assert machine.say("demon").returncode == 2
    assert machine.say("demo", "--loudly").returncode == 2
