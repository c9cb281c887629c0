"""The bench of more and more nodes: what it makes of what the nodes say, and that it says it all."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from tongban.console import together
from tongban.console.benching import country
from tongban.console.benching.results import Results
from tongban.local.children import Child, Family
from tongban.local.trouble import Trouble

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def said(written, arrived=None):
    """What a node says of one message, in seconds from AT."""

    def moment(seconds):
        return None if seconds is None else (AT + timedelta(seconds=seconds)).isoformat()

    took = None if arrived is None else (arrived - written) * 1000
    return {"created_at": moment(written), "delivered_at": moment(arrived), "milliseconds": took}


def test_a_rate_is_of_what_arrived_from_the_first_written_to_the_last_taken_in():
    found = country.Crossed.of([said(0.5, 2), said(0.0, 4.0), said(1.5, 3), said(1.0)])

    assert (found.sent, found.arrived, found.written_in, found.seconds) == (4, 3, 1.5, 4.0)
    assert found.rate == 0.75
    assert country.Crossed.of([said(0), said(0)]).rate == 0


class AProgram:
    """Stands for a node: its command prints what it is told to, and ends with a code."""

    def __init__(self, code, folder, prints, ends_with=0):
        self.code, self._folder, self._prints, self._ends_with = code, folder, prints, ends_with

    def command(self, name, words):
        sign = words[words.index("--begin-with") + 1] if "--begin-with" in words else "/"
        script = (
            f"echo {together.READY}; while ! test -e {sign}; do sleep 0.02; done; "
            f"echo '{self._prints}'; exit {self._ends_with}"
        )
        log = self._folder / f"{name}.log"
        return Child(name, ["/bin/sh", "-c", script], log, {"PATH": "/usr/bin:/bin"})


@pytest.fixture
def demo(tmp_path):
    return SimpleNamespace(home=SimpleNamespace(root=tmp_path), family=Family(), nodes=[])


def test_figures_are_told_also_when_not_everything_arrives(demo, tmp_path):
    whole = json.dumps([said(0, 1), said(0, 2)])
    half = json.dumps([said(0, 1), said(0)])
    # What an earlier size left there must not be taken for those that start now.
    (tmp_path / "ping-35.log").write_text(f"{together.READY}\n")
    (tmp_path / "begin").touch()
    demo.nodes = [AProgram("22", tmp_path, whole), AProgram("35", tmp_path, half, ends_with=1)]
    results = Results({})

    country._note(results, demo, 2)

    lines = {line.name: line for line in results.lines}
    assert lines["nodes_2_crossing"].value == 2000
    assert lines["nodes_2_rate"].value == 1.5
    assert lines["nodes_2_arrived"].value == 0.75
    assert [line.name for line in results.missed] == ["nodes_2_arrived"]


def test_a_node_that_says_nothing_ends_it_with_its_last_words(demo, tmp_path):
    demo.nodes = [
        AProgram("22", tmp_path, json.dumps([said(0, 1)])),
        AProgram("35", tmp_path, "no database " + "x" * 5000, ends_with=3),
    ]
    results = Results({})

    with pytest.raises(Trouble, match="no database") as trouble:
        country._note(results, demo, 2)

    assert [line.name for line in results.lines] == ["nodes_2_crossing"], "what was there is told"
    assert len(trouble.value.chinese) < 600
