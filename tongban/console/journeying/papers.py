"""Papers that somebody might bring: a real PDF and a real PNG, another one each time."""

import secrets
import struct
import zlib

from tongban.console.journeying.browser import File


def a_pdf(title: str) -> File:
    """A page with one line of text; whole, with its table of objects."""
    line = f"BT /F1 18 Tf 72 720 Td (Tongban journey {secrets.token_hex(8)}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(line), line),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    made, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size, start = len(objects) + 1, len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    made += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return f"{title}.pdf", made, "application/pdf"


def a_png(title: str, *, width: int = 320, height: int = 200) -> File:
    """A picture of coloured stripes."""
    colours = [secrets.token_bytes(3) for _ in range(8)]
    rows = b"".join(b"\0" + colours[row * 8 // height] * width for row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return f"{title}.png", b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, chunks)), "image/png"


def _chunk(chunk: tuple[bytes, bytes]) -> bytes:
    kind, data = chunk
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
