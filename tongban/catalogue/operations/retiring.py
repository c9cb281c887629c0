"""A place stops doing an item, or does it again: said to the other nodes as a change of its own."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tongban.catalogue.messages import Signed
from tongban.catalogue.models import Implementation
from tongban.catalogue.operations import taking
from tongban.catalogue.operations.taking import Change, PublicationRefused
from tongban.jurisdictions import queries as jurisdictions


def retirement(item: str, place: str, part: str, day: str) -> dict[str, Any]:
    """The change that says from which day on a place does an item no more; no day: it does."""
    return {
        "kind": "retirement",
        "item": item,
        "division_code": place,
        "part": part,
        "retired_on": day,
    }


@taking.takes("retirement")
def _take_retirement(change: Change, one: Signed) -> None:
    """From the node that serves the place, about a row that it published before."""
    place = str(change["division_code"])
    if jurisdictions.node_for(place).code != one.publisher:
        facts = {"node": one.publisher, "place": jurisdictions.full_name(place)}
        raise PublicationRefused(_("节点%(node)s不服务%(place)s，不能替它停用事项") % facts)
    day = date.fromisoformat(change["retired_on"]) if change["retired_on"] else None
    rows = Implementation.objects.filter(
        item_id=change["item"], division_code=place, part=change["part"]
    )
    if not rows.update(retired_on=day):
        facts = {"item": change["item"], "place": jurisdictions.full_name(place)}
        raise PublicationRefused(_("本节点没有%(place)s的事项%(item)s，无法停用") % facts)
