"""Files handed in: what is a paper, and what only looks like one."""

import io
import resource
import socket
import struct
import threading
import time
import zlib

import pylopdf
import pytest
from PIL import Image

from tongban.cases import intake
from tongban.cases.inspection import pdf
from tongban.cases.inspection.refusals import PaperRefused, ScannerDown
from tongban.cases.tests import files

GB = 1_000_000_000


def hand_in(content: bytes, name: str, **named):
    return intake.take_in(io.BytesIO(content), name=name, size=len(content), **named)


ACTION = b"<</S/%s/JS(app.alert\\(1\\))/F(cmd.exe)>>"
MB = 1_000_000


def bomb(mega: int) -> bytes:
    """What `zlib.compress` makes of so many megabytes of nothing, of which one is compressed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    piece = packer.compress(bytes(MB)) + packer.flush(zlib.Z_FULL_FLUSH)
    end = packer.flush()
    # Of nothing but zeros the first sum stays 1, and the second counts them.
    return b"x\xda" + piece * mega + end + struct.pack(">HH", mega * MB % 65_521, 1)


BOMB = bomb(300)

HOSTILE_PDFS = {
    "a script when it opens": (files.a_pdf(catalog=b"/OpenAction" + ACTION % b"JavaScript"), "自动运行"),
    "a script by name": (files.a_pdf(catalog=b"/Names<</JavaScript<</Names[]>>>>"), "自动运行"),
    "a program when a page opens": (files.a_pdf(page=b"/AA<</O[" + ACTION % b"Launch" + b"]>>"), "自动运行"),
    "a form that sends itself": (files.a_pdf(more=[ACTION % b"SubmitForm"]), "自动运行"),
    "a form with a program of its own": (files.a_pdf(catalog=b"/AcroForm<</XFA 4 0 R>>", more=[b"(x)"]), "自动运行"),
    "a password": (
        files.a_pdf(
            more=[b"<</Filter/Standard/V 1/R 2/O(%s)/U(%s)/P -4>>" % (b"o" * 32, b"u" * 32)],
            trailer=b"/Encrypt 4 0 R/ID[(a)(a)]",
        ),
        "密码",
    ),
    "objects that unpack to a gigabyte": (
        files.a_pdf(more=[files.stream(b"/Type/ObjStm/N 1/First 5/Filter/FlateDecode", BOMB)]),
        "太大",
    ),
    "a page that unpacks to a gigabyte": (
        files.a_pdf(page=b"/Contents 4 0 R", more=[files.stream(b"/Filter/FlateDecode", BOMB)]),
        "太大",
    ),
"no page": (files.a_pdf().replace(b"/Count 1/Kids[3 0 R]", b"/Count 0/Kids[     ]"), "一页也没有"),
    "nothing but a head and an end": (b"%PDF-1.4\n%%EOF\n", "读不出来"),
}  # fmt: skip


def test_the_bomb_is_what_it_is_said_to_be():
    assert zlib.decompress(bomb(3)) == bytes(3 * MB)
    assert len(BOMB) < MB


@pytest.mark.parametrize("kind", HOSTILE_PDFS)
def test_a_pdf_that_acts_hides_or_explodes_is_refused(kind, kept_nothing):
    content, why = HOSTILE_PDFS[kind]
    with pytest.raises(PaperRefused, match=why):
        hand_in(content, "证明.pdf")


def test_a_script_packed_into_an_object_stream_is_found_too():
    plain = files.a_pdf(catalog=b"/OpenAction" + ACTION % b"JavaScript")
    with pylopdf.open(stream=plain) as document:
        hidden = document.tobytes(object_streams=True, deflate=True)
    assert b"JavaScript" not in hidden
    with pytest.raises(PaperRefused, match="自动运行"):
        hand_in(hidden, "证明.pdf")


def test_a_plain_pdf_is_taken_with_its_pages_counted():
    assert hand_in(files.a_pdf(), "证明.pdf").media_type == "application/pdf"
    assert pdf.pages(files.a_scan(3)) == 3


def test_a_scan_of_500_pages_is_taken_within_three_seconds_and_its_own_weight_in_memory():
    scan = files.a_scan(500)
    assert 70e6 < len(scan) < intake.LARGEST_SCAN
    before, began = _peak(), time.process_time()
    file = hand_in(scan, "案卷.pdf", largest=intake.LARGEST_SCAN)
    picture = pdf.picture(scan, width=240)
    took, grew = time.process_time() - began, _peak() - before

    assert (file.size, pdf.pages(scan)) == (len(scan), 500)
    assert Image.open(io.BytesIO(picture)).width in range(230, 250)
    assert took < 3
    assert grew < 4 * len(scan)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


BILLION_LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "hahaha"><!ENTITY b "' + b"&a;" * 50 + b'">'
    b'<!ENTITY c "' + b"&b;" * 50 + b'">]><x>&c;</x>'
)
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'

HOSTILE_OFDS = {
    "entities that multiply": (files.an_ofd(Doc_0__Bomb=BILLION_LAUGHS), "膨胀"),
    "an entity from outside": (files.an_ofd(Doc_0__Reach=OUTSIDE), "外部"),
    "a zip bomb": (files.an_ofd(Doc_0__Big=b"<x>" + b" " * 90_000_000 + b"</x>"), "大得不正常"),
    "a way out of the package": (files.an_ofd(**{"..__..__etc": b"<x/>"}), "路径"),
    "broken XML": (files.an_ofd(Doc_0__Page=b"<x><y></x>"), "读不出来"),
}


@pytest.mark.parametrize("kind", HOSTILE_OFDS)
def test_an_ofd_that_explodes_or_reaches_out_is_refused(kind, kept_nothing):
    content, why = HOSTILE_OFDS[kind]
    with pytest.raises(PaperRefused, match=why):
        hand_in(content, "证明.ofd")


def test_a_package_that_lies_about_its_sizes_is_refused():
    honest = files.an_ofd(Doc_0__Big=b"<x>" + b" " * 40_000_000 + b"</x>")
    size, lie = struct.pack("<I", 40_000_007), struct.pack("<I", 9)
    assert honest.count(size) == 2
    with pytest.raises(PaperRefused):
        hand_in(honest.replace(size, lie), "证明.ofd")


def test_an_ofd_is_taken_with_the_pages_that_it_lists():
    content = files.an_ofd(pages=7, Doc_0__Pages__Page_0__Content=b"<ofd:Page><x/></ofd:Page>")
    assert hand_in(content, "证明.ofd").media_type == "application/ofd"
    assert intake.inspect(io.BytesIO(content), intake.OFD) == 7


@pytest.mark.parametrize("size", [(60_000, 60_000), (31_000, 10), (10, 31_000), (9_000, 9_000)])
def test_a_picture_that_unpacks_beyond_all_measure_is_refused(size, kept_nothing):
    with pytest.raises(PaperRefused, match=f"{size[0]}×{size[1]}个像素"):
        hand_in(files.a_png_that_claims(*size), "证.png")


def test_a_jpeg_that_is_none_is_refused(kept_nothing):
    with pytest.raises(PaperRefused, match="读不出来"):
        hand_in(b"\xff\xd8\xff\xe0" + bytes(300) + b"\xff\xd9", "证.jpg")


def test_one_kind_under_the_name_of_another_is_refused(kept_nothing):
    with pytest.raises(PaperRefused, match="文件名说是PDF，内容其实是JPEG照片"):
        hand_in(files.a_photo(), "证.pdf")


@pytest.fixture
def kept_nothing(settings):
    """No paper more than before lies in the store."""
    from pathlib import Path

    def kept() -> set[Path]:
        return set(Path(settings.DATA_DIR, "papers").rglob("*"))

    before = kept()
    yield
    assert kept() == before


class Clamd:
    """A scanner on loopback that speaks clamd's INSTREAM and knows one virus: the word EICAR."""

    def __init__(self, answer: bytes | None = None) -> None:
        self.seen, self.answer = b"", answer
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self.listening.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def _serve(self) -> None:
        asked, _ = self.listening.accept()
        with asked, asked.makefile("rb") as said:
            assert said.read(10) == b"zINSTREAM\0"
            while size := struct.unpack("!I", said.read(4))[0]:
                self.seen += said.read(size)
            found = b"stream: Eicar-Test FOUND\0" if b"EICAR" in self.seen else b"stream: OK\0"
            asked.sendall(self.answer or found)

    def close(self) -> None:
        self.listening.close()
        self.thread.join(5)


