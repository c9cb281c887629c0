"""The parts that have time-stamps made and other nodes compared with."""

from types import SimpleNamespace

import pytest

from tongban.record import stamping as stamps
from tongban.worker import main, reconciling, stamping
from tongban.worker.reconciling import Reconciling
from tongban.worker.stamping import Stamping
from tongban.worker.tests.conftest import run


class Hands:
    """Does the work at once."""

    async def run(self, work):
        return work()


def a_part(kind, *, connected=True):
    return kind(SimpleNamespace(is_connected=connected), Hands(), seconds=0)


def test_both_are_parts_of_every_worker():
    assert main.parts(is_hub=False)["stamping"] is Stamping
    assert main.parts(is_hub=True)["reconciling"] is Reconciling


def test_a_period_is_closed_before_stamps_are_asked_for_also_without_the_broker(monkeypatch):
    calls: list[str] = []

    def send():
        calls.append("send")
        return 3

    monkeypatch.setattr(stamps, "_authority", [SimpleNamespace(name="test")])
    monkeypatch.setattr(stamping, "_close", lambda: calls.append("close"))
    monkeypatch.setattr(stamping, "_send", send)
    assert run(a_part(Stamping, connected=False).look()) == 3
    assert calls == ["close", "send"]


def test_without_an_authority_no_period_is_closed(monkeypatch):
    monkeypatch.setattr(stamps, "_authority", [])
    monkeypatch.setattr(stamping, "_close", lambda: pytest.fail("closed"))
    assert run(a_part(Stamping).look()) == 0


def test_nobody_is_asked_while_the_broker_is_away(monkeypatch):
    monkeypatch.setattr(reconciling, "_ask", lambda: ["35"])
    assert run(a_part(Reconciling, connected=False).look()) == []
    assert run(a_part(Reconciling).look()) == ["35"]
