from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError

from tongban.basics.refusals import Refused
from tongban.exchange import attempts, inbox, outbox, posting, queries, registry
from tongban.exchange.envelope import (
    BadSignature,
    Paper,
    UnknownKey,
    Unreadable,
)
from tongban.exchange.inbox import Outcome
from tongban.exchange.models import Outgoing, Received
from tongban.exchange.tests.conftest import AT, NOTE, STEP, asked, introduced, told

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(minutes=10)


def receipts():
    rows = Outgoing.objects.filter(type="exchange.receipt.v1").order_by("id")
    return [word for *_, data in told(rows) for word in data["words"]]


def test_a_message_is_handled_and_its_sender_gets_a_receipt(fujian, notes):
    message = fujian.sends(NOTE, data={"n": 1})

    assert inbox.receive(message, at=AT) is Outcome.HANDLED

    assert notes == [{"n": 1}]
    row = Received.objects.get()
    assert (row.state, row.handled_at, row.received_at) == ("handled", AT, AT)
    assert not row.envelope, "what was handled lies in the domain's tables, not twice"
    assert receipts() == [
        {"message": str(message.id), "state": "handled", "code": "", "reason": ""}
    ]
    assert Outgoing.objects.get().recipient == "35"


def test_a_message_that_comes_twice_has_its_effect_once_and_its_receipt_twice(fujian, notes):
    message = fujian.sends(NOTE)
    inbox.receive(message, at=AT)

    assert inbox.receive(message, at=LATER) is Outcome.DUPLICATE

    assert len(notes) == 1
    assert Received.objects.count() == 1
    assert [word["state"] for word in receipts()] == ["handled", "handled"]


def test_the_same_id_from_two_nodes_is_two_messages(fujian, guizhou, notes):
    the_id = uuid4()
    inbox.receive(fujian.sends(NOTE, message_id=the_id), at=AT)
    inbox.receive(guizhou.sends(NOTE, message_id=the_id), at=AT)

    assert len(notes) == 2


def test_messages_out_of_order_wait_and_are_handled_in_order(fujian, steps):
    first, second, third = (fujian.sends(STEP, sequence=n) for n in (1, 2, 3))

    assert inbox.receive(third, at=AT) is Outcome.WAITING
    assert inbox.receive(second, at=AT) is Outcome.WAITING
    assert steps == []
    assert [row.code for row in queries.waiting()] == ["gap", "gap"]
    assert receipts() == [], "delivered means that it was committed, not that it lies here"

    assert inbox.receive(first, at=AT) is Outcome.HANDLED
    assert steps == [1, 2, 3]
    assert not queries.waiting().exists()
    assert {word["message"] for word in receipts()} == {str(m.id) for m in (first, second, third)}
    assert not Received.objects.exclude(envelope=b"").exists()


def test_what_is_missing_is_asked_for_once_and_again_when_it_does_not_come(fujian, steps):
    inbox.receive(fujian.sends(STEP, sequence=4), at=AT)
    inbox.receive(fujian.sends(STEP, sequence=3), at=AT)
    assert asked() == [("35", {"type": STEP, "from": 1})]

    assert inbox.due_subjects(at=AT + timedelta(seconds=1)) == []
    assert inbox.due_subjects(at=LATER) == ["case-1"]
    inbox.try_waiting("case-1", at=LATER)
    assert asked() == [("35", {"type": STEP, "from": 1})] * 2


def test_what_waits_behind_a_refused_message_is_asked_for_ever_more_rarely(fujian):
    refused = {1}
    taken = []

    @inbox.handles(STEP)
    def take(envelope):
        if envelope.sequence in refused:
            raise Refused("这份记录的签名不对")
        if envelope.sequence > len(taken) + 1:
            raise inbox.Gap(len(taken) + 1)
        taken.append(envelope.sequence)

    assert inbox.receive(fujian.sends(STEP, sequence=1), at=AT) is Outcome.PARKED
    assert inbox.receive(fujian.sends(STEP, sequence=2), at=AT) is Outcome.WAITING
    assert asked() == [], "the same would come, and be refused again"

    for hours in (1, 3, 7, 15, 31):
        due = AT + timedelta(hours=hours)
        assert [row.retry_at for row in queries.waiting()] == [due]
        inbox.try_waiting("case-1", at=due)
    assert asked() == [("35", {"type": STEP, "from": 1})] * 5

    refused.clear()
    assert inbox.receive(fujian.sends(STEP, sequence=1), at=LATER) is Outcome.HANDLED
    assert taken == [1, 2]


def test_a_gap_in_one_subject_holds_no_other_subject(fujian, steps):
    inbox.receive(fujian.sends(STEP, subject="case-1", sequence=2), at=AT)

    assert inbox.receive(fujian.sends(STEP, subject="case-2", sequence=1), at=AT) is Outcome.HANDLED


