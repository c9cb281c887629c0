"""`./run test` runs every test, in turns."""

import sys
import tomllib

import pytest
from typer.testing import CliRunner

from tongban.basics.tests import examples
from tongban.console import test as testing
from tongban.local.home import PROJECT


def test_every_folder_with_tests_has_its_turn_and_none_has_two():
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    folders = settings["tool"]["pytest"]["ini_options"]["testpaths"]

    assert [words[0] for words in testing.turns()] == folders


def test_tests_keep_their_order_on_all_cores_and_journeys_stay_together(monkeypatch):
    monkeypatch.setattr(testing.os, "cpu_count", lambda: 2)
    beside_the_code, journeys = testing.turns()
    assert beside_the_code[2:6] == ["-n", "2", "--dist", "load"]
    assert "-n" not in journeys

    monkeypatch.setattr(testing.os, "cpu_count", lambda: 1)
    assert all("-n" not in words for words in testing.turns())


@pytest.mark.parametrize("cores", [1, 2])
@pytest.mark.parametrize("fails", ["", "beside", "journeys"])
def test_both_turns_are_run_and_either_of_them_can_fail(monkeypatch, capfdbinary, cores, fails):
    said = "import sys; print(sys.argv[1]); sys.exit(sys.argv[1] == sys.argv[2])"
    monkeypatch.setattr(testing.os, "cpu_count", lambda: cores)
    monkeypatch.setattr(testing, "turns", lambda: [["beside", fails], ["journeys", fails]])
    monkeypatch.setattr(testing, "_pytest", lambda words: [sys.executable, "-c", said, *words])

    codes = testing._run_all(testing.os.environ)

    assert codes == [int(fails == "beside"), int(fails == "journeys")]
    shown = capfdbinary.readouterr().out.decode()
    assert shown.index("beside") < shown.index("journeys")


@pytest.mark.parametrize(("words", "times"), [([], None), (["--long"], str(testing.TIMES_LONG))])
def test_the_long_form_draws_many_times_as_many_examples(monkeypatch, words, times):
    asked = []

    def run(*said):
        asked.append(said)
        return 0

    monkeypatch.delenv("TONGBAN_EXAMPLES", raising=False)
    monkeypatch.setattr(testing.browser, "make_available", lambda: None)
    monkeypatch.setattr(testing, "run", run)

    done = CliRunner().invoke(testing.app, [*words, "tongban/cases", "-q"])

    [(said, environment)] = asked
    assert done.exit_code == 0
    assert said[-2:] == ["tongban/cases", "-q"]
    assert environment.get("TONGBAN_EXAMPLES") == times
    monkeypatch.setattr(examples, "TIMES", int(times or 1))
    assert examples.examples(6) == 6 * int(times or 1)
