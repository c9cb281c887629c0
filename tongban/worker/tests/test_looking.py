"""The loop that the worker's parts share: it outlives what is away, and nothing else."""

import asyncio
from types import SimpleNamespace

import pytest
from django.db import InterfaceError, OperationalError

from tongban.worker import main
from tongban.worker.broker import BrokerAway
from tongban.worker.looking import Looking
from tongban.worker.tests.conftest import run

LOOKING = {
    name: part
    for name, part in main.parts(is_hub=True).items()
    if isinstance(part, type) and issubclass(part, Looking)
}


class Part(Looking):
    """Does what it is told at each look, and stops when there is nothing left."""

    SECONDS = 60.0

    def __init__(self, *looks, seconds=0.0):
        super().__init__(SimpleNamespace(), SimpleNamespace(), seconds=seconds)
        self.looks, self.pauses = list(looks), []
        self.stop = asyncio.Event()

    async def look(self):
        now = self.looks.pop(0)
        if not self.looks:
            self.stop.set()
        if isinstance(now, Exception):
            raise now

    async def rest(self, stop, seconds):
        self.pauses.append(seconds)

    def runs(self):
        run(self.run(self.stop))
        return self


class Patient(Part):
    BEGINS_AT_ONCE = False
    SOON_SECONDS = 2.0
    AWAY = (BrokerAway,)


@pytest.mark.parametrize("away", [OperationalError(), InterfaceError()])
def test_while_the_database_is_away_it_looks_again_as_ever(away):
    assert Part(away, away, None, seconds=5).runs().pauses == [5, 5, 5]


def test_any_other_error_is_a_fall():
    with pytest.raises(ZeroDivisionError):
        Part(ZeroDivisionError(), None).runs()
    with pytest.raises(OperationalError):
        Patient(OperationalError(), None).runs()


def test_a_part_may_wait_first_and_look_sooner_after_a_look_that_was_left_out():
    assert Patient(BrokerAway(), None, seconds=30).runs().pauses == [30, 2, 30]
    assert Patient(BrokerAway(), None, seconds=1).runs().pauses == [1, 1, 1]


def test_told_to_stop_it_does_not_look_and_the_end_ends_a_pause():
    class Counting(Looking):
        SECONDS = 600.0
        looks = 0

        async def look(self):
            self.looks += 1

    async def scene(stop_first):
        part, stop = Counting(SimpleNamespace(), SimpleNamespace()), asyncio.Event()
        if stop_first:
            stop.set()
        running = asyncio.ensure_future(part.run(stop))
        await asyncio.sleep(0)
        stop.set()
        await asyncio.wait_for(running, 60)
        return part.looks

    assert run(scene(stop_first=True)) == 0
    assert run(scene(stop_first=False)) == 1


def test_what_the_worker_does_now_and_then_is_all_done_by_this_loop():
    assert set(main.parts(is_hub=True)) - set(LOOKING) == {"relay", "mailbox"}


@pytest.mark.parametrize("name", LOOKING)
def test_every_part_waits_for_a_database_that_is_away(name, monkeypatch):
    stop, tries = asyncio.Event(), []

    async def away(_self):
        tries.append(1)
        if len(tries) == 2:
            stop.set()
        raise OperationalError

    monkeypatch.setattr(LOOKING[name], "look", away)
    broker = SimpleNamespace(is_connected=False, on_connect=[])
    run(LOOKING[name](broker, SimpleNamespace(), seconds=0).run(stop))
    assert len(tries) == 2