def test_a_gap_may_be_filled_by_another_node(fujian, guizhou, steps):
    inbox.receive(fujian.sends(STEP, sequence=2), at=AT)

    inbox.receive(guizhou.sends(STEP, sequence=1), at=AT)

    assert steps == [1, 2]


def test_a_node_asked_for_messages_tells_them_to_the_one_who_asks(fujian):
    calls = []

    @outbox.resends(STEP)
    def resend(*, subject, from_seq, recipient, at):
        calls.append((subject, from_seq, recipient))

    request = fujian.sends("exchange.resend.v1", data={"type": STEP, "from": 3})
    assert inbox.receive(request, at=AT) is Outcome.HANDLED

    assert calls == [("case-1", 3, "35")]


@pytest.mark.parametrize(
    "data", [{}, {"type": STEP}, {"type": STEP, "from": 0}, {"type": STEP, "from": "1"}, [], "x"]
)
def test_a_request_that_makes_no_sense_is_parked(fujian, data):
    assert inbox.receive(fujian.sends("exchange.resend.v1", data=data), at=AT) is Outcome.PARKED
    assert Received.objects.get().code == "unreadable"


def test_what_a_handler_refuses_is_parked_with_the_reason_and_the_sender_learns_it(fujian, notes):
    @inbox.handles("test.refused.v1")
    def refuse(envelope):
        raise Refused("办理机关不在本节点的辖区")

    message = fujian.sends("test.refused.v1")
    assert inbox.receive(message, at=AT) is Outcome.PARKED

    row = queries.parked().get()
    assert (row.code, row.reason) == ("refused", "办理机关不在本节点的辖区")
    assert receipts() == [
        {
            "message": str(message.id),
            "state": "parked",
            "code": "refused",
            "reason": "办理机关不在本节点的辖区",
        }
    ]
    assert inbox.receive(fujian.sends(NOTE), at=AT) is Outcome.HANDLED, "others go on"


def test_what_registers_for_a_kind_of_refusal_keeps_it_besides_the_parked_message(fujian):
    class Forged(Refused):
        pass

    kept = []

    @registry.keeps(Forged)
    def keep(refusal, envelope, *, at):
        kept.append((refusal.message, envelope.sender, at))

    @inbox.handles("test.refused.v1")
    def refuse(envelope):
        raise (Forged if envelope.subject == "case-1" else Refused)("不收")

    for subject in ("case-1", "case-2"):
        message = fujian.sends("test.refused.v1", subject)
        assert inbox.receive(message, at=AT) is Outcome.PARKED

    assert kept == [("不收", "35", AT)]
    with pytest.raises(ValueError, match="two functions"):
        registry.keeps(Forged)(lambda refusal, envelope, *, at: None)


def test_a_refused_message_leaves_nothing_of_its_handler(fujian, guizhou):
    @inbox.handles("test.refused.v1")
    def refuse(envelope):
        Outgoing.objects.update(last_error="half done")
        outbox.tell(["52"], NOTE, "case-1", {}, at=AT)
        raise Refused("不收")

    inbox.receive(fujian.sends("test.refused.v1"), at=AT)

    assert not Outgoing.objects.filter(recipient="52").exists()
    assert not Outgoing.objects.filter(last_error="half done").exists()


def test_a_type_or_a_version_that_nobody_handles_is_parked(fujian):
    assert inbox.receive(fujian.sends("case.events.v9"), at=AT) is Outcome.PARKED

    row = queries.parked().get()
    assert row.code == "unknown-type"
    assert "case.events.v9" in row.reason
    assert row.is_verified
    assert [word["code"] for word in receipts()] == ["unknown-type"]


def test_a_bug_is_tried_again_at_growing_distances_and_then_parked(fujian, notes):
    tries = []

    @inbox.handles("test.bug.v1")
    def fail(envelope):
        tries.append(1)
        raise KeyError("a bug")

    at = AT
    assert inbox.receive(fujian.sends("test.bug.v1"), at=at) is Outcome.WAITING
    waits = []
    while row := queries.waiting().first():
        assert row.retry_at
        waits.append(row.retry_at - at)
        assert inbox.due_subjects(at=row.retry_at - timedelta(milliseconds=1)) == []
        at = row.retry_at
        inbox.try_waiting("case-1", at=at)

    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=1)
    assert waits[-1] <= timedelta(minutes=5)
    row = queries.parked().get()
    assert (row.code, row.attempts) == ("handler-failed", attempts.TRIES)
    assert "KeyError" in row.reason
    assert [word["state"] for word in receipts()] == ["parked"]


