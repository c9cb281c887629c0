"""Forms and materials put together from parts that are written once for all items.

`data/common` holds the fields, materials, check points and whole pages (who comes for whom, who is
called, how the result arrives). An archetype names them shortly: `agent_name@handled_by=agent` is a
field asked only then, `major?` one that may stay empty.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_NAMED = re.compile(r"([a-z][a-z0-9_-]*)(\?)?(?:@([a-z0-9_]+)=([a-z0-9_|-]+))?", re.IGNORECASE)
_WIDGETS = {
    "division": ("division", None),
    "date": ("date", 12),
    "past-date": ("date", 12),
    "coming-date": ("date", 12),
    "money": ("money", 16),
    "person-name": ("text", 12),
    "person-id": ("text", 20),
    "mobile": ("text", 14),
    "credit-code": ("text", 20),
    "digits": ("text", 24),
    "disability-certificate": ("text", 24),
}
_FORMATS = ["pdf", "ofd", "jpeg", "png"]


class PartUnknown(ValueError):
    """A form or a list of materials names a part that is not there."""


@dataclass(frozen=True)
class Named:
    """One short name taken apart: `key`, whether it may stay away, and when it applies."""

    key: str
    is_required: bool
    field: str
    values: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> "Named":
        """From `key?@field=value|value`. Refused: PartUnknown."""
        found = _NAMED.fullmatch(text)
        if found is None:
            raise PartUnknown(f"{text} is no name of a part")
        key, optional, field, values = found.groups()
        return cls(key, not optional, field or "", tuple(values.split("|")) if values else ())


@dataclass(frozen=True)
class Parts:
    """What `data/common` holds, by key."""

    fields: Mapping[str, Any]
    materials: Mapping[str, Any]
    points: Mapping[str, Any]
    pages: Mapping[str, Any]
    places: Mapping[str, Any]
    leads: Mapping[str, Any]

    @classmethod
    def load(cls, texts: Mapping[str, str]) -> "Parts":
        """From the texts of the files, by their path within `data`."""
        read = {name: json.loads(text) for name, text in texts.items()}
        return cls(
            fields=read["common/fields.json"],
            materials=read["common/materials.json"],
            points=read["common/points.json"],
            pages=read["common/form.json"],
            places=read["common/places.json"],
            leads=read["common/leads.json"],
        )


FILES = tuple(
    f"common/{name}.json" for name in ("fields", "form", "leads", "materials", "places", "points")
)


def texts(folder: Path) -> dict[str, str]:
    """The files of `data/common` as they stand, by their path within `folder`."""
    return {name: (folder / name).read_text(encoding="utf-8") for name in FILES}


def expand(form: Mapping[str, Any], parts: Parts, *, kinds: Sequence[str]) -> list[dict[str, Any]]:
    """The pages of a form, with the common ones that `$common` names for these applicants.

    The page on who is called is left out where the item asks for it itself.
    """
    pages = [dict(page) for page in form["steps"]]
    asked = {Named.read(one).key for page in pages for one in page["fields"]}
    for name in form.get("$common", []):
        page = _part(parts.pages, name)
        if _is_for(page, kinds) and not asked & {Named.read(one).key for one in page["fields"]}:
            pages.append(dict(page))
    return pages


def _is_for(page: Mapping[str, Any], kinds: Sequence[str]) -> bool:
    """Whether a common page is for these applicants; where people may apply, theirs is enough."""
    wanted = page.get("for")
    return not wanted or wanted == ("person" if "person" in kinds else "organisation")


def form(pages: Sequence[Mapping[str, Any]], parts: Parts) -> dict[str, Any]:
    """The form of these pages as schema and layout. Refused: PartUnknown."""
    named = [[Named.read(one) for one in page["fields"]] for page in pages]
    schema = _schema([one for page in named for one in page], parts)
    steps = [
        {
            "key": f"step_{number}",
            "title": page["title"],
            "hint": page["hint"],
            "fields": [_layout(one.key, parts.fields[one.key]) for one in fields],
        }
        for number, (page, fields) in enumerate(zip(pages, named, strict=True), start=1)
    ]
    return {"schema": schema, "steps": steps}


def _schema(named: Sequence[Named], parts: Parts) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {one.key: _property(_part(parts.fields, one.key)) for one in named},
        "required": [one.key for one in named if one.is_required and not one.field],
        "additionalProperties": False,
    }
    rules = [_rule(when, named) for when in dict.fromkeys((one.field, one.values) for one in named)]
    if rules := [rule for rule in rules if rule]:
        schema["allOf"] = rules
    return schema


def _rule(when: tuple[str, tuple[str, ...]], named: Sequence[Named]) -> dict[str, Any]:
    field, values = when
    if not field:
        return {}
    mine = [one for one in named if (one.field, one.values) == when]
    then: dict[str, Any] = {"properties": {one.key: True for one in mine}}
    if needed := [one.key for one in mine if one.is_required]:
        then["required"] = needed
    condition = {"properties": {field: {"enum": list(values)}}, "required": [field]}
    return {"if": condition, "then": then}


def _property(field: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "string", "title": field["title"]}
    if "hint" in field:
        found["description"] = field["hint"]
    if "example" in field:
        found["examples"] = [field["example"]]
    if "options" in field:
        found["oneOf"] = [{"const": key, "title": said} for key, said in field["options"].items()]
    elif "format" in field:
        found["format"] = field["format"]
    else:
        found |= {"minLength": 1, "maxLength": field["max"]}
    if field.get("format") == "digits":
        found["maxLength"] = field["max"]
    more = {"pattern": "pattern", "wrong": "x-wrong", "prefill": "x-prefill"}
    return found | {new: field[old] for old, new in more.items() if old in field}


def _layout(key: str, field: Mapping[str, Any]) -> dict[str, Any]:
    widget, width = _WIDGETS.get(field.get("format", ""), ("text", 30))
    if "options" in field:
        widget, width = "radio", None
    if field.get("long"):
        widget, width = "textarea", None
    layout: dict[str, Any] = {"field": key, "widget": widget}
    if width:
        layout["width"] = field.get("width", width)
    return layout | ({"unit": "元"} if widget == "money" else {})


def materials(names: Iterable[str], parts: Parts) -> list[dict[str, Any]]:
    """The materials of these short names, in their order. Refused: PartUnknown."""
    return [_material(Named.read(name), parts) for name in names]


def _material(named: Named, parts: Parts) -> dict[str, Any]:
    part = _part(parts.materials, named.key)
    when = [{"field": named.field, "is_one_of": list(named.values)}] if named.field else []
    return {
        "spec": named.key,
        "name": part["name"],
        "is_required": named.is_required and part.get("required", True),
        "when": when,
        "formats": _FORMATS,
        "grade": part.get("grade", "C"),
        "issuer": part["issuer"],
        "form": part.get("form", "upload"),
        "originals": part.get("originals", 0),
        "copies": part.get("copies", 0),
        "hint": part["hint"],
        "basis": "",
        "points": [_point(one, parts) for one in part["points"]],
    }


def _point(point: Any, parts: Parts) -> dict[str, Any]:
    if isinstance(point, str):
        return {"key": point, **_part(parts.points, point)}
    return dict(point)


def _part(parts: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    if key not in parts:
        raise PartUnknown(f"{key} is none of the common parts")
    found: Mapping[str, Any] = parts[key]
    return found
