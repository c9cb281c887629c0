"""What a place changes, found from the whole that it wants: the other way round of `overlay`."""

from collections.abc import Mapping
from typing import Any

from tongban.catalogue.overlay import BY_KEY, BY_PART, WHOLE

Content = Mapping[str, Any]


def over(below: Content, wanted: Content) -> dict[str, Any]:
    """The changes that, laid over `below`, give `wanted` in every section a place may change.

    A section that is the same changes nothing, so it follows the standard when that changes.
    """
    changes: dict[str, Any] = {}
    for section in WHOLE:
        if section in wanted and wanted[section] != below.get(section):
            changes[section] = wanted[section]
    for section in BY_PART:
        parts = {
            key: value
            for key, value in wanted.get(section, {}).items()
            if value != below.get(section, {}).get(key)
        }
        if parts:
            changes[section] = parts
    for section, key in BY_KEY.items():
        if by_key := _by_key(below.get(section, []), wanted.get(section, []), key):
            changes[section] = by_key
    if questions := _questions(below["form"], wanted["form"]):
        changes["form"] = {"put": questions}
    return changes


def _by_key(below: list[Content], wanted: list[Content], key: str) -> dict[str, Any]:
    known = {one[key]: one for one in below}
    put = [one for one in wanted if one != known.get(one[key])]
    dropped = sorted(known.keys() - {one[key] for one in wanted})
    changes: dict[str, Any] = {"put": put} if put else {}
    return changes | ({"drop": dropped} if dropped else {})


def _questions(below: Content, wanted: Content) -> list[dict[str, Any]]:
    """Questions that the standard does not ask; those it asks, a place cannot change."""
    known = below["schema"]["properties"]
    schema = wanted["schema"]
    return [
        {
            "step": step["key"],
            "layout": layout,
            "asked": schema["properties"][layout["field"]],
            "is_required": layout["field"] in schema["required"],
        }
        for step in wanted["steps"]
        for layout in step["fields"]
        if layout["field"] not in known and layout["field"] in schema["properties"]
    ]
