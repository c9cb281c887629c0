"""What a process counts of what it sent."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tongban.exchange import receipts
from tongban.worker.sent import Tally

AT = datetime(2026, 11, 23, 1, 37, 12, tzinfo=UTC)


@dataclass
class Row:
    recipient: str
    type: str = "case.event.v1"
    is_sent: bool = True


def test_only_what_was_sent_counts_and_no_receipt_does():
    tally = Tally()
    tally.count(
        [Row("35"), Row("35"), Row("44"), Row("44", is_sent=False), Row("35", receipts.TYPE)], at=AT
    )

    assert tally.told(at=AT) == {"2026-11-23T01:30:00+00:00": {"35": 2, "44": 1}}


def test_a_span_is_told_for_an_hour_and_then_forgotten():
    tally = Tally()
    tally.count([Row("35")], at=AT)
    tally.count([Row("44")], at=AT + timedelta(minutes=30))

    assert len(tally.told(at=AT + timedelta(minutes=59))) == 2
    later = tally.told(at=AT + timedelta(minutes=75))
    assert later == {"2026-11-23T02:00:00+00:00": {"44": 1}}
