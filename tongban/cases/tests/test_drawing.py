"""OFD papers drawn: what stands where, what is said to be missing, and that nothing brings it down."""

import contextlib
import io
import random
import re
import time
import zipfile
from typing import Any

import pylopdf
import pytest
from PIL import Image

from tongban.cases.drawing import der, document, geometry, setting, words
from tongban.cases.drawing.package import CannotDraw, Package, beside
from tongban.cases.drawing.painter import Budget
from tongban.cases.inspection import ofd, pdf
from tongban.cases.inspection.refusals import PaperRefused
from tongban.cases.tests import ofds

MM = 72 / 25.4


def drawn(content: bytes) -> tuple[document.Drawn, Budget]:
    budget = Budget()
    return document.draw(Package(io.BytesIO(content)), budget), budget


def set_(content: bytes, line: str = "") -> bytes:
    return setting.pdf(drawn(content)[0].sheets, line)


def colors_at(content: bytes, *places: tuple[float, float], page: int = 0) -> list[Any]:
    """The colours at places of a page, in millimetres."""
    with pylopdf.open(stream=content) as opened:
        made = opened.render_page(page, scale=2, background=(255, 255, 255))
    image = Image.open(io.BytesIO(made)).convert("RGB")
    return [image.getpixel((x * MM * 2, y * MM * 2)) for x, y in places]


def words_of(content: bytes, page: int = 0) -> str:
    with pylopdf.open(stream=content) as opened:
        return "".join(str(opened.load_page(page).get_text()).split())


def one_page(*objects: str, **named) -> bytes:
    return ofds.a_document(ofds.page(ofds.layer(*objects)), **named)


def test_a_certificate_is_drawn_with_everything_where_it_belongs():
    whole, budget = drawn(ofds.a_certificate(pages=3))
    made = setting.pdf(whole.sheets, words.beside(budget.left_out, sorted(budget.fonts)))
    assert (whole.pages, len(whole.sheets), whole.seals, +budget.left_out) == (3, 3, 1, {})

    first = words_of(made)
    for said in ("住房公积金缴存证明", "李某某（示例）", "12,345.67", "竖排文字", "已核验（批注）"):
        assert said in first
    assert "没有验证签名和印章" in first
    assert "宋体" in first
    assert "续页第3页" in words_of(made, page=2)
    photo, frame, paper, ring = colors_at(made, (166, 70), (10, 100), (15, 100), (150, 186.6))
    assert (photo, frame, paper) == ((30, 90, 200), (0, 0, 0), (255, 255, 255))
    assert ring[0] > 150 > ring[1] + 50


def test_a_seal_that_is_an_ofd_itself_is_drawn_from_its_own_outlines():
    content = ofds.a_certificate(pages=1, sealed="ofd")
    assert drawn(content)[0].seals == 1
    ring = colors_at(set_(content), (150, 187))[0]
    assert ring[0] > 150 > ring[1] + 50


def test_what_cannot_be_drawn_is_counted_and_said():
    shade = '<ofd:FillColor><ofd:AxialShd StartPoint="0 0" EndPoint="9 9"/></ofd:FillColor>'
    content = one_page(
        ofds.path("M 0 0 L 9 0 L 9 9 C", more=shade, Fill="true"),
        ofds.path("X 0 0"),
        ofds.image(77, "0 0 9 9", "9 0 0 9 0 0"),
        "<ofd:VideoObject/>",
        ofds.text("字", 5, 5, size=0),
    )
    counts = drawn(content)[1].left_out
    assert words.left_out(counts) == (
        "此预览未绘出1张图片、1段文字、1处渐变或者图案填充、1处线条、1个别的内容，以原文件为准"
    )
    lacking = drawn(ofds.a_certificate(sealed="svg"))[1].left_out
    assert words.left_out(lacking) == "此预览未绘出1个印章，以原文件为准"
    assert "未绘出1个印章" in words_of(set_(ofds.a_certificate(), words.beside(lacking, [])))


