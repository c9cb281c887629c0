"""Signs of life: every node says how it is, and the hub keeps what it heard."""

import asyncio
import json
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.utils.timezone import now
from nats.aio.msg import Msg

from tongban import __version__
from tongban.basics.away import DATABASE_AWAY
from tongban.exchange import addresses, beats, contacts, flows, queries
from tongban.jurisdictions import queries as jurisdictions
from tongban.worker import sent
from tongban.worker.broker import BROKER_AWAY, REQUEST_TIMEOUT, Broker
from tongban.worker.hands import Hands
from tongban.worker.looking import Looking

log = structlog.get_logger(__name__)

BEAT_SECONDS = 5.0


class Heartbeat(Looking):
    """Says how this node is, every few seconds: to its own pages, and to the hub by the broker.

    Nothing of it is kept at the broker.
    """

    SECONDS = BEAT_SECONDS
    AWAY = (*BROKER_AWAY, *DATABASE_AWAY)

    def __init__(self, broker: Broker, hands: Hands, *, seconds: float | None = None) -> None:
        super().__init__(broker, hands, seconds=seconds)
        self._process = beats.process_name()

    async def look(self) -> None:
        """One beat."""
        await self._hands.run(
            beats.note, self._process, is_connected=self.broker.is_connected, at=now()
        )
        beat = await self._hands.run(own_state)
        subject = addresses.beat_subject(self.broker.node)
        await self.broker.client.publish(subject, json.dumps(beat).encode())


class Watch(Looking):
    """The hub's part: hears all beats and looks how full every mailbox is."""

    SECONDS = BEAT_SECONDS
    AWAY = (*BROKER_AWAY, *DATABASE_AWAY)

    def __init__(self, broker: Broker, hands: Hands, *, seconds: float | None = None) -> None:
        super().__init__(broker, hands, seconds=seconds)
        broker.on_connect.append(self._subscribe)

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until told to stop."""
        if self.broker.is_connected:
            await self._subscribe()
        await super().run(stop)

    async def look(self) -> None:
        """One look at every mailbox."""
        for node in await self._hands.run(_known_nodes):
            await self._look_at(node)
        await self._hands.run(_forget)

    async def _subscribe(self) -> None:
        if self._client_id != id(self.broker.client):
            self._client_id = id(self.broker.client)
            await self.broker.client.subscribe(addresses.beat_subject("*"), cb=self._hear)

    _client_id = 0

    async def _look_at(self, node: str) -> None:
        # Asked by hand: the library leaves out since when the oldest message waits.
        subject = f"$JS.API.STREAM.INFO.{addresses.mail_stream(node)}"
        answer = await self.broker.client.request(subject, timeout=REQUEST_TIMEOUT)
        info = json.loads(answer.data)
        if "error" in info:
            # No such mailbox yet.
            return
        state = info["state"]
        await self._hands.run(
            contacts.note_mailbox,
            node,
            messages=state["messages"],
            size=state["bytes"],
            limit=info["config"].get("max_bytes") or 0,
            most=info["config"].get("max_msgs") or 0,
            oldest_at=datetime.fromisoformat(state["first_ts"]),
            at=now(),
        )

    async def _hear(self, message: Msg) -> None:
        node = message.subject.removeprefix(addresses.beat_subject(""))
        try:
            beat = json.loads(message.data)
            await self._hands.run(contacts.note_beat, node, beat, at=now())
        except (ValueError, KeyError, TypeError) as nonsense:
            log.warning("watch.nonsense", node=node, error=type(nonsense).__name__)
        except DATABASE_AWAY as away:
            log.info("watch.left_out", error=type(away).__name__)


def _forget() -> None:
    flows.forget(at=now())


def own_state() -> dict[str, Any]:
    """What this node says of itself: counts and moments, nothing about anybody."""
    depth = queries.outbox_depth()
    oldest: datetime | None = depth.oldest_at
    return {
        "node": settings.NODE_ID,
        "version": __version__,
        "at": now().isoformat(),
        "outbox": depth.count,
        "oldest": oldest.isoformat() if oldest else None,
        "parked": queries.parked().count(),
        "process": sent.PROCESS,
        "sent": sent.SENT.told(at=now()),
    }


def _known_nodes() -> list[str]:
    return [node.code for node in jurisdictions.nodes() if node.is_connected]
