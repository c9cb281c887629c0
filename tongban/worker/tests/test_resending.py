"""What the broker forgets comes by itself, and a new connection takes everything along."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from tongban.exchange import inbox, outbox
from tongban.exchange.models import FileSent, Outgoing
from tongban.exchange.tests.conftest import AT
from tongban.worker import mailbox
from tongban.worker.mailbox import Mailbox
from tongban.worker.resending import Resending
from tongban.worker.tests.conftest import _empty, as_user, connected, mail, run, until

NOTE = "test.note.v1"


@pytest.mark.django_db(transaction=True)
def test_a_mailbox_goes_on_when_its_client_was_closed_and_has_a_successor(broker_process, fujian):
    """A reload of the broker's passwords closes clients, and a closed one does not come back."""
    taken = []
    inbox.handles(NOTE)(lambda envelope: taken.append(envelope.data))

    async def post(n):
        url = broker_process.url_of("35")
        async with as_user(url, inbox_prefix="_INBOX_35") as client:
            await client.jetstream().publish("mail.22.35", fujian.writes(NOTE, data=n))

    async def scene():
        async with connected(broker_process, hands=mailbox.LANES + 2) as (broker, hands):
            stop = asyncio.Event()
            work = asyncio.ensure_future(Mailbox(broker, hands).run(stop))
            await post(1)
            await until(lambda: taken == [1], what="the first")
            await broker.client.close()
            await until(lambda: broker.is_connected, what="the successor")
            await post(2)
            try:
                await until(lambda: taken == [1, 2], what="the second")
            finally:
                stop.set()
                await work

    run(scene())


@pytest.mark.django_db(transaction=True)
def test_when_the_mailboxes_began_anew_everything_unconfirmed_is_sent_again(broker_process, fujian):
    del fujian  # introduces 35, so that something can be told to it
    first, second = (outbox.tell(["35"], NOTE, f"case-{n}", {}, at=AT)[0] for n in (1, 2))
    Outgoing.objects.update(sent_at=AT)
    Outgoing.objects.filter(message_id=first).update(delivered_at=AT)
    FileSent.objects.create(recipient="35", digest="0" * 64, size=1, uploaded_at=AT)

    async def scene():
        async with connected(broker_process) as (broker, hands):
            resending = Resending(broker, hands)
            counts.append(await resending.look())
            counts.append(await resending.look())
            await _empty(broker_process)
            counts.append(await resending.look())
            counts.append(await resending.look())

    counts = []
    run(scene())
    assert counts == [0, 0, 1, 0]
    assert [row.message_id for row in Outgoing.objects.filter(sent_at=None)] == [second]
    assert not FileSent.objects.exists(), "the papers are gone with the buckets"


@pytest.mark.django_db(transaction=True)
def test_a_look_while_the_mailbox_is_being_made_is_repeated_soon(broker_process, monkeypatch):
    monkeypatch.setattr("tongban.worker.resending.Resending.SOON_SECONDS", 0.05)

    async def scene():
        async with connected(broker_process) as (broker, hands):
            stop = asyncio.Event()
            resending = Resending(broker, hands, seconds=0.05)
            async with as_user(broker_process.admin_url) as admin:
                await admin.jetstream().delete_stream("MAIL_22")
            work = asyncio.ensure_future(resending.run(stop))
            await asyncio.sleep(0.2)
            assert not work.done()
            await _empty(broker_process)
            await until(lambda: resending._mailbox, what="a look that succeeds")
            stop.set()
            await work

    run(scene())
    assert run(mail(broker_process, "22")) == []


def test_what_was_held_from_a_former_mailbox_takes_nothing_out_of_the_new_one():
    said = []

    def message(name, day):
        async def ack():
            said.append(name)

        place = SimpleNamespace(
            sequence=SimpleNamespace(stream=7), timestamp=datetime(2026, 11, day, tzinfo=UTC)
        )
        return SimpleNamespace(metadata=place, headers={}, subject="mail.22.35", data=b"", ack=ack)

    async def scene():
        box = Mailbox(SimpleNamespace(on_connect=[]), None)
        former, again, new = message("former", 21), message("former", 21), message("new", 22)
        for one in (former, again, new):
            await box._hold(one)
        assert sum(lane.qsize() for lane in box._lanes) == 2, "the same one is taken once"
        await box._done(former)
        assert said == []
        await box._done(new)
        assert said == ["new"]
        assert box._held == {}

    run(scene())
