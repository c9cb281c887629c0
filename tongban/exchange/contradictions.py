"""Two signed events in one place of a chain: kept from both sides, for people to settle.

No node may write the same place twice. Where it happened all the same (after a restore from an older
backup, or by fraud), no program can say which event is right; it can only show both signatures.
"""

from datetime import datetime

import structlog
from django.utils.translation import gettext as _

from tongban.exchange.conditions import Finding, checks
from tongban.exchange.envelope import Envelope
from tongban.exchange.models import Contradiction
from tongban.exchange.registry import keeps
from tongban.record import queries as recorded
from tongban.record.chains import Event

log = structlog.get_logger(__name__)


class ForkFound:
    """What a refusal is besides when a message brings another event in a place we have one in."""

    event: Event


@keeps(ForkFound)
def keep(fork: ForkFound, envelope: Envelope, /, *, at: datetime) -> None:
    """Keep both events with their signatures; the same pair again changes nothing."""
    theirs, peer = fork.event, envelope.sender
    ours = next((one for one in recorded.events(theirs.chain, from_seq=theirs.seq)), None)
    if ours is None or ours.seq != theirs.seq:
        return
    row = Contradiction(
        chain=theirs.chain,
        seq=theirs.seq,
        peer=peer,
        ours=ours.packed(),
        theirs=theirs.packed(),
        ours_hash=ours.hash,
        theirs_hash=theirs.hash,
        found_at=at,
    )
    Contradiction.objects.bulk_create([row], ignore_conflicts=True)
    log.error("exchange.contradiction", chain=theirs.chain, seq=theirs.seq, peer=peer)


@checks
def contradictions(_at: datetime) -> list[Finding]:
    """Chains that two nodes have otherwise, for the operator."""
    found = Contradiction.objects.order_by("found_at").first()
    if found is None:
        return []
    count = Contradiction.objects.values("chain").distinct().count()
    return [
        Finding(
            "contradiction",
            _("有%(count)d份记录和别的节点不一致，两边都有签名") % {"count": count},
            _("在报文收发页上看两边的记录，请两地核对以哪一份为准"),
            found.found_at,
            found.peer,
        )
    ]
