"""`./run test` runs every test, in turns."""

import tomllib

from tongban.console import test as testing
from tongban.local.home import PROJECT


def test_every_folder_with_tests_has_its_turn_and_none_has_two():
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))
    folders = settings["tool"]["pytest"]["ini_options"]["testpaths"]

    assert [words[0] for words in testing.turns()] == folders


def test_tests_keep_their_order_on_all_cores_and_journeys_run_alone(monkeypatch):
    monkeypatch.setattr(testing.os, "cpu_count", lambda: 2)
    beside_the_code, journeys = testing.turns()
    assert beside_the_code[2:6] == ["-n", "2", "--dist", "load"]
    assert "-n" not in journeys

    monkeypatch.setattr(testing.os, "cpu_count", lambda: 1)
    assert all("-n" not in words for words in testing.turns())
