"""Papers in the object store: encrypted, named by digest, in pieces under a subject of their own.

The store's own client is used for what it says of a paper; its `put` cannot go on after an
interruption (`uploading`), and its `get` makes a consumer (`fetching`).
"""

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError
from nats.js.object_store import ObjectStore

from tongban.exchange import addresses
from tongban.exchange.envelope import Paper
from tongban.worker.broker import Broker


def store(jetstream: JetStreamContext, sender: str, to: str) -> ObjectStore:
    """The bucket between two nodes."""
    # Not `jetstream.object_store`: it asks for facts about the stream that nobody needs here.
    return ObjectStore(addresses.bucket(sender, to), addresses.bucket_stream(sender, to), jetstream)


def pieces_subject(sender: str, to: str, name: str) -> str:
    """The subject under which the pieces of one upload lie."""
    return f"$O.{addresses.bucket(sender, to)}.C.{name}"


def bound(sender: str, to: str, paper: Paper) -> bytes:
    """What a sealed paper is bound to: between whom it goes, and which one it is."""
    return f"paper {paper.digest} from {sender} to {to}".encode()


async def remove(broker: Broker, to: str, digest: str) -> None:
    """Take a paper out of the bucket for another node; one that is gone already is fine."""
    try:
        await store(broker.jetstream, broker.node, to).delete(digest)
    except NotFoundError:
        return