def test_a_letter_that_our_fonts_lack_is_a_box_and_said_and_never_another_letter():
    content = one_page(ofds.text("甲\ue001乙\u202e丙\U0003106f𬭎α□", 5, 5))
    assert words_of(set_(content)) == "甲□乙丙□𬭎α□"
    assert words.left_out(drawn(content)[1].left_out) == (
        "此预览未绘出2个本平台字库里没有的字（画作□），以原文件为准"
    )


def clips(*areas: str) -> str:
    return "<ofd:Clips>" + "".join(f"<ofd:Clip>{one}</ofd:Clip>" for one in areas) + "</ofd:Clips>"


def test_an_object_is_seen_only_through_its_clips():
    def area(left: float, ctm: str = "") -> str:
        data = f"M {left} 0 L {left + 10} 0 L {left + 10} 20 L {left} 20 C"
        shape = f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData>"
        return f'<ofd:Area{ctm}><ofd:Path Boundary="0 0 40 20">{shape}</ofd:Path></ofd:Area>'

    def red(y: float, clip: str) -> str:
        fill = ofds.color("FillColor", "255 0 0")
        whole = "M 0 0 L 20 0 L 20 10 L 0 10 C"
        return ofds.path(
            whole, f"50 {y} 40 20", fill + clip, Fill="true", Stroke="false", CTM="2 0 0 2 0 0"
        )

    content = one_page(
        red(20, clips(area(0) + area(20))),
        red(60, clips(area(0), area(5))),
        red(100, clips(area(0, ' CTM="1 0 0 1 30 0"'))),
    )
    places = [(52, 30), (62, 30), (72, 30), (52, 70), (57, 70), (62, 70), (52, 110), (82, 110)]
    seen = [color == (255, 0, 0) for color in colors_at(set_(content), *places)]
    assert seen == [True, False, True, False, True, False, False, True]
    assert not +drawn(content)[1].left_out

    odd = clips("<ofd:Area><ofd:Text/></ofd:Area>")
    assert words.left_out(drawn(one_page(red(20, odd)))[1].left_out) == "有1处没有按原文件裁剪"


def test_pages_beyond_the_first_sixty_are_said_to_be_missing():
    content = ofds.a_document(*[ofds.page(ofds.layer(ofds.text("页", 5, 5)))] * 63)
    whole, budget = drawn(content)
    assert (whole.pages, len(whole.sheets)) == (63, document.MOST_PAGES)
    assert words.left_out(budget.left_out) == "此预览未绘出后面的3页，以原文件为准"


def test_a_changed_paper_is_drawn_as_its_current_version_says():
    versions = (
        '<ofd:Versions><ofd:Version ID="1" Index="1" BaseLoc="Doc_0/Versions/V1.xml"/>'
        '<ofd:Version ID="2" Index="2" Current="true" BaseLoc="Doc_0/Versions/V2.xml"/></ofd:Versions>'
    )
    page = '<ofd:Pages><ofd:Page ID="9" BaseLoc="Pages/Page_1/Content.xml"/></ofd:Pages>'
    changed = ofds.a_document(
        ofds.page(ofds.layer(ofds.text("改以前", 5, 5))),
        ofds.page(ofds.layer(ofds.text("改以后", 5, 5))),
        body=versions,
        files={
            "Doc_0/Versions/V2.xml": ofds.ofd(
                "DocVersion", "<ofd:DocRoot>../New.xml</ofd:DocRoot>"
            ),
            "Doc_0/New.xml": ofds.ofd("Document", page),
        },
    )
    assert words_of(set_(changed)) == "改以后"
    lost = ofds.a_document(ofds.page(), body=versions)
    with pytest.raises(CannotDraw, match="empty"):
        drawn(lost)


@pytest.mark.parametrize(
    ("said", "most", "found"),
    [
        ("g 3 2.5 4", 9, [2.5, 2.5, 2.5, 4]),
        ("1 g 2 3 g 1 4", 9, [1, 3, 3, 4]),
        ("g 19999 1", 4, [1, 1, 1, 1]),
        ("g -5 1 2", 4, [2]),
        ("nan inf 1e99 x", 9, [0, 0, 0, 0]),
        ("g", 9, []),
        (None, 9, []),
    ],
)
def test_offsets_are_written_out_and_no_more_than_there_are_letters(said, most, found):
    assert geometry.offsets(said, most) == found


