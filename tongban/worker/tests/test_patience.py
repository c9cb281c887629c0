"""How long a relay waits for the broker's word."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import nats.errors
import pytest

from tongban.worker.patience import FIRST, LONGEST, Patience


def test_each_wait_in_vain_makes_the_next_longer_up_to_a_limit():
    one, seen = Patience(), []
    for number in range(5):
        seen.append(one.seconds)
        one.in_vain(number, number)
    assert seen == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST, LONGEST]


def test_what_began_together_and_was_in_vain_counts_once():
    one = Patience()
    for _ in range(30):
        one.in_vain(began=100.0, ended=105.0)
    assert one.seconds == 2 * FIRST
    one.in_vain(began=105.0, ended=115.0)
    assert one.seconds == 4 * FIRST


def test_slow_answers_lengthen_it_before_anything_is_in_vain():
    one = Patience()
    one.answered(4.0)
    assert one.seconds == 8.0
    one.answered(100.0)
    assert one.seconds == LONGEST


def test_it_is_short_again_after_some_quick_answers_and_not_after_the_first():
    one = Patience()
    one.answered(20.0)
    one.answered(0.01)
    assert one.seconds > 30
    for _ in range(30):
        one.answered(0.01)
    assert one.seconds == FIRST


@pytest.mark.parametrize(
    ("raised", "seconds"),
    [(None, FIRST), (OSError(), FIRST), (nats.errors.TimeoutError(), 2 * FIRST)],
)
def test_it_learns_from_every_wait(raised, seconds):
    one = Patience()

    async def wait():
        async with one.waiting() as given:
            assert given == FIRST
            if raised:
                raise raised

    # In a thread of its own: a browser of other tests keeps a loop running in this one.
    with ThreadPoolExecutor(1) as elsewhere:
        found = elsewhere.submit(asyncio.run, wait()).exception()
    assert found is raised
    assert one.seconds == seconds
