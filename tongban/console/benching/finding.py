"""Searching among 100,000 implementations: the database alone, and suggestions, in this process."""

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

from django.db import connection
from django.utils.timezone import localdate

from tongban.catalogue import queries as catalogue
from tongban.console.benching import fake_places, load
from tongban.console.benching.results import Results
from tongban.guidance import operations, queries, wording

COUNT = 100_000
QUERIES = 1000
MARKS = {"database": 10.0, "suggestion": 30.0}
THERE = "350100"


def measure(results: Results, *, say: Callable[[str], None]) -> None:
    """Make the rows, index them, and note p99 of searches and of suggestions, in milliseconds."""
    say(f"装入 {COUNT} 条虚构实施清单 Loading invented implementations …")
    rows = fake_places.make(COUNT, on=localdate())
    began = time.perf_counter()
    entries = operations.index_implementations()
    note = f"{rows} rows, {entries} with a name of their own"
    results.add("index", "建索引 index of all names", time.perf_counter() - began, "s", note=note)
    with connection.cursor() as cursor:
        # What autovacuum does within a minute; the search is not measured before.
        cursor.execute("VACUUM ANALYZE guidance_localentry")
    typed = list(_typed())
    for text in typed[:50]:
        queries.search(text)
    say("检索 Searching …")
    _add(results, "search", "检索，数据库内 search, in the database", _database(typed), "database")
    _add(results, "suggestion", "联想 suggestion while typing", _suggesting(typed), "suggestion")


def _add(results: Results, name: str, label: str, times: list[float], mark: str) -> None:
    value, middle = (load.percentile(times, share) * 1000 for share in (0.99, 0.5))
    note = f"{QUERIES} searches among {COUNT} names; p50 {middle:.1f} ms"
    results.add(f"{name}_p99", f"{label}, p99", value, "ms", mark=MARKS[mark], note=note)


class _Clock:
    """Adds up what statements take."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - began


def _database(typed: list[str]) -> list[float]:
    found = []
    for number, text in enumerate(typed):
        clock = _Clock()
        with connection.execute_wrapper(clock):
            queries.search(text, there=THERE if number % 2 else "")
        found.append(clock.seconds)
    return found


def _suggesting(typed: list[str]) -> list[float]:
    found = []
    for number, text in enumerate(typed):
        began = time.perf_counter()
        queries.suggest(text[:4], there=THERE if number % 2 else "")
        found.append(time.perf_counter() - began)
    return found


def _typed() -> Iterator[str]:
    """What people type: parts of names, initials, everyday words, with a place, with an error."""
    pick = random.Random(20261122)  # noqa: S311  the same searches on every machine
    names = [item.name for item in catalogue.items()]
    phrases = wording.wording().phrases()
    for number in range(QUERIES):
        name, phrase = pick.choice(names), pick.choice(phrases)
        start = pick.randrange(max(1, len(name) - 4))
        yield (
            name[start : start + 2],
            name[start : start + 4],
            wording.initials(name)[: pick.randrange(2, 6)],
            phrase,
            f"{pick.choice(('长春市', '福州', '成都市'))} {phrase}",
            name[start : start + 2] + pick.choice("的一是藉期") + name[start + 2 : start + 4],
        )[number % 6]
