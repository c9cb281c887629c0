"""Processes: started, watched, started again, and none left."""

import os
import signal
import sys
import time

import psutil
import pytest

from tongban.local import children
from tongban.local.children import MARK, Child, Family
from tongban.local.trouble import Interrupted, Trouble

SLEEPER = "import time; print('up', flush=True); time.sleep(600)"
# A process that starts another one and ignores a polite request.
STUBBORN = (
    "import signal, subprocess, sys, time\n"
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print('up', flush=True); time.sleep(600)"
)


@pytest.fixture
def family():
    made = Family()
    yield made
    made.stop(patience=1)


def a_child(tmp_path, program=SLEEPER, name="sleeper"):
    mark = {MARK: str(tmp_path)}
    return Child(
        name, [sys.executable, "-c", program], tmp_path / f"{name}.log", {**os.environ, **mark}
    )


def is_up(child):
    return lambda: "up" in child.last_words()


def test_stopping_leaves_no_process_not_even_a_grandchild(family, tmp_path):
    child = a_child(tmp_path, STUBBORN)
    family.start(child)
    family.wait_for(child, is_up(child), patience=60)
    grandchildren = psutil.Process(child.pid).children()

    family.stop(patience=0.3)

    assert len(grandchildren) == 1
    assert not child.is_alive()
    psutil.wait_procs(grandchildren, timeout=20)
    assert not any(children.is_alive(process.pid) for process in grandchildren)


def test_a_killed_child_is_started_again(family, tmp_path):
    child = a_child(tmp_path)
    family.start(child)
    family.wait_for(child, is_up(child), patience=60)
    before = child.pid
    child.process.send_signal(signal.SIGKILL)
    child.process.wait()

    assert family.revive() == ["sleeper"]
    assert child.is_alive()
    assert child.pid != before


def test_a_child_that_dies_time_after_time_is_given_up_with_its_last_words(family, tmp_path):
    child = a_child(tmp_path, "print('no configuration')")
    family.start(child)

    def revive_for_ever():
        while True:
            child.process.wait()
            family.revive()

    with pytest.raises(Trouble, match="no configuration"):
        revive_for_ever()


def test_waiting_ends_at_once_when_the_child_dies(family, tmp_path):
    child = a_child(tmp_path, "print('broken')")
    family.start(child)
    began = time.monotonic()

    with pytest.raises(Trouble, match="broken"):
        family.wait_for(child, lambda: False, patience=30)

    assert time.monotonic() - began < 10


def test_nothing_starts_once_stopping_has_begun(family, tmp_path):
    family.stopping.set()

    with pytest.raises(Interrupted):
        family.start(a_child(tmp_path))

    assert children.marked(tmp_path) == []


def test_what_a_killed_demo_left_is_found_by_its_mark_and_ended(family, tmp_path):
    child, other = a_child(tmp_path), a_child(tmp_path / "elsewhere", name="other")
    (tmp_path / "elsewhere").mkdir()
    for each in (child, other):
        family.start(each)
        family.wait_for(each, is_up(each), patience=60)

    found = children.marked(tmp_path)

    assert [process.pid for process in found] == [child.pid]
    assert children.end(found) == 1
    child.process.wait()
    assert other.is_alive()
