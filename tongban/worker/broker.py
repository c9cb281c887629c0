"""The connection to the broker: one for the process, coming back by itself, for all parts."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import nats
import nats.errors
import structlog
from nats.aio.client import Client
from nats.js import JetStreamContext

from tongban.exchange import addresses
from tongban.exchange.transport import tls_context

log = structlog.get_logger(__name__)

# Short and even: a broker that comes back is found within this time, and one try costs nothing.
RECONNECT_SECONDS = 0.25
REQUEST_TIMEOUT = 5.0
# A connection whose other end says nothing any more is given up after two of these in vain.
PING_SECONDS = 5
# The client comes back by itself. One that has not for so long is replaced: whatever stopped it,
# the broker may have been back for long.
REPLACE_SECONDS = 30.0
_LOOK_SECONDS = 1.0
_SAY_AGAIN_SECONDS = 60


class BrokerAway(Exception):
    """There is no connection to the broker just now."""


# What is raised while the broker is away, or does not answer.
BROKER_AWAY = (BrokerAway, nats.errors.Error, TimeoutError)


class Broker:
    """This node's connection; `client` and `jetstream` raise BrokerAway while there is none."""

    def __init__(self, url: str, node: str, *, authority: Path | None = None) -> None:
        self.node = node
        self._url = url
        self._tls = tls_context(url, authority)
        self._client: Client | None = None
        self._said_at = 0.0
        self._closed = asyncio.Event()
        # Set when the connection of the moment is lost; each has its own.
        self._lost = asyncio.Event()
        self._is_leaving = False
        # Called at every connection, the first and all later ones.
        self.on_connect: list[Callable[[], Awaitable[None]]] = []

    @property
    def is_connected(self) -> bool:
        """Whether something can be sent right now."""
        return self._client is not None and self._client.is_connected

    @property
    def client(self) -> Client:
        """The client of core NATS."""
        if self._client is None or not self._client.is_connected:
            raise BrokerAway
        return self._client

    @property
    def jetstream(self) -> JetStreamContext:
        """The client of JetStream."""
        return self.client.jetstream(timeout=REQUEST_TIMEOUT)

    async def store(
        self, subject: str, data: bytes, *, stream: str, headers: dict[str, str], patience: float
    ) -> None:
        """Publish, and wait until the stream says that it has it.

        Raises what the client raises, TimeoutError after `patience` seconds, and BrokerAway as soon as
        the connection is lost, since an answer on the next one would not be heard.
        """
        losing = asyncio.ensure_future(self._lost.wait())
        storing = asyncio.ensure_future(
            self.jetstream.publish(subject, data, stream=stream, timeout=patience, headers=headers)
        )
        try:
            await asyncio.wait({storing, losing}, return_when=asyncio.FIRST_COMPLETED)
            if not storing.done():
                raise BrokerAway
            storing.result()
        finally:
            losing.cancel()
            storing.cancel()

    def uses(self, client: Client) -> bool:
        """Whether this is still our client; one that was closed has a successor."""
        return self._client is client

    async def keep(self, stop: asyncio.Event) -> None:
        """Be connected until told to stop."""
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set():
                self._closed.clear()
                connecting = asyncio.ensure_future(self._connect())
                await asyncio.wait({connecting, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not connecting.done():
                    connecting.cancel()
                    return
                connecting.result()
                await self._connected()
                await self._watch(stopping)
        finally:
            stopping.cancel()

    async def _watch(self, stopping: asyncio.Future[Any]) -> None:
        """Until the client was closed, by itself or because it does not come back."""
        closed = asyncio.ensure_future(self._closed.wait())
        seen_at = time.monotonic()
        while not (closed.done() or stopping.done()):
            await asyncio.wait(
                {closed, stopping}, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if self.is_connected:
                seen_at = time.monotonic()
            elif time.monotonic() - seen_at > REPLACE_SECONDS:
                log.warning("broker.client_replaced")
                await self._give_up()
                break
        closed.cancel()

    async def _give_up(self) -> None:
        """Close a client that hangs; it must not take us with it."""
        if self._client is not None:
            with suppress(TimeoutError, OSError, nats.errors.Error):
                await asyncio.wait_for(self._client.close(), 2)
            self._client = None

    async def close(self) -> None:
        """Send what is still on its way out, then leave."""
        self._is_leaving = True
        if self._client is not None and not self._client.is_closed:
            try:
                await asyncio.wait_for(self._client.flush(), 2)
            except (TimeoutError, nats.errors.Error):
                log.info("broker.left_unflushed")
            await self._client.close()

    async def _connect(self) -> None:
        self._client = await nats.connect(
            # Several servers of one cluster stand in one setting, separated by commas.
            self._url.split(","),
            tls=self._tls,
            name=f"tongban worker {self.node}",
            inbox_prefix=addresses.inbox_prefix(self.node),
            max_reconnect_attempts=-1,
            reconnect_time_wait=RECONNECT_SECONDS,
            connect_timeout=3,
            ping_interval=PING_SECONDS,
            max_outstanding_pings=2,
            error_cb=self._failed,
            disconnected_cb=self._disconnected,
            reconnected_cb=self._connected,
            closed_cb=self._gone,
        )

    async def _connected(self) -> None:
        self._lost = asyncio.Event()
        self._said_at = 0.0
        log.info("broker.connected")
        for call in self.on_connect:
            await call()

    async def _disconnected(self) -> None:
        self._lost.set()
        if not self._is_leaving:
            log.warning("broker.disconnected")

    async def _gone(self) -> None:
        self._closed.set()

    async def _failed(self, error: Exception) -> None:
        """Say it once a minute: while a broker is away, four tries a second fail."""
        if time.monotonic() - self._said_at > _SAY_AGAIN_SECONDS:
            self._said_at = time.monotonic()
            log.warning("broker.error", error=type(error).__name__, detail=str(error)[:200])
