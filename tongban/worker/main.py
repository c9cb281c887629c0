"""The worker of one node: relay, mailbox, signs of life, housekeeping, keeping, in one process.

Each part runs by itself and is started again when it falls over, so a bug in one stops no other.
A domain above adds its own part with `part`.
"""

import asyncio
import signal
from collections.abc import Callable
from typing import Protocol

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tongban.worker import measures
from tongban.worker.broker import Broker
from tongban.worker.couriering import Couriering
from tongban.worker.expiring import Expiring
from tongban.worker.hands import Hands
from tongban.worker.heartbeat import Heartbeat, Watch
from tongban.worker.hooking import Hooking
from tongban.worker.housekeeping import Housekeeping
from tongban.worker.keeping import Keeping
from tongban.worker.looking import until
from tongban.worker.mailbox import LANES, Mailbox
from tongban.worker.noticing import Noticing
from tongban.worker.reconciling import Reconciling
from tongban.worker.relay import Relay
from tongban.worker.resending import Resending
from tongban.worker.stamping import Stamping

log = structlog.get_logger(__name__)

LONGEST_PAUSE_SECONDS = 10.0


class Part(Protocol):
    """Something that runs until told to stop."""

    async def run(self, stop: asyncio.Event) -> None: ...


PartMaker = Callable[[Broker, Hands], Part]


def parts(*, is_hub: bool) -> dict[str, PartMaker]:
    """The parts of a worker by name; the hub has one more."""
    found: dict[str, PartMaker] = {
        "relay": Relay,
        "mailbox": Mailbox,
        "heartbeat": Heartbeat,
        "housekeeping": Housekeeping,
        "keeping": Keeping,
        "expiring": Expiring,
        "couriering": Couriering,
        "noticing": Noticing,
        "hooking": Hooking,
        "stamping": Stamping,
        "reconciling": Reconciling,
        "resending": Resending,
    }
    if is_hub:
        found["watch"] = Watch
    return found


def run() -> None:
    """Run until SIGTERM or SIGINT; what was begun is brought to its end."""
    asyncio.run(_until_signalled())


async def serve(stop: asyncio.Event) -> None:
    """Run all parts until `stop` is set."""
    if not settings.NATS_URL:
        raise ImproperlyConfigured("NATS_URL is not set. It names the broker and this node's user.")
    broker = Broker(settings.NATS_URL, settings.NODE_ID, authority=settings.NATS_CA_FILE)
    hands = Hands(LANES + 2, "worker")
    log.info("worker.started", node=settings.NODE_ID)
    try:
        async with asyncio.TaskGroup() as group:
            for name, make in parts(is_hub=settings.IS_HUB).items():
                group.create_task(_keep_running(name, make(broker, hands), stop))
            group.create_task(broker.keep(stop))
    finally:
        await broker.close()
        hands.close()
        log.info("worker.stopped", node=settings.NODE_ID)


async def _until_signalled() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(stop)


async def _keep_running(name: str, part: Part, stop: asyncio.Event) -> None:
    """Run a part, and again after a fall, at growing distances."""
    falls = 0
    while not stop.is_set():
        try:
            await part.run(stop)
        except Exception:
            falls += 1
            measures.FALLS.labels(name).inc()
            log.exception("worker.part_fell", part=name, falls=falls)
            await until(stop, min(2.0 ** (falls - 1), LONGEST_PAUSE_SECONDS))
