"""Threads that speak to the database for the asyncio loop, each with a connection of its own."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ParamSpec, TypeVar

from django.db import connection

from tongban.basics.away import DATABASE_AWAY

P = ParamSpec("P")
T = TypeVar("T")


class Hands:
    """A few threads for work with Django; a connection that failed is given up at once."""

    def __init__(self, count: int, name: str) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix=name)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the work in a thread; raises what it raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: _guarded(work, *args, **kwargs))

    def close(self) -> None:
        """Let running work end, close the connections, end the threads."""
        # A thread can close its own connection only; the barrier gives each of them one turn.
        turn = threading.Barrier(self._count, timeout=5)
        for _ in range(self._count):
            self._pool.submit(_leave, turn)
        self._pool.shutdown(wait=True)


def _leave(turn: threading.Barrier) -> None:
    try:
        with suppress(threading.BrokenBarrierError):
            turn.wait()
    finally:
        connection.close()


def _guarded(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return work(*args, **kwargs)
    except DATABASE_AWAY:
        # The next piece of work opens a new connection instead of failing on a dead one.
        connection.close()
        raise
