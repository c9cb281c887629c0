"""Threads that speak to the database for the asyncio loop, each with a connection of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

P = ParamSpec("P")
T = TypeVar("T")

# What is raised while the database is away; such work is tried again and never counted as failed.
DATABASE_AWAY = (OperationalError, InterfaceError)


class Hands:
    """A few threads for work with Django; a connection that failed is given up at once."""

    def __init__(self, count: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=count, thread_name_prefix=name)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the work in a thread; raises what it raises."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: _guarded(work, *args, **kwargs))

    def close(self) -> None:
        """Let running work end, close the connections, end the threads."""
        self._pool.shutdown(wait=True, cancel_futures=True)


def _guarded(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return work(*args, **kwargs)
    except DATABASE_AWAY:
        # The next piece of work opens a new connection instead of failing on a dead one.
        connection.close()
        raise
