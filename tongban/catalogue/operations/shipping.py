"""Loading the implementations that are shipped: places' own rules, the same start on every node."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from tongban.basics import canonical
from tongban.basics.refusals import Refused
from tongban.catalogue import overlay, reading
from tongban.catalogue.models import Implementation, ImplementationVersion, ItemVersion

_CODES = ("catalog_code", "task_code", "handle_code", "local_code")


class LocalVersionIsPublished(Refused):
    """A shipped version of a place's rules differs from the one published under its number."""

    code = "version-is-published"

    def __init__(self, item: str, place: str, number: int) -> None:
        said = _("%(place)s对事项%(item)s的第%(number)s版规定已经公布，不能再改。请另加一版")
        facts = {"item": item, "place": place, "number": number}
        super().__init__(said % facts, **facts)


def load_implementations(files: Mapping[str, Any]) -> int:
    """Bring places' rules to what the files say; gives how many versions are shipped.

    `files` are the read files by name: one implementation each, or {"implementations": […]}, with
    `item, division_code, authority_name, level, name, versions: [{number, from_day, content,
    wording}]` and perhaps `authority_code, part, codes`. The standards must be there. What is
    published stays as it is; a version that differs from its published one is refused
    (LocalVersionIsPublished), one that does not lie over the standard too (VersionBroken).
    """
    count = 0
    standards: dict[str, dict[str, Any]] = {}
    for name, file in files.items():
        for one in _implementations(file):
            row = _keep(one)
            for version in one["versions"]:
                _keep_version(row, version, name, standards)
                count += 1
    return count


def _implementations(file: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(file, list):
        yield from file
    elif "implementations" in file:
        shared = {key: value for key, value in file.items() if key != "implementations"}
        yield from ({**shared, **one} for one in file["implementations"])
    else:
        yield file


def _keep(one: Mapping[str, Any]) -> Implementation:
    codes = one.get("codes", {})
    described = {
        "authority_name": one["authority_name"],
        "authority_code": one.get("authority_code", ""),
        "level": one["level"],
        "name": one["name"],
        **{key: codes.get(key, one.get(key, "")) for key in _CODES},
    }
    row, _is_new = Implementation.objects.get_or_create(
        item_id=one["item"],
        division_code=one["division_code"],
        part=one.get("part", ""),
        defaults=described,
    )
    return row


def _keep_version(
    row: Implementation,
    version: Mapping[str, Any],
    file: str,
    standards: dict[str, dict[str, Any]],
) -> None:
    number, changes = version["number"], version["content"]
    digest = canonical.digest(canonical.dumps(changes))
    known = ImplementationVersion.objects.filter(implementation=row, number=number)
    if before := known.values_list("digest", flat=True).first():
        if before != digest:
            raise LocalVersionIsPublished(row.item_id, row.division_code, number)
        return
    _check_fits(row, version, file, standards)
    ImplementationVersion.objects.create(
        implementation=row,
        number=number,
        from_day=date.fromisoformat(version["from_day"]),
        content=changes,
        wording=version.get("wording", {}),
        digest=digest,
        came_from="shipped",
    )


def _check_fits(
    row: Implementation,
    version: Mapping[str, Any],
    file: str,
    standards: dict[str, dict[str, Any]],
) -> None:
    """Shipped rules are held to what every place is held to."""
    code = row.item_id
    if code not in standards:
        standard = ItemVersion.objects.filter(item_id=code).order_by("-number").first()
        if standard is None:
            raise reading.VersionBroken(file, [f"/item {code} has no standard"])
        standards[code] = standard.content
    if problems := overlay.problems(standards[code], version["content"]):
        said = [f"{one.place} {one.sentence}" for one in problems]
        raise reading.VersionBroken(f"{file} v{version['number']}", said)
