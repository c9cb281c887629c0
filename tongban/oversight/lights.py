"""What light a node gets, and why: values in, words out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from tongban.exchange.models import NodeContact
from tongban.exchange.queries import SILENT_AFTER
from tongban.jurisdictions.models import Node
from tongban.ui.tags.dates import duration

# Our own defaults, no rule of any document: when waiting is worth a look.
SLOW_AFTER = timedelta(minutes=1)
FULL_FROM = 100
CLOCK_OFF_BY = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Light:
    """A kind (ok, warn, bad, or nothing) and the words beside it."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class NodeRow:
    """One line of the page of nodes."""

    node: Node
    contact: NodeContact | None
    light: Light


def rows(nodes: list[Node], contacts: list[NodeContact], *, at: datetime) -> list[NodeRow]:
    """The connected nodes with what is known of each, in the order of the directory."""
    known = {contact.node: contact for contact in contacts}
    return [
        NodeRow(node, known.get(node.code), light_of(known.get(node.code), at=at))
        for node in nodes
        if node.is_connected
    ]


def light_of(contact: NodeContact | None, *, at: datetime) -> Light:
    """Late, wrong or fine; the first reason that holds, the worst first."""
    if contact is None or contact.last_contact_at is None:
        return Light("bad", _("还没有联系过"))
    silent = at - contact.last_contact_at
    if silent > SILENT_AFTER:
        return Light("bad", _("失联%(time)s") % {"time": duration(silent.total_seconds())})
    if contact.parked:
        return Light("warn", _("搁置%(count)d份") % {"count": contact.parked})
    oldest = contact.oldest_waiting_at
    if oldest and at - oldest > SLOW_AFTER:
        waited = duration((at - oldest).total_seconds())
        return Light("warn", _("发件已等%(time)s") % {"time": waited})
    if contact.mailbox_messages >= FULL_FROM:
        return Light("warn", _("信箱积压%(count)d份") % {"count": contact.mailbox_messages})
    if abs(contact.clock_skew_ms) > CLOCK_OFF_BY / timedelta(milliseconds=1):
        return Light("warn", _("时钟差%(count)d秒") % {"count": contact.clock_skew_ms / 1000})
    return Light("ok", _("正常"))