@pytest.mark.parametrize(
    ("data", "drawn_as"),
    [
        ("M 0 0 L 10 0 C", "M0 0 L10 0 Z"),
        ("S 1 2 B 1 2 3 4 5 6 Q 1 1 2 2", "M1 2 C1 2 3 4 5 6 Q1 1 2 2"),
        ("M 0 0 A 5 5 0 3 -1 9 9", "M0 0 A5 5 0 1 1 9 9"),
        ("L 1 1", ""),
        ("M 0 0 L 1", "M0 0"),
        ("M 0 0 Z <script>", "M0 0"),
        ("M nan 0", ""),
    ],
)
def test_an_outline_ends_before_what_is_not_understood(data, drawn_as):
    assert geometry.outline(data) == drawn_as


@pytest.mark.parametrize(
    ("base", "said", "place"),
    [
        ("Doc_0/Document.xml", "Pages/P.xml", "Doc_0/Pages/P.xml"),
        ("Doc_0/Document.xml", "/Doc_1/x", "Doc_1/x"),
        ("Doc_0/Document.xml", "../OFD.xml", "OFD.xml"),
        ("Doc_0/Document.xml", "../../etc/passwd", ""),
        ("OFD.xml", "/../x", ""),
        ("OFD.xml", "a\\b", "a/b"),
        ("OFD.xml", "", ""),
    ],
)
def test_a_location_leads_nowhere_but_into_its_package(base, said, place):
    assert beside(base, said) == place


def test_only_a_seal_s_picture_is_taken_for_one():
    seal = ofds.a_seal_picture()
    assert der.picture(ofds.signed_value("PNG\0", seal)) == ("png", seal)
    for hostile in (
        b"",
        b"\x30\x84\xff\xff\xff\xff",
        b"\x30\x80" * 9000,
        ofds.der(0x30, b"\x05\0" * 20_000),
    ):
        assert der.picture(hostile) is None


LINE = ofds.text("住" * 40, 10, 10, size=3)
NESTED = "<ofd:PageBlock>" * 80 + LINE + "</ofd:PageBlock>" * 80
RING = (
    '<ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="60"><ofd:Content>'
    + '<ofd:CompositeObject ResourceID="60" Boundary="0 0 9 9"/>' * 3
    + "</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits>"
)
ENTITY = '<!DOCTYPE x [<!ENTITY a "ha">]><ofd:Page>&a;</ofd:Page>'
SCANS = "".join(
    f'<ofd:MultiMedia ID="{n}"><ofd:MediaFile>{n}.png</ofd:MediaFile></ofd:MultiMedia>'
    for n in range(40, 45)
)


def too_many_points() -> bytes:
    scan = ofds.a_picture("L", size=(5000, 5001))
    return one_page(
        *[ofds.image(n, "0 0 9 9", "9 0 0 9 0 0") for n in range(40, 45)],
        resources=f"<ofd:MultiMedias>{SCANS}</ofd:MultiMedias>",
        files={f"Doc_0/Res/{n}.png": scan for n in range(40, 45)},
    )


HUGE = {
    "more letters than an office writes": lambda: one_page(*[LINE] * 3001),
    "more objects than a page holds": lambda: one_page(*[ofds.path("M 0 0")] * 30_001),
    "objects within objects": lambda: one_page(NESTED),
    "a unit made of itself": lambda: one_page(
        '<ofd:CompositeObject ResourceID="60"/>', resources=RING
    ),
    "pictures of more points than a machine has": too_many_points,
    "a package that explodes": lambda: one_page(files={"Doc_0/PublicRes.xml": " " * 17_000_000}),
}
NO_PAPERS = {
    "entities": (ofds.a_document(ENTITY), "broken"),
    "no zip": (b"PK\3\4" + b"x" * 100, "broken"),
    "no document": (ofds.package({"OFD.xml": ofds.ofd("OFD", "")}), "empty"),
    "a page without extent": (one_page(LINE, box="0 0 0 297"), "extent"),
    "a page of a kilometre": (one_page(LINE, box="0 0 210 19999"), "extent"),
}


