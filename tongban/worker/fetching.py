"""Getting a paper that another node left for us: piece by piece, going on where it stopped."""

import asyncio
from collections.abc import Iterator
from io import BufferedIOBase
from typing import IO, Any, cast

import structlog
from django.utils.timezone import now
from nats.js.api import ObjectInfo
from nats.js.errors import NotFoundError

from tongban.exchange import addresses, posting
from tongban.exchange.envelope import Paper
from tongban.record import papers
from tongban.trust import streams
from tongban.trust.suites import CannotOpen
from tongban.worker import files
from tongban.worker.broker import Broker
from tongban.worker.coming import Coming, TakenElsewhere
from tongban.worker.hands import Hands

log = structlog.get_logger(__name__)

_LOOK_SECONDS = 0.1


class PaperNotThere(Exception):
    """The bucket does not hold that paper whole; its sender has to put it there again."""


async def fetch(broker: Broker, hands: Hands, sender: str, paper: Paper) -> None:
    """Get a paper from the bucket and keep it once its digest is right; raises PaperNotThere.

    What was not encrypted as it had to be, or for another place, is as good as not there. When the
    broker goes away meanwhile its client's errors are raised, and the next call goes on from there.
    """
    info = await _info(broker, sender, paper)
    coming = await _claim(f"{sender} {info.nuid} {paper.digest} {info.size}", paper)
    if coming is None:
        return
    try:
        await _collect(broker, sender, info, coming)
        key_id = info.description or ""
        await hands.run(_keep, coming.file, paper, key_id, files.bound(sender, broker.node, paper))
    except NotFoundError as gone:
        coming.forget()
        raise PaperNotThere(paper.digest) from gone
    except (papers.PaperDamaged, CannotOpen) as damaged:
        log.warning("files.damaged", sender=sender, digest=paper.digest[:12])
        coming.forget()
        raise PaperNotThere(paper.digest) from damaged
    else:
        coming.forget()
    finally:
        coming.close()
    log.info("files.fetched", sender=sender, digest=paper.digest[:12], size=paper.size)


async def _info(broker: Broker, sender: str, paper: Paper) -> ObjectInfo:
    """What the bucket says of a paper; one of a size that cannot be is not there."""
    bucket = files.store(broker.jetstream, sender, broker.node)
    try:
        info = await bucket.get_info(paper.digest)
    except NotFoundError as gone:
        raise PaperNotThere(paper.digest) from gone
    if (info.size or 0) not in streams.sizes(paper.size):
        raise PaperNotThere(paper.digest)
    return info


async def _claim(upload: str, paper: Paper) -> Coming | None:
    """Be the one who fetches it; None when somebody else has done so meanwhile."""
    while True:
        try:
            coming = Coming(upload)
        except TakenElsewhere:
            await asyncio.sleep(_LOOK_SECONDS)
            continue
        if papers.has(paper.digest):
            coming.forget()
            return None
        return coming


async def _collect(broker: Broker, sender: str, info: ObjectInfo, coming: Coming) -> None:
    """Read the pieces that are not here yet, one by one.

    The client's own `get` makes a consumer, and a consumer may be told to deliver anywhere: the
    right to make one would be a right to speak as somebody else.
    """
    stream = addresses.bucket_stream(sender, broker.node)
    subject = files.pieces_subject(sender, broker.node, info.nuid or "")
    left = (info.size or 0) - coming.size
    while left > 0:
        piece = await broker.jetstream.get_msg(
            stream, seq=coming.place + 1, subject=subject, next=True
        )
        data = piece.data or b""
        # A piece without content would never bring the end nearer.
        left -= max(len(data), 1)
        coming.add(data, place=piece.seq or coming.place + 1)


def _keep(source: IO[bytes], paper: Paper, key_id: str, bound: bytes) -> None:
    source.flush()
    source.seek(0)
    opener = posting.opener_of_paper(key_id, at=now())
    plain = source
    if opener is not None:
        pieces = iter(lambda: source.read(streams.PIECE), b"")
        plain = cast(IO[bytes], Pieces(streams.unseal(opener, pieces, bound=bound)))
    papers.put(plain, media_type=paper.media_type, expect=paper.digest)


class Pieces(BufferedIOBase):
    """Bytes that come piece by piece, to be read as a file; never more than a piece in memory."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = b""

    def readable(self) -> bool:
        """It is there to be read."""
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """At most so many bytes, and at least one before the end."""
        while not self._held:
            self._held = next(self._pieces, b"")
            if not self._held:
                return b""
        if size is None or size < 0:
            size = len(self._held)
        given, self._held = self._held[:size], self._held[size:]
        return given

    def readinto(self, buffer: Any, /) -> int:
        """As much as fits and comes."""
        view, filled = memoryview(buffer).cast("B"), 0
        while filled < len(view):
            some = self.read(len(view) - filled)
            if not some:
                break
            view[filled : filled + len(some)] = some
            filled += len(some)
        return filled
