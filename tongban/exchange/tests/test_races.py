"""Two workers at once. Each test shows that it can fail: without the lock, the harm is done."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from tongban.exchange import inbox, operations
from tongban.exchange.inbox import Outcome
from tongban.exchange.models import Outgoing, Received
from tongban.exchange.tests.conftest import AT

pytestmark = pytest.mark.django_db(transaction=True)

NOTE = "test.note.v1"
STEP = "test.step.v1"


def at_once(*works):
    """Do the works side by side, each on a connection of its own; their results or errors."""

    def done(work):
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(done, works))


@pytest.fixture
def meeting():
    """Two handlers wait for each other, so that both are surely at work at the same time."""
    return threading.Barrier(2, timeout=1.5)


@pytest.fixture
def effects(meeting):
    done = []

    @inbox.handles(NOTE)
    def take(envelope):
        with contextlib.suppress(threading.BrokenBarrierError):
            meeting.wait()
        done.append(envelope.id)

    return done


def by_itself(message):
    return inbox.receive(message, at=AT)


def in_a_batch(message):
    return inbox.receive_plainly([message], at=AT)


WAYS = [
    pytest.param(by_itself, "exchange_take_in", id="by itself"),
    pytest.param(in_a_batch, "exchange_take_in_all", id="in a batch"),
]


@pytest.mark.parametrize(("take", "_function"), WAYS)
def test_two_consumers_with_the_same_message_have_its_effect_once(fujian, effects, take, _function):
    message = fujian.sends(NOTE)

    outcomes = at_once(*[lambda: take(message)] * 2)

    assert sorted(outcomes) in ([Outcome.DUPLICATE, Outcome.HANDLED], [True, True])
    assert len(effects) == 1
    assert Received.objects.count() == 1


@pytest.mark.parametrize(("take", "function"), WAYS)
def test_without_lock_and_constraint_the_effect_would_come_twice(fujian, effects, take, function):
    """What the test above would see if it were not for the two: the measure of its worth."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE exchange_received DROP CONSTRAINT one_effect_a_message")
        cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [function])
        (locked,) = cursor.fetchone()
        # Without the lock; a loop needs something to do all the same.
        cursor.execute(locked.replace("PERFORM pg_advisory_xact_lock", "PERFORM 1; -- "))
    try:
        message = fujian.sends(NOTE)
        at_once(*[lambda: take(message)] * 2)
        assert len(effects) == 2
    finally:
        Received.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(locked)
            cursor.execute(
                "ALTER TABLE exchange_received ADD CONSTRAINT one_effect_a_message"
                " UNIQUE (sender, message_id)"
            )


def test_batches_with_the_same_subjects_in_another_order_wait_for_each_other_and_not_in_a_ring(
    fujian, meeting
):
    """Both hold all of their subjects in one order before they handle anything."""
    inbox.handles(NOTE)(lambda envelope: meeting_at_most(meeting))
    first = [fujian.sends(NOTE, subject=name) for name in ("a", "b", "c")]
    second = [fujian.sends(NOTE, subject=name) for name in ("c", "b", "a")]

    found = at_once(*[lambda m=m: inbox.receive_plainly(m, at=AT) for m in (first, second)])

    assert found == [True, True]
    assert Received.objects.filter(state="handled").count() == 6


def meeting_at_most(meeting):
    with contextlib.suppress(threading.BrokenBarrierError):
        meeting.wait(0.1)


@pytest.fixture
def steps():
    """Steps kept in a table of the database, as a domain keeps its events."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE test_steps (seq int PRIMARY KEY)")

    @inbox.handles(STEP)
    def take(envelope):
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(max(seq), 0) FROM test_steps")
            (last,) = cursor.fetchone()
            if envelope.sequence > last + 1:
                raise inbox.Gap(last + 1)
            cursor.execute("INSERT INTO test_steps VALUES (%s)", [envelope.sequence])

    def taken():
        with connection.cursor() as cursor:
            cursor.execute("SELECT seq FROM test_steps ORDER BY seq")
            return [seq for (seq,) in cursor.fetchall()]

    yield taken
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE test_steps")


def test_no_message_is_left_waiting_when_what_it_waits_for_comes_at_the_same_time(fujian, steps):
    """The later message finds the gap while the earlier one fills it: one of them must notice."""
    messages = [fujian.sends(STEP, sequence=n) for n in range(1, 31)]

    for pair in zip(messages[::2], messages[1::2], strict=True):
        outcomes = at_once(*[lambda m=m: inbox.receive(m, at=AT) for m in pair])
        assert not [o for o in outcomes if isinstance(o, Exception)]

    assert steps() == list(range(1, 31))
    assert not Received.objects.exclude(state="handled").exists()


def test_two_operators_retrying_the_same_message_have_its_effect_once(fujian):
    inbox.receive(fujian.sends("test.new.v1"), at=AT)
    row = Received.objects.get()
    done = []
    inbox.handles("test.new.v1")(lambda envelope: done.append(envelope.id))

    outcomes = at_once(*[lambda: operations.retry(row.pk, by="operator", at=AT)] * 2)

    assert len(done) == 1
    assert sum(outcome is Outcome.HANDLED for outcome in outcomes) == 1
    assert sum(isinstance(outcome, operations.NotParked) for outcome in outcomes) == 1
    handled = [row for row in Outgoing.objects.all() if not row.parked_code]
    assert len(handled) == 2, "one receipt that said parked, one that said handled"


def test_a_message_taken_in_but_not_committed_is_nobodys(fujian, effects):
    message = fujian.sends(NOTE)
    with transaction.atomic():
        inbox.receive(message, at=AT)
        transaction.set_rollback(True)

    assert not Received.objects.exists()
    assert not Outgoing.objects.exists()
