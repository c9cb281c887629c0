"""The part that tells people: it sends at every look."""

from types import SimpleNamespace

import pytest

from tongban.worker import main, noticing
from tongban.worker.noticing import Noticing
from tongban.worker.tests.conftest import run


class Hands:
    """Does the work at once."""

    async def run(self, work):
        return work()


@pytest.fixture
def calls(monkeypatch):
    made: list[str] = []

    def send():
        made.append("send")
        return 2

    monkeypatch.setattr(noticing, "_send", send)
    return made


def a_part():
    return Noticing(SimpleNamespace(is_connected=False), Hands(), seconds=0)


def test_it_is_a_part_of_every_worker():
    assert main.parts(is_hub=False)["noticing"] is Noticing


def test_it_sends_at_every_look(calls):
    part = a_part()
    assert [run(part.look()) for _ in range(3)] == [2, 2, 2]
    assert calls == ["send", "send", "send"]
