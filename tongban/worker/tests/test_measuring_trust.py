"""The part of the bench that needs a broker: it measures something, for each suite and for none."""

import pytest

from tongban.console.benching import protecting
from tongban.console.benching.results import Results
from tongban.exchange.models import Received


@pytest.mark.django_db(transaction=True)
def test_the_bench_takes_in_what_it_sends_each_way(broker_process, monkeypatch):
    monkeypatch.setattr(protecting, "MESSAGES", 40)
    monkeypatch.setattr(protecting, "WARM_UP", 8)
    monkeypatch.setattr(protecting, "ALONE", 3)
    results = Results({})

    protecting.measure(results, broker=broker_process.admin_url)

    names = {line.name for line in results.lines}
    assert {"trust_intl", "trust_gm", "trust_gm_overhead", "trust_intl_p99"} <= names
    assert all(line.value > 0 for line in results.lines)
    assert Received.objects.filter(state="handled").count() == 3 * (40 + 8 + 3)


def test_without_a_suite_a_letter_is_neither_longer_nor_hidden():
    [letter] = protecting.letters_of(1)
    ways = protecting.ways()
    closed = {name: way.close(letter) for name, way in ways.items()}

    assert "办办办".encode() in closed["none"]
    for name in ("intl", "gm"):
        assert "办办办".encode() not in closed[name]
        assert ways[name].open(closed[name]).data == letter.data
