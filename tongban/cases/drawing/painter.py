"""The objects of a page as SVG, in millimetres. What is not drawn is counted, never passed over."""

import base64
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from PIL import Image, ImageOps

from tongban.cases.drawing import clipping, fonts, geometry
from tongban.cases.drawing.geometry import Box, number, short
from tongban.cases.drawing.package import CannotDraw, Missing, Package, child, children
from tongban.cases.drawing.resources import Resources

MOST_CHARACTERS = 120_000
MOST_OBJECTS = 30_000
MOST_SVG = 48 << 20
MOST_POINTS = 120_000_000
# Enough for a page of A4 at 200 points an inch, which is more than a screen shows.
_LARGEST_SIDE = 2_400
_DEEPEST = 12
_FORMATS = ("PNG", "JPEG", "BMP", "GIF")
_BLACK = "#000000"
_LINE = 0.353
_PALE = 255.0
_FINEST = 0.3
_CAPS = {"Round": "round", "Square": "square"}
_JOINS = {"Round": "round", "Bevel": "bevel"}
_SHADES = ("Pattern", "AxialShd", "RadialShd", "GouraudShd", "LaGouraudShd")
_SILENT = {"Actions", "Clips", "FillColor", "StrokeColor", "CGTransform", "TextCode"}
Objects = dict[str, Callable[[Element, int], None]]


@dataclass
class Budget:
    """What one document may cost altogether, and what was left out of its picture."""

    left_out: Counter[str] = field(default_factory=Counter)
    characters: int = 0
    objects: int = 0
    points: int = 0
    size: int = 0
    clips: int = 0
    pictures: dict[str, str] = field(default_factory=dict)
    fonts: set[str] = field(default_factory=set)

    def spend(
        self, *, characters: int = 0, objects: int = 0, points: int = 0, size: int = 0
    ) -> None:
        """Refused (CannotDraw): what no office paper needs."""
        self.characters += characters
        self.objects += objects
        self.points += points
        self.size += size
        if (
            self.characters > MOST_CHARACTERS
            or self.objects > MOST_OBJECTS
            or self.points > MOST_POINTS
            or self.size > MOST_SVG
        ):
            raise CannotDraw("large")


