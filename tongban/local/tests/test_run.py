"""The `run` script: finds a Python, installs once, hands over, and says what is wrong."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tongban.local.home import PROJECT

# A program in the place of ours: it shows what it was given.
ECHO = "import sys\nprint('handed over:', *sys.argv[1:])\n"


@pytest.fixture
def checkout(tmp_path):
    """A checkout with the real script, no packages to install, and a program that only answers."""
    shutil.copy(PROJECT / "run", tmp_path / "run")
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("")
    package = tmp_path / "tongban" / "console"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(ECHO)
    return tmp_path


# Where there is no uv, and where there is: the development packages bring one along.
PLAIN = f"{Path(sys.executable).resolve().parent}:{os.defpath}"
WITH_UV = f"{Path(sys.executable).parent}:{PLAIN}"


def run(checkout, *words, path=WITH_UV):
    environment = {"PATH": path}
    return subprocess.run(
        [str(checkout / "run"), *words],
        env=environment | {"HOME": str(checkout)},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("path", [PLAIN, WITH_UV], ids=["with pip", "with uv"])
def test_it_makes_the_environment_once_and_hands_every_word_over(checkout, path):
    first = run(checkout, "case", "show", "a b", path=path)
    second = run(checkout, "--help", path=path)

    assert first.returncode == 0, first.stderr
    assert first.stdout == "handed over: case show a b\n"
    assert "requirements.txt" in first.stderr
    assert second.stdout == "handed over: --help\n"
    assert second.stderr == ""


def test_it_installs_again_when_the_requirements_changed_and_what_tests_need_only_then(checkout):
    run(checkout, "status")
    (checkout / "requirements.txt").write_text("# changed\n")

    changed, tests = run(checkout, "status"), run(checkout, "test")

    assert "requirements.txt" in changed.stderr
    assert "requirements-dev.txt" in tests.stderr


def test_requirements_that_do_not_match_their_hashes_are_not_installed(checkout):
    (checkout / "requirements.txt").write_text("./nowhere\n")

    done = run(checkout, "status")

    assert done.returncode == 3
    assert "安装依赖失败" in done.stderr
    assert "handed over" not in done.stdout


def test_a_machine_without_a_new_enough_python_gets_one_sentence(checkout, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "dirname", "cksum", "tr", "cat", "rm"):
        (tools / name).symlink_to(shutil.which(name))
    old = tools / "python3"
    # It fails at every question, as an old one does when asked whether it is new enough.
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)

    done = run(checkout, "demo", path=str(tools))

    assert done.returncode == 3
    assert done.stderr.splitlines()[0].startswith("需要 Python 3.11")
    assert len(done.stderr.splitlines()) == 2
    assert not (checkout / ".venv").exists()
