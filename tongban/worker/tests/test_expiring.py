"""The part that acts on clocks that ran out: it looks now and then, and outlives a lost database."""

import asyncio
from types import SimpleNamespace

import pytest
from django.db import OperationalError

from tongban.cases.operations.expiring import Done
from tongban.worker import expiring, main
from tongban.worker.expiring import Expiring
from tongban.worker.tests.conftest import run, until

BROKER = SimpleNamespace(is_connected=False)


class Hands:
    """Does the work at once."""

    async def run(self, work):
        return work()


def test_it_is_a_part_of_every_worker():
    assert main.parts(is_hub=False)["expiring"] is Expiring
    assert main.parts(is_hub=True)["expiring"] is Expiring


def test_a_database_that_is_away_is_waited_for(monkeypatch):
    looks: list[str] = []

    def away():
        looks.append("away")
        raise OperationalError

    monkeypatch.setattr(expiring, "_act", away)

    async def for_a_while():
        stop = asyncio.Event()
        part = asyncio.ensure_future(Expiring(BROKER, Hands(), seconds=0.01).run(stop))
        await until(lambda: len(looks) > 2, what="more looks")
        stop.set()
        await part

    run(for_a_while())
    assert set(looks) == {"away"}


@pytest.mark.django_db
def test_it_calls_the_real_operation():
    assert expiring._act() == Done()
