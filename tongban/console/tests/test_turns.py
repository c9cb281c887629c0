"""`./run test` runs every test, in turns."""

import ast
import sys
import tomllib

import pytest
from typer.testing import CliRunner

from tongban.basics.tests import examples
from tongban.console import test as testing
from tongban.local.home import PROJECT


def words_of_turns(**more):
    return [words for _name, words in testing.turns(**more)]


def test_every_test_has_its_turn_and_none_has_two():
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    beside_the_code, journeys, with_nodes = words_of_turns()

    assert [beside_the_code[0], journeys[0]] == settings["tool"]["pytest"]["ini_options"][
        "testpaths"
    ]
    assert beside_the_code[2:4] == ["-m", "not nodes"]
    assert with_nodes[-2:] == ["-m", "nodes"]
    assert "-m" not in journeys
    modules = with_nodes[: with_nodes.index("-q")]
    assert modules == [module for module in every_module() if marker_of_nodes(module)]


def every_module():
    paths = (PROJECT / "tongban").rglob("test_*.py")
    return sorted(str(path.relative_to(PROJECT)) for path in paths)


def marker_of_nodes(module):
    tree = ast.parse((PROJECT / module).read_text("utf-8"))
    return any(isinstance(one, ast.Attribute) and one.attr == "nodes" and
               isinstance(one.value, ast.Attribute) and one.value.attr == "mark"
               for one in ast.walk(tree))  # fmt: skip


def test_tests_keep_their_order_on_all_cores_and_nodes_stay_together(monkeypatch):
    monkeypatch.setattr(testing.os, "cpu_count", lambda: 2)
    beside_the_code, *waiting = words_of_turns()
    assert beside_the_code[4:8] == ["-n", "2", "--dist", "load"]
    assert all("-n" not in words for words in waiting)
    assert words_of_turns(processes=3)[0][4:6] == ["-n", "3"]

    monkeypatch.setattr(testing.os, "cpu_count", lambda: 1)
    assert all("-n" not in words for words in words_of_turns())


@pytest.mark.parametrize("cores", [1, 2])
@pytest.mark.parametrize("fails", ["", "beside", "journeys", "nodes"])
def test_all_turns_are_run_and_each_of_them_can_fail(monkeypatch, capfdbinary, cores, fails):
    said = "import sys; print(sys.argv[1]); sys.exit(sys.argv[1] == sys.argv[2])"
    names = ["beside", "journeys", "nodes"]
    monkeypatch.setattr(testing.os, "cpu_count", lambda: cores)
    monkeypatch.setattr(testing, "turns", lambda _: [(one, [one, fails]) for one in names])
    monkeypatch.setattr(testing, "_pytest", lambda words: [sys.executable, "-c", said, *words])

    codes = testing._run_all(testing.os.environ)

    assert codes == [int(fails == one) for one in names]
    shown = capfdbinary.readouterr().out.decode()
    places = [shown.index(one) for one in names]
    assert places == sorted(places)


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


def test_how_many_processes_may_be_said(monkeypatch):
    asked = []

    def run_all(_environment, processes):
        asked.append(processes)
        return [0]

    monkeypatch.setattr(testing.browser, "make_available", lambda: None)
    monkeypatch.setattr(testing, "_run_all", run_all)

    assert CliRunner().invoke(testing.app, ["--processes", "3"]).exit_code == 0
    assert CliRunner().invoke(testing.app, []).exit_code == 0
    assert CliRunner().invoke(testing.app, ["--processes", "0"]).exit_code != 0
    assert asked == [3, None]
