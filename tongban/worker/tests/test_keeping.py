"""The part that keeps the catalogue: it applies what is due, and asks the hub now and then."""

from types import SimpleNamespace

import pytest

from tongban.worker import keeping, main
from tongban.worker.keeping import Keeping
from tongban.worker.tests.conftest import run


class Hands:
    """Does the work at once."""

    async def run(self, work):
        return work()


@pytest.fixture
def calls(monkeypatch):
    made: list[str] = []

    def apply_due():
        made.append("apply")
        return 2

    monkeypatch.setattr(keeping, "_apply_due", apply_due)
    monkeypatch.setattr(keeping, "_ask", lambda: made.append("ask"))
    return made


def a_broker(*, is_connected=True):
    return SimpleNamespace(is_connected=is_connected)


def test_it_is_a_part_of_every_worker():
    assert main.parts(is_hub=False)["keeping"] is Keeping
    assert main.parts(is_hub=True)["keeping"] is Keeping


def test_it_applies_at_every_look_and_asks_once_in_a_while(calls):
    part = Keeping(a_broker(), Hands(), seconds=0)
    assert [run(part.look()) for _ in range(3)] == [2, 2, 2]
    assert calls == ["apply", "ask", "apply", "apply"]


def test_without_a_broker_it_asks_nobody_and_asks_when_it_is_back(calls):
    broker = a_broker(is_connected=False)
    part = Keeping(broker, Hands(), seconds=0)
    run(part.look())
    broker.is_connected = True
    run(part.look())
    assert calls == ["apply", "apply", "ask"]


@pytest.mark.django_db
def test_it_calls_the_real_operations():
    assert keeping._apply_due() == 0
    assert keeping._ask() is False  # nobody has introduced a hub to this node
