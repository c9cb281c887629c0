"""A message whose papers are not there yet: it waits, asks for them, and is handled when they come."""

import io
from datetime import timedelta

import pytest

from tongban.exchange import inbox, outbox, queries
from tongban.exchange.envelope import (
    Paper,
)
from tongban.exchange.inbox import Outcome
from tongban.exchange.models import FileSent, Outgoing
from tongban.exchange.tests.conftest import AT, NOTE, told
from tongban.record import papers

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(minutes=10)


def test_a_message_with_missing_papers_waits_and_asks_for_them(fujian, notes):
    content = b"%PDF-1.7 ..."
    kept = papers.put(io.BytesIO(content), media_type="application/pdf")
    missing = Paper("c" * 64, 7, "image/png")
    here = Paper(kept.digest, kept.size, "application/pdf")

    assert (
        inbox.receive(fujian.sends(NOTE, subject="case-2", files=[here]), at=AT) is Outcome.HANDLED
    )
    message = fujian.sends(NOTE, files=[here, missing])
    assert inbox.receive(message, at=AT) is Outcome.WAITING

    assert queries.waiting().get().code == "papers-missing"
    rows = Outgoing.objects.filter(type="exchange.papers_again.v1")
    assert told(rows) == [
        ("35", "exchange.papers_again.v1", "case-1", {"message": str(message.id)})
    ]


def test_when_the_papers_come_what_waited_for_them_is_handled(fujian, notes):
    content = io.BytesIO(b"late paper")
    ref = papers.put(content)
    (papers._place(ref.digest)).unlink()
    paper = Paper(ref.digest, 10, "text/plain")
    inbox.receive(fujian.sends(NOTE, data="with a paper", files=[paper]), at=AT)
    assert notes == []

    papers.put(io.BytesIO(b"late paper"))
    again = fujian.sends("exchange.papers.v1", files=[paper])
    assert inbox.receive(again, at=AT) is Outcome.HANDLED

    assert notes == ["with a paper"]
    assert not queries.waiting().exists()


def test_papers_are_sent_again_only_to_the_node_the_message_went_to(fujian, guizhou):
    ref = papers.put(io.BytesIO(b"secret"))
    [message_id] = outbox.tell(["35"], NOTE, "case-1", {}, files=[ref], at=AT)
    for node in ("35", "52"):
        FileSent.objects.create(recipient=node, digest=ref.digest, size=6, uploaded_at=AT)
    word = {"message": str(message_id)}

    assert (
        inbox.receive(guizhou.sends("exchange.papers_again.v1", data=word), at=AT) is Outcome.PARKED
    )
    assert not Outgoing.objects.filter(type="exchange.papers.v1").exists()

    assert (
        inbox.receive(fujian.sends("exchange.papers_again.v1", data=word), at=AT) is Outcome.HANDLED
    )
    again = Outgoing.objects.get(type="exchange.papers.v1")
    assert again.recipient == "35"
    assert [file["digest"] for file in again.files] == [ref.digest]
    assert [row.recipient for row in FileSent.objects.all()] == ["52"], "uploaded anew for 35"