def test_a_bug_that_is_gone_at_the_next_try_has_done_no_harm(fujian):
    bugs = ["with a savepoint", "plainly"]

    @inbox.handles("test.bug.v1")
    def fail(envelope):
        if bugs:
            raise KeyError(bugs.pop())

    inbox.receive(fujian.sends("test.bug.v1"), at=AT)
    assert inbox.try_waiting("case-1", at=LATER) == 1

    row = Received.objects.get()
    assert (row.state, row.attempts, row.retry_at, row.code) == ("handled", 2, None, "")
    assert row.handled_at == LATER
    assert not row.envelope


def test_a_message_does_not_overtake_one_of_its_sender_and_subject_that_failed(fujian, notes):
    failing = [True]

    @inbox.handles("test.bug.v1")
    def fail(envelope):
        if failing:
            raise KeyError("a bug")
        notes.append("the first")

    inbox.receive(fujian.sends("test.bug.v1"), at=AT)
    assert inbox.receive(fujian.sends(NOTE, data="the second"), at=AT) is Outcome.WAITING
    other = fujian.sends(NOTE, subject="case-2", data="of another case")
    assert inbox.receive(other, at=AT) is Outcome.HANDLED
    assert notes == ["of another case"]

    failing.clear()
    inbox.try_waiting("case-1", at=LATER)
    assert notes == ["of another case", "the first", "the second"]


def test_what_was_held_back_goes_on_when_the_one_before_it_is_parked(fujian, notes):
    @inbox.handles("test.bug.v1")
    def fail(envelope):
        raise KeyError("a bug")

    inbox.receive(fujian.sends("test.bug.v1"), at=AT)
    inbox.receive(fujian.sends(NOTE, data="behind"), at=AT)
    at = AT
    for _ in range(attempts.TRIES):
        at += timedelta(hours=1)
        inbox.try_waiting("case-1", at=at)

    assert queries.parked().count() == 1
    assert notes == ["behind"]


def test_the_database_going_away_is_no_fault_of_the_message(fujian):
    away = [True]

    @inbox.handles("test.away.v1")
    def handler(envelope):
        if away:
            raise OperationalError("the server went away")

    message = fujian.sends("test.away.v1")
    with pytest.raises(OperationalError):
        inbox.receive(message, at=AT)
    assert not Received.objects.exists()

    away.clear()
    assert inbox.receive(message, at=AT) is Outcome.HANDLED


def test_a_receipt_marks_the_message_as_delivered_and_is_not_receipted(fujian):
    [message_id] = outbox.tell(["35"], NOTE, "case-1", {}, at=AT)
    word = {"message": str(message_id), "state": "handled", "code": "", "reason": ""}

    for _ in range(2):
        assert inbox.receive(fujian.sends("exchange.receipt.v1", data={"words": [word]}), at=LATER)

    row = Outgoing.objects.get()
    assert row.delivered_at == AT, "the moment at which the other node wrote the receipt"
    assert not row.envelope, "nothing personal is kept longer than needed"
    assert not Received.objects.exists()


def test_a_receipt_of_a_node_the_message_did_not_go_to_counts_for_nothing(fujian, guizhou):
    [message_id] = outbox.tell(["35"], NOTE, "case-1", {}, at=AT)
    word = {"message": str(message_id), "state": "handled", "code": "", "reason": ""}

    inbox.receive(guizhou.sends("exchange.receipt.v1", data={"words": [word]}), at=AT)

    assert Outgoing.objects.get().delivered_at is None


def test_the_sender_sees_that_its_message_is_parked_until_it_is_handled(fujian):
    [message_id] = outbox.tell(["35"], NOTE, "case-1", {}, at=AT)
    word = {"message": str(message_id), "state": "parked", "code": "unknown-type", "reason": "升级"}
    inbox.receive(fujian.sends("exchange.receipt.v1", data={"words": [word]}), at=AT)
    [transfer] = queries.transfers("case-1")
    assert (transfer.delivered_at, transfer.parked_reason) == (None, "升级")

    word = {"message": str(message_id), "state": "handled", "code": "", "reason": ""}
    inbox.receive(fujian.sends("exchange.receipt.v1", data={"words": [word]}), at=AT)
    word = {"message": str(message_id), "state": "parked", "code": "late", "reason": "迟到的话"}
    inbox.receive(fujian.sends("exchange.receipt.v1", data={"words": [word]}), at=AT)
    [transfer] = queries.transfers("case-1")
    assert (transfer.delivered_at, transfer.parked_reason) == (AT, "")


@pytest.mark.parametrize(
    "data",
    [{}, {"words": 1}, {"words": [{}]}, {"words": [{"message": "x", "state": "handled",
     "code": "", "reason": ""}]}, {"words": [{"message": str(uuid4()), "state": "lost",
     "code": "", "reason": ""}]}],
)  # fmt: skip
def test_a_receipt_that_makes_no_sense_is_a_fault_of_its_sender(fujian, data):
    with pytest.raises(Unreadable):
        inbox.receive(fujian.sends("exchange.receipt.v1", data=data), at=AT)
    assert not inbox.receive_plainly([fujian.sends("exchange.receipt.v1", data=data)], at=AT)


