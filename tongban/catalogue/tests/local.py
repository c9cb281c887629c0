"""Places' own rows and versions, as tests write them."""

from datetime import date

from tongban.basics import canonical
from tongban.catalogue import snapshot
from tongban.catalogue.models import Implementation, ImplementationVersion, Level

SINCE = date(2026, 10, 1)


def an_implementation(item, place, changes=None, *, from_day=SINCE, number=1, **row):
    """A row of a place's list; with `changes`, also a published version of it."""
    level = Level.PROVINCE if place.endswith("0000") else Level.CITY
    found, _ = Implementation.objects.get_or_create(
        item_id=item,
        division_code=place,
        part=row.pop("part", ""),
        defaults={"level": level, "authority_name": "虚构机关", "name": ""} | row,
    )
    if changes is not None:
        ImplementationVersion.objects.create(
            implementation=found,
            number=number,
            from_day=from_day,
            content=changes,
            digest=canonical.digest(canonical.dumps(changes)),
            came_from="shipped",
        )
    snapshot.look_again()
    snapshot.current().asked.clear()
    return found
