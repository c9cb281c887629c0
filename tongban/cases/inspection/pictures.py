"""Photographs and scans: how large they are once unpacked, judged before they are unpacked."""

import io
from typing import NamedTuple

from PIL import Image, ImageOps

from tongban.cases.inspection.refusals import PaperRefused

# An A4 page at 600 dpi has 35 million points, the best telephones take 200 million as JPEG.
MOST_POINTS = {"image/jpeg": 220_000_000, "image/png": 60_000_000}
LONGEST_SIDE = 30_000
# Our own bounds above are stricter, and refuse with a sentence instead of a warning.
Image.MAX_IMAGE_PIXELS = None
_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG"}
_ORIENTATION = 0x0112
_TURNS = {3: 180, 6: 90, 8: 270}
_BROKEN = (OSError, ValueError, SyntaxError, EOFError)


class Size(NamedTuple):
    """Points across and down."""

    width: int
    height: int


def size(content: bytes) -> Size:
    """Points across and down of a picture, from its head alone."""
    with Image.open(io.BytesIO(content), formats=list(_FORMATS.values())) as image:
        return Size(*image.size)


def turned(content: bytes) -> int:
    """By how many degrees clockwise a picture is shown, as its camera says (EXIF orientation)."""
    with Image.open(io.BytesIO(content), formats=list(_FORMATS.values())) as image:
        return _TURNS.get(image.getexif().get(_ORIENTATION, 1), 0)


def check(content: bytes, media_type: str) -> None:
    """Refused: a picture that unpacks to more points than any camera takes, or cannot be read."""
    try:
        with Image.open(io.BytesIO(content), formats=[_FORMATS[media_type]]) as image:
            width, height = image.size
    except _BROKEN as broken:
        raise PaperRefused("这张图片读不出来，可能损坏了。请重新拍照或者扫描再上传") from broken
    if max(width, height) > LONGEST_SIDE or width * height > MOST_POINTS[media_type]:
        raise PaperRefused(
            f"这张图片有{width}×{height}个像素，太大了，打不开。请用A4大小、300dpi扫描，或者重新拍照"
        )


def smaller(content: bytes, *, width: int) -> bytes:
    """A small PNG of a picture, turned upright as its camera says."""
    with Image.open(io.BytesIO(content), formats=list(_FORMATS.values())) as image:
        # A JPEG is unpacked at an eighth of its size where that is enough.
        image.draft("RGB", (width * 2, width * 8))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((width, width * 4))
        made = io.BytesIO()
        upright.convert("RGB").save(made, "PNG", optimize=True)
        return made.getvalue()