class Painter:
    """Draws what stands on one page, in the order in which it stands there."""

    def __init__(self, package: Package, resources: Resources, budget: Budget) -> None:
        self._package, self._resources, self._budget = package, resources, budget
        self._made: list[str] = []
        self._ways: list[list[Element]] = []
        self._objects: Objects = {
            "TextObject": self._text,
            "PathObject": self._path,
            "ImageObject": self._image,
            "CompositeObject": self._composed,
            "PageBlock": self.block,
        }

    @property
    def svg(self) -> str:
        """What has been drawn so far."""
        return "".join(self._made)

    def add(self, drawn: str) -> None:
        """Put a piece of SVG on the page."""
        self._budget.spend(size=len(drawn))
        self._made.append(drawn)

    def layer(self, layer: Element) -> None:
        """All objects of a layer, in its way to draw."""
        self._ways.append(self._resources.chain(layer.get("DrawParam")))
        self.block(layer, 0)
        self._ways.pop()

    def block(self, block: Element, depth: int) -> None:
        """The objects of a layer, a block, a composed unit or an annotation."""
        if depth > _DEEPEST:
            raise CannotDraw("large")
        for one in block:
            draw = self._objects.get(one.tag)
            if draw is None:
                self._budget.left_out["object"] += one.tag not in _SILENT
                continue
            if one.get("Visible") == "false":
                continue
            self._budget.spend(objects=1)
            self._ways.append(self._resources.chain(one.get("DrawParam")))
            around = self._clipped(one)
            draw(one, depth + 1)
            self.add("</g></g>" * around)
            self._ways.pop()

    def _clipped(self, one: Element) -> int:
        """Begin the groups that an object is seen through; how many there are to be ended."""
        shapes = clipping.shapes(one)
        if shapes is None:
            self._budget.left_out["clip"] += 1
            return 0
        box = geometry.box(one.get("Boundary")) or Box(0, 0, 0, 0)
        there = f"translate({short(box.x)} {short(box.y)})"
        back = f"translate({short(-box.x)} {short(-box.y)})"
        for shape in shapes:
            # The shape counts from the corner of the boundary, the object from that of the page.
            self.add(f'<g transform="{there}"{self._clip(shape)}><g transform="{back}">')
        return len(shapes)

    def within(self, box: Box, draw: Callable[[], None], *, clip: Box | None = None) -> None:
        """Draw what counts its places from the corner of a box; `clip` counts from there too."""
        clipped = self._clip(_rectangle(clip)) if clip else ""
        self.add(f'<g transform="translate({short(box.x)} {short(box.y)})"{clipped}>')
        draw()
        self.add("</g>")

    # --- each kind of object ---

    def _text(self, text: Element, _depth: int) -> None:
        font = self._resources.fonts.get(text.get("Font", ""))
        size = number(text.get("Size"), 0)
        codes = children(text, "TextCode")
        if size <= 0 or not codes:
            self._budget.left_out["text"] += bool(codes)
            return
        if name := fonts.name_of(font):
            self._budget.fonts.add(name)
        filled = text.get("Fill") != "false"
        fill = self._color(text, "FillColor", _BLACK) if filled else "none"
        stroke = self._stroke(text, size) if text.get("Stroke") == "true" else ""
        if not stroke and fill != "none" and fonts.is_bold(font, number(text.get("Weight"), 400)):
            # The platform's fonts have one weight: a line around each letter makes it a bold one.
            stroke = f' stroke="{fill}" stroke-width="{short(size * 0.03)}"'
        self.add(
            f'<g{self._transform(text)}{self._alpha(text)} fill="{fill}"{stroke} '
            f'font-family="{fonts.family(font)}" font-size="{short(size)}">'
        )
        turn = _turn(text)
        x = y = 0.0
        for code in codes:
            x, y = number(code.get("X"), x), number(code.get("Y"), y)
            self._characters(code, x, y, turn)
        self.add("</g>")

    def _characters(self, code: Element, x: float, y: float, turn: str) -> None:
        words = (code.text or "").strip("\r\n\t")
        self._budget.spend(characters=len(words))
        across, down = code.get("DeltaX"), code.get("DeltaY")
        letters = [fonts.shown(character) for character in words]
        self._budget.left_out["letter"] += letters.count(fonts.LACKING) - words.count(fonts.LACKING)
        if across is None and down is None and not turn:
            self.add(_run("".join(letters), short(x), short(y)))
            return
        xs = geometry.places(x, geometry.offsets(across, len(words)), len(words))
        ys = geometry.places(y, geometry.offsets(down, len(words)), len(words))
        shown = [
            (letter, short(at_x), short(at_y))
            for letter, at_x, at_y in zip(letters, xs, ys, strict=True)
            if letter.strip()
        ]
        if turn or any(ord(letter) > 0xFFFF for letter in letters if letter):
            for letter, at_x, at_y in shown:
                moved = f' transform="translate({at_x} {at_y}){turn}"'
                self.add(f"<text{moved}>{escape(letter)}</text>")
        elif shown:
            line = "".join(one[0] for one in shown)
            self.add(_run(line, " ".join(one[1] for one in shown), " ".join(o[2] for o in shown)))

    def _path(self, path: Element, _depth: int) -> None:
        data = child(path, "AbbreviatedData")
        drawn = geometry.outline((data.text or "") if data is not None else "")
        if not drawn:
            self._budget.left_out["path"] += 1
            return
        fill = self._color(path, "FillColor", "none") if path.get("Fill") == "true" else "none"
        rule = ' fill-rule="evenodd"' if path.get("Rule") == "Even-Odd" else ""
        stroke = self._stroke(path, None) if path.get("Stroke") != "false" else ""
        self.add(
            f'<path{self._transform(path)}{self._alpha(path)} fill="{fill}"{rule}{stroke} d="{drawn}"/>'
        )

    def _image(self, image: Element, _depth: int) -> None:
        location = self._resources.media.get(image.get("ResourceID", ""), "")
        box = geometry.box(image.get("Boundary"))
        try:
            href = self._picture(location)
        except Missing:
            self._budget.left_out["image"] += 1
            return
        if image.get("CTM") is None and box is not None:
            extent = f'width="{short(box.width)}" height="{short(box.height)}"'
        else:
            extent = 'width="1" height="1"'
        self.add(
            f"<image{self._transform(image)}{self._alpha(image)} {extent} "
            f'preserveAspectRatio="none" href="{href}"/>'
        )

    def _composed(self, composed: Element, depth: int) -> None:
        unit = self._resources.units.get(composed.get("ResourceID", ""))
        content = child(unit, "Content")
        if content is None:
            self._budget.left_out["object"] += 1
            return
        self.add(f"<g{self._transform(composed)}{self._alpha(composed)}>")
        self.block(content, depth)
        self.add("</g>")

    # --- how it is drawn ---

    def picture(self, content: bytes) -> str:
        """A picture as an address of data, no larger than a screen can use. Raises Missing."""
        try:
            with Image.open(io.BytesIO(content), formats=list(_FORMATS)) as image:
                self._budget.spend(points=image.width * image.height)
                image.draft("RGB", (_LARGEST_SIDE, _LARGEST_SIDE))
                shown = ImageOps.exif_transpose(image)
                shown.thumbnail((_LARGEST_SIDE, _LARGEST_SIDE))
                is_photo = image.format == "JPEG"
                made = io.BytesIO()
                if is_photo:
                    shown.convert("RGB").save(made, "JPEG", quality=85)
                else:
                    shown.convert("RGBA").save(made, "PNG")
        except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as broken:
            raise Missing("picture") from broken
        kind = "jpeg" if is_photo else "png"
        return f"data:image/{kind};base64,{base64.b64encode(made.getvalue()).decode()}"

    def _picture(self, location: str) -> str:
        if not location:
            raise Missing(location)
        kept = self._budget.pictures
        if location not in kept:
            kept[location] = self.picture(self._package.content(location))
        return kept[location]

    def _transform(self, one: Element) -> str:
        box = geometry.box(one.get("Boundary"))
        moved = f"translate({short(box.x)} {short(box.y)})" if box else ""
        said = f"{moved} {geometry.matrix(one.get('CTM'))}".strip()
        return f' transform="{said}"' if said else ""

    def _alpha(self, one: Element) -> str:
        alpha = number(one.get("Alpha"), _PALE)
        return f' opacity="{short(max(alpha, 0) / _PALE)}"' if alpha < _PALE else ""

    def _clip(self, shape: str) -> str:
        self._budget.clips += 1
        name = f"c{self._budget.clips}"
        self.add(f'<clipPath id="{name}">{shape}</clipPath>')
        return f' clip-path="url(#{name})"'

    def _said(self, one: Element, name: str) -> str | None:
        """An attribute of an object, or of the ways to draw that hold for it, nearest first."""
        ways = (way.get(name) for chain in reversed(self._ways) for way in chain)
        return one.get(name) or next((said for said in ways if said), None)

    def _color(self, one: Element, name: str, default: str) -> str:
        color = child(one, name)
        if color is None:
            ways = (child(way, name) for chain in reversed(self._ways) for way in chain)
            color = next((found for found in ways if found is not None), None)
        if color is None:
            return default
        if any(child(color, shade) is not None for shade in _SHADES):
            self._budget.left_out["shade"] += 1
            return "none"
        return _rgb(color) or default

    def _stroke(self, one: Element, size: float | None) -> str:
        color = self._color(one, "StrokeColor", _BLACK)
        usual = _LINE if size is None else size * 0.02
        width = max(number(self._said(one, "LineWidth"), usual), 0)
        said = [f' stroke="{color}" stroke-width="{short(width)}"']
        if cap := _CAPS.get(self._said(one, "Cap") or ""):
            said.append(f' stroke-linecap="{cap}"')
        if join := _JOINS.get(self._said(one, "Join") or ""):
            said.append(f' stroke-linejoin="{join}"')
        dashes = [value for value in geometry.numbers(self._said(one, "DashPattern")) if value >= 0]
        # Finer than the eye sees it is a line to the eye, and millions of strokes to draw.
        if sum(dashes) >= _FINEST and len(dashes) <= 32:
            said.append(f' stroke-dasharray="{" ".join(short(value) for value in dashes)}"')
        return "".join(said)


