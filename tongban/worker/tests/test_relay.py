"""The relay against a real broker and PostgreSQL; this process is node 22."""

import asyncio
import contextlib
import io
import json
import time
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.timezone import now
from nats.js.errors import NotFoundError
from nats.js.object_store import ObjectStore

from tongban.exchange import addresses, outbox, receipts, uploads
from tongban.exchange.bags import MOST
from tongban.exchange.models import FileSent, Outgoing, Pause
from tongban.record import papers
from tongban.worker import bell, database, relay
from tongban.worker.housekeeping import Housekeeping
from tongban.worker.relay import Relay
from tongban.worker.tests.conftest import as_user, connected, mail, run, until

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = "test.note.v1"


def owe(subject="case-1", to="35", data=None, **more):
    [message_id] = outbox.tell([to], NOTE, subject, data or {}, at=now(), **more)
    return str(message_id)


async def send_all(process, **more):
    """One relay's work until nothing is left, without its loop."""
    async with connected(process) as (broker, hands), await database.connect("test") as link:
        one = Relay(broker, hands)
        results = []
        while (batch := await one.send_batch(link, **more)).sent:
            results.append(batch)
        return [*results, batch]


def ids(found):
    return [json.loads(raw)["id"] for *_, raw in found]


def test_what_is_owed_reaches_the_mailbox_and_is_marked_as_sent(broker_process):
    message_id = owe()

    [batch, _] = run(send_all(broker_process))

    assert batch.sent == 1
    [(subject, headers, raw)] = run(mail(broker_process, "35"))
    assert (subject, headers["Nats-Msg-Id"]) == ("mail.35.22", message_id)
    assert message_id.encode() in raw
    row = Outgoing.objects.get()
    assert row.sent_at is not None
    assert row.delivered_at is None
    assert len(run(send_all(broker_process))) == 1, "and nothing is sent a second time"


def test_messages_of_a_subject_arrive_in_their_order(broker_process):
    owed = {}
    for number in range(300):
        subject = f"case-{number % 7}"
        owed.setdefault(subject, []).append(owe(subject))

    run(send_all(broker_process))

    found = run(mail(broker_process, "35"))
    arrived = ids(found)
    assert len(arrived) == 300
    bags = {headers["Nats-Msg-Id"] for _, headers, _ in found}
    assert 300 / MOST <= len(bags) < 30, "many at a time"
    for in_order in owed.values():
        assert [one for one in arrived if one in set(in_order)] == in_order


def test_a_message_that_cannot_be_sealed_holds_up_its_own_subject_and_nothing_else(
    broker_process, monkeypatch
):
    """All of them would share one bag."""
    monkeypatch.setattr(addresses, "LANES", 1)
    first, broken, behind, other = owe("case-1"), owe("case-1"), owe("case-1"), owe("case-2")
    Outgoing.objects.filter(message_id=broken).update(envelope=b"changed at rest")

    run(send_all(broker_process))

    assert ids(run(mail(broker_process, "35"))) == [first, other]
    unsent = Outgoing.objects.filter(sent_at=None).order_by("id")
    assert [(str(one.message_id), one.attempts) for one in unsent] == [(broken, 1), (behind, 0)]


def test_a_large_message_travels_alone(broker_process, monkeypatch):
    monkeypatch.setattr(addresses, "LANES", 1)
    for size in (10, 300_000, 10, 10):
        owe(data={"word": "x" * size})

    run(send_all(broker_process))

    found = run(mail(broker_process, "35"))
    names = [headers["Nats-Msg-Id"] for _, headers, _ in found]
    assert len(found) == 4
    assert [names.count(name) for name in dict.fromkeys(names)] == [1, 1, 2]


def test_a_receipt_is_forgotten_once_it_is_sent(broker_process):
    with transaction.atomic():
        word = {"message": "x", "state": "handled", "code": "", "reason": ""}
        outbox.tell(["35"], receipts.TYPE, "case-1", {"words": [word]}, at=now())

    run(send_all(broker_process))

    assert len(run(mail(broker_process, "35"))) == 1
    assert not Outgoing.objects.exists()


async def publications(process, monkeypatch, *, relays=2):
    """Let relays work side by side; how often anything was published."""
    published = []
    publish = Relay._publish

    async def counted(self, bag):
        published.extend(row.id for row in bag)
        await asyncio.sleep(0.001)
        return await publish(self, bag)

    monkeypatch.setattr(Relay, "_publish", counted)

    async def one_relay():
        async with connected(process) as (broker, hands), await database.connect("test") as link:
            while (await Relay(broker, hands).send_batch(link)).sent:
                pass

    await asyncio.gather(*(one_relay() for _ in range(relays)))
    return published


def test_two_relays_at_once_publish_each_message_once(broker_process, monkeypatch):
    monkeypatch.setattr(relay, "BATCH", 5)
    for number in range(60):
        owe(f"case-{number}")

    published = run(publications(broker_process, monkeypatch))

    assert sorted(published) == sorted(Outgoing.objects.values_list("pk", flat=True))


