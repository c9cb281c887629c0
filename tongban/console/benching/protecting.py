"""What trust costs: messages a second from letter to effect, for both suites and for neither.

Each way sends the same letters through the bench's own broker and takes them in with the inbox's own
statements, in bags and with one signature for a bag as the relay does when much waits. Without a suite
nothing is signed and nothing encrypted, which no node does; it is there to compare with. One process
sends and receives, so a figure is of one core less than two nodes would use.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import nats
from nats.js import JetStreamContext
from nats.js.api import RetentionPolicy, StorageType, StreamConfig

from tongban.console.benching import load
from tongban.console.benching.results import Results
from tongban.exchange import addresses, bags, envelope, inbox, letters, requests
from tongban.exchange.envelope import Envelope, Recipient
from tongban.jurisdictions import keys
from tongban.trust import suites
from tongban.trust.suites import Purpose
from tongban.worker.hands import Hands

MESSAGES, WARM_UP, ALONE = 3000, 200, 300
# Bags on their way at once, as many as a relay has lanes.
IN_FLIGHT = addresses.LANES
LEAST_A_SECOND = 500.0
HERE, THERE = "22", "35"
STREAM, SUBJECT = "BENCH", "bench.mail"
LABELS = {"intl": "国际套件 Ed25519 + X25519", "gm": "国密套件 SM2 + SM4"}


@dataclass(frozen=True)
class Way:
    """One way for a letter to travel."""

    # Letters into a bag, and each envelope of one into a letter.
    close: Callable[[Sequence[Envelope]], bytes]
    open: Callable[[bytes], Envelope]


@dataclass
class Measured:
    """How many a second under load, and how long each took when sent alone, in seconds."""

    rate: float
    alone: list[float]


def measure(results: Results, *, broker: str) -> None:
    """Note the figures of both suites beside those of none and of the broker alone."""
    # In a thread of its own loop; the statements go to the database that this process acts for.
    found, limit = asyncio.run(_all(broker))
    bare = found["none"]
    for name, label in LABELS.items():
        ours = found[name]
        overhead = bare.rate / ours.rate
        note = f"unsigned in the same run {bare.rate:,.0f}/s, broker alone {limit:,.0f}/s"
        results.add(
            f"trust_{name}", f"{label}: signed and encrypted messages", ours.rate, "/s",
            mark=LEAST_A_SECOND, at_most=False, note=note,
        )  # fmt: skip
        results.add(
            f"trust_{name}_overhead", f"{label}: unsigned to signed", overhead, "",
            note=f"of this loop, which leaves out what else nodes do for a message (`exchange`);"
            f" {1000 / ours.rate - 1000 / bare.rate:.2f} ms a message,"
            f" {ours.rate / limit:.2f} of the broker's own limit",
        )  # fmt: skip
        middle = load.percentile(ours.alone, 0.5) * 1000
        bare_p99 = load.percentile(bare.alone, 0.99) * 1000
        results.add(
            f"trust_{name}_p99", f"{label}: one message alone, p99",
            load.percentile(ours.alone, 0.99) * 1000, "ms",
            note=f"p50 {middle:.1f} ms; unsigned p99 {bare_p99:.1f} ms",
        )  # fmt: skip


def ways() -> dict[str, Way]:
    """Without a suite, and with each."""
    plain = Way(lambda some: bags.pack([letters.pack(one) for one in some]), letters.unpack)
    return {"none": plain} | {name: _suite(name) for name in LABELS}


def _suite(name: str) -> Way:
    suite = suites.suite(name)
    signer = suite.signer(suite.new_key(Purpose.SIGN))
    opener = suite.opener(suite.new_key(Purpose.SEAL))
    signing = keys.from_text(signer.public_key)
    me = Recipient(HERE, opener=lambda _: opener, wants_sealed=True)

    def close(some: Sequence[Envelope]) -> bytes:
        form = envelope.TOGETHER if len(some) > 1 else envelope.ALONE
        closed = [
            envelope.close_envelope(one, signer=signer, to=opener.public_key, format=form)
            for one in some
        ]
        return bags.pack(envelope.sign_envelopes(closed, signer=signer))

    def opened(raw: bytes) -> Envelope:
        return envelope.open_envelope(
            raw, me=me, keys=lambda *_: signing, at=datetime.now(UTC), published_by=THERE
        )

    return Way(close, opened)


def letters_of(count: int) -> list[Envelope]:
    """Messages as long as one with an event of a case, that need nothing done but to be noted."""
    at = datetime.now(UTC)
    return [
        Envelope(
            id=uuid4(), type=requests.PAPERS, sender=THERE, recipient=HERE,
            subject=f"bench-{number % 500}", at=at, data={"words": "办" * 600},
        )
        for number in range(count)
    ]  # fmt: skip


async def _all(broker: str) -> tuple[dict[str, Measured], float]:
    # Two, as one node's sending and another's taking in: each with a connection of its own.
    hands = Hands(2, "bench")
    link = await nats.connect(broker)
    jetstream = link.jetstream(timeout=30)
    await jetstream.add_stream(
        StreamConfig(
            name=STREAM, subjects=[SUBJECT], storage=StorageType.FILE,
            retention=RetentionPolicy.WORK_QUEUE,
        )
    )  # fmt: skip
    try:
        found = {}
        for name, way in ways().items():
            await _under_load(jetstream, hands, way, WARM_UP)  # what is slow the first time
            rate = await _under_load(jetstream, hands, way, MESSAGES)
            found[name] = Measured(rate, await _alone(jetstream, hands, way))
        await jetstream.purge_stream(STREAM)
        return found, await _limit(jetstream, ways()["intl"])
    finally:
        await jetstream.delete_stream(STREAM)
        await link.close()
        await asyncio.to_thread(hands.close)


async def _limit(jetstream: JetStreamContext, way: Way) -> float:
    """Messages a second, in the same bags, that the broker alone takes and keeps."""
    closed = [way.close(bag) for bag in _in_bags(letters_of(MESSAGES))]
    began = time.perf_counter()
    for first in range(0, len(closed), IN_FLIGHT):
        batch = closed[first : first + IN_FLIGHT]
        await asyncio.gather(*(jetstream.publish(SUBJECT, raw) for raw in batch))
    return MESSAGES / (time.perf_counter() - began)


async def _under_load(jetstream: JetStreamContext, hands: Hands, way: Way, count: int) -> float:
    waiting = letters_of(count)
    began = time.perf_counter()
    await asyncio.gather(
        _send(jetstream, hands, way, waiting), _receive(jetstream, hands, way, count)
    )
    return count / (time.perf_counter() - began)


async def _send(
    jetstream: JetStreamContext, hands: Hands, way: Way, waiting: Sequence[Envelope]
) -> None:
    """While some bags are on their way to the broker's disk, the next are signed and encrypted."""
    room = asyncio.Semaphore(IN_FLIGHT)

    async def publish(raw: bytes) -> None:
        try:
            await jetstream.publish(SUBJECT, raw)
        finally:
            room.release()

    async with asyncio.TaskGroup() as group:
        for bag in _in_bags(waiting):
            raw = await hands.run(way.close, bag)
            await room.acquire()
            group.create_task(publish(raw))


