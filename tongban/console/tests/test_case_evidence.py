"""`./run case evidence` and `./run case verify FILE` as somebody types them."""

import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from tongban.cases.tests import world
from tongban.console import case as case_command
from tongban.console.nouns import NOUNS
from tongban.jurisdictions.tests import signed
from tongban.local.home import PROJECT

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """Reference data once for all tests; each test's own rows are rolled back."""
    with django_db_blocker.unblock():
        world.load(tmp_path_factory.mktemp("world"))


@pytest.fixture
def file(tmp_path):
    case, _ = world.a_case()
    world.handed_over(case, world.a_clerk())
    target = tmp_path / "case.zip"
    made = CliRunner().invoke(case_command.app, ["evidence", case.number, "--out", str(target)])
    assert made.exit_code == 0, made.output
    return target


def bare() -> dict[str, str]:
    """An environment without a node, a database or a key."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}


def verify(*words) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tongban.console", "case", "verify", *map(str, words)]
    return subprocess.run(
        command, cwd=PROJECT, env=bare(), capture_output=True, text=True, check=False
    )


def test_an_operator_s_file_holds_nothing_personal_and_is_checked_without_a_node(file):
    assert "李四".encode() not in file.read_bytes()
    done = verify(file)
    assert done.returncode == 0, done.stderr
    assert "移交" in done.stdout
    # Without a directory nobody can say whose the keys are.
    assert "对照公布的指纹" in done.stdout


def test_a_changed_file_ends_with_code_one_and_names_it_for_machines(file):
    content = bytearray(file.read_bytes())
    content[content.index(b'"kind":"receive"') + 9] ^= 1
    file.write_bytes(content)
    done = verify(file, "--json")
    said = json.loads(done.stdout)
    assert done.returncode == 1
    assert not said["good"]
    assert any("000002.json" in fault["file"] for fault in said["faults"])


def test_a_directory_that_one_trusts_tells_whose_the_keys_are(file, tmp_path):
    directory = tmp_path / "directory.json"
    hub = signed.a_key()
    listed = [signed.entry("00", hub), signed.entry("22", signed.a_key())]
    directory.write_bytes(signed.raw(hub, listed))
    done = verify(file, "--directory", directory, "--json")
    assert done.returncode == 1
    assert {fault["code"] for fault in json.loads(done.stdout)["faults"]} == {"key-unknown"}


def test_only_a_file_needs_no_node():
    case = NOUNS["case"]
    assert case.needs_node(["run", "case", "verify", "220104202611160000010"])
    assert not case.needs_node(["run", "case", "verify", __file__])
    assert case.needs_node(["run", "case", "show", __file__])
