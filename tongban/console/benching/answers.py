"""How many answers "can this be done from here for there" a process gives a second."""

import itertools
import time
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongban.catalogue import queries as catalogue
from tongban.console.benching import load
from tongban.console.benching.results import Results

# A row of a search page may cost a third of a millisecond.
MARKS = {"rate": 3333.0, "page": 30.0}
# Pairs of counties as people ask about them: near, far, in one province, in a pilot group.
PAIRS = (
    ("220104", "350102"),
    ("350102", "220104"),
    ("220104", "210102"),
    ("350203", "350102"),
    ("310101", "330122"),
    ("440104", "110101"),
)


@dataclass(frozen=True)
class Answered:
    """Answers a second, and how long one and a page of a hundred take, in milliseconds."""

    rate: float
    one_p50: float
    one_p99: float
    page_p50: float
    queries: int


def tell(results: Results, *, on: date) -> None:
    """Add the rows to the results: answers a second, one answer, a page of a hundred."""
    found = measure(on=on)
    note = f"every item, {len(PAIRS)} pairs of places, warm; {found.queries} queries in all of it"
    results.add(
        "availability", "能不能办 availability, answers a second", found.rate, "/s",
        mark=MARKS["rate"], at_most=False, note=note,
    )  # fmt: skip
    results.add("availability_p50", "一个回答 one answer, p50", found.one_p50, "ms")
    results.add(
        "availability_p99", "一个回答 one answer, p99", found.one_p99, "ms",
        note="one process of Python; others share the machine",
    )  # fmt: skip
    results.add(
        "availability_page", "一页一百行 a page of 100 rows, p50", found.page_p50, "ms",
        mark=MARKS["page"],
    )  # fmt: skip


def measure(*, on: date, rounds: int = 5) -> Answered:
    """Ask about every item for every pair, warm, as a page of search results does."""
    codes = [item.code for item in catalogue.items()]
    for here, there in PAIRS:
        catalogue.availabilities(codes, here=here, there=there, on=on)
    asked = itertools.product(range(rounds), PAIRS, codes)
    singles = [_timed(code, pair, on) for _, pair, code in asked]
    pages = [_page(codes[:100], pair, on) for _, pair in itertools.product(range(rounds), PAIRS)]
    with CaptureQueriesContext(connection) as queries:
        for here, there in PAIRS:
            catalogue.availabilities(codes, here=here, there=there, on=on)
    return Answered(
        rate=len(singles) / sum(singles),
        one_p50=load.percentile(singles, 0.5) * 1000,
        one_p99=load.percentile(singles, 0.99) * 1000,
        page_p50=load.percentile(pages, 0.5) * 1000,
        queries=len(queries),
    )


def _timed(code: str, pair: tuple[str, str], on: date) -> float:
    began = time.perf_counter()
    catalogue.availability(code, here=pair[0], there=pair[1], on=on)
    return time.perf_counter() - began


def _page(codes: list[str], pair: tuple[str, str], on: date) -> float:
    began = time.perf_counter()
    catalogue.availabilities(codes, here=pair[0], there=pair[1], on=on)
    return time.perf_counter() - began