def _rectangle(box: Box) -> str:
    return (
        f'<rect x="{short(box.x)}" y="{short(box.y)}" '
        f'width="{short(box.width)}" height="{short(box.height)}"/>'
    )


def _run(words: str, xs: str, ys: str) -> str:
    return f'<text xml:space="preserve" x="{xs}" y="{ys}">{escape(words)}</text>'


def _turn(text: Element) -> str:
    """How each letter stands at its place: turned by quarters, made narrow or wide."""
    turned, wide = number(text.get("CharDirection"), 0), number(text.get("HScale"), 1)
    said = f" rotate({short(turned)})" if turned % 360 else ""
    return said + (f" scale({short(wide)} 1)" if wide > 0 and wide != 1 else "")


def _rgb(color: Element) -> str:
    """Value: one number is a grey, three are red, green and blue, four are for print."""
    words = (color.get("Value") or "").split()
    try:
        raw = [int(one[1:], 16) if one.startswith("#") else number(one, 0) for one in words[:4]]
    except ValueError:
        return ""
    parts = [min(max(one, 0.0), 255.0) for one in raw]
    if len(parts) == 1:
        parts *= 3
    elif len(parts) == 4:
        parts = [(255 - part) * (255 - parts[3]) / 255 for part in parts[:3]]
    if len(parts) != 3:
        return ""
    return "#" + "".join(f"{round(part):02x}" for part in parts)
