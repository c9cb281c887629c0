"""Papers between nodes: through the object store, encrypted, named by digest, checked on arrival."""

import tempfile
from collections.abc import Iterator
from io import BufferedIOBase
from typing import IO, Any, cast

import structlog
from django.utils.timezone import now
from nats.js import JetStreamContext
from nats.js.api import ObjectMeta
from nats.js.errors import NotFoundError
from nats.js.object_store import ObjectStore

from tongban.exchange import addresses, posting
from tongban.exchange.envelope import Paper
from tongban.record import papers
from tongban.trust import streams, suites
from tongban.trust.suites import CannotOpen
from tongban.worker.broker import Broker
from tongban.worker.hands import Hands

log = structlog.get_logger(__name__)

# A paper of this size lies in memory while it travels, a larger one in a temporary file.
_IN_MEMORY = 1 << 20


class PaperNotThere(Exception):
    """The bucket does not hold that paper whole; its sender has to put it there again."""


def _store(jetstream: JetStreamContext, sender: str, to: str) -> ObjectStore:
    # Not `jetstream.object_store`: it asks for facts about the stream that nobody needs here.
    return ObjectStore(addresses.bucket(sender, to), addresses.bucket_stream(sender, to), jetstream)


async def upload(broker: Broker, hands: Hands, to: str, paper: Paper) -> None:
    """Put a paper into the bucket for another node, encrypted to it.

    Raises papers.PaperMissing, and posting.NoKeyToSealTo.
    """
    key = await hands.run(posting.key_to_seal_to, to, at=now())
    source: IO[bytes] = await hands.run(papers.open, paper.digest)
    try:
        meta = ObjectMeta(name=paper.digest, description=suites.key_id(key) if key else "")
        pieces = iter(lambda: source.read(streams.PIECE), b"")
        bound = _bound(broker.node, to, paper)
        sealed = Pieces(streams.seal(key, pieces, bound=bound)) if key else source
        await _store(broker.jetstream, broker.node, to).put(
            paper.digest, cast(BufferedIOBase, sealed), meta
        )
    finally:
        source.close()
    log.info("files.uploaded", to=to, digest=paper.digest[:12], size=paper.size)


async def remove(broker: Broker, to: str, digest: str) -> None:
    """Take a paper out of the bucket for another node; one that is gone already is fine."""
    try:
        await _store(broker.jetstream, broker.node, to).delete(digest)
    except NotFoundError:
        return


async def fetch(broker: Broker, hands: Hands, sender: str, paper: Paper) -> None:
    """Get a paper from the bucket and keep it once its digest is right; raises PaperNotThere.

    What was not encrypted as it had to be, or for another place, is as good as not there.
    """
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as target:
        key_id = await _collect(broker, sender, paper, target)
        target.seek(0)
        try:
            await hands.run(_keep, target, paper, key_id, _bound(sender, broker.node, paper))
        except (papers.PaperDamaged, CannotOpen) as damaged:
            log.warning("files.damaged", sender=sender, digest=paper.digest[:12])
            raise PaperNotThere(paper.digest) from damaged
    log.info("files.fetched", sender=sender, digest=paper.digest[:12], size=paper.size)


def _bound(sender: str, to: str, paper: Paper) -> bytes:
    """What a sealed paper is bound to: between whom it goes, and which one it is."""
    return f"paper {paper.digest} from {sender} to {to}".encode()


def _keep(source: IO[bytes], paper: Paper, key_id: str, bound: bytes) -> None:
    opener = posting.opener_of_paper(key_id, at=now())
    plain = source
    if opener is not None:
        pieces = iter(lambda: source.read(streams.PIECE), b"")
        plain = cast(IO[bytes], Pieces(streams.unseal(opener, pieces, bound=bound)))
    papers.put(plain, media_type=paper.media_type, expect=paper.digest)


async def _collect(broker: Broker, sender: str, paper: Paper, target: IO[bytes]) -> str:
    """Read the pieces one by one; gives the id of the key they are sealed to, empty for none.

    The client's own `get` makes a consumer, and a consumer may be told to deliver anywhere: the
    right to make one would be a right to speak as somebody else.
    """
    jetstream = broker.jetstream
    stream = addresses.bucket_stream(sender, broker.node)
    try:
        info = await _store(jetstream, sender, broker.node).get_info(paper.digest)
        subject = f"$O.{addresses.bucket(sender, broker.node)}.C.{info.nuid}"
        place, left = 1, info.size or 0
        if left not in streams.sizes(paper.size):
            raise PaperNotThere(paper.digest)
        while left > 0:
            piece = await jetstream.get_msg(stream, seq=place, subject=subject, next=True)
            data = piece.data or b""
            target.write(data)
            # A piece without content would never bring the end nearer.
            place, left = (piece.seq or place) + 1, left - max(len(data), 1)
    except NotFoundError as gone:
        raise PaperNotThere(paper.digest) from gone
    return info.description or ""


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
        """As much as fits and comes, so that only the last piece at the store is short."""
        view, filled = memoryview(buffer).cast("B"), 0
        while filled < len(view):
            some = self.read(len(view) - filled)
            if not some:
                break
            view[filled : filled + len(some)] = some
            filled += len(some)
        return filled
