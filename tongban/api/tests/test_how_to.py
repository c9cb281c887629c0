"""The examples of docs/how-to/use-the-api.md, played through in their order as they stand there."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tongban.api.tests.caller import ROOT, seat
from tongban.cases.hooks import happened
from tongban.cases.tests import world

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "use-the-api.md"
_EXAMPLE = re.compile(r"```http\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Example:
    """One call as the how-to writes it, and what it says comes back."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    status: int
    says: Any


def examples() -> list[str]:
    return _EXAMPLE.findall(HOW_TO.read_text("utf-8"))


def read(text: str, names: dict[str, str]) -> Example:
    """An example with the names of this run in it: {number}, {window}, {chain} …"""
    filled = re.sub(r"\{([a-z]+)\}", lambda found: names[found[1]], text)
    head, *rest = filled.strip().split("\n\n")
    first, *headers = head.split("\n")
    method, path = first.split()
    status, _space, says = rest[-1].partition(" ")
    return Example(
        method, path, dict(line.split(": ", 1) for line in headers),
        rest[0] if len(rest) == 2 else "", int(status), json.loads(says),
    )  # fmt: skip


def holds(told: Any, wanted: Any) -> bool:
    """Whether an answer says what the how-to says; it may say more."""
    if isinstance(wanted, dict):
        return all(name in told and holds(told[name], value) for name, value in wanted.items())
    if isinstance(wanted, list):
        return len(told) == len(wanted) == 0 or all(
            any(holds(one, value) for one in told) for value in wanted
        )
    return bool(told == wanted)


@pytest.mark.django_db
def test_every_example_of_the_how_to_is_answered_as_it_says():
    case, _ = world.a_case()
    clerk, asked = world.a_clerk(), world.a_decider(department="yibao", name="卫八")
    window = seat(clerk)
    names = {
        "number": case.number, "asked": asked.authority_id, "window": window.token,
        "decider": seat(world.a_decider()).token, "other": seat(asked).token,
    }  # fmt: skip
    played = 0
    for text in examples():
        one = read(text, names)
        response = window.client.generic(
            one.method, ROOT + one.path, one.body, content_type="application/json",
            headers=one.headers,
        )  # fmt: skip
        answer = json.loads(response.content)
        assert (response.status_code, holds(answer, one.says)) == (one.status, True), (text, answer)
        if answer.get("code") == "checks-missing":
            world.check_everything(case, clerk)
        if "chain" in answer:
            names["chain"] = answer["chain"]
        played += 1
    assert played > 15


def test_the_how_to_names_every_event_that_a_hook_may_be_called_for():
    _before, table = HOW_TO.read_text("utf-8").split("| while | events |\n|---|---|\n")
    rows = table.split("\n\n")[0]
    assert sorted(re.findall(r"`([a-z_]+)`", rows)) == sorted(happened.EVENTS)
