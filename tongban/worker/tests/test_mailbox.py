"""The mailbox against a real broker and PostgreSQL; this process is node 22, the test is node 35."""

import asyncio
import time
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from nats.js.object_store import ObjectStore

from tongban.basics import canonical
from tongban.exchange import addresses, bags, inbox, queries
from tongban.exchange.envelope import Paper
from tongban.exchange.models import Outgoing, Received
from tongban.exchange.tests.conftest import told
from tongban.record import papers
from tongban.worker import mailbox, pull
from tongban.worker.mailbox import Mailbox
from tongban.worker.tests.conftest import as_user, connected, mail, run, until

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = "test.note.v1"


@pytest.fixture
def notes():
    taken = []
    inbox.handles(NOTE)(lambda envelope: taken.append(envelope.data))
    return taken


async def running(process, act, *, count=1):
    """Mailboxes with their loops, while `act` looks on; afterwards all have left in order."""
    async with connected(process, hands=mailbox.LANES + 2) as (broker, hands):
        stop = asyncio.Event()
        works = [asyncio.ensure_future(Mailbox(broker, hands).run(stop)) for _ in range(count)]
        try:
            await act(hands)
        finally:
            stop.set()
            await asyncio.wait_for(asyncio.gather(*works), 60)


async def post(process, *raws, sender="35"):
    async with as_user(process.url_of(sender), inbox_prefix=f"_INBOX_{sender}") as client:
        jetstream = client.jetstream()
        for raw in raws:
            await jetstream.publish(f"mail.22.{sender}", raw)


def take_in(process, *raws, sender="35"):
    """Post messages and let them be taken in until the mailbox is empty."""

    async def act(_):
        await post(process, *raws, sender=sender)
        await until(lambda: is_empty(process), what="an empty mailbox")

    run(running(process, act))


async def is_empty(process):
    return not await mail(process, "22")


async def put_paper(process, name, content):
    async with as_user(process.url_of("35"), inbox_prefix="_INBOX_35") as client:
        store = ObjectStore("FILES_35_22", "OBJ_FILES_35_22", client.jetstream())
        await store.put(name, content)


def test_a_message_is_handled_and_gone_from_the_mailbox(broker_process, fujian, notes):
    take_in(broker_process, fujian.writes(NOTE, data={"n": 1}))

    assert notes == [{"n": 1}]
    assert [row.type for row in Outgoing.objects.all()] == ["exchange.receipt.v1"]


def test_a_message_is_handled_when_it_comes_and_not_when_a_batch_is_full(
    broker_process, fujian, notes
):
    async def act(_):
        await asyncio.sleep(0.5)
        began = time.monotonic()
        await post(broker_process, fujian.writes(NOTE))
        await until(lambda: notes, what="the effect")
        took.append(time.monotonic() - began)

    took = []
    run(running(broker_process, act))
    assert took[0] < pull.BEAT_SECONDS, "less than the request's own beat"


def test_many_messages_keep_the_order_of_their_subjects(broker_process, fujian):
    taken = {}
    inbox.handles(NOTE)(lambda e: taken.setdefault(e.subject, []).append(e.data))
    raws = [fujian.writes(NOTE, f"case-{n % 9}", n) for n in range(300)]

    take_in(broker_process, *raws)

    assert sum(map(len, taken.values())) == 300
    for subject, numbers in taken.items():
        assert numbers == sorted(numbers), subject


def test_under_load_messages_are_taken_in_together_and_one_bad_one_costs_no_other(
    broker_process, fujian, notes, monkeypatch
):
    """One receipt for many says that they were taken in together."""
    good = [fujian.writes(NOTE, f"case-{n % 5}", n) for n in range(90)]
    bad = fujian.writes(NOTE, data="bad").replace(b"bad", b"ill")
    raws = [*good[:45], bad, fujian.writes("test.unknown.v1"), *good[45:]]

    async def act(_):
        await until(lambda: is_empty(broker_process), what="an empty mailbox")

    run(post(broker_process, *raws))
    run(running(broker_process, act))

    assert sorted(notes) == list(range(90))
    assert sorted(row.code for row in queries.parked()) == ["bad-signature", "unknown-type"]
    receipts = Outgoing.objects.filter(type="exchange.receipt.v1")
    words = [word for *_, data in told(receipts) for word in data["words"]]
    assert len(words) == 91
    assert receipts.count() < 91


def test_of_a_bag_each_message_is_handled_or_refused_by_itself(broker_process, fujian, notes):
    good = [fujian.writes(NOTE, f"case-{n % 2}", n, message_id=uuid4()) for n in range(4)]
    bad = fujian.writes(NOTE, data="bad").replace(b"bad", b"ill")

    take_in(broker_process, bags.pack([*good[:3], bad]), bags.pack(good[1:]))

    assert sorted(notes) == [0, 1, 2, 3], "each once, though three came in two bags"
    assert [row.code for row in queries.parked()] == ["bad-signature"]


