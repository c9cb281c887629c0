"""Pulling from a mailbox without waiting for a batch to fill.

The client's own `fetch(n)` asks for n messages and gives them when all have come or the time is
over, so a single message would wait for seconds. Here a request for many is always open at the
broker, and each message is taken the moment it arrives.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import nats.errors
from nats.aio.msg import Msg
from nats.js.api import Header

from tongban.exchange import addresses
from tongban.worker.broker import Broker

EXPIRES_SECONDS = 20.0
BEAT_SECONDS = 5.0
# Without a message or a beat for so long, the request is taken for lost.
SILENCE_SECONDS = 2.5 * BEAT_SECONDS
# After the broker could not serve a request: the mailbox is being made, or its leader chosen.
REFUSED_SECONDS = 0.5


class Pull:
    """The messages of this node's mailbox as they come; at most `room` of them unsettled."""

    def __init__(self, broker: Broker, room: int) -> None:
        self._broker = broker
        self._room = room
        self._asked = 0
        self._in_hand = 0
        self._heard_at = 0.0
        self._ask_from = 0.0
        # What came from the broker; None only says that there is room again.
        self._came: asyncio.Queue[Msg | None] = asyncio.Queue()
        broker.on_connect.append(self._forget)

    def settled(self) -> None:
        """One message that was given out is done with, so there is room for another."""
        self._in_hand -= 1
        self._came.put_nowait(None)

    async def messages(self, stop: asyncio.Event) -> AsyncIterator[Msg]:
        """Messages until told to stop, or until there is another client; raises the client's errors.

        A client outlives its connections and takes its subscriptions along. One that was closed
        does not: what is asked for under its subscription nobody would hear any more.
        """
        client = self._broker.client
        answers = client.new_inbox()
        subscription = await client.subscribe(answers, cb=self._came.put)
        self._asked = 0
        try:
            while not stop.is_set() and self._broker.uses(client):
                await self._ask(answers)
                message = await self._next()
                if message is not None and self._is_mail(message):
                    self._in_hand += 1
                    yield message
        finally:
            # Also while it has no connection: else every later one would subscribe to it again.
            with suppress(nats.errors.Error):
                await subscription.unsubscribe()

    async def _forget(self) -> None:
        """At a new connection nothing is asked any more."""
        self._asked = 0

    async def _ask(self, answers: str) -> None:
        """Keep a request open for as many messages as there is room for."""
        if self._asked and time.monotonic() - self._heard_at > SILENCE_SECONDS:
            self._asked = 0
        wanted = self._room - self._in_hand - self._asked
        if wanted < max(self._room // 4, 1) and self._asked:
            return
        if wanted <= 0 or time.monotonic() < self._ask_from:
            return
        request = {
            "batch": wanted,
            "expires": int(EXPIRES_SECONDS * 1e9),
            "idle_heartbeat": int(BEAT_SECONDS * 1e9),
        }
        stream = addresses.mail_stream(self._broker.node)
        subject = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{addresses.CONSUMER}"
        await self._broker.client.publish(subject, json.dumps(request).encode(), answers)
        if not self._asked:
            self._heard_at = time.monotonic()
        self._asked += wanted

    def _is_mail(self, message: Msg) -> bool:
        """Whether this is a message of the mailbox; else it is the broker's word on a request."""
        self._heard_at = time.monotonic()
        status = (message.headers or {}).get(Header.STATUS)
        if status is None:
            self._asked -= 1
            return True
        if status != "100":
            # The request ended: its time is over (408), or the broker could not serve it (409 …).
            left = (message.headers or {}).get("Nats-Pending-Messages")
            self._asked = max(self._asked - int(left), 0) if left else 0
            if status != "408":
                self._ask_from = time.monotonic() + REFUSED_SECONDS
        return False

    async def _next(self) -> Msg | None:
        """What comes next; None when nothing did, or only room."""
        try:
            return await asyncio.wait_for(self._came.get(), 1.0)
        except TimeoutError:
            return None
