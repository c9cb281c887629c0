"""Laying a place's changes over the national standard."""

from collections.abc import Mapping
from typing import Any

# Sections that a place gives whole; given, they take the standard's place.
WHOLE = ("name", "conditions", "not_for", "questions", "visits", "fee", "result", "consultation")
# Sections whose parts are replaced one by one.
BY_PART = ("limits", "codes", "contact")


def overlay(standard: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a version with a place's changes; neither is written to.

    `materials`: {"put": [material …], "drop": [spec …]}: a material with a spec of the standard
    takes its place, another one is added at the end.
    """
    content = dict(standard)
    for key in WHOLE:
        if key in changes:
            content[key] = changes[key]
    for key in BY_PART:
        if key in changes:
            content[key] = {**content.get(key, {}), **changes[key]}
    if "materials" in changes:
        content["materials"] = _materials(content["materials"], changes["materials"])
    return content


def _materials(standard: list[dict[str, Any]], changes: Mapping[str, Any]) -> list[dict[str, Any]]:
    put = {one["spec"]: one for one in changes.get("put", [])}
    dropped = set(changes.get("drop", []))
    kept = [put.pop(one["spec"], one) for one in standard if one["spec"] not in dropped]
    return [*kept, *put.values()]