def test_a_bag_is_acknowledged_after_all_that_is_in_it(broker_process, fujian, monkeypatch):
    """The process leaves in the middle of a bag: it comes again, and nothing happens twice."""
    monkeypatch.setattr(mailbox, "LEAVE_SECONDS", 0.05)
    tries = []

    @inbox.handles(NOTE)
    def slow(envelope):
        tries.append(envelope.data)
        if len(tries) == 7:
            time.sleep(3)

    # One of no known type: all are tried together, then one after another, and the third is slow.
    raws = [fujian.writes(NOTE, "case-1", n, message_id=uuid4()) for n in range(4)]
    raws.append(fujian.writes("test.unknown.v1", "case-1", message_id=uuid4()))

    async def act(_):
        await post(broker_process, bags.pack(raws))
        await until(lambda: len(tries) == 7, what="the third")

    run(running(broker_process, act))
    assert tries == [0, 1, 2, 3, 0, 1, 2]
    assert not run(is_empty(broker_process))

    take_in(broker_process)
    assert tries[7:] in ([3], [3, 3]), "of those before it is known that they are here"
    assert Received.objects.filter(state="handled").count() == 4
    assert [row.code for row in queries.parked()] == ["unknown-type"]


def test_two_consumers_at_once_have_each_effect_once(broker_process, fujian):
    taken = []
    inbox.handles(NOTE)(lambda envelope: taken.append(envelope.data))
    # Every message lies there twice, as after a redelivery, and two workers take from the box.
    raws = [fujian.writes(NOTE, f"case-{n}", n) for n in range(60)]

    async def act(_):
        await post(broker_process, *raws, *raws)
        await until(lambda: is_empty(broker_process), what="an empty mailbox")

    run(running(broker_process, act, count=2))

    assert sorted(taken) == list(range(60))


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda raw: b"not json", "unreadable"),
        (lambda raw: raw.replace(b"case-1", b"case-2"), "bad-signature"),
        (
            lambda raw: raw.replace(b'"specversion":"1.0"', b'"specversion":"9.0"'),
            "unknown-version",
        ),
        (lambda raw: raw.replace(b'"/nodes/35"', b'"/nodes/52"'), "wrong-sender"),
        (lambda raw: b"[" + b" " * addresses.MAX_ENVELOPE_BYTES, "too-large"),
    ],
)
def test_a_message_that_cannot_be_opened_is_parked_and_the_next_one_goes_on(
    broker_process, fujian, notes, spoil, code
):
    good = fujian.writes(NOTE, data="good")
    take_in(broker_process, spoil(fujian.writes(NOTE, data="bad")), good)

    assert notes == ["good"]
    assert [row.code for row in queries.parked()] == [code]


def test_a_message_for_another_node_is_parked(broker_process, fujian, notes):
    take_in(broker_process, fujian.writes(NOTE, to="52"))

    assert queries.parked().get().code == "wrong-recipient"
    assert notes == []


@pytest.mark.parametrize("lane", ["zzzzzzzz", "", "１２３４５６７８", "0" * 300])
def test_nonsense_in_the_hint_for_the_lane_does_no_harm(broker_process, fujian, notes, lane):
    async def act(_):
        async with as_user(broker_process.url_of("35"), inbox_prefix="_INBOX_35") as client:
            await client.jetstream().publish(
                "mail.22.35", fujian.writes(NOTE), headers={"Tongban-Lane": lane}
            )
        await until(lambda: notes, what="the effect")

    run(running(broker_process, act))


def test_papers_are_fetched_checked_and_kept_before_the_handler_runs(broker_process, fujian):
    content = bytes(range(256)) * 1500
    paper = Paper(canonical.digest(content), len(content), "image/png")
    seen = []
    inbox.handles(NOTE)(lambda e: seen.append(b"".join(papers.chunks(e.files[0].digest))))
    run(put_paper(broker_process, paper.digest, content))

    take_in(broker_process, fujian.writes(NOTE, files=[paper]))

    assert seen == [content]


def test_a_paper_damaged_in_the_bucket_is_not_kept_and_is_asked_for_again(
    broker_process, fujian, notes
):
    content = b"what was signed"
    paper = Paper(canonical.digest(content), len(content), "text/plain")
    run(put_paper(broker_process, paper.digest, b"what lies there"))
    message = fujian.writes(NOTE, data="with a paper", files=[paper])

    take_in(broker_process, message)

    assert notes == []
    assert not papers.has(paper.digest)
    assert not papers.has(canonical.digest(b"what lies there"))
    assert queries.waiting().get().code == "papers-missing"
    [(recipient, kind, *_)] = told(Outgoing.objects.all())
    assert (recipient, kind) == ("35", "exchange.papers_again.v1")

    run(put_paper(broker_process, paper.digest, content))
    take_in(broker_process, fujian.writes("exchange.papers.v1", files=[paper]))
    assert notes == ["with a paper"]
    assert not queries.waiting().exists()


