"""A wire between a node and a server of its: it carries everything, until somebody meddles with it.

All wires run in one thread with a loop of its own. What meddles comes from other threads.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from journeys.faulting.frames import Frame, Frames, Kind
from tongban.local.ports import LOOPBACK

_CHUNK = 1 << 16
# A message that is held back to be overtaken waits so long for one that does it.
_OVERTAKEN_WITHIN = 0.5
T = TypeVar("T")


class Trick(StrEnum):
    """What can be done to a single message."""

    DOUBLE_DELIVERY = "delivered twice"
    OVERTAKE = "overtaken by the next"
    LOSE_DELIVERY = "delivery lost"
    LOSE_ACK = "acknowledgement lost"
    DOUBLE_MAIL = "published twice"
    LOSE_STORED = "the broker's word lost"


_MEANT = {
    Trick.DOUBLE_DELIVERY: Kind.DELIVERY,
    Trick.OVERTAKE: Kind.DELIVERY,
    Trick.LOSE_DELIVERY: Kind.DELIVERY,
    Trick.LOSE_ACK: Kind.ACK,
    Trick.DOUBLE_MAIL: Kind.MAIL,
    Trick.LOSE_STORED: Kind.STORED,
}


class Loop:
    """The thread in which all wires run."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.servers: list[asyncio.Server] = []
        self._thread = threading.Thread(target=self._run, daemon=True, name="wires")
        self._thread.start()

    def _run(self) -> None:
        self.loop.run_forever()
        for server in self.servers:
            server.close()
        asyncio.set_event_loop(self.loop)
        left = asyncio.all_tasks(self.loop)
        for task in left:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        # Transports that were aborted say good-bye to their sockets one turn later.
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.close()

    def call(self, what: Callable[[], T]) -> T:
        """Do something in the loop's thread."""

        async def doing() -> T:
            return what()

        return asyncio.run_coroutine_threadsafe(doing(), self.loop).result(10)

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(5)


@dataclass(eq=False)
class Line:
    """One connection over a wire: both ends, and what is held back in it."""

    ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    held: bytes = b""

    def break_off(self) -> None:
        """Gone without a good-bye."""
        for end in self.ends:
            with suppress(RuntimeError):
                end.transport.abort()


@dataclass(eq=False)
class Wire:
    """A loopback port in front of another; `speaks_nats` lets it tell messages apart."""

    loop: Loop
    target: int
    speaks_nats: bool = False
    port: int = 0
    done: Counter[Trick] = field(default_factory=Counter)
    _lines: set[Line] = field(default_factory=set)
    _armed: list[Trick] = field(default_factory=list)
    _is_cut: bool = False
    _delay: float = 0.0

    def __post_init__(self) -> None:
        self._flows = self.loop.call(asyncio.Event)
        self.loop.call(self._flows.set)
        asyncio.run_coroutine_threadsafe(self._listen(), self.loop.loop).result(10)

    async def _listen(self) -> None:
        server = await asyncio.start_server(self._accept, LOOPBACK, 0, limit=_CHUNK)
        self.loop.servers.append(server)
        self.port = server.sockets[0].getsockname()[1]

    # --- meddling ---

    def cut(self) -> None:
        """Every connection breaks off, and new ones are broken off at once."""

        def now() -> None:
            self._is_cut = True
            self._break_all()

        self.loop.call(now)

    def silence(self) -> None:
        """Connections stay, new ones are accepted, and nothing is answered: half-open."""
        self.loop.call(self._flows.clear)

    def slow_down(self, seconds: float) -> None:
        """Everything takes so much longer, each way."""
        self.loop.call(lambda: setattr(self, "_delay", seconds))

    def heal(self) -> None:
        """As it was; what was half-open breaks off, as when a firewall has forgotten it."""

        def now() -> None:
            if not self._flows.is_set():
                self._break_all()
            self._is_cut, self._delay = False, 0.0
            self._armed.clear()
            self._flows.set()

        self.loop.call(now)

    def play(self, trick: Trick) -> None:
        """Do this to the next message that it can be done to."""
        self.loop.call(lambda: self._armed.append(trick))

    def disarm(self, trick: Trick) -> None:
        """Do it no more."""

        def now() -> None:
            if trick in self._armed:
                self._armed.remove(trick)

        self.loop.call(now)

    def lead_to(self, port: int) -> None:
        """New connections go elsewhere; those there are break off."""

        def now() -> None:
            self.target = port
            self._break_all()

        self.loop.call(now)

    def _break_all(self) -> None:
        for line in list(self._lines):
            line.break_off()

    # --- carrying ---

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            if not self._is_cut:
                await self._connect(reader, writer)
        writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._flows.wait()
        far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self.target)
        line = Line((writer, far_writer))
        self._lines.add(line)
        try:
            await asyncio.gather(
                self._carry(line, reader, far_writer), self._carry(line, far_reader, writer)
            )
        finally:
            line.break_off()
            self._lines.discard(line)

    async def _carry(
        self, line: Line, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        frames = Frames()
        try:
            while data := await reader.read(_CHUNK):
                await self._flows.wait()
                if self._delay:
                    await asyncio.sleep(self._delay)
                if self.speaks_nats:
                    data = b"".join(self._meddled(line, one, writer) for one in frames.feed(data))
                writer.write(data)
                await writer.drain()
        except (OSError, RuntimeError):
            pass
        finally:
            line.break_off()

    def _meddled(self, line: Line, frame: Frame, writer: asyncio.StreamWriter) -> bytes:
        """What goes on in place of a frame."""
        held, line.held = (line.held, b"") if frame.kind is Kind.DELIVERY else (b"", line.held)
        if held:
            self.done[Trick.OVERTAKE] += 1
            return frame.data + held
        trick = next((one for one in self._armed if _MEANT[one] is frame.kind), None)
        if trick is None:
            return frame.data
        self._armed.remove(trick)
        if trick is Trick.OVERTAKE:
            line.held = frame.data
            self.loop.loop.call_later(_OVERTAKEN_WITHIN, self._let_go, line, writer)
            return b""
        self.done[trick] += 1
        return frame.data * 2 if trick in {Trick.DOUBLE_DELIVERY, Trick.DOUBLE_MAIL} else b""

    def _let_go(self, line: Line, writer: asyncio.StreamWriter) -> None:
        held, line.held = line.held, b""
        if held and not writer.transport.is_closing():
            writer.write(held)
