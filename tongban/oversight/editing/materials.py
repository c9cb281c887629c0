"""Editing one material with its tree of check points, and the list of all materials."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from tongban.basics.refusals import NotFound
from tongban.oversight.editing import parts
from tongban.oversight.editing.rows import Raw, Rows
from tongban.oversight.editing.sections import Data, Page, Unit
from tongban.oversight.sheet import Content

NEW = "new"
STARTS = {
    "is_required": True,
    "form": "upload",
    "formats": ["pdf", "ofd", "jpeg", "png"],
    "grade": "C",
}


class NoSuchMaterial(NotFound):
    """The draft asks for no material of this key."""

    code = "no-such-material"


def page(content: Content, spec: str, data: Data = None) -> Page:
    """The page of one material, or of a new one. Refused: NoSuchMaterial."""
    stands: Content = STARTS if spec == NEW else one(content, spec)
    form = parts.MaterialForm(
        data,
        initial={**stands, "when": _when_values(stands)},
        prefix="m",
        situations=parts.situations(content["form"]),
    )
    initial = list(_flat(stands.get("points", []), "")) or [{"key": "point_1"}]
    rows = Rows(parts.PointForm, "r", initial=initial, data=data)
    rows.options["above"] = [
        (str(raw["key"]), str(raw.get("text") or _("（还没写的要点）"))) for raw in rows.raw
    ]
    found = Page(
        "materials",
        _("加一种材料") if spec == NEW else _("材料：%(name)s") % {"name": stands["name"]},
        _("核查要点就是收件标准：收件地的人照着看，申请人照着改。"),
        [Unit("", "", form)],
        rows,
        _("核查要点"),
    )
    found.value = lambda: _value(form, rows, stands)
    return found


def one(content: Content, spec: str) -> Content:
    """The material of this key. Refused: NoSuchMaterial."""
    for material in content["materials"]:
        if material["spec"] == spec:
            found: Content = material
            return found
    raise NoSuchMaterial(_("草案里没有这种材料"))


def new_point(rows: Rows) -> Raw:
    """An empty check point with a key that no other has."""
    taken = {str(raw.get("key")) for raw in rows.raw}
    number = next(n for n in range(1, 1000) if f"point_{n}" not in taken)
    return {"key": f"point_{number}", "judged_by": "receiver"}


def put(content: Content, spec: str, material: Raw, *, place: str) -> list[Raw]:
    """The materials with this one in its place, or with a new one at the end."""
    if spec == NEW:
        return [*content["materials"], {**material, "spec": _free_spec(content, place)}]
    return [
        {**material, "spec": spec} if each["spec"] == spec else each
        for each in content["materials"]
    ]


def _free_spec(content: Content, place: str) -> str:
    """A key that no material has; a place's own can never meet a later one of the standard."""
    taken = {each["spec"] for each in content["materials"]}
    stem = f"local-{place}" if place else "material"
    return next(f"{stem}-{n}" for n in range(1, 1000) if f"{stem}-{n}" not in taken)


def moved(content: Content, act: str, spec: str) -> list[Raw]:
    """The materials after a button of the list: up, down or remove. Refused: NoSuchMaterial."""
    found = list(content["materials"])
    at = found.index(one(content, spec))
    if act == "remove":
        del found[at]
        return found
    to = at + {"up": -1, "down": 1}.get(act, 0)
    if 0 <= to < len(found):
        found.insert(to, found.pop(at))
    return found


def _value(form: forms.Form, rows: Rows, stands: Content) -> Raw:
    cleaned = dict(form.cleaned_data)
    for name in ("originals", "copies"):
        if cleaned[name] is None:
            del cleaned[name]
    if cleaned["form"] == "upload" and "form" not in stands:
        del cleaned["form"]
    cleaned["when"] = _whens(cleaned["when"])
    cleaned["points"] = tree(rows.cleaned)
    return cleaned


def _when_values(material: Content) -> list[str]:
    return [
        f"{when['field']}={value}"
        for when in material.get("when", [])
        for value in when["is_one_of"]
    ]


def _whens(values: list[str]) -> list[Raw]:
    by_field: dict[str, list[str]] = {}
    for value in values:
        key, _sign, answer = value.partition("=")
        by_field.setdefault(key, []).append(answer)
    return [{"field": key, "is_one_of": answers} for key, answers in by_field.items()]


def _flat(points: list[Content], under: str) -> Iterator[Raw]:
    """The points of a tree one after another, each with the point that it belongs to."""
    for point in points:
        own = {key: value for key, value in point.items() if key != "children"}
        yield {**own, "under": under}
        yield from _flat(point.get("children", []), point["key"])


def tree(rows: list[Raw]) -> list[Raw]:
    """The tree of points again. A point under itself, or under one that is gone, stands alone."""
    above = {row["key"]: row["under"] for row in rows}

    def parent(key: str) -> str:
        seen, at = {key}, above[key]
        while at and at in above:
            if at in seen:
                return ""
            seen.add(at)
            at = above[at]
        return above[key] if above[key] in above else ""

    def below(key: str) -> list[Raw]:
        found = []
        for row in rows:
            if parent(row["key"]) == key:
                point: dict[str, Any] = {k: v for k, v in row.items() if k != "under"}
                if children := below(row["key"]):
                    point["children"] = children
                found.append(point)
        return found

    return below("")
