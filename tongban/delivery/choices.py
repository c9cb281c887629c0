"""How the result reaches the applicant, as a fold of a chain that only the applicant's node writes."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tongban.exchange.shared_chains import NotInTable
from tongban.record.chains import Event

CHOOSE, SHARE = "choose", "share"


class Way(StrEnum):
    """How a result is given."""

    POST = "post"
    WINDOW = "window"
    ELECTRONIC = "electronic"


WAYS: dict[Way, Promise] = {
    Way.ELECTRONIC: _("网上领取电子文件"),
    Way.WINDOW: _("到窗口领取"),
    Way.POST: _("邮寄到家"),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an applicant chose. The address is in the sealed part; `place` is a window's place."""

    number: str
    case: str
    node: str
    way: str
    place: str
    sealed: str
    nodes: tuple[str, ...]
    chosen_at: datetime


def apply(chosen: Chosen | None, event: Event) -> Chosen:
    """The choice after one more event; raises NotInTable, KeyError, ValueError."""
    content, author = event.content, event.author
    if chosen is not None and author.node != chosen.node:
        raise NotInTable(f"only node {chosen.node} writes {chosen.number}")
    if event.kind == SHARE and chosen is not None and author.role == "system":
        return replace(chosen, nodes=tuple(sorted({*chosen.nodes, *map(str, content["nodes"])})))
    if event.kind != CHOOSE or author.role != "applicant":
        raise NotInTable(f"{event.kind} by {author.role}")
    if chosen is not None and content["case"] != chosen.case:
        raise NotInTable("a choice is about one case")
    way = Way(content["way"])
    if way is Way.POST and not event.sealed:
        raise NotInTable("a result sent by post has an address")
    known = chosen.nodes if chosen is not None else ()
    return Chosen(
        number=event.chain,
        case=str(content["case"]),
        node=author.node,
        way=way.value,
        place=str(content["place"]),
        sealed=event.sealed,
        nodes=tuple(sorted({author.node, *known, *map(str, content["nodes"])})),
        chosen_at=event.at,
    )