def test_without_the_lock_two_relays_would_publish_messages_twice(broker_process, monkeypatch):
    """The measure of the test above: it sees what the lock prevents."""
    monkeypatch.setattr(relay, "BATCH", 5)
    pick = relay.PICK[True].replace("FOR UPDATE SKIP LOCKED", "")
    monkeypatch.setattr(relay, "PICK", {True: pick})
    for number in range(60):
        owe(f"case-{number}")

    assert len(run(publications(broker_process, monkeypatch))) > 60


def test_a_relay_does_not_overtake_what_another_one_is_sending(broker_process):
    first = owe("case-1")
    second = owe("case-1")
    other = owe("case-2")

    async def overtake():
        async with (
            connected(broker_process) as (broker, hands),
            await database.connect("test") as link,
            await database.connect("slow") as slow,
            slow.transaction(),
        ):
            hold = "SELECT FROM exchange_outgoing WHERE message_id = %s FOR UPDATE"
            await slow.execute(hold, [first])
            await Relay(broker, hands).send_batch(link)
        return ids(await mail(broker_process, "35"))

    assert run(overtake()) == [other]
    run(send_all(broker_process))
    assert ids(run(mail(broker_process, "35"))) == [other, first, second]


def test_a_crash_between_publishing_and_marking_sends_no_second_copy(broker_process, monkeypatch):
    owe()

    class Crash(Exception):
        pass

    async def crash(*_, **__):
        raise Crash

    note = relay._note
    monkeypatch.setattr(relay, "_note", crash)
    with pytest.raises(Crash):
        run(send_all(broker_process))
    assert Outgoing.objects.get().sent_at is None

    monkeypatch.setattr(relay, "_note", note)
    run(send_all(broker_process))
    assert Outgoing.objects.get().sent_at is not None
    assert len(run(mail(broker_process, "35"))) == 1


def test_a_node_without_a_mailbox_holds_up_nobody_else(broker_process):
    for number in (1, 2):
        owe("case-1", to="99", sequence=number)
    owe("case-1", to="35")

    batches = run(send_all(broker_process))

    assert batches[0].sent == 1
    assert len(run(mail(broker_process, "35"))) == 1
    first, second = Outgoing.objects.filter(recipient="99").order_by("id")
    assert first.attempts >= 1
    assert first.last_error
    pause = Pause.objects.get()
    assert pause.recipient == "99", "and no other has to wait"
    assert pause.until > pause.since
    assert (second.attempts, second.sent_at) == (0, None), "it waits behind the first"


async def running(process, act):
    """A relay with its loop, while `act` looks on."""
    async with connected(process) as (broker, hands):
        stop = asyncio.Event()
        work = asyncio.ensure_future(Relay(broker, hands).run(stop))
        try:
            return await act(hands)
        finally:
            stop.set()
            await asyncio.wait_for(work, 60)


def test_a_commit_is_sent_at_once_and_not_at_the_next_look(broker_process, monkeypatch):
    monkeypatch.setattr(bell, "LOOK_ANYWAY_SECONDS", 30.0)

    async def act(hands):
        await asyncio.sleep(0.5)
        began = time.monotonic()
        await hands.run(owe)
        await until(lambda: mail(broker_process, "35"), what="the message")
        return time.monotonic() - began

    assert run(running(broker_process, act)) < 5


async def commit_late(process, hands, *, after):
    """Write, commit only when a relay that does not know of it has long been asleep."""
    await asyncio.sleep(0.5)
    await hands.run(owe_slowly, after)
    with contextlib.suppress(TimeoutError):
        await until(lambda: mail(process, "35"), what="the message", seconds=3)
    return len(await mail(process, "35"))


def owe_slowly(seconds):
    with transaction.atomic():
        owe()
        time.sleep(seconds)


def test_a_commit_that_takes_its_time_is_not_slept_over(broker_process, monkeypatch):
    monkeypatch.setattr(bell, "LOOK_ANYWAY_SECONDS", 30.0)
    # The relay never rests before the writer begins, so the writer finds it awake.
    monkeypatch.setattr(bell, "AWAKE_SECONDS", 2.6)

    async def act(hands):
        return await commit_late(broker_process, hands, after=4.5)

    assert run(running(broker_process, act)) == 1


def test_without_the_lock_it_would_be_slept_over(broker_process, monkeypatch):
    """The measure of the test above."""
    monkeypatch.setattr(bell, "LOOK_ANYWAY_SECONDS", 30.0)
    monkeypatch.setattr(bell, "AWAKE_SECONDS", 2.6)
    monkeypatch.setattr(bell, "FALL_ASLEEP", "SELECT %s > 0")

    async def act(hands):
        return await commit_late(broker_process, hands, after=4.5)

    assert run(running(broker_process, act)) == 0


def test_two_relays_sleep_and_wake_together(broker_process, monkeypatch):
    monkeypatch.setattr(bell, "LOOK_ANYWAY_SECONDS", 30.0)

    async def act(hands):
        async def both(_):
            await asyncio.sleep(1.0)
            for number in range(5):
                await hands.run(owe, f"case-{number}")
                await asyncio.sleep(0.4)
            await until(all_there, what="all five", seconds=20)

        await running(broker_process, both)

    async def all_there():
        return len(await mail(broker_process, "35")) == 5

    run(running(broker_process, act))


