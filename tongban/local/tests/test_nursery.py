"""Processes forked from one that has the libraries: whose they are, how they end, who notices."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tongban.local.children import Child, Family
from tongban.local.home import PROJECT
from tongban.local.nursery import Nursery

pytestmark = pytest.mark.nodes
PATIENCE = 90


@pytest.fixture(scope="module")
def nursery(tmp_path_factory):
    environment = {name: v for name, v in os.environ.items() if not name.startswith("PYTHON")}
    made = Nursery(tmp_path_factory.mktemp("nursery") / "nursery.log", environment)
    yield made
    made.stop()
    assert not made.is_alive()


def bear(nursery, folder, *words, **environment):
    return nursery.bear(
        "one-of-them", words, environment={"PATH": os.defpath, **environment},
        folder=PROJECT, log=folder / "log",
    )  # fmt: skip


def until(is_so):
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_what_is_forked_carries_out_words_with_an_environment_of_its_own(nursery, tmp_path):
    home = tmp_path / "home"
    settings = home / "nodes" / "44"
    settings.mkdir(parents=True)
    (settings / "settings.json").write_text(json.dumps({"NODE_ID": "44"}))

    first = bear(nursery, tmp_path, "node", "env", "44", TONGBAN_HOME=str(home))

    assert first.wait(PATIENCE) == 0
    assert (tmp_path / "log").read_text() == "NODE_ID=44\n"
    second = bear(nursery, tmp_path, "node", "env", "44", TONGBAN_HOME=str(tmp_path / "other"))
    assert second.wait(PATIENCE) == 3
    assert second.pid != first.pid


def test_a_failure_is_told_with_its_code_and_its_words(nursery, tmp_path):
    one = bear(nursery, tmp_path, "demo", "--nodes", "99")

    assert one.wait(PATIENCE) == 2
    assert "99" in (tmp_path / "log").read_text()


def test_one_that_wants_another_interpreter_is_started_in_the_ordinary_way(nursery, tmp_path):
    child = Child(
        "waits", [sys.executable, "-c", "import time; time.sleep(60)"], tmp_path / "log",
        {**os.environ, "PYTHONPATH": "/somewhere/else"}, words=["node", "--help"], nursery=nursery,
    )  # fmt: skip
    family = Family()

    family.start(child)

    assert isinstance(child.process, subprocess.Popen)
    family.stop(patience=5)
    assert not child.is_alive()


def test_a_nursery_that_is_killed_is_replaced_and_its_children_are_still_known(nursery, tmp_path):
    # Reads its question from a pipe that nobody writes to, so it lives until it is killed.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    one = bear(nursery, tmp_path, "clock", "compute", str(pipe))
    until(lambda: psutil.Process(one.pid).name() == "one-of-them")

    os.kill(nursery.pid, signal.SIGKILL)
    until(lambda: not nursery.is_alive())

    after = bear(nursery, tmp_path, "node", "--help")
    assert after.wait(PATIENCE) == 0
    assert one.poll() is None
    one.kill()
    until(lambda: one.poll() is not None)
    assert one.returncode == -1
