"""The hub's view of the whole country: a tile for each province, and who sends how many to whom."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from tongban.exchange.flows import Counted
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Node
from tongban.oversight.lights import NodeRow
from tongban.oversight.provinces import GRID, NAMES

# More than a person compares at once; the page of a node has all of its own.
FLOWS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Tile:
    """One province on the grid; `short` and the figure stand on it, `words` says it all."""

    sign: str
    column: int
    name: str
    kind: str
    short: str
    figure: str
    words: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Stream:
    """How many messages went from one place to another."""

    sender: str
    recipient: str
    messages: int


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What one node sent to another and got from it, in the last hour and the last day."""

    code: str
    name: str
    sent_hour: int = 0
    sent_day: int = 0
    got_hour: int = 0
    got_day: int = 0


def tiles(rows: Iterable[NodeRow]) -> list[Tile]:
    """All provinces in the order of the grid: how each is, or that it has not joined."""
    known = {row.node.code: row for row in rows}
    return [_tile(*place, known.get(place[0][:2])) for place in GRID]


def _tile(code: str, sign: str, column: int, row: NodeRow | None) -> Tile:
    name = NAMES.get(code) or jurisdictions.short_name(code)
    if row is None:
        return Tile(sign, column, name, "off", "—", "", _("未接入"))
    light = row.light
    href = reverse("oversight:node", args=[row.node.code])
    if row.contact is None or row.contact.mailbox_seen_at is None:
        words = _("%(state)s，信箱的情况还不知道") % {"state": light.words}
        return Tile(sign, column, name, light.kind, light.short, "?", words, href)
    waiting = _("%(count)d份") % {"count": row.contact.mailbox_messages}
    # A bag counts as one, so that of a mailbox that is not empty only the least is known.
    said = _("%(state)s，信箱待取%(waiting)s")
    if row.contact.mailbox_messages:
        said = _("%(state)s，信箱待取至少%(waiting)s")
    words = said % {"state": light.words, "waiting": waiting}
    return Tile(sign, column, name, light.kind, light.short, waiting, words, href)


def tally(shown: Iterable[Tile]) -> dict[str, int]:
    """How many tiles there are of each kind."""
    return dict(Counter(tile.kind for tile in shown))


def name_of(code: str, nodes: Mapping[str, Node]) -> str:
    """What people call a node: 吉林, 兵团, 国家枢纽; of one that nobody knows, its code."""
    node = nodes.get(code)
    if node is None:
        return code
    return node.name if node.is_hub else jurisdictions.plain_name(f"{code}0000")


def streams(counted: Sequence[Counted], nodes: Iterable[Node]) -> list[Stream]:
    """The busiest pairs, most first."""
    known = {node.code: node for node in nodes}
    return [
        Stream(name_of(one.sender, known), name_of(one.recipient, known), one.messages)
        for one in counted[:FLOWS_SHOWN]
    ]


def of_node(
    code: str, hour: Iterable[Counted], day: Iterable[Counted], nodes: Iterable[Node]
) -> list[Exchanged]:
    """With whom a node exchanged messages in the last day, the busiest partner first."""
    known = {node.code: node for node in nodes}
    sums: dict[str, Counter[str]] = {}
    for length, counted in (("hour", hour), ("day", day)):
        for one in counted:
            if one.sender == code:
                sums.setdefault(one.recipient, Counter())[f"sent_{length}"] += one.messages
            elif one.recipient == code:
                sums.setdefault(one.sender, Counter())[f"got_{length}"] += one.messages
    found = [Exchanged(other, name_of(other, known), **counts) for other, counts in sums.items()]
    return sorted(found, key=lambda one: (-one.sent_day - one.got_day, one.code))
