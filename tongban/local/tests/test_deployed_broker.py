"""The units of deploy/broker: what they name is there, systemd reads them, and they do what they say."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tongban.jurisdictions.directory import State
from tongban.jurisdictions.tests import signed
from tongban.local import broker, ports
from tongban.local.home import PROJECT
from tongban.local.tests.test_broker_reload import HUB, gets_in, home, with_state
from tongban.worker.tests.nodes import wait_for

__all__ = ["home"]
UNITS = PROJECT / "deploy" / "broker"
NAMES = [f.relative_to(UNITS) for f in sorted(UNITS.rglob("*")) if f.is_file()]
FOLLOW, SERVER = "tongban-broker-follow.service", "tongban-broker.service"
HOW_TO = PROJECT / "docs" / "how-to" / "run-the-broker.md"


@pytest.fixture
def units(tmp_path):
    """The units as on a machine of which `tmp_path` is the root, and this is /opt/tongban."""
    (tmp_path / "opt").mkdir()
    (tmp_path / "opt" / "tongban").symlink_to(PROJECT)
    folder = tmp_path / "units"
    for name in NAMES:
        text = (UNITS / name).read_text()
        here = re.sub(r"(?<![\w.])/(opt|srv|etc|run|var)/", rf"{tmp_path}/\1/", text)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(here)
    for place in ("srv/tongban", "etc/tongban", "run/tongban-broker", "var/lib/tongban-broker"):
        (tmp_path / place).mkdir(parents=True)
    return folder


def settings(file):
    """(section, name, value) of a unit, in their order."""
    section, found = "", []
    for line in file.read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found.append((section, name, value))
    return found


def commands(file, name="ExecStart"):
    return [value for _, setting, value in settings(file) if setting == name]


def environment(units):
    lines = [line for line in (units / "broker.env").read_text().splitlines() if line[:1] != "#"]
    return dict(line.split("=", 1) for line in lines)


def words(command, given):
    """As systemd makes words of a line: ${NAME} is one, $NAME is as many as it has."""
    found = []
    for word in command.split():
        if word[0] == "$" and word[1] != "{":
            found += given[word[1:]].split()
        else:
            found.append(re.sub(r"\$\{(\w+)\}", lambda name: given[name[1]], word))
    return found


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_reads_every_unit_and_finds_nothing_wrong(units):
    names = [str(units / one) for one in NAMES if one.suffix in {".service", ".path", ".timer"}]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", "--man=no", *names],
        capture_output=True, text=True, check=False, env={**os.environ, "SYSTEMD_UNIT_PATH": ":"},
    )  # fmt: skip

    said = [line for line in done.stderr.splitlines() if str(units) in line or "tongban" in line]
    assert (done.returncode, said) == (0, []), done.stderr


def test_units_and_settings_that_are_named_are_there(units):
    files = [units / name for name in NAMES if name.suffix != ".env"]
    text = "\n".join(file.read_text() for file in files)

    named = set(re.findall(r"[\w-]+\.(?:service|path|timer)\b", text))
    own = {one for one in named if one.startswith("tongban-")}
    assert own <= {name.name for name in NAMES}, "units name units"
    for file in files:
        if file.suffix in {".path", ".timer"}:
            assert file.with_suffix(".service").exists(), "what they start has their name"
    assert set(re.findall(r"\$\{?([A-Z_]+)", text)) - {"MAINPID"} <= set(environment(units))
    how_to = HOW_TO.read_text()
    assert all(name.name in how_to or name.stem in how_to for name in NAMES), "the how-to has all"
    [watched] = [v for _, name, v in settings(units / "tongban-broker-follow.path") if "/" in v]
    assert watched == environment(units)["DIRECTORY"]


@pytest.fixture
def machine(units, home, tmp_path, monkeypatch):
    """The commands of the units, run by hand with the settings of one server by itself."""
    given = environment(units) | {
        "TONGBAN_HOME": str(home.root), "BROKER_WORDS": "",
        "HUB_KEY_FINGERPRINT": signed.fingerprint(HUB),
    }  # fmt: skip

    def run(command, *, of_cluster=False):
        said = environment(units)["BROKER_WORDS"] if of_cluster else ""
        # The shell in front of it looks after the virtual environment, which is here already.
        program, *rest = words(command, {**given, "BROKER_WORDS": said})
        assert program == f"{tmp_path}/opt/tongban/run"
        done = subprocess.run(
            [sys.executable, "-m", "tongban.console", *rest], cwd=PROJECT,
            env={**os.environ, **given}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def issue(state):
        (tmp_path / "srv/tongban/directory.json").write_bytes(signed.raw(HUB, with_state(state)))

    run.issue, run.given = issue, given
    return run


def test_a_running_broker_is_told_when_the_directory_has_changed_and_only_then(
    units, machine, tmp_path
):
    state, log = tmp_path / "var/lib/tongban-broker", tmp_path / "nats.log"
    [follow] = commands(units / FOLLOW)
    machine.issue(State.ACTIVE)
    machine(follow.partition(" --pid-file")[0])
    [start] = commands(units / SERVER)
    with log.open("ab") as out:
        server = subprocess.Popen(
            [str(broker.program()), *words(start, machine.given)[1:]], stdout=out, stderr=out
        )
    wait_for(lambda: ports.answers(ports.broker_port()), what="the broker")
    try:
        # It was started in the same second as the file was written: the first run tells it to be sure.
        machine(follow)
        wait_for(lambda: times_read(log) == 1, what="read anew")
        before = (state / "nats.json").stat().st_mtime_ns
        for _ in range(2):
            assert "unchanged" in machine(follow)
        assert (state / "nats.json").stat().st_mtime_ns == before
        assert times_read(log) == 1, "nothing has changed, and nobody was told"

        password = kept_password(state)
        machine.issue(State.SUSPENDED)
        assert "unchanged" not in machine(follow)
        wait_for(lambda: times_read(log) == 2, what="read anew")
        assert not gets_in("35", password)
        machine(follow)
        assert times_read(log) == 2
    finally:
        server.terminate()
        server.wait(10)


def times_read(log):
    return log.read_text().count("Reloaded server configuration")


def kept_password(state):
    users = re.findall(
        r'"user": "node35",\s*"password": "([^"]+)"', (state / "nats.json").read_text()
    )
    return users[0]


def test_the_files_of_the_other_servers_have_the_same_passwords(units, machine, tmp_path):
    machine.issue(State.ACTIVE)
    others = commands(units / "tongban-broker-follow.service.d" / "others.conf")
    made = [one for one in others if "/run broker config" in one]
    copied = [one for one in others if "rsync" in one]
    for command in made:
        machine(command, of_cluster=True)

    state = tmp_path / "var/lib/tongban-broker"
    assert [len(made), len(copied)] == [2, 2]
    names = ("b", "c")
    for name, command in zip(names, copied, strict=True):
        assert f"{state}/{name}.json" in command
        assert f'"server_name": "{name}"' in (state / f"{name}.json").read_text()
    found = [re.findall(r'"password": "([^"]+)"', (state / f"{n}.json").read_text()) for n in names]
    assert found[0] == found[1]
    assert len(found[0]) >= 4
