"""Two at once: attempts in threads of their own, made to meet where a lock has to part them."""

import threading
from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any

import pytest
from django.db import connection


def at_once(*attempts: Callable[[], object]) -> list[Exception | None]:
    """Run attempts in threads of their own; what each raised, or None."""
    raised: list[Exception | None] = [None] * len(attempts)

    def run(index: int, attempt: Callable[[], object]) -> None:
        try:
            attempt()
        except Exception as error:  # noqa: BLE001 - what a thread raised is the result
            raised[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(attempts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return raised


def let_two_meet(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, *, seconds: float = 1
) -> None:
    """Two come as far as this function before either enters it, unless a lock keeps one of them out."""
    barrier = threading.Barrier(2)
    enter = getattr(module, name)

    def met(*args: Any, **kwargs: Any) -> Any:
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=seconds)
        return enter(*args, **kwargs)

    monkeypatch.setattr(module, name, met)