@pytest.mark.parametrize("kind", HUGE)
def test_what_would_take_a_machine_s_time_or_memory_is_given_up_at_once(kind):
    content, began = HUGE[kind](), time.process_time()
    with pytest.raises(CannotDraw, match="large"):
        drawn(content)
    assert time.process_time() - began < 6


@pytest.mark.parametrize("kind", NO_PAPERS)
def test_what_is_no_readable_ofd_has_a_ground(kind):
    content, ground = NO_PAPERS[kind]
    with pytest.raises(CannotDraw, match=ground):
        drawn(content)


def test_words_of_a_paper_are_never_taken_for_markup():
    content = one_page(
        ofds.text("&lt;/text&gt;&lt;image href=x", 5, 5),
        ofds.text("逃", 5, 15, Weight="9&quot; onload=&quot;x", CharDirection="90&quot;/&gt;"),
        ofds.path("M 0 0 L 9 9", LineWidth="1&quot;/&gt;&lt;x", Cap="&quot;/&gt;&lt;x"),
    )
    svg = drawn(content)[0].sheets[0].svg
    assert {"<image", "<x", "onload"}.isdisjoint(re.findall(r"<?\w+", svg))
    assert "</text><imagehref=x" in words_of(set_(content))


def _mutated(parts: dict[str, bytes], chance: random.Random) -> dict[str, bytes]:
    """One of the files of a package with something else in it: bytes, numbers, or a piece missing."""
    name = chance.choice(sorted(parts))
    content = bytearray(parts[name])
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(content) + 1)
        match chance.randrange(4):
            case 0:
                content[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del content[at : at + chance.randint(1, 400)]
            case 2:
                digits = [n for n, byte in enumerate(content) if chr(byte).isdigit()]
                where = chance.choice(digits or [0])
                odd = [b"-1", b"1e308", b"nan", b"999999999999", b"", b"0", b" g 9999999 9 "]
                content[where : where + 1] = chance.choice(odd)
            case _:
                content[at:at] = content[at : at + chance.randint(1, 3000)]
    return parts | {name: bytes(content)}


def test_a_certificate_damaged_in_hundreds_of_ways_is_drawn_or_given_up():
    with zipfile.ZipFile(io.BytesIO(ofds.a_certificate(sealed="ofd"))) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    chance, ends = random.Random(33190), {"drawn": 0, "given up": 0}
    for number in range(200):
        try:
            sheets = drawn(ofds.package(_mutated(parts, chance)))[0].sheets
        except CannotDraw:
            ends["given up"] += 1
            continue
        ends["drawn"] += 1
        if number % 40 == 0:
            made = setting.pdf(sheets, "行")
            assert pdf.picture(made, width=240).startswith(b"\x89PNG")
    assert ends["drawn"] > 100
    assert ends["given up"] > 3


@pytest.mark.parametrize("encoding", ["UTF-1e308", "GBK", "UTF-7"])
def test_letters_that_xml_cannot_read_are_a_damaged_paper_and_no_error(encoding):
    page = f'<?xml version="1.0" encoding="{encoding}"?><ofd:Page/>'
    content = ofds.a_document(page)
    with pytest.raises(PaperRefused, match="读不出来"):
        ofd.pages(io.BytesIO(content))
    assert drawn(content)[1].left_out["part"] == 1


def test_a_package_of_damaged_bytes_is_drawn_or_given_up():
    whole, chance, grounds = ofds.a_certificate(), random.Random(2016), set()
    for _ in range(150):
        content = bytearray(whole)
        for _ in range(chance.randint(1, 8)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        with contextlib.suppress(PaperRefused):
            assert ofd.pages(io.BytesIO(content)) >= 0
        try:
            drawn(bytes(content))
        except CannotDraw as given_up:
            grounds.add(str(given_up))
    assert grounds <= set(words.GROUNDS)
