"""What the broker lets a node do, tried on a real one with the configuration we generate."""

import asyncio
import json
import socket
from uuid import uuid4

import pytest
from django.utils.timezone import now
from nats.js.api import ObjectMeta
from nats.js.object_store import ObjectStore

from tongban.exchange import addresses
from tongban.exchange.envelope import Fault, Recipient, open_envelope
from tongban.exchange.tests.alone import seal_envelope
from tongban.jurisdictions import keys
from tongban.trust import signing
from tongban.worker.tests.conftest import as_user, mail, run, until

FORBIDDEN_TO_SAY = [
    # speak as somebody else
    ("22", "mail.35.52"),
    ("22", "mail.35.00"),
    ("22", "mail.22.35"),
    ("22", "mail.35.22.x"),
    ("22", "beat.35"),
    ("00", "mail.35.22"),
    # read another's mailbox, or its own in a way that takes from nobody's sight
    ("22", "$JS.API.CONSUMER.MSG.NEXT.MAIL_35.inbox"),
    ("22", "$JS.API.STREAM.MSG.GET.MAIL_35"),
    ("22", "$JS.API.DIRECT.GET.MAIL_35"),
    ("22", "$JS.API.DIRECT.GET.MAIL_35.mail.35.52"),
    ("22", "$JS.API.CONSUMER.INFO.MAIL_35.inbox"),
    ("22", "$JS.API.STREAM.INFO.MAIL_35"),
    ("00", "$JS.API.CONSUMER.MSG.NEXT.MAIL_22.inbox"),
    ("00", "$JS.API.STREAM.MSG.GET.MAIL_22"),
    ("00", "$JS.API.DIRECT.GET.MAIL_22"),
    # acknowledge another's mail, so that it is gone
    ("22", "$JS.ACK.MAIL_35.inbox.1.1.1.1.0"),
    ("00", "$JS.ACK.MAIL_35.inbox.1.1.1.1.0"),
    # make consumers: they may be told to deliver anywhere
    ("22", "$JS.API.CONSUMER.CREATE.MAIL_35"),
    ("22", "$JS.API.CONSUMER.CREATE.MAIL_22"),
    ("22", "$JS.API.CONSUMER.CREATE.MAIL_22.x"),
    ("22", "$JS.API.CONSUMER.DURABLE.CREATE.MAIL_35.x"),
    ("22", "$JS.API.CONSUMER.CREATE.OBJ_FILES_35_22"),
    ("22", "$JS.API.CONSUMER.DELETE.MAIL_35.inbox"),
    ("22", "$JS.API.CONSUMER.DELETE.MAIL_22.inbox"),
    ("00", "$JS.API.CONSUMER.CREATE.MAIL_22"),
    # read files between others; write where others read
    ("22", "$JS.API.STREAM.MSG.GET.OBJ_FILES_35_52"),
    ("22", "$JS.API.DIRECT.GET.OBJ_FILES_35_52"),
    ("00", "$JS.API.STREAM.MSG.GET.OBJ_FILES_35_22"),
    ("22", "$O.FILES_35_22.C.x"),
    ("22", "$O.FILES_35_52.M.x"),
    ("00", "$O.FILES_22_35.C.x"),
    ("22", "$JS.API.STREAM.PURGE.OBJ_FILES_35_22"),
    # change, empty or remove streams
    ("22", "$JS.API.STREAM.PURGE.MAIL_35"),
    ("22", "$JS.API.STREAM.PURGE.MAIL_22"),
    ("22", "$JS.API.STREAM.DELETE.MAIL_35"),
    ("22", "$JS.API.STREAM.DELETE.MAIL_22"),
    ("22", "$JS.API.STREAM.DELETE.OBJ_FILES_22_35"),
    ("22", "$JS.API.STREAM.UPDATE.MAIL_22"),
    ("22", "$JS.API.STREAM.CREATE.MINE"),
    ("22", "$JS.API.STREAM.MSG.DELETE.MAIL_35"),
    ("22", "$JS.API.STREAM.MSG.DELETE.OBJ_FILES_35_22"),
    ("00", "$JS.API.STREAM.DELETE.MAIL_22"),
    ("00", "$JS.API.STREAM.PURGE.MAIL_22"),
    # look around
    ("22", "$JS.API.STREAM.LIST"),
    ("22", "$JS.API.STREAM.NAMES"),
    ("22", "$SYS.REQ.SERVER.PING"),
    # answer in somebody's place
    ("22", "_INBOX_35.abc"),
]

FORBIDDEN_TO_HEAR = [
    ("22", ">"),
    ("22", "mail.>"),
    ("22", "mail.22.*"),
    ("22", "mail.35.22"),
    ("22", "_INBOX_35.>"),
    ("22", "_INBOX.>"),
    ("22", "*.*"),
    ("22", "beat.*"),
    ("22", "$JS.>"),
    ("22", "$JS.API.>"),
    ("22", "$JS.ACK.>"),
    ("22", "$JS.EVENT.>"),
    ("22", "$O.FILES_35_22.>"),
    ("22", "$O.>"),
    ("22", "$SYS.>"),
    ("00", ">"),
    ("00", "mail.>"),
    ("00", "_INBOX_22.>"),
    ("00", "$O.>"),
]


async def refusals(process, node, act):
    """What the broker objects to while a node does something."""
    said = []

    async def hear(error):
        said.append(str(error).lower())

    async with as_user(process.url_of(node), error_cb=hear) as client:
        await act(client)
        await client.flush()
        await asyncio.sleep(0)
        await client.flush()
    return [words for words in said if "permissions violation" in words]


