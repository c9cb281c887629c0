"""Papers between nodes: through the object store, named by digest, checked on arrival."""

import tempfile
from io import BufferedIOBase
from typing import IO, cast

import structlog
from nats.js import JetStreamContext
from nats.js.api import ObjectMeta
from nats.js.errors import NotFoundError
from nats.js.object_store import ObjectStore

from tongban.exchange import addresses
from tongban.exchange.envelope import Paper
from tongban.record import papers
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
    """Put a paper into the bucket for another node; raises papers.PaperMissing."""
    source: IO[bytes] = await hands.run(papers.open, paper.digest)
    try:
        meta = ObjectMeta(name=paper.digest)
        await _store(broker.jetstream, broker.node, to).put(
            paper.digest, cast(BufferedIOBase, source), meta
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
    """Get a paper from the bucket and keep it once its digest is right; raises PaperNotThere."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as target:
        await _collect(broker, sender, paper, target)
        target.seek(0)
        try:
            await hands.run(_keep, target, paper)
        except papers.PaperDamaged as damaged:
            log.warning("files.damaged", sender=sender, digest=paper.digest[:12])
            raise PaperNotThere(paper.digest) from damaged
    log.info("files.fetched", sender=sender, digest=paper.digest[:12], size=paper.size)


def _keep(source: IO[bytes], paper: Paper) -> None:
    papers.put(source, media_type=paper.media_type, expect=paper.digest)


async def _collect(broker: Broker, sender: str, paper: Paper, target: IO[bytes]) -> None:
    """Read the pieces one by one.

    The client's own `get` makes a consumer, and a consumer may be told to deliver anywhere: the
    right to make one would be a right to speak as somebody else.
    """
    jetstream = broker.jetstream
    stream = addresses.bucket_stream(sender, broker.node)
    try:
        info = await _store(jetstream, sender, broker.node).get_info(paper.digest)
        subject = f"$O.{addresses.bucket(sender, broker.node)}.C.{info.nuid}"
        place, left = 1, paper.size
        while left > 0:
            piece = await jetstream.get_msg(stream, seq=place, subject=subject, next=True)
            data = piece.data or b""
            target.write(data)
            # A piece without content would never bring the end nearer.
            place, left = (piece.seq or place) + 1, left - max(len(data), 1)
    except NotFoundError as gone:
        raise PaperNotThere(paper.digest) from gone
