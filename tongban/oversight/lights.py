"""What light a node gets, and why: values in, words out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from tongban.exchange.conditions import MAILBOX_NEARLY_FULL
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
    """A kind (ok, warn, bad, or nothing) and the words beside it; `short` fits on a tile."""

    kind: str
    words: str
    short: str = ""


@dataclass(frozen=True, slots=True)
class NodeRow:
    """One line of the page of nodes."""

    node: Node
    contact: NodeContact | None
    light: Light
    # Seconds that the oldest message waits: in its mailbox at the broker, and in its own outbox.
    mailbox_waits: float | None = None
    outbox_waits: float | None = None


def rows(nodes: list[Node], contacts: list[NodeContact], *, at: datetime) -> list[NodeRow]:
    """The connected nodes with what is known of each, in the order of the directory."""
    known = {contact.node: contact for contact in contacts}
    return [_row(node, known.get(node.code), at=at) for node in nodes if node.is_connected]


def _row(node: Node, contact: NodeContact | None, *, at: datetime) -> NodeRow:
    since = (contact.mailbox_oldest_at, contact.oldest_waiting_at) if contact else (None, None)
    waits = [max((at - one).total_seconds(), 0.0) if one else None for one in since]
    return NodeRow(node, contact, light_of(contact, at=at), *waits)


def light_of(contact: NodeContact | None, *, at: datetime) -> Light:
    """Late, wrong or fine; the first reason that holds, the worst first."""
    if contact is None or contact.last_contact_at is None:
        return Light("bad", _("还没有联系过"), _("没联系"))
    silent = at - contact.last_contact_at
    used = {"share": round(100 * contact.mailbox_used)}
    if silent > SILENT_AFTER:
        away = {"time": duration(silent.total_seconds())}
        if contact.mailbox_used > MAILBOX_NEARLY_FULL:
            words = _("失联%(time)s，信箱已用%(share)d%%") % {**away, **used}
            return Light("bad", words, _("失联"))
        return Light("bad", _("失联%(time)s") % away, _("失联"))
    if contact.mailbox_used > MAILBOX_NEARLY_FULL:
        return Light("bad", _("信箱已用%(share)d%%") % used, _("信箱满"))
    if contact.parked:
        return Light("warn", _("搁置%(count)d份") % {"count": contact.parked}, _("搁置"))
    oldest = contact.oldest_waiting_at
    if oldest and at - oldest > SLOW_AFTER:
        waited = duration((at - oldest).total_seconds())
        return Light("warn", _("发件已等%(time)s") % {"time": waited}, _("发件慢"))
    if contact.mailbox_messages >= FULL_FROM:
        words = _("信箱积压至少%(count)d份") % {"count": contact.mailbox_messages}
        return Light("warn", words, _("积压"))
    arrived = contact.mailbox_oldest_at
    if arrived and at - arrived > SLOW_AFTER:
        waited = duration((at - arrived).total_seconds())
        return Light("warn", _("信箱里最早的已等%(time)s") % {"time": waited}, _("收取慢"))
    if abs(contact.clock_skew_ms) > CLOCK_OFF_BY / timedelta(milliseconds=1):
        words = _("时钟差%(count)d秒") % {"count": contact.clock_skew_ms / 1000}
        return Light("warn", words, _("时钟偏"))
    return Light("ok", _("正常"), _("正常"))