@pytest.fixture
def full(broker_process):
    """Mail for 35 from 22, a paper from 35 for 52; whoever meddles would change these."""

    async def fill():
        async with as_user(broker_process.admin_url) as client:
            jetstream = client.jetstream()
            await jetstream.publish("mail.35.22", b"for 35")
            await jetstream.publish("mail.22.35", b"for 22")
            await ObjectStore("FILES_35_52", "OBJ_FILES_35_52", jetstream).put("paper", b"secret")
            return await counts(jetstream)

    before = run(fill())
    yield broker_process

    async def compare():
        async with as_user(broker_process.admin_url) as client:
            return await counts(client.jetstream())

    assert run(compare()) == before


async def counts(jetstream):
    infos = await jetstream.streams_info()
    return {info.config.name: (info.state.messages, info.state.consumer_count) for info in infos}


@pytest.mark.parametrize("node", ["00", "22"])
def test_a_node_cannot_say_what_is_not_its_own_to_say(full, node):
    subjects = [subject for who, subject in FORBIDDEN_TO_SAY if who == node]

    async def say_all(client):
        for subject in subjects:
            await client.publish(subject, b"{}")

    said = run(refusals(full, node, say_all))

    for subject in subjects:
        assert any(f'publish to "{subject.lower()}"' in words for words in said), subject


@pytest.mark.parametrize("node", ["00", "22"])
def test_a_node_cannot_hear_what_is_not_meant_for_it(full, node):
    subjects = [subject for who, subject in FORBIDDEN_TO_HEAR if who == node]

    async def hear_all(client):
        for subject in subjects:
            await client.subscribe(subject)

    said = run(refusals(full, node, hear_all))

    for subject in subjects:
        assert any(f'subscription to "{subject.lower()}"' in words for words in said), subject


def test_a_node_says_and_hears_what_is_its_own(broker_process):
    """The measure of the two tests above: with the rights that it has, nothing is objected to."""

    async def live(client):
        jetstream = client.jetstream()
        await jetstream.publish("mail.35.22", b"hello", stream="MAIL_35")
        await client.publish("beat.22", b"{}")
        store = ObjectStore("FILES_22_35", "OBJ_FILES_22_35", jetstream)
        await store.put("a" * 64, b"paper", ObjectMeta(name="a" * 64))
        await store.delete("a" * 64)
        answers = await client.subscribe(client.new_inbox())
        ask = '{"batch": 1, "no_wait": true}'
        place = f"MAIL_22.{addresses.CONSUMER}"
        await client.publish(f"$JS.API.CONSUMER.MSG.NEXT.{place}", ask.encode(), answers.subject)
        assert (await answers.next_msg(2)).headers["Status"] == "404"

    async def say():
        said = []

        async def hear(error):
            said.append(str(error))

        url = broker_process.url_of("22")
        async with as_user(url, inbox_prefix="_INBOX_22", error_cb=hear) as client:
            await live(client)
        return said

    assert run(say()) == []
    assert [subject for subject, *_ in run(mail(broker_process, "35"))] == ["mail.35.22"]


@pytest.mark.parametrize(
    "credentials",
    [
        {},
        {"user": "node22", "pass": "password-35"},
        {"user": "node22"},
        {"user": "nobody", "pass": "password-22"},
    ],
)
def test_nobody_comes_in_without_the_right_password(broker_process, credentials):
    with socket.create_connection(("127.0.0.1", broker_process.port), timeout=5) as link:
        talk = link.makefile("rw", newline="\r\n")
        assert talk.readline().startswith("INFO ")
        talk.write(f"CONNECT {json.dumps(credentials)}\r\nPING\r\n")
        talk.flush()
        assert "Authorization Violation" in talk.readline()
        talk.close()


@pytest.mark.parametrize(
    "request_subject",
    ["$JS.API.CONSUMER.MSG.NEXT.MAIL_22.inbox", "$JS.API.STREAM.MSG.GET.OBJ_FILES_35_22"],
)
def test_what_the_broker_is_made_to_say_in_another_name_is_not_believed(
    broker_process, request_subject
):
    """Whoever asks names the subject of the answer, and the broker itself may publish anywhere.

    So an answer for 22 can be made to lie in the mailbox of 35, as if somebody else had sent it;
    the envelope says who wrote it for whom, and the receiver compares.
    """
    signer = signing.signer_from_pem(signing.new_key())
    genuine = seal_envelope(
        message_id=uuid4(), type="test.note.v1", sender="00", recipient="22", subject="x",
        at=now(), data={}, signer=signer,
    )  # fmt: skip

    async def trick():
        async with as_user(broker_process.url_of("00"), inbox_prefix="_INBOX_00") as hub:
            await hub.jetstream().publish("mail.22.00", genuine)
        async with as_user(broker_process.url_of("22")) as client:
            await client.publish(request_subject, b'{"batch": 1, "no_wait": true}', "mail.35.52")
            await client.flush()
        return await until(lambda: mail(broker_process, "35"), what="the answer")

    [(subject, _, raw)] = run(trick())
    with pytest.raises(Fault) as fault:
        open_envelope(
            raw,
            me=Recipient("35"),
            keys=lambda *_: keys.from_text(signer.public_key),
            at=now(),
            published_by=addresses.sender_of(subject),
        )
    # The other answer is no envelope at all, but the broker's own word about one.
    assert fault.value.code == (
        "wrong-recipient" if "CONSUMER" in request_subject else "unknown-version"
    )
