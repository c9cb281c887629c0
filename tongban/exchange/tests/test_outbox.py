import json

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction

from tongban.basics import canonical, sealing
from tongban.exchange import envelope, outbox
from tongban.exchange.models import Outgoing
from tongban.exchange.tests import alone
from tongban.exchange.tests.conftest import AT, told
from tongban.jurisdictions import keys
from tongban.record.chains import FileRef
from tongban.trust import signing

pytestmark = pytest.mark.django_db


def test_a_message_is_owed_to_each_node_but_this_one():
    outbox.tell(["52", settings.NODE_ID, "35", "35"], "case.events.v1", "case-1", {"n": 1}, at=AT)

    assert told(Outgoing.objects.order_by("recipient")) == [
        ("35", "case.events.v1", "case-1", {"n": 1}),
        ("52", "case.events.v1", "case-1", {"n": 1}),
    ]


def test_one_node_may_be_named_by_itself():
    outbox.tell("35", "case.events.v1", "case-1", {}, at=AT)

    assert [row.recipient for row in Outgoing.objects.all()] == ["35"]


def test_nothing_to_tell_is_no_message():
    assert outbox.tell([settings.NODE_ID], "case.events.v1", "case-1", {}, at=AT) == []
    assert not Outgoing.objects.exists()


def test_a_move_that_is_rolled_back_owes_nothing():
    with transaction.atomic():
        outbox.tell(["35"], "case.events.v1", "case-1", {}, at=AT)
        transaction.set_rollback(True)

    assert not Outgoing.objects.exists()


def test_what_is_owed_is_encrypted_at_rest_and_leaves_signed_by_this_node():
    [message_id] = outbox.tell(["35"], "case.events.v1", "case-1", {"name": "张三"}, at=AT)
    row = Outgoing.objects.get(message_id=message_id)
    assert "张三".encode() not in bytes(row.envelope)

    key = keys.from_text(signing.load_signer(settings.NODE_KEY_FILE).public_key)
    raw = alone.sealed(message_id, bytes(row.envelope), at=AT)
    message = envelope.open_envelope(
        raw, me=envelope.Recipient("35"), keys=lambda node, _: key if node == "22" else None, at=AT
    )
    assert message.id == message_id
    assert message.data == {"name": "张三"}


def test_papers_are_listed_in_the_row_and_in_the_letter():
    paper = FileRef(digest="b" * 64, size=9, media_type="image/png")
    [message_id] = outbox.tell(["35"], "case.events.v1", "case-1", {}, files=[paper], at=AT)

    row = Outgoing.objects.get(message_id=message_id)
    listed = [{"digest": "b" * 64, "size": 9, "mediatype": "image/png"}]
    assert row.files == listed
    raw = sealing.unseal(bytes(row.envelope), context=message_id.bytes)
    assert canonical.loads(raw)["data"]["files"] == listed


def test_too_much_for_one_message_is_refused_when_it_is_told():
    with pytest.raises(envelope.TooLarge):
        outbox.tell(["35"], "case.events.v1", "case-1", {"text": "字" * 300_000}, at=AT)


def test_a_domain_may_write_the_rows_in_a_statement_of_its_own():
    owed = outbox.envelopes_for(
        ["35", "52"], "case.events.v1", "case-1", {"n": 2}, at=AT, sequence=4
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {outbox.TABLE} ({outbox.COLUMNS}) SELECT {outbox.FROM_RECORDS}"  # noqa: S608
            f" FROM jsonb_to_recordset(%s::jsonb) AS {outbox.RECORDS}",
            [json.dumps([row.record() for row in owed])],
        )

    rows = Outgoing.objects.order_by("recipient")
    assert told(rows) == [
        ("35", "case.events.v1", "case-1", {"n": 2}),
        ("52", "case.events.v1", "case-1", {"n": 2}),
    ]
    assert [(r.sequence, r.created_at, r.sent_at, r.attempts) for r in rows] == [
        (4, AT, None, 0)
    ] * 2


@pytest.fixture
def listener():
    """Another connection that listens as a relay does."""
    facts = connection.get_connection_params()
    names = ("host", "port", "user", "password", "dbname")
    given = {name: facts[name] for name in names if facts.get(name)}
    with psycopg.connect(**given, autocommit=True) as link:
        link.execute(f"LISTEN {outbox.CHANNEL}")
        yield link


def rang(link, seconds):
    return len(list(link.notifies(timeout=seconds, stop_after=1)))


@pytest.mark.django_db(transaction=True)
def test_a_commit_wakes_a_sleeping_relay_and_a_rollback_does_not(listener):
    listener.execute("SELECT pg_advisory_lock(%s)", [outbox.SLEEP_LOCK])
    with transaction.atomic():
        outbox.tell(["35"], "case.events.v1", "case-1", {}, at=AT)
        assert rang(listener, 0.1) == 0
    assert rang(listener, 2) == 1

    with transaction.atomic():
        outbox.tell(["35"], "case.events.v1", "case-1", {}, at=AT)
        transaction.set_rollback(True)
    assert rang(listener, 0.1) == 0


@pytest.mark.django_db(transaction=True)
def test_writers_do_not_queue_to_wake_a_relay_that_is_awake_but_keep_it_so(listener):
    sleep = "SELECT pg_try_advisory_lock(%s)"
    with transaction.atomic():
        outbox.tell(["35"], "case.events.v1", "case-1", {}, at=AT)
        falls_asleep = listener.execute(sleep, [outbox.SLEEP_LOCK]).fetchone()
    assert rang(listener, 0.1) == 0
    assert falls_asleep == (False,), "not while somebody is about to commit"
    assert listener.execute(sleep, [outbox.SLEEP_LOCK]).fetchone() == (True,)
