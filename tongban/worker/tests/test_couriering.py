"""The part that speaks with couriers: it places orders and asks for news."""

from types import SimpleNamespace

import pytest

from tongban.worker import couriering, main
from tongban.worker.couriering import Couriering
from tongban.worker.tests.conftest import run


class Hands:
    """Does the work at once."""

    async def run(self, work):
        return work()


@pytest.fixture
def calls(monkeypatch):
    made: list[str] = []

    def does(what: str, many: int):
        def do() -> int:
            made.append(what)
            return many

        return do

    monkeypatch.setattr(couriering, "_place", does("place", 1))
    monkeypatch.setattr(couriering, "_ask", does("ask", 2))
    return made


# A courier is another network: it is asked also while the broker is away.
AWAY = SimpleNamespace(is_connected=False)


def test_it_is_a_part_of_every_worker():
    assert main.parts(is_hub=False)["couriering"] is Couriering


def test_it_places_orders_and_then_asks(calls):
    assert run(Couriering(AWAY, Hands()).look()) == (1, 2)
    assert calls == ["place", "ask"]
