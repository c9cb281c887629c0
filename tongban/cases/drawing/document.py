"""The pages of an OFD, each as one SVG: templates, layers, annotations and seals in their order."""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from xml.etree.ElementTree import Element

from tongban.cases.drawing import der, geometry
from tongban.cases.drawing.geometry import Box, short
from tongban.cases.drawing.package import (
    CannotDraw,
    Missing,
    Package,
    beside,
    child,
    children,
    text_of,
)  # fmt: skip
from tongban.cases.drawing.painter import Budget, Painter
from tongban.cases.drawing.resources import Resources

MOST_PAGES = 60
_A4 = Box(0, 0, 210, 297)
_LONGEST = 5_000.0
# From the paper upwards (GB/T 33190, 7.7).
_ORDER = {"Background": 0, "Body": 1, "Foreground": 2}


@dataclass(frozen=True)
class Sheet:
    """One page: its extent in millimetres and what stands on it."""

    width: float
    height: float
    svg: str


@dataclass
class Stamp:
    """Where on a page a seal stands, and its picture where it could be taken out."""

    box: Box
    clip: Box | None
    picture: der.Picture | None


@dataclass
class Drawn:
    """All that one document gave."""

    sheets: list[Sheet] = field(default_factory=list)
    pages: int = 0
    seals: int = 0


def draw(
    package: Package, budget: Budget, *, most: int = MOST_PAGES, nested: bool = False
) -> Drawn:
    """Draw the first `most` pages. Raises CannotDraw where there is nothing to be drawn.

    A `nested` package is the picture of a seal; seals on it are not drawn.
    """
    drawn = Drawn()
    try:
        bodies = children(package.xml("OFD.xml"), "DocBody")
    except Missing as missing:
        raise CannotDraw("broken") from missing
    for body in bodies:
        try:
            document = _Document(package, _root(package, body), budget)
        except Missing:
            budget.left_out["part"] += 1
            continue
        if not nested:
            document.find_stamps(beside("OFD.xml", text_of(body, "Signatures")))
        drawn.pages += len(document.pages)
        drawn.sheets += document.sheets(most - len(drawn.sheets))
        drawn.seals += document.seals
    if not drawn.sheets:
        raise CannotDraw("empty")
    budget.left_out["page"] += drawn.pages - len(drawn.sheets)
    return drawn


def _root(package: Package, body: Element) -> str:
    """Where a document is described: in its current version, if it has been changed after it was made."""
    for one in children(child(body, "Versions"), "Version"):
        if one.get("Current") == "true":
            version = beside("OFD.xml", one.get("BaseLoc", ""))
            return beside(version, text_of(package.xml(version), "DocRoot"))
    return beside("OFD.xml", text_of(body, "DocRoot"))


