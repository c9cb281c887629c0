"""Folding all cases of a node anew in as many processes as it has cores."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import TypeVar

from tongban.cases.operations import rebuilding_all
from tongban.cases.operations.rebuilding_all import Found, Made, NotLost, Stretch
from tongban.console import acting

T = TypeVar("T")


def rebuild_all(*, write: bool, processes: int, step: Callable[[float], None]) -> Found:
    """Every case of the record, stretch by stretch; `step` hears which share of them is done."""
    if write and rebuilding_all.are_lost():
        # Somebody may have been faster.
        with suppress(NotLost):
            return _make_all(processes=processes, step=step)
    found, stretches = Found(), rebuilding_all.stretches()
    work = partial(_rebuild, write=write)
    with _working(min(processes, len(stretches)), work) as through:
        for done, one in enumerate(through(stretches), start=1):
            found.add(one)
            step(done / len(stretches))
    return found


def _make_all(*, processes: int, step: Callable[[float], None]) -> Found:
    """All rows, made by several processes and written by this one."""
    found, stretches = Found(), rebuilding_all.stretches()
    with (
        rebuilding_all.taking() as keep,
        _working(min(processes, len(stretches)), _make) as through,
    ):
        for done, made in enumerate(through(stretches), start=1):
            keep(made)
            found.add(made.found)
            step(done / len(stretches))
    return found


def _make(stretch: Stretch) -> Made:
    return rebuilding_all.make_stretch(stretch=stretch)


def _rebuild(stretch: Stretch, *, write: bool) -> Found:
    return rebuilding_all.rebuild_stretch(stretch=stretch, write=write)


@contextmanager
def _working(
    processes: int, work: Callable[[Stretch], T]
) -> Iterator[Callable[[list[Stretch]], Iterator[T]]]:
    """A way through many stretches: here, or by processes that have connections of their own."""
    if processes <= 1:
        yield lambda stretches: map(work, stretches)
        return
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, fresh, initializer=acting.set_up_django) as pool:
        yield lambda stretches: pool.map(work, stretches)
