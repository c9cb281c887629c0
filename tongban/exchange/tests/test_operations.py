from datetime import timedelta

import pytest
from django.utils.timezone import now

from tongban.basics.refusals import NotFound
from tongban.exchange import inbox, operations, outbox, queries, uploads
from tongban.exchange.envelope import BadSignature, UnknownKey
from tongban.exchange.inbox import Outcome
from tongban.exchange.models import FileSent, Outgoing, Received
from tongban.exchange.tests.conftest import AT, introduced, told
from tongban.record.chains import FileRef

pytestmark = pytest.mark.django_db

NOTE = "test.note.v1"
LATER = AT + timedelta(hours=1)


@pytest.fixture
def notes():
    taken = []
    inbox.handles(NOTE)(lambda envelope: taken.append(envelope.data))
    return taken


def receipts():
    rows = Outgoing.objects.filter(type="exchange.receipt.v1").order_by("id")
    return [(w["state"], w["reason"]) for *_, data in told(rows) for w in data["words"]]


def test_a_parked_message_is_handled_when_the_node_has_learnt_its_type(fujian):
    inbox.receive(fujian.sends(NOTE, data={"n": 1}), at=AT)
    row = queries.parked().get()
    taken = []
    inbox.handles(NOTE)(lambda envelope: taken.append(envelope.data))

    assert operations.retry(row.pk, by="operator", at=LATER) is Outcome.HANDLED

    assert taken == [{"n": 1}]
    row = Received.objects.get()
    assert (row.state, row.settled_by, row.settled_at, row.handled_at) == (
        "handled",
        "operator",
        LATER,
        LATER,
    )
    assert [state for state, _ in receipts()] == ["parked", "handled"]


def test_a_parked_message_that_still_fails_stays_parked_with_the_new_reason(fujian):
    inbox.receive(fujian.sends(NOTE), at=AT)
    row = queries.parked().get()

    assert operations.retry(row.pk, by="operator", at=LATER) is Outcome.PARKED
    assert queries.parked().get().attempts == 2


def test_only_what_is_parked_can_be_retried_and_only_once(fujian, notes):
    inbox.receive(fujian.sends(NOTE), at=AT)
    row = Received.objects.get()

    with pytest.raises(operations.NotParked):
        operations.retry(row.pk, by="operator", at=LATER)
    with pytest.raises(NotFound):
        operations.retry(row.pk + 1, by="operator", at=LATER)
    assert len(notes) == 1


def test_a_message_with_an_unknown_key_is_handled_once_the_directory_has_the_key(fujian, notes):
    newcomer = introduced("44")
    message = newcomer.sends(NOTE, data="from 广东")
    introduced("44")
    inbox.park(message.raw, UnknownKey("44", "k"), published_by="44", at=AT)
    row = queries.parked().get()
    assert operations.retry(row.pk, by="operator", at=LATER) is Outcome.PARKED
    assert queries.parked().get().code == "unknown-key"

    from tongban.jurisdictions.models import NodeKey

    NodeKey.objects.create(
        node_id="44", key_id=newcomer.signer.key_id, first_seen_at=AT,
        public_key=newcomer.signer.public_key,
    )  # fmt: skip
    assert operations.retry(row.pk, by="operator", at=LATER) is Outcome.HANDLED

    assert notes == ["from 广东"]
    row = Received.objects.get()
    assert (row.message_id, row.is_verified, row.subject) == (message.id, True, "case-1")
    assert inbox.receive(message, at=LATER) is Outcome.DUPLICATE


def test_a_parked_copy_of_a_message_we_have_is_dropped_at_the_retry(fujian, notes):
    message = fujian.sends(NOTE)
    inbox.park(message.raw, UnknownKey("35", "k"), published_by="35", at=AT)
    inbox.receive(message, at=AT)

    row = queries.parked().get()
    assert operations.retry(row.pk, by="operator", at=LATER) is Outcome.DUPLICATE

    assert len(notes) == 1
    row.refresh_from_db()
    assert row.state == "dropped"


def test_a_forged_message_does_not_get_in_by_being_retried(fujian, notes):
    raw = fujian.writes(NOTE, data="genuine").replace(b"genuine", b"forgery")
    inbox.park(raw, BadSignature("35"), published_by="35", at=AT)

    assert operations.retry(queries.parked().get().pk, by="operator", at=AT) is Outcome.PARKED
    assert notes == []


def test_all_parked_messages_are_retried_in_their_order(fujian):
    for number in (1, 2, 3):
        inbox.receive(fujian.sends(NOTE, data=number), at=AT)
    inbox.receive(fujian.sends("test.other.v1"), at=AT)
    taken = []
    inbox.handles(NOTE)(lambda envelope: taken.append(envelope.data))

    counts = operations.retry_all(by="operator", at=LATER)

    assert taken == [1, 2, 3]
    assert counts == {Outcome.HANDLED: 3, Outcome.PARKED: 1}


def test_retrying_what_was_parked_frees_what_waits_for_it(fujian):
    taken = []

    @inbox.handles(NOTE)
    def take(envelope):
        if envelope.sequence > len(taken) + 1:
            raise inbox.Gap(len(taken) + 1)
        if envelope.data == "bad" and not taken and envelope.sequence == 1 and not allowed:
            raise operations.NotParked("还不行")
        taken.append(envelope.sequence)

    allowed = []
    inbox.receive(fujian.sends(NOTE, data="bad", sequence=1), at=AT)
    inbox.receive(fujian.sends(NOTE, sequence=2), at=AT)
    allowed.append(True)
    operations.retry(queries.parked().get().pk, by="operator", at=LATER)

    assert taken == [1, 2]