class _Document:
    def __init__(self, package: Package, root: str, budget: Budget) -> None:
        self._package, self._root, self._budget = package, root, budget
        document = package.xml(root)
        common = child(document, "CommonData")
        self._area = _area(child(common, "PageArea"), _A4)
        self._resources = Resources()
        for name in ("PublicRes", "DocumentRes"):
            for one in children(common, name):
                location = beside(root, text_of(one))
                budget.left_out["part"] += not self._resources.read(package, location)
        self._templates = {one.get("ID", ""): one for one in children(common, "TemplatePage")}
        self.pages = children(child(document, "Pages"), "Page")
        self._annotations = self._find_annotations(text_of(document, "Annotations"))
        self._stamps: dict[str, list[Stamp]] = {}
        self.seals = 0

    def _xml(self, location: str, *, lacking: str) -> Element | None:
        """A part of the document; None, and counted as `lacking`, where it cannot be read."""
        try:
            return self._package.xml(location)
        except Missing:
            self._budget.left_out[lacking] += 1
            return None

    def sheets(self, most: int) -> list[Sheet]:
        return [self._sheet(page) for page in self.pages[: max(most, 0)]]

    def _sheet(self, page: Element) -> Sheet:
        location = beside(self._root, page.get("BaseLoc", ""))
        content = self._xml(location, lacking="part")
        if content is None:
            content = Element("Page")
        area = _area(child(content, "Area"), self._area)
        painter = self._painter(content, location)
        for part, base in self._layers(content, location):
            own = painter if base == location else self._painter(None, base)
            own.layer(part)
            if own is not painter:
                painter.add(own.svg)
        number = page.get("ID", "")
        for file in self._annotations.get(number, []):
            self._annotate(file, painter)
        for stamp in self._stamps.get(number, []):
            self._stamp(stamp, painter)
        view = " ".join(short(one) for one in area)
        return Sheet(
            area.width,
            area.height,
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" '
            f'width="{short(area.width)}mm" height="{short(area.height)}mm">{painter.svg}</svg>',
        )

    def _painter(self, content: Element | None, location: str) -> Painter:
        own = [beside(location, text_of(one)) for one in children(content, "PageRes")]
        resources = self._resources.joined(self._package, own) if own else self._resources
        return Painter(self._package, resources, self._budget)

    def _layers(self, content: Element, location: str) -> Iterator[tuple[Element, str]]:
        """The layers of a page and of its templates, from the paper upwards, and where they are."""
        found: list[tuple[int, Element, str]] = []
        for one in children(content, "Template"):
            template = self._templates.get(one.get("TemplateID", ""))
            if template is None:
                self._budget.left_out["part"] += 1
                continue
            base = beside(self._root, template.get("BaseLoc", ""))
            order = one.get("ZOrder") or template.get("ZOrder") or "Background"
            root = self._xml(base, lacking="part")
            if root is None:
                continue
            # Below or above everything that the page has itself.
            rank = {"Background": -1, "Foreground": 3}.get(order, 1)
            found += [(rank, layer, base) for layer in _layers_of(root)]
        found += [
            (_ORDER.get(layer.get("Type", "Body"), 1), layer, location)
            for layer in _layers_of(content)
        ]
        for _rank, layer, base in sorted(found, key=lambda one: one[0]):
            yield layer, base

    # --- what lies on top ---

    def _find_annotations(self, location: str) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        if not location:
            return found
        base = beside(self._root, location)
        for page in children(self._xml(base, lacking="annotation"), "Page"):
            file = beside(base, text_of(page, "FileLoc"))
            found.setdefault(page.get("PageID", ""), []).append(file)
        return found

    def _annotate(self, location: str, painter: Painter) -> None:
        for one in children(self._xml(location, lacking="annotation"), "Annot"):
            appearance = child(one, "Appearance")
            if appearance is None or one.get("Visible") == "false":
                continue
            box = geometry.box(appearance.get("Boundary")) or Box(0, 0, 0, 0)
            painter.within(box, partial(painter.block, appearance, 0))

    def find_stamps(self, location: str) -> None:
        """Note where the seals of a document stand, from the list of its signatures."""
        if not location:
            return
        listed = children(self._xml(location, lacking="seal"), "Signature")
        for one in listed[:MOST_PAGES]:
            try:
                self._find_stamp(beside(location, one.get("BaseLoc", "")))
            except Missing:
                self._budget.left_out["seal"] += 1

    def _find_stamp(self, location: str) -> None:
        signature = self._package.xml(location)
        info = child(signature, "SignedInfo")
        marks = children(info, "StampAnnot")
        if not marks:
            return
        picture = None
        for named in (text_of(signature, "SignedValue"), text_of(info, "Seal", "BaseLoc")):
            if picture is None and named:
                picture = self._seal_in(beside(location, named))
        for mark in marks:
            box = geometry.box(mark.get("Boundary"))
            if box is None:
                self._budget.left_out["seal"] += 1
                continue
            stamp = Stamp(box, geometry.box(mark.get("Clip")), picture)
            self._stamps.setdefault(mark.get("PageRef", ""), []).append(stamp)

    def _seal_in(self, location: str) -> der.Picture | None:
        try:
            return der.picture(self._package.content(location))
        except Missing:
            return None

    def _stamp(self, stamp: Stamp, painter: Painter) -> None:
        try:
            drawn = self._seal(stamp, painter)
        except Missing:
            drawn = ""
        if not drawn:
            self._budget.left_out["seal"] += 1
            return
        self.seals += 1
        painter.within(stamp.box, partial(painter.add, drawn), clip=stamp.clip)

    def _seal(self, stamp: Stamp, painter: Painter) -> str:
        """A seal's picture, as large as its place; an OFD is drawn as its own first page."""
        if stamp.picture is None:
            return ""
        box = stamp.box
        if stamp.picture.kind != "ofd":
            href = painter.picture(stamp.picture.content)
            extent = f'width="{short(box.width)}" height="{short(box.height)}"'
            return f'<image {extent} preserveAspectRatio="none" href="{href}"/>'
        try:
            inner = Package(io.BytesIO(stamp.picture.content))
            sheet = draw(inner, self._budget, most=1, nested=True).sheets[0]
        except CannotDraw as cannot:
            if str(cannot) == "large":
                raise
            return ""
        grown = f"scale({short(box.width / sheet.width)} {short(box.height / sheet.height)})"
        inside = sheet.svg[sheet.svg.index(">") + 1 : sheet.svg.rindex("</svg>")]
        return f'<g transform="{grown}">{inside}</g>'


def _layers_of(page: Element) -> list[Element]:
    return children(child(page, "Content"), "Layer")


def _area(area: Element | None, default: Box) -> Box:
    """The extent of a page. Refused (CannotDraw): one that no printer and no screen has."""
    box = geometry.box(text_of(area, "PhysicalBox")) or default
    if not (1 <= box.width <= _LONGEST and 1 <= box.height <= _LONGEST):
        raise CannotDraw("extent")
    return box