def test_several_messages_at_once_are_one_receipt_for_each_sender(fujian, guizhou, steps, notes):
    [sent] = outbox.tell(["35"], NOTE, "case-1", {}, at=AT)
    word = {"message": str(sent), "state": "handled", "code": "", "reason": ""}
    batch = [
        *(fujian.sends(STEP, subject="case-7", sequence=n) for n in (1, 2, 3)),
        guizhou.sends(NOTE, data="from 贵州"),
        fujian.sends(NOTE, data="from 福建"),
        fujian.sends("exchange.receipt.v1", data={"words": [word]}),
    ]

    assert inbox.receive_plainly(batch, at=AT)

    assert steps == [1, 2, 3]
    assert sorted(notes) == ["from 福建", "from 贵州"]
    assert Received.objects.count() == 5
    rows = Outgoing.objects.filter(type="exchange.receipt.v1")
    assert sorted((to, len(data["words"])) for to, *_, data in told(rows)) == [("35", 4), ("52", 1)]
    assert Outgoing.objects.get(message_id=sent).delivered_at is not None


def test_a_message_twice_among_several_has_its_effect_once(fujian, notes):
    message = fujian.sends(NOTE)

    assert inbox.receive_plainly([message, message], at=AT)
    assert inbox.receive_plainly([message], at=AT)

    assert len(notes) == 1
    assert {word["message"] for word in receipts()} == {str(message.id)}


@pytest.mark.parametrize("trouble", ["gap", "refusal", "bug", "type", "papers", "waiting"])
def test_one_message_that_is_not_plain_leaves_nothing_of_the_others(fujian, steps, notes, trouble):
    @inbox.handles("test.refused.v1")
    def refuse(envelope):
        raise Refused("不收")

    @inbox.handles("test.bug.v1")
    def fail(envelope):
        raise KeyError

    odd = {
        "gap": lambda: fujian.sends(STEP, sequence=9),
        "refusal": lambda: fujian.sends("test.refused.v1"),
        "bug": lambda: fujian.sends("test.bug.v1"),
        "type": lambda: fujian.sends("test.unheard.v1"),
        "papers": lambda: fujian.sends(NOTE, files=[Paper("c" * 64, 7, "image/png")]),
        "waiting": lambda: fujian.sends(STEP, sequence=1),
    }[trouble]()
    if trouble == "waiting":
        inbox.receive(fujian.sends(STEP, sequence=2), at=AT)
    before = (Received.objects.count(), Outgoing.objects.count())

    assert not inbox.receive_plainly([fujian.sends(NOTE, subject="a"), odd], at=AT)

    assert (Received.objects.count(), Outgoing.objects.count()) == before


def test_a_message_that_cannot_be_opened_is_parked_with_the_reason(fujian):
    raw = fujian.writes(NOTE).replace(b"case-1", b"case-9")
    with pytest.raises(BadSignature) as fault:
        posting.opened(raw, published_by="35", at=AT)

    inbox.park(raw, fault.value, published_by="35", at=AT)
    inbox.park(raw, fault.value, published_by="35", at=LATER)

    row = queries.parked().get()
    assert (row.code, row.sender, row.is_verified) == ("bad-signature", "35", False)
    assert "签名与节点35不符" in row.reason
    assert receipts() == [], "who wrote it is not certain, so nobody is told"


def test_a_forged_message_cannot_take_the_place_of_the_genuine_one(fujian, notes):
    genuine = fujian.sends(NOTE, data="genuine")
    forged = genuine.raw.replace(b"genuine", b"forgery")
    inbox.park(forged, BadSignature("35"), published_by="35", at=AT)

    assert inbox.receive(genuine, at=AT) is Outcome.HANDLED
    assert notes == ["genuine"]


def test_any_bytes_can_be_parked(db):
    inbox.park(b"\x00\xff not text", UnknownKey("35", "k"), published_by="35", at=AT)

    assert queries.parked().count() == 1


def test_a_message_whose_key_was_taken_from_the_directory_while_it_waited_is_parked(fujian, steps):
    inbox.receive(fujian.sends(STEP, sequence=2), at=AT)
    introduced("35")

    assert inbox.try_waiting("case-1", at=LATER) == 0
    assert queries.parked().get().code == "unknown-key"


def test_a_type_is_handled_by_one_function_only(notes):
    with pytest.raises(ValueError, match=NOTE):
        inbox.handles(NOTE)(print)

    outbox.resends(NOTE)(print)
    with pytest.raises(ValueError, match="resent by two"):
        outbox.resends(NOTE)(repr)
