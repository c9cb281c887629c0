"""Putting a paper where another node finds it: in constant memory, and going on where it stopped.

Each piece is published for its place and no other: the broker refuses it unless the piece before is
the last one there. So two relays at the same paper, or one that was killed after a piece and before
its answer, can neither double a piece nor leave one out.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

import structlog
from django.utils.timezone import now
from nats.js.api import Header, ObjectInfo, ObjectMetaOptions
from nats.js.errors import NotFoundError

from tongban.exchange import addresses, uploads
from tongban.exchange.envelope import Paper
from tongban.exchange.uploads import Underway
from tongban.record import papers
from tongban.trust import streams, suites
from tongban.worker import files
from tongban.worker.broker import Broker
from tongban.worker.hands import Hands

log = structlog.get_logger(__name__)

# What goes to the broker at once: each costs a flush of its disk, and a few lie in memory.
PIECE = 4 * streams.PIECE
# The number of a piece, from 0.
PIECE_HEADER = "Tongban-Piece"
TIMEOUT = 10.0


async def upload(broker: Broker, hands: Hands, to: str, paper: Paper) -> None:
    """Put a paper into the bucket for another node, encrypted to it; goes on with one begun before.

    Raises papers.PaperMissing, posting.NoKeyToSealTo, and the errors of the broker's client.
    """
    bound = files.bound(broker.node, to, paper)
    underway = await hands.run(uploads.begin, to, paper.digest, bound=bound, at=now())
    source = await hands.run(papers.open, paper.digest)
    try:
        await _Upload(broker, hands, to, paper, underway).run(source)
    finally:
        source.close()
    await hands.run(uploads.done, to, paper.digest, size=paper.size, at=now())


@dataclass
class _Upload:
    broker: Broker
    hands: Hands
    to: str
    paper: Paper
    underway: Underway

    def __post_init__(self) -> None:
        node = self.broker.node
        self._stream = addresses.bucket_stream(node, self.to)
        self._subject = files.pieces_subject(node, self.to, self.underway.name)

    async def run(self, source: IO[bytes]) -> None:
        before = await self._there()
        if before == self.underway.name:
            return
        info = await self._pieces(source)
        await self._name(info)
        for name in {before, self.underway.left_over} - {""}:
            subject = files.pieces_subject(self.broker.node, self.to, name)
            await self.broker.jetstream.purge_stream(self._stream, subject=subject)

    async def _there(self) -> str:
        """The name of the pieces that lie there under this digest now; empty for none."""
        bucket = files.store(self.broker.jetstream, self.broker.node, self.to)
        try:
            return (await bucket.get_info(self.paper.digest)).nuid or ""
        except NotFoundError:
            return ""

    async def _reached(self) -> tuple[int, int]:
        """How many pieces are there, and the place of the last one in the stream."""
        try:
            last = await self.broker.jetstream.get_last_msg(self._stream, self._subject)
        except NotFoundError:
            return 0, 0
        return int((last.headers or {})[PIECE_HEADER]) + 1, last.seq or 0

    async def _pieces(self, source: IO[bytes]) -> ObjectInfo:
        """Publish what is not there yet. All is read and sealed again: the name takes its digest."""
        there, place = await self._reached()
        digest, size, count = hashlib.sha256(), 0, 0
        sealed = self._sealed(source)
        while piece := await self.hands.run(_next, sealed):
            digest.update(piece)
            if count >= there:
                place = await self._publish(piece, count, after=place)
            size, count = size + len(piece), count + 1
        log.info(
            "files.uploaded", to=self.to, digest=self.paper.digest[:12], size=self.paper.size,
            pieces=count, there_before=there,
        )  # fmt: skip
        told = base64.urlsafe_b64encode(digest.digest()).decode()
        return self._info(size=size, chunks=count, digest=f"SHA-256={told}")

    async def _publish(self, piece: bytes, number: int, *, after: int) -> int:
        headers = {
            Header.EXPECTED_LAST_SUBJECT_SEQUENCE.value: str(after),
            PIECE_HEADER: str(number),
        }
        ack = await self.broker.jetstream.publish(
            self._subject, piece, stream=self._stream, headers=headers, timeout=TIMEOUT
        )
        return ack.seq

    def _info(self, *, size: int, chunks: int, digest: str) -> ObjectInfo:
        key = self.underway.key
        return ObjectInfo(
            name=self.paper.digest,
            description=suites.key_id(key) if key else "",
            options=ObjectMetaOptions(max_chunk_size=PIECE),
            bucket=addresses.bucket(self.broker.node, self.to),
            nuid=self.underway.name,
            size=size,
            chunks=chunks,
            digest=digest,
            mtime=now().isoformat(),
        )

    async def _name(self, info: ObjectInfo) -> None:
        """Say under the paper's digest where its pieces lie, in place of what was said before."""
        name = base64.urlsafe_b64encode(self.paper.digest.encode()).decode()
        await self.broker.jetstream.publish(
            f"$O.{info.bucket}.M.{name}",
            json.dumps(info.as_dict()).encode(),
            stream=self._stream,
            headers={Header.ROLLUP.value: "sub"},
            timeout=TIMEOUT,
        )

    def _sealed(self, source: IO[bytes]) -> Iterator[bytes]:
        plain = iter(lambda: source.read(streams.PIECE), b"")
        if not self.underway.key:
            return in_pieces(plain)
        bound = files.bound(self.broker.node, self.to, self.paper)
        beginning = self.underway.beginning
        return in_pieces(streams.seal(self.underway.key, plain, bound=bound, beginning=beginning))


def in_pieces(some: Iterator[bytes], size: int = PIECE) -> Iterator[bytes]:
    """The same bytes, in pieces of about a size."""
    held: list[bytes] = []
    length = 0
    for one in some:
        held.append(one)
        length += len(one)
        if length >= size:
            yield b"".join(held)
            held, length = [], 0
    if held:
        yield b"".join(held)


def _next(pieces: Iterator[bytes]) -> bytes:
    return next(pieces, b"")
