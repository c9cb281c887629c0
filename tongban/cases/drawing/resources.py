"""What the pages of an OFD refer to by number: fonts, pictures, ways to draw, composed units."""

from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from tongban.cases.drawing.package import Missing, Package, beside, child, children, text_of

# A way to draw may rest on another one; a ring of them ends here.
_DEEPEST = 8


@dataclass
class Resources:
    """Everything with a number, each by the number as it is written."""

    fonts: dict[str, Element] = field(default_factory=dict)
    media: dict[str, str] = field(default_factory=dict)
    ways: dict[str, Element] = field(default_factory=dict)
    units: dict[str, Element] = field(default_factory=dict)

    def read(self, package: Package, location: str) -> bool:
        """Take in a file of resources; False where it cannot be read."""
        try:
            root = package.xml(location)
        except Missing:
            return False
        # BaseLoc names a folder; what stands in it is found as if from a file there.
        base = beside(location, root.get("BaseLoc", ".") + "/x")
        for one in children(child(root, "Fonts"), "Font"):
            self.fonts[one.get("ID", "")] = one
        for one in children(child(root, "DrawParams"), "DrawParam"):
            self.ways[one.get("ID", "")] = one
        for one in children(child(root, "MultiMedias"), "MultiMedia"):
            self.media[one.get("ID", "")] = beside(base, text_of(one, "MediaFile"))
        for one in children(child(root, "CompositeGraphicUnits"), "CompositeGraphicUnit"):
            self.units[one.get("ID", "")] = one
        return True

    def joined(self, package: Package, locations: list[str]) -> "Resources":
        """These and, before them, what a page brings along for itself."""
        own = Resources(dict(self.fonts), dict(self.media), dict(self.ways), dict(self.units))
        for location in locations:
            own.read(package, location)
        return own

    def chain(self, number: str | None) -> list[Element]:
        """A way to draw and those it rests on, nearest first."""
        found: list[Element] = []
        while number and number in self.ways and len(found) < _DEEPEST:
            found.append(self.ways[number])
            number = found[-1].get("Relative")
        return found
