"""The command line itself: its help, its nouns, its exit codes."""

import importlib.util
import json
import os
import subprocess
import sys

from tongban.console import docs
from tongban.console.exits import MEANINGS, Exit
from tongban.console.nouns import NOUNS
from tongban.local.home import PROJECT

OF_A_NODE = ("NODE_ID", "DATABASE_URL", "FIELD_KEY", "MATCH_KEY", "SECRET_KEY", "NATS_URL")


def no_node():
    return {name: value for name, value in os.environ.items() if name not in OF_A_NODE}


def say(*words, **more):
    return subprocess.run(
        [sys.executable, "-m", "tongban.console", *words],
        cwd=PROJECT,
        env=no_node() | more,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def test_the_first_help_names_every_noun_in_both_languages_and_every_exit_code():
    shown = say("--help")

    assert shown.returncode == 0
    for noun in NOUNS.values():
        assert noun.name in shown.stdout
        assert noun.chinese.split("：")[0] in shown.stdout
    for code, (chinese, _) in MEANINGS.items():
        assert f"{code}  {chinese}" in shown.stdout


def test_help_does_not_wait_for_django():
    program = (
        "import atexit, sys\n"
        "atexit.register(lambda: sys.stderr.write(str('django' in sys.modules)))\n"
        "sys.argv = ['run', '--help']\n"
        "from tongban.console import main\n"
        "main.run()\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=PROJECT, capture_output=True, text=True, check=False
    )

    assert shown.returncode == 0
    assert shown.stderr == "False"


# Each noun in a process of its own that has read no other noun; to start Python and to set up Django
# for each anew would take longer than everything else about them.
ALL_NOUNS = """
import gc, os, sys, traceback
from tongban.console import acting, main
from tongban.console.nouns import NOUNS

def explain(noun):
    if os.fork() == 0:
        said = os.open(f"{folder}/{noun}", os.O_CREAT | os.O_WRONLY)
        os.dup2(said, 1)
        os.dup2(said, 2)
        sys.argv = ["run", noun, "--help"]
        code = 1
        try:
            main.run()
        except SystemExit as done:
            code = done.code or 0
        except BaseException:
            traceback.print_exc()
        # At once: to take down all that was read would take longer than the help.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)
    return os.waitstatus_to_exitcode(os.wait()[1])

gc.disable()
folder = sys.argv[1]
codes = {name: explain(name) for name, noun in NOUNS.items() if not noun.in_node}
sys.argv = ["run", "--help"]
acting.set_up_django(only_help=True)
codes |= {name: explain(name) for name, noun in NOUNS.items() if noun.in_node}
print({name: code for name, code in codes.items() if code})
"""


def test_every_noun_explains_itself_without_a_node(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", ALL_NOUNS, str(tmp_path)], cwd=PROJECT, env=no_node(),
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, "{}"), done.stdout + done.stderr

    shown = {name: (tmp_path / name).read_text("utf-8") for name in NOUNS}

    for name, noun in NOUNS.items():
        assert importlib.util.find_spec(noun.module)
        assert f"./run {name}" in shown[name]
        assert noun.chinese.split("：")[0] in shown[name]


def test_acting_without_saying_as_which_node_is_refused_with_the_way_on():
    done = say("sandbox", "accounts")

    assert done.returncode == Exit.WRONG_WORDS
    assert "--node" in done.stderr


def test_an_unknown_noun_is_refused():
    assert say("nothing-of-ours").returncode == Exit.WRONG_WORDS


def test_new_keys_are_different_each_time_and_never_overwrite_a_signing_key(tmp_path):
    key = tmp_path / "node.key"

    first = say("node", "new-key", "--key-file", str(key))
    second = say("node", "new-key", "--key-file", str(key))

    assert "FIELD_KEY=" in first.stdout
    assert first.stdout.splitlines()[0] != second.stdout.splitlines()[0]
    assert second.returncode == Exit.WRONG_WORDS
    assert key.stat().st_mode & 0o777 == 0o600


def test_the_status_of_nothing_is_said_to_machines_too(tmp_path):
    done = say("status", "--json", TONGBAN_HOME=str(tmp_path))

    assert done.returncode == Exit.NOT_RUNNING
    assert json.loads(done.stdout)["running"] is False


def test_a_stale_generated_file_is_found_and_made_anew(tmp_path, monkeypatch):
    entry = docs.Generated("made.md", "tongban.console.tests.test_words:made")
    monkeypatch.setattr(docs, "PROJECT", tmp_path)
    monkeypatch.setattr(docs, "GENERATED", (entry,))
    from typer.testing import CliRunner

    stale = CliRunner().invoke(docs.app, ["generate", "--check"])
    CliRunner().invoke(docs.app, ["generate"])
    fresh = CliRunner().invoke(docs.app, ["generate", "--check"])

    assert stale.exit_code == Exit.REFUSED
    assert "made.md" in stale.stdout
    assert fresh.exit_code == Exit.DONE
    assert (tmp_path / "made.md").read_text() == made()


def made() -> str:
    return "# 通办\n"