def test_dropping_takes_a_reason_which_the_sender_reads(fujian):
    inbox.receive(fujian.sends(NOTE), at=AT)
    row = queries.parked().get()

    with pytest.raises(operations.ReasonMissing):
        operations.drop(row.pk, reason="  ", by="operator", at=LATER)
    operations.drop(row.pk, reason="对方已重新发出", by="operator", at=LATER)

    assert not queries.parked().exists()
    assert receipts()[-1] == ("dropped", "对方已重新发出")
    with pytest.raises(operations.NotParked):
        operations.drop(row.pk, reason="再来一次", by="operator", at=LATER)


def test_nobody_is_told_of_dropping_what_nobody_certain_wrote(fujian):
    inbox.park(b"junk", BadSignature("35"), published_by="35", at=AT)

    operations.drop(queries.parked().get().pk, reason="不是报文", by="operator", at=LATER)

    assert receipts() == []


def test_what_was_not_confirmed_can_be_sent_again_and_what_was_is_not(fujian):
    first, second, third = (outbox.tell(["35"], NOTE, f"case-{n}", {}, at=AT)[0] for n in (1, 2, 3))
    Outgoing.objects.filter(message_id__in=[first, second]).update(sent_at=AT)
    word = {"message": str(first), "state": "handled", "code": "", "reason": ""}
    inbox.receive(fujian.sends("exchange.receipt.v1", data={"words": [word]}), at=AT)

    assert operations.send_again("35", by="operator") == 1

    unsent = Outgoing.objects.filter(sent_at=None).values_list("message_id", flat=True)
    assert set(unsent) == {second, third}


def _on_its_way(subject, *, minutes, to="35", delivered=False, **facts):
    """A message that was sent so many minutes before now, and confirmed at once or never."""
    sent_at = LATER - timedelta(minutes=minutes)
    [message_id] = outbox.tell([to], NOTE, subject, {}, at=sent_at)
    facts |= {"sent_at": sent_at, "delivered_at": sent_at if delivered else None}
    Outgoing.objects.filter(message_id=message_id).update(**facts)
    return message_id


def test_what_was_passed_over_is_sent_again_and_what_only_waits_is_not(fujian):
    del fujian  # introduces 35
    lost = _on_its_way("case-1", minutes=10)
    _on_its_way("case-2", minutes=10, parked_at=LATER)
    _on_its_way("case-3", minutes=9, delivered=True)
    _on_its_way("case-4", minutes=8.9)
    _on_its_way("case-5", minutes=10, to="52")

    assert operations.send_forgotten_again(at=LATER) == {"35": 1}

    assert [row.message_id for row in Outgoing.objects.filter(sent_at=None)] == [lost]
    assert operations.send_forgotten_again(at=LATER) == {}


def test_a_message_that_is_passed_over_again_and_again_is_sent_ever_more_rarely(fujian):
    del fujian
    lost = _on_its_way("case-1", minutes=7, attempts=2)
    _on_its_way("case-2", minutes=5, delivered=True)

    assert operations.send_forgotten_again(at=LATER) == {}
    assert operations.send_forgotten_again(at=LATER + timedelta(minutes=2)) == {"35": 1}
    assert Outgoing.objects.get(message_id=lost).attempts == 3


def test_the_three_truths_of_a_subject_are_told_apart(fujian):
    sent, delivered, owed = (
        outbox.tell(["35"], NOTE, "case-1", {}, at=AT, sequence=n)[0] for n in (1, 2, 3)
    )
    Outgoing.objects.filter(message_id__in=[sent, delivered]).update(sent_at=AT)
    Outgoing.objects.filter(message_id=delivered).update(delivered_at=LATER)
    outbox.tell(["35"], NOTE, "case-2", {}, at=AT)
    inbox.receive(fujian.sends("test.unknown.v1"), at=AT)

    found = queries.transfers("case-1")

    assert [t.message_id for t in found] == [sent, delivered, owed], "and no receipt among them"
    assert [(t.sent_at, t.delivered_at) for t in found] == [(AT, None), (AT, LATER), (None, None)]
    assert queries.transfers("case-9") == []
    assert set(queries.transfers_of(["case-1", "case-2", "case-9"])) == {"case-1", "case-2"}


def test_a_node_is_late_since_its_oldest_unconfirmed_message(fujian):
    assert queries.waiting_since("35") is None
    outbox.tell(["35"], NOTE, "case-1", {}, at=AT)
    outbox.tell(["35"], NOTE, "case-2", {}, at=LATER)
    inbox.receive(fujian.sends("test.unknown.v1"), at=AT - timedelta(days=1))
    assert queries.waiting_since("35") == AT, "a receipt of ours is never confirmed, so never late"

    Outgoing.objects.filter(subject="case-1").update(delivered_at=LATER)
    assert queries.waiting_since("35") == LATER
    assert [row.subject for row in queries.undelivered(before=LATER + timedelta(1))] == ["case-2"]


def test_papers_are_taken_out_of_the_bucket_when_every_message_about_them_is_confirmed(db):
    paper = FileRef(digest="d" * 64, size=3, media_type="text/plain")
    for recipient in ("35", "52"):
        FileSent.objects.create(recipient=recipient, digest=paper.digest, size=3, uploaded_at=AT)
        for number in (1, 2):
            outbox.tell([recipient], NOTE, f"case-{number}", {}, files=[paper], at=AT)
    mine = Outgoing.objects.filter(recipient="35")
    mine.filter(subject="case-1").update(delivered_at=AT)
    assert uploads.take_finished(at=LATER) == []

    mine.update(delivered_at=AT)
    assert uploads.take_finished(at=AT + timedelta(minutes=1)) == [], "perhaps one is being written"
    assert uploads.take_finished(at=LATER) == [("35", paper.digest)]
    assert uploads.take_finished(at=now()) == []
