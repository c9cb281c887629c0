"""Files that people and others hand in, made on the spot: good ones and hostile ones."""

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence

from PIL import Image

PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"


def a_pdf(
    *, catalog: bytes = b"", page: bytes = b"", more: Sequence[bytes] = (), trailer: bytes = b""
) -> bytes:
    """A PDF of one page; `catalog` and `page` go into their dictionaries, `more` become objects 4…"""
    body = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]" + page + b">>"
    return _pdf([body], more, catalog, trailer)


def a_scan(pages: int, *, width: int = 1654, height: int = 2339) -> bytes:
    """So many pages as a scanner makes them, each a picture of its own."""
    first = 3 + pages
    bodies = [
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I %d 0 R>>>>"
        b"/Contents %d 0 R>>" % (first + 1 + number, first)
        for number in range(pages)
    ]
    draw = stream(b"", b"q 595 0 0 842 0 0 cm /I Do Q")
    plain = io.BytesIO()
    Image.new("L", (width, height), 245).save(plain, "JPEG", quality=40)
    # As a scan of text weighs: bytes after its end belong to no picture, and readers pass them over.
    picture = plain.getvalue() + bytes(150_000 - len(plain.getvalue()))
    head = (
        b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray"
        b"/BitsPerComponent 8/Filter/DCTDecode" % (width, height)
    )
    scans = [stream(head, picture) for _ in range(pages)]
    return _pdf(bodies, [draw, *scans])


def stream(head: bytes, content: bytes) -> bytes:
    """An object with content."""
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (head, len(content), content)


def packed(content: bytes) -> bytes:
    """Deflated, as a PDF's own streams are."""
    return stream(b"/Filter/FlateDecode", zlib.compress(content, 9))


def _pdf(
    pages: Sequence[bytes], more: Sequence[bytes], catalog: bytes = b"", trailer: bytes = b""
) -> bytes:
    kids = b" ".join(b"%d 0 R" % (3 + number) for number in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R" + catalog + b">>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), kids),
        *pages,
        *more,
    ]
    made, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    size, start = len(objects) + 1, len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % size
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)
    return bytes(made)


def an_ofd(pages: int = 2, **more: bytes) -> bytes:
    """An OFD of so many pages; `more` are further files by name, where __ stands for a slash."""
    listed = "".join(
        f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(pages)
    )
    files = {
        "OFD.xml": b'<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"/>',
        "Doc_0/Document.xml": (
            '<ofd:Document xmlns:ofd="http://www.ofdspec.org/2016">'
            f"<ofd:Pages>{listed}</ofd:Pages></ofd:Document>"
        ).encode(),
    } | {name.replace("__", "/") + ".xml": content for name, content in more.items()}
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return made.getvalue()


def a_png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose head says that it is huge."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def a_photo(width: int = 1200, height: int = 1600, *, turned: bool = False) -> bytes:
    """A photograph, perhaps one whose camera lay on its side (EXIF orientation 6)."""
    made = io.BytesIO()
    image = Image.new("RGB", (width, height), (200, 190, 170))
    exif = Image.Exif()
    if turned:
        exif[0x0112] = 6
    image.save(made, "JPEG", quality=60, exif=exif)
    return made.getvalue()
