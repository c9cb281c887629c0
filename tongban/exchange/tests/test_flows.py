"""Who sends how many to whom, as the hub hears it."""

from datetime import UTC, datetime, timedelta

import pytest

from tongban.exchange import flows
from tongban.exchange.flows import Counted
from tongban.exchange.models import Flow

AT = datetime(2026, 11, 23, 1, 37, 12, tzinfo=UTC)
SPAN = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)


def said(counts, span=SPAN):
    return {span.isoformat(): counts}


def test_a_span_begins_every_ten_minutes():
    assert flows.span_of(AT) == SPAN
    assert flows.span_of(SPAN) == SPAN


@pytest.mark.django_db
def test_what_is_said_again_counts_once_and_what_grew_replaces_it():
    flows.note("22", "one", said({"35": 3}), at=AT)
    flows.note("22", "one", said({"35": 3}), at=AT)
    assert flows.since(flows.HOUR, at=AT) == [Counted("22", "35", 3)]

    flows.note("22", "one", said({"35": 7, "44": 1}), at=AT)
    # An older word that comes late takes nothing away.
    flows.note("22", "one", said({"35": 5}), at=AT)

    assert flows.since(flows.HOUR, at=AT) == [Counted("22", "35", 7), Counted("22", "44", 1)]


@pytest.mark.django_db
def test_several_processes_and_earlier_lives_of_a_node_add_up():
    flows.note("22", "one", said({"35": 3}), at=AT)
    flows.note("22", "two", said({"35": 4}), at=AT)

    assert flows.since(flows.HOUR, at=AT) == [Counted("22", "35", 7)]


@pytest.mark.django_db
def test_an_hour_and_a_day_are_told_apart_and_what_is_older_is_forgotten():
    for ago in (timedelta(0), timedelta(hours=2), timedelta(hours=24, minutes=30)):
        span = flows.span_of(AT - ago)
        flows.note("22", "one", said({"35": 1}, span), at=AT)

    assert flows.since(flows.HOUR, at=AT) == [Counted("22", "35", 1)]
    assert flows.since(flows.DAY, at=AT) == [Counted("22", "35", 2)]
    assert flows.forget(at=AT) == 0
    assert flows.forget(at=AT + timedelta(hours=3)) == 1
    assert Flow.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "nonsense",
    [
        "many", [1], {SPAN.isoformat(): [3]}, {"yesterday": {"35": 1}},
        {"2026-11-23T01:30:00": {"35": 1}}, said({"35": 1}, SPAN + timedelta(minutes=3)),
        said({"35": 0}), said({"35": -1}), said({"35": 10**12}), said({"35": "lots"}),
        said({"everybody": 1}), said({str(n): 1 for n in range(10, 99)}),
        {flows.span_of(AT - n * flows.SPAN).isoformat(): {"35": 1} for n in range(12)},
    ],
)  # fmt: skip
def test_what_no_node_can_rightly_say_is_not_kept(nonsense):
    with pytest.raises((ValueError, TypeError)):
        flows.note("22", "one", nonsense, at=AT)

    assert not Flow.objects.exists()


@pytest.mark.django_db
def test_a_span_of_tomorrow_or_of_last_week_is_left_out():
    for span in (SPAN + timedelta(hours=1), SPAN - timedelta(days=7)):
        flows.note("22", "one", said({"35": 1}, span), at=AT)

    assert not Flow.objects.exists()
