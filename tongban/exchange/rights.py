"""What the broker lets each node do: speak as itself, read what is its own, and nothing else.

Values in, values out, and no Django: the program that starts servers reads this too. In NATS a
wildcard stands for a whole word of a subject, so the buckets are named one pair at a time.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tongban.exchange import addresses


@dataclass(frozen=True)
class Rights:
    """The subjects that a node's account may publish to and subscribe to."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]


def rights(node: str, *, partners: Iterable[str], is_hub: bool = False) -> Rights:
    """The rights of one node; `partners` are the other nodes it exchanges papers with."""
    publish = [
        addresses.mail_subject("*", node),
        addresses.beat_subject(node),
        *_own_mailbox(node),
    ]
    for partner in sorted(set(partners) - {node}):
        publish += _bucket_to(node, partner)
        publish += _bucket_from(partner, node)
    subscribe = [f"{addresses.inbox_prefix(node)}.>"]
    if is_hub:
        # The hub watches how full every mailbox is; it cannot open one that is not its own.
        publish.append("$JS.API.STREAM.INFO.*")
        subscribe.append(addresses.beat_subject("*"))
    return Rights(tuple(publish), tuple(subscribe))


def _own_mailbox(node: str) -> list[str]:
    stream = addresses.mail_stream(node)
    place = f"{stream}.{addresses.CONSUMER}"
    # The facts about it tell a mailbox that began anew, after the broker had lost the one before.
    facts = f"$JS.API.STREAM.INFO.{stream}"
    return [f"$JS.API.CONSUMER.MSG.NEXT.{place}", f"$JS.ACK.{place}.>", facts]


def _bucket_to(node: str, partner: str) -> list[str]:
    stream = addresses.bucket_stream(node, partner)
    return [
        f"$O.{addresses.bucket(node, partner)}.>",
        f"$JS.API.STREAM.MSG.GET.{stream}",
        # Papers that the partner has confirmed are taken out again.
        f"$JS.API.STREAM.PURGE.{stream}",
    ]


def _bucket_from(partner: str, node: str) -> list[str]:
    return [f"$JS.API.STREAM.MSG.GET.{addresses.bucket_stream(partner, node)}"]