def test_while_the_broker_is_away_all_is_kept_and_afterwards_all_is_sent(broker_process):
    async def act(hands):
        await asyncio.to_thread(broker_process.stop)
        for number in range(20):
            await hands.run(owe, f"case-{number % 5}")
        await until(lambda: hands.run(tried.exists), what="a try")
        await asyncio.to_thread(broker_process.start)
        came_back = time.monotonic()
        await until(lambda: none_left(hands), what="all messages sent")
        return time.monotonic() - came_back

    async def none_left(hands):
        return not await hands.run(unsent.exists)

    tried = Outgoing.objects.filter(attempts__gt=0)
    unsent = Outgoing.objects.filter(sent_at=None)
    took = run(running(broker_process, act))

    assert took < 10
    assert len(run(mail(broker_process, "35"))) == 20
    assert set(Outgoing.objects.values_list("last_error", flat=True)) == {""}


def test_a_relay_whose_server_lost_its_lead_goes_on_with_the_one_that_leads(
    broker_process, monkeypatch
):
    """As behind one address, where a connection may outlive the lead of its server."""
    connect, lost = database.connect, []

    async def connect_to_a_former_leader(purpose):
        link = await connect(purpose)
        if purpose == "relay" and len(lost) < len(("plain", "with papers")):
            lost.append(link)
            await link.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
        return link

    async def act(hands):
        await hands.run(owe)
        await until(lambda: mail(broker_process, "35"), what="the message")

    monkeypatch.setattr(database, "connect", connect_to_a_former_leader)
    run(running(broker_process, act))

    assert all(link.closed for link in lost)


def test_papers_lie_in_the_bucket_before_the_message_is_sent_and_once_only(broker_process):
    content = b"\x89PNG" + bytes(1_200_000)
    paper = papers.put(io.BytesIO(content), media_type="image/png")
    for number in (1, 2):
        owe(f"case-{number}", files=[paper])

    run(send_all(broker_process, is_plain=False))

    async def look():
        async with as_user(broker_process.admin_url) as client:
            jetstream = client.jetstream()
            store = ObjectStore("FILES_22_35", "OBJ_FILES_22_35", jetstream)
            stream = await jetstream.stream_info("OBJ_FILES_22_35")
            return (await store.get(paper.digest)).data, stream.state.messages

    data, pieces = run(look())
    assert data == content
    assert pieces == 4, "three pieces and the name: uploaded once for two messages"
    assert FileSent.objects.get().digest == paper.digest
    assert Outgoing.objects.filter(sent_at=None).count() == 0


def test_a_message_whose_paper_is_missing_here_says_so_and_holds_up_no_other(broker_process):
    there = papers.put(io.BytesIO(b"there"))
    gone = papers.put(io.BytesIO(b"gone"))
    papers._place(gone.digest).unlink()
    owe("case-1", files=[gone])
    owe("case-2", files=[there])

    run(send_all(broker_process, is_plain=False))

    row = Outgoing.objects.get(subject="case-1")
    assert (row.sent_at, gone.digest[:12] in row.last_error) == (None, True)
    assert Outgoing.objects.get(subject="case-2").sent_at is not None


def test_plain_news_about_a_subject_wait_for_its_papers(broker_process):
    """Two lanes, one order: the message with papers was written first, so it arrives first."""
    paper = papers.put(io.BytesIO(b"a paper"))
    first = owe("case-1", files=[paper])
    second = owe("case-1")

    async def act(hands):
        await until(two, what="both messages")
        return ids(await mail(broker_process, "35"))

    async def two():
        return len(await mail(broker_process, "35")) == 2

    assert run(running(broker_process, act)) == [first, second]


def test_papers_leave_the_bucket_when_the_message_is_confirmed(broker_process, monkeypatch):
    paper = papers.put(io.BytesIO(b"a paper"))
    owe("case-1", files=[paper])
    run(send_all(broker_process, is_plain=False))
    monkeypatch.setattr(uploads, "QUIET", timedelta(0))

    async def tidy():
        async with connected(broker_process) as (broker, hands):
            return await Housekeeping(broker, hands).look()

    async def pieces():
        async with as_user(broker_process.admin_url) as client:
            store = await client.jetstream().object_store("FILES_22_35")
            with contextlib.suppress(NotFoundError):
                return [one.name for one in await store.list(ignore_deletes=True)]
            return []

    assert run(tidy()) == 0, "it may still be needed"
    assert run(pieces()) == [paper.digest]

    Outgoing.objects.update(delivered_at=now())
    assert run(tidy()) == 1
    assert run(pieces()) == []
    assert run(tidy()) == 0

    owe("case-2", files=[paper])
    run(send_all(broker_process, is_plain=False))
    assert run(pieces()) == [paper.digest], "and it can come again"
