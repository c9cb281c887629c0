"""Where an object may be seen (GB/T 33190, 8.4): areas of outlines, counted from its boundary's corner."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tongban.cases.drawing import geometry
from tongban.cases.drawing.geometry import short
from tongban.cases.drawing.package import child, children

# Each is a group around the object; what wants more of them is shown whole, and said so.
MOST = 8


def shapes(one: Element) -> list[str] | None:
    """The shapes that an object is seen through, all of them at once; None for what is no outline."""
    clips = children(child(one, "Clips"), "Clip")
    found = ["".join(_areas(clip)) for clip in clips]
    is_known = all(_is_outline(area) for clip in clips for area in children(clip, "Area"))
    return found if is_known and all(found) and len(found) <= MOST else None


def _is_outline(area: Element) -> bool:
    return child(area, "Path") is not None and child(area, "Text") is None


def _areas(clip: Element) -> Iterator[str]:
    for area in children(clip, "Area"):
        path = child(area, "Path")
        data = child(path, "AbbreviatedData")
        drawn = geometry.outline((data.text or "") if data is not None else "")
        if path is None or not drawn:
            continue
        box = geometry.box(path.get("Boundary"))
        moved = f"translate({short(box.x)} {short(box.y)})" if box else ""
        parts = (geometry.matrix(area.get("CTM")), moved, geometry.matrix(path.get("CTM")))
        said = " ".join(part for part in parts if part)
        rule = "evenodd" if path.get("Rule") == "Even-Odd" else "nonzero"
        yield f'<path transform="{said}" clip-rule="{rule}" d="{drawn}"/>'