@pytest.fixture
def clamd(settings):
    scanner = Clamd()
    settings.CLAMD_URL = scanner.url
    yield scanner
    scanner.close()


def test_what_the_scanner_finds_good_is_kept_whole(clamd):
    content = files.a_pdf(catalog=b"/Note(%s)" % (b"x" * 200_000))
    file = hand_in(content, "证明.pdf")
    assert clamd.seen == content
    assert file.size == len(content)


def test_what_the_scanner_finds_bad_is_refused(clamd, kept_nothing):
    with pytest.raises(PaperRefused, match="恶意程序"):
        hand_in(files.a_pdf(catalog=b"/Note(EICAR)"), "证明.pdf")


def test_while_the_scanner_is_down_nothing_is_taken_unseen(settings, kept_nothing):
    settings.CLAMD_URL = _nobody_there()
    with pytest.raises(ScannerDown, match="没有保存"):
        hand_in(files.a_pdf(catalog=b"/Note(down)"), "证明.pdf")


def test_an_operator_may_choose_to_take_papers_unseen_while_the_scanner_is_down(settings):
    settings.CLAMD_URL, settings.CLAMD_WHEN_DOWN = _nobody_there(), "accept"
    assert hand_in(files.a_pdf(), "证明.pdf").size


def test_an_answer_that_is_no_verdict_is_no_verdict(settings, kept_nothing):
    scanner = Clamd(answer=b"INSTREAM size limit exceeded. ERROR\0")
    settings.CLAMD_URL = scanner.url
    with pytest.raises(ScannerDown):
        hand_in(files.a_pdf(catalog=b"/Note(limit)"), "证明.pdf")
    scanner.close()


def _nobody_there() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return f"tcp://127.0.0.1:{port}"
