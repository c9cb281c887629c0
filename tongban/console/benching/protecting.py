"""What trust costs: messages a second from letter to effect, for both suites and for neither.

Each way sends the same letters through the bench's own broker and takes them in with the inbox's own
statements. Without a suite nothing is signed and nothing encrypted, which no node does; it is there to
compare with. One process sends and receives, so a figure is of one core less than two nodes would use.
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
from tongban.exchange import inbox, letters, requests
from tongban.exchange.envelope import Envelope, Recipient, open_envelope, seal_envelope
from tongban.jurisdictions import keys
from tongban.trust import suites
from tongban.trust.suites import Purpose
from tongban.worker.hands import Hands

MESSAGES, WARM_UP, ALONE = 3000, 200, 300
IN_FLIGHT, TOGETHER = 200, 32
LEAST_A_SECOND, MOST_OVERHEAD = 500.0, 2.0
HERE, THERE = "22", "35"
STREAM, SUBJECT = "BENCH", "bench.mail"
LABELS = {"intl": "国际套件 Ed25519 + X25519", "gm": "国密套件 SM2 + SM4"}


@dataclass(frozen=True)
class Way:
    """One way for a letter to travel."""

    close: Callable[[Envelope], bytes]
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
            mark=MOST_OVERHEAD, note=f"{ours.rate / limit:.2f} of the broker's own limit",
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
    plain = Way(letters.pack, letters.unpack)
    return {"none": plain} | {name: _suite(name) for name in LABELS}


def _suite(name: str) -> Way:
    suite = suites.suite(name)
    signer = suite.signer(suite.new_key(Purpose.SIGN))
    opener = suite.opener(suite.new_key(Purpose.SEAL))
    signing = keys.from_text(signer.public_key)
    me = Recipient(HERE, opener=lambda _: opener, wants_sealed=True)

    def close(letter: Envelope) -> bytes:
        return seal_envelope(
            message_id=letter.id, type=letter.type, sender=letter.sender,
            recipient=letter.recipient, subject=letter.subject, at=letter.at, data=letter.data,
            signer=signer, to=opener.public_key,
        )  # fmt: skip

    def opened(raw: bytes) -> Envelope:
        return open_envelope(
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
    """Messages of the same size a second that the broker alone takes and keeps."""
    closed = [way.close(letter) for letter in letters_of(MESSAGES)]
    began = time.perf_counter()
    await _publish(jetstream, closed)
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
    for first in range(0, len(waiting), IN_FLIGHT):
        batch = waiting[first : first + IN_FLIGHT]
        await _publish(jetstream, await hands.run(_close_all, way, batch))


def _close_all(way: Way, batch: Sequence[Envelope]) -> list[bytes]:
    return [way.close(letter) for letter in batch]


async def _publish(jetstream: JetStreamContext, closed: Sequence[bytes]) -> None:
    for first in range(0, len(closed), IN_FLIGHT):
        batch = closed[first : first + IN_FLIGHT]
        await asyncio.gather(*(jetstream.publish(SUBJECT, raw) for raw in batch))


async def _receive(jetstream: JetStreamContext, hands: Hands, way: Way, count: int) -> None:
    place = await jetstream.pull_subscribe(SUBJECT, durable="bench", stream=STREAM)
    got = 0
    while got < count:
        messages = await place.fetch(TOGETHER, timeout=10)
        await hands.run(_take_in, way, [message.data for message in messages])
        for message in messages:
            await message.ack()
        got += len(messages)


def _take_in(way: Way, batch: Sequence[bytes]) -> None:
    if not inbox.receive_plainly([way.open(raw) for raw in batch], at=datetime.now(UTC)):
        raise AssertionError("a message of the bench was not plain")


async def _alone(jetstream: JetStreamContext, hands: Hands, way: Way) -> list[float]:
    took = []
    place = await jetstream.pull_subscribe(SUBJECT, durable="bench", stream=STREAM)
    for letter in letters_of(ALONE):
        began = time.perf_counter()
        await jetstream.publish(SUBJECT, await hands.run(way.close, letter))
        [message] = await place.fetch(1, timeout=10)
        await hands.run(_take_in, way, [message.data])
        took.append(time.perf_counter() - began)
        await message.ack()
    return took
