"""The part of the bench that needs a broker: it measures something, for each suite and for none."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from tongban.console.benching import protecting
from tongban.console.benching.results import Results
from tongban.exchange.models import Received


@pytest.mark.django_db(transaction=True)
def test_the_bench_takes_in_what_it_sends_each_way(broker_process, monkeypatch):
    monkeypatch.setattr(protecting, "MESSAGES", 40)
    monkeypatch.setattr(protecting, "WARM_UP", 8)
    monkeypatch.setattr(protecting, "ALONE", 3)
    results = Results({})

    # In a thread of its own: a browser of other tests may have a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(_measure, results, broker_process.admin_url).result()

    names = {line.name for line in results.lines}
    assert {"trust_intl", "trust_gm", "trust_gm_overhead", "trust_intl_p99"} <= names
    assert all(line.value > 0 for line in results.lines)
    assert Received.objects.filter(state="handled").count() == 3 * (40 + 8 + 3)


def _measure(results, broker):
    try:
        protecting.measure(results, broker=broker)
    finally:
        connection.close()


def test_without_a_suite_a_letter_is_neither_longer_nor_hidden():
    [letter] = protecting.letters_of(1)
    ways = protecting.ways()
    closed = {name: way.close([letter]) for name, way in ways.items()}

    assert "办办办".encode() in closed["none"]
    for name in ("intl", "gm"):
        assert "办办办".encode() not in closed[name]
        assert ways[name].open(closed[name]).data == letter.data
