"""The wires that faults are played on: they carry everything, cut frames rightly, and say what they did."""

import socket
import threading
from contextlib import contextmanager, suppress
from itertools import islice

import pytest

from journeys.faulting.frames import Frames, Kind
from journeys.faulting.plan import Kind as Misfortune
from journeys.faulting.plan import Plan
from journeys.faulting.wires import Loop, Trick, Wire

INFO = b'INFO {"server_id":"x"} \r\n'
DELIVERY = b"MSG _INBOX_35.a 1 $JS.ACK.MAIL_35.inbox.1.7.7.1.0 5\r\nhello\r\n"
HEADED = (
    b"HMSG _INBOX_35.a 1 $JS.ACK.MAIL_35.inbox.1.8.8.1.0 13 17\r\nNATS/1.0\r\na:b\r\nbody\r\n"
).replace(b" 13 17", b" 15 19")
STORED = b'MSG _INBOX_22.b 2 33\r\n{"stream":"MAIL_35", "seq":7}    \r\n'
ACK = b"PUB $JS.ACK.MAIL_35.inbox.1.7.7.1.0 0\r\n\r\n"
STILL = b"PUB $JS.ACK.MAIL_35.inbox.1.7.7.1.0 4\r\n+WPI\r\n"
MAIL = b"HPUB mail.35.22 _INBOX_22.b 12 14\r\nNATS/1.0\r\n\r\nhi\r\n"
EVERYTHING = [INFO, DELIVERY, HEADED, STORED, ACK, STILL, MAIL, b"PING\r\n"]
KINDS = [
    Kind.OTHER, Kind.DELIVERY, Kind.DELIVERY, Kind.STORED, Kind.ACK, Kind.OTHER, Kind.MAIL,
    Kind.OTHER,
]  # fmt: skip


@pytest.mark.parametrize("step", [1, 2, 7, 1000])
def test_frames_are_found_however_the_bytes_come(step):
    whole, frames, found = b"".join(EVERYTHING), Frames(), []
    for place in range(0, len(whole), step):
        found += frames.feed(whole[place : place + step])

    assert [one.data for one in found] == EVERYTHING
    assert [one.kind for one in found] == KINDS


@pytest.fixture
def loop():
    made = Loop()
    yield made
    made.stop()


@contextmanager
def server(*says):
    """Says something to whoever connects, and then what it hears, until it is left."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                link, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=talk, args=(link,), daemon=True).start()

    def talk(link):
        with link, suppress(ConnectionError):
            for one in says:
                link.sendall(one)
            while heard := link.recv(4096):
                link.sendall(heard)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        # Closed alone, it would be waited on for ever.
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def read(link, size):
    got = b""
    while len(got) < size:
        piece = link.recv(4096)
        if not piece:
            break
        got += piece
    return got


def has_ended(link):
    """A good-bye is as good as a reset here."""
    try:
        return link.recv(1) == b""
    except ConnectionError:
        return True


def dial(wire):
    return socket.create_connection(("127.0.0.1", wire.port), timeout=30)


def test_a_wire_carries_both_ways_and_breaks_off_when_it_is_cut(loop):
    with server(b"hello") as port:
        wire = Wire(loop, port)
        with dial(wire) as link:
            assert read(link, 5) == b"hello"
            link.sendall(b"echo")
            assert read(link, 4) == b"echo"
            wire.cut()
            assert has_ended(link)
        with dial(wire) as refused:
            assert has_ended(refused)
        wire.heal()
        with dial(wire) as link:
            assert read(link, 5) == b"hello"


def test_a_half_open_wire_takes_everything_and_answers_nothing(loop):
    with server(b"hello") as port:
        wire = Wire(loop, port)
        wire.silence()
        with dial(wire) as link:
            link.sendall(b"are you there?")
            link.settimeout(0.3)
            with pytest.raises(TimeoutError):
                link.recv(1)
        wire.heal()
        with dial(wire) as link:
            assert read(link, 5) == b"hello"


@pytest.mark.parametrize(
    ("trick", "says", "arrives"),
    [
        (Trick.DOUBLE_DELIVERY, [DELIVERY, HEADED], DELIVERY * 2 + HEADED),
        (Trick.OVERTAKE, [DELIVERY, INFO, HEADED], INFO + HEADED + DELIVERY),
        (Trick.LOSE_DELIVERY, [DELIVERY, HEADED], HEADED),
        (Trick.LOSE_STORED, [STORED, INFO], INFO),
    ],
)
def test_a_trick_is_played_on_one_message_of_its_kind_and_counted(loop, trick, says, arrives):
    with server(b"".join(says)) as port:
        wire = Wire(loop, port, speaks_nats=True)
        wire.play(trick)
        with dial(wire) as link:
            assert read(link, len(arrives)) == arrives
        assert wire.done == {trick: 1}


def test_a_message_that_nothing_overtakes_arrives_all_the_same_and_is_not_counted(loop):
    with server(DELIVERY) as port:
        wire = Wire(loop, port, speaks_nats=True)
        wire.play(Trick.OVERTAKE)
        with dial(wire) as link:
            assert read(link, len(DELIVERY)) == DELIVERY
        assert wire.done == {}


def test_the_same_seed_draws_the_same_misfortunes_and_nothing_impossible():
    first, again = (list(islice(Plan(7, ("22", "35")).faults(), 3000)) for _ in range(2))
    assert first == again
    assert first != list(islice(Plan(8, ("22", "35")).faults(), 3000))
    assert {one.kind for one in first} == set(Misfortune) - {Misfortune.RESTORE}

    without = Plan(7, ("22", "35"), impossible=frozenset({Misfortune.DISK})).faults()
    assert Misfortune.DISK not in {one.kind for one in islice(without, 3000)}