def _in_bags(waiting: Sequence[Envelope]) -> list[Sequence[Envelope]]:
    return [waiting[first : first + bags.MOST] for first in range(0, len(waiting), bags.MOST)]


async def _receive(jetstream: JetStreamContext, hands: Hands, way: Way, count: int) -> None:
    place = await jetstream.pull_subscribe(SUBJECT, durable="bench", stream=STREAM)
    got = 0
    while got < count:
        for message in await place.fetch(IN_FLIGHT, timeout=10):
            raws = bags.unpack(message.data)
            await hands.run(_take_in, way, raws)
            await message.ack()
            got += len(raws)


def _take_in(way: Way, batch: Sequence[bytes]) -> None:
    if not inbox.receive_plainly([way.open(raw) for raw in batch], at=datetime.now(UTC)):
        raise AssertionError("a message of the bench was not plain")


async def _alone(jetstream: JetStreamContext, hands: Hands, way: Way) -> list[float]:
    took = []
    place = await jetstream.pull_subscribe(SUBJECT, durable="bench", stream=STREAM)
    for letter in letters_of(ALONE):
        began = time.perf_counter()
        await jetstream.publish(SUBJECT, await hands.run(way.close, [letter]))
        [message] = await place.fetch(1, timeout=10)
        await hands.run(_take_in, way, [message.data])
        took.append(time.perf_counter() - began)
        await message.ack()
    return took