@pytest.mark.parametrize("size", [3, 10**12])
def test_a_paper_of_another_size_than_was_signed_is_not_kept(broker_process, fujian, notes, size):
    content = b"sixteen bytes !!" * 20_000
    paper = Paper(canonical.digest(content), size, "text/plain")
    run(put_paper(broker_process, paper.digest, content))

    take_in(broker_process, fujian.writes(NOTE, files=[paper]))

    assert notes == []
    assert queries.waiting().get().code == "papers-missing"


def test_while_the_database_is_away_nothing_is_lost_and_nothing_is_counted(
    broker_process, fujian, notes, monkeypatch
):
    receive = inbox.receive
    tries = []

    def away_at_first(envelope, *, at):
        tries.append(1)
        if len(tries) < 4:
            # The connection really dies, as when the server goes down under us.
            connection.connection.close()
            connection.ensure_connection()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return receive(envelope, at=at)

    monkeypatch.setattr(inbox, "receive", away_at_first)
    take_in(broker_process, fujian.writes(NOTE, data="patience"))

    assert notes == ["patience"]
    row = Received.objects.get()
    assert (row.state, row.attempts) == ("handled", 1)


def test_a_message_that_only_itself_cannot_be_written_is_set_aside(
    broker_process, fujian, notes, monkeypatch
):
    monkeypatch.setattr(mailbox, "LONGEST_PAUSE_SECONDS", 0.01)
    receive = inbox.receive

    def poisoned(envelope, *, at):
        if envelope.data == "poison":
            raise OperationalError("canceling statement due to statement timeout")
        return receive(envelope, at=at)

    monkeypatch.setattr(inbox, "receive", poisoned)
    take_in(broker_process, fujian.writes(NOTE, data="poison"), fujian.writes(NOTE, data="good"))

    assert notes == ["good"]
    assert queries.parked().get().code == "not-written"


@pytest.fixture
def slow_notes():
    began = []

    def slow(envelope):
        began.append(envelope.data)
        time.sleep(0.3)

    inbox.handles(NOTE)(slow)
    return began


def test_what_was_taken_is_brought_to_its_end_before_leaving(broker_process, fujian, slow_notes):
    raws = [fujian.writes(NOTE, "case-1", n) for n in range(6)]

    async def act(_):
        await post(broker_process, *raws)
        await until(lambda: slow_notes, what="the first")
        await asyncio.sleep(0.1)

    run(running(broker_process, act))

    assert slow_notes == list(range(len(slow_notes))), "in order"
    assert Received.objects.count() == len(slow_notes), "and what was begun was finished"


def test_what_takes_too_long_is_given_back_at_once(broker_process, fujian, slow_notes, monkeypatch):
    monkeypatch.setattr(mailbox, "LEAVE_SECONDS", 0.05)
    monkeypatch.setattr(mailbox, "BATCH", 1)
    raws = [fujian.writes(NOTE, "case-1", n) for n in range(6)]

    async def act(_):
        await post(broker_process, *raws)
        await until(lambda: slow_notes, what="the first")

    run(running(broker_process, act))
    assert len(slow_notes) < 6

    started = time.monotonic()
    take_in(broker_process)
    assert set(slow_notes) == set(range(6))
    assert Received.objects.count() == 6
    assert time.monotonic() - started < 8, "not only after the broker's own patience of ten seconds"


def test_messages_go_on_after_the_broker_was_away(broker_process, fujian, notes):
    async def act(_):
        await post(broker_process, fujian.writes(NOTE, data="before"))
        await until(lambda: notes, what="the first")
        await asyncio.to_thread(broker_process.stop)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(broker_process.start)
        await post(broker_process, fujian.writes(NOTE, data="after"))
        began = time.monotonic()
        await until(lambda: len(notes) == 2, what="the second")
        took.append(time.monotonic() - began)

    took = []
    run(running(broker_process, act))
    assert notes == ["before", "after"]
    assert took[0] < pull.SILENCE_SECONDS / 2, "it asks anew at once, not when silence tells it"


def test_waiting_messages_are_tried_again_without_anything_new_coming(broker_process, fujian):
    taken = []

    @inbox.handles(NOTE)
    def fail_first(envelope):
        if len(taken) < 2:
            taken.append("failed")
            raise KeyError("a bug")
        taken.append("handled")

    async def act(hands):
        await post(broker_process, fujian.writes(NOTE))
        await until(lambda: taken[-1:] == ["handled"], what="the retry")

    run(running(broker_process, act))
    assert Received.objects.get().state == "handled"


def test_the_same_message_published_twice_has_its_effect_once(broker_process, fujian, notes):
    raw = fujian.writes(NOTE, message_id=uuid4())
    take_in(broker_process, raw, raw)

    assert len(notes) == 1
