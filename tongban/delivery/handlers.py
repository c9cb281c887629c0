"""What this node does with news of parcels that reached another node."""

from datetime import datetime

from django.conf import settings

from tongban.delivery import kinds, messages, queries, states
from tongban.delivery.messages import NewsRefused
from tongban.delivery.operations import writing
from tongban.exchange import inbox, shared_chains
from tongban.exchange.envelope import Envelope
from tongban.record.chains import Author

__all__ = ["kinds", "take_news"]

_TOLD = {move.name: move for move in states.TOLD}


@inbox.handles(messages.NEWS)
def take_news(envelope: Envelope) -> None:
    """Write what was told at the other end of a parcel, if it is still true of it.

    Refused from a node at neither end. News of a parcel that has not come yet wait for it.
    """
    standing = kinds.PARCEL.head(envelope.subject)
    if standing is None:
        raise inbox.Gap(1, kind=shared_chains.EVENTS)
    if envelope.sender not in standing.nodes:
        raise NewsRefused("发来消息的节点不是这个包裹的寄件方或收件方")
    try:
        move = _TOLD[envelope.data["move"]]
        at = datetime.fromisoformat(envelope.data["at"])
        personal = {str(k): str(v)[:300] for k, v in envelope.data["personal"].items()}
        by = {name: str(envelope.data["by"][name])[:40] for name in ("authority", "officer")}
    except (KeyError, ValueError, TypeError, AttributeError) as unreadable:
        raise NewsRefused("读不懂这条包裹消息") from unreadable
    theirs = {end.authority for end in (standing.sender, standing.recipient)
              if end.node == envelope.sender}  # fmt: skip
    if by["authority"] not in theirs | {""}:
        raise NewsRefused("报告的机关不在这个包裹的那一头")
    if move is states.SIGNED_FOR and not standing.recipient.is_applicant:
        raise NewsRefused("寄给机关的包裹由机关自己签收")
    if move.name in states.WANTS_REASON and not personal:
        raise NewsRefused("这条包裹消息缺少原因")
    parcel = queries.lock_parcel(envelope.subject)
    if standing.pen == settings.NODE_ID:
        told_by = by | {"node": envelope.sender}
        writing.write_told(
            parcel, move, by=Author(settings.NODE_ID, "courier"), at=at, personal=personal,
            told_by=told_by,
        )  # fmt: skip
