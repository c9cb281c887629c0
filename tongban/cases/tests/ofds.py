"""OFD papers as offices issue them, made on the spot: a certificate with all that the drawer knows."""

import io
import zipfile
from collections.abc import Mapping

from PIL import Image, ImageDraw

SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
A4 = (210.0, 297.0)
MARK = (200, 30, 30)


def ofd(name: str, inside: str, attributes: str = "") -> str:
    """The root of one of the files of an OFD."""
    return f'<?xml version="1.0" encoding="UTF-8"?><ofd:{name} {SPACE}{attributes}>{inside}</ofd:{name}>'


def text(
    words: str, x: float, y: float, *, size: float = 4, font: int = 1, more: str = "", **named: str
) -> str:
    """A line of text whose letters stand as far apart as they are wide."""
    wide = f' DeltaX="g {len(words) - 1} {size}"' if len(words) > 1 else ""
    given = "".join(f' {key}="{value}"' for key, value in named.items())
    return (
        f'<ofd:TextObject Boundary="{x} {y} 180 {size * 1.4}" Font="{font}" Size="{size}"{given}>{more}'
        f'<ofd:TextCode X="0" Y="{size}"{wide}>{words}</ofd:TextCode></ofd:TextObject>'
    )


def path(data: str, boundary: str = "0 0 210 297", more: str = "", **named: str) -> str:
    """An outline."""
    given = "".join(f' {key}="{value}"' for key, value in named.items())
    return (
        f'<ofd:PathObject Boundary="{boundary}"{given}>{more}'
        f"<ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>"
    )


def image(resource: int, boundary: str, ctm: str) -> str:
    """A picture that stands in the unit square, stretched by its matrix."""
    return f'<ofd:ImageObject ResourceID="{resource}" Boundary="{boundary}" CTM="{ctm}"/>'


def layer(*objects: str, kind: str = "Body", more: str = "") -> str:
    """A layer of a page."""
    return f'<ofd:Layer Type="{kind}"{more}>{"".join(objects)}</ofd:Layer>'


def page(*layers: str, head: str = "") -> str:
    """A page's content."""
    return ofd("Page", f"{head}<ofd:Content>{''.join(layers)}</ofd:Content>")


def color(name: str, value: str) -> str:
    """A colour of an object."""
    return f'<ofd:{name} Value="{value}"/>'


def a_picture(mode: str = "RGB", kind: str = "PNG", size: tuple[int, int] = (120, 90)) -> bytes:
    """A picture of one colour, which can be found again on the page."""
    made = io.BytesIO()
    Image.new(mode, size, (30, 90, 200)[: len(mode)]).save(made, kind)
    return made.getvalue()


def a_seal_picture() -> bytes:
    """A round red seal without background."""
    image, made = Image.new("RGBA", (240, 240), (0, 0, 0, 0)), io.BytesIO()
    draw = ImageDraw.Draw(image)
    draw.ellipse((8, 8, 232, 232), outline=(*MARK, 255), width=10)
    draw.regular_polygon((120, 120, 40), 3, fill=(*MARK, 255))
    image.save(made, "PNG")
    return made.getvalue()


def der(tag: int, content: bytes) -> bytes:
    """One value with its length."""
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def signed_value(kind: str, picture: bytes) -> bytes:
    """SES_Signature down to the picture of its seal; who signed what is left out."""
    shown = der(
        0x30, der(0x16, kind.encode()) + der(4, picture) + der(2, b"\x28") + der(2, b"\x28")
    )
    properties = der(0x30, der(2, b"\x01") + der(0x0C, "样章".encode()) + der(2, b"\x00"))
    info = der(0x30, der(0x30, der(0x16, b"ES")) + der(0x16, b"1") + properties + shown)
    return der(0x30, der(0x30, der(2, b"\x04") + der(0x30, info)))


def package(files: Mapping[str, str | bytes]) -> bytes:
    """The files as one OFD."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return made.getvalue()


def a_document(
    *pages: str,
    files: Mapping[str, str | bytes] | None = None,
    resources: str = "",
    common: str = "",
    after: str = "",
    body: str = "",
    box: str = "0 0 210 297",
) -> bytes:
    """An OFD of these pages; `resources` go into its DocumentRes, `files` are further ones."""
    listed = "".join(
        f'<ofd:Page ID="{100 + n}" BaseLoc="Pages/Page_{n}/Content.xml"/>'
        for n in range(len(pages))
    )
    document = (
        "<ofd:CommonData><ofd:MaxUnitID>999</ofd:MaxUnitID>"
        f"<ofd:PageArea><ofd:PhysicalBox>{box}</ofd:PhysicalBox></ofd:PageArea>"
        "<ofd:PublicRes>PublicRes.xml</ofd:PublicRes><ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>"
        f"{common}</ofd:CommonData><ofd:Pages>{listed}</ofd:Pages>{after}"
    )
    fonts = (
        '<ofd:Fonts><ofd:Font ID="1" FontName="SimSun" FamilyName="宋体"/>'
        '<ofd:Font ID="2" FontName="SimHei" FamilyName="黑体"/>'
        '<ofd:Font ID="3" FontName="Courier New" FamilyName="Courier New"/></ofd:Fonts>'
    )
    root = (
        "<ofd:DocBody><ofd:DocInfo><ofd:Title>样本证明</ofd:Title></ofd:DocInfo>"
        f"<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>{body}</ofd:DocBody>"
    )
    return package(
        {
            "OFD.xml": ofd("OFD", root, ' Version="1.0" DocType="OFD"'),
            "Doc_0/Document.xml": ofd("Document", document),
            "Doc_0/PublicRes.xml": ofd("Res", fonts, ' BaseLoc="Res"'),
            "Doc_0/DocumentRes.xml": ofd("Res", resources, ' BaseLoc="Res"'),
            **{f"Doc_0/Pages/Page_{n}/Content.xml": one for n, one in enumerate(pages)},
            **(files or {}),
        }
    )


MEDIA = (
    '<ofd:MultiMedias><ofd:MultiMedia ID="20" Type="Image" Format="PNG">'
    "<ofd:MediaFile>photo.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias>"
    '<ofd:DrawParams><ofd:DrawParam ID="30" LineWidth="0.5"><ofd:StrokeColor Value="128 0 0"/>'
    '<ofd:FillColor Value="128 0 0"/></ofd:DrawParam>'
    '<ofd:DrawParam ID="31" Relative="30" DashPattern="2 1"/></ofd:DrawParams>'
)
ROWS = (
    ("姓　　名", "李某某（示例）"), ("证件号码", "110101********0011"), ("缴存单位", "示例市某某公司"),
    ("缴存地", "示例市住房公积金管理中心"), ("账户余额", "¥12,345.67"), ("缴存状态", "正常"),
)  # fmt: skip


def a_certificate(pages: int = 2, *, sealed: str = "png") -> bytes:
    """A certificate: frame and heading from a template, a table, a photograph, a note and a seal."""
    frame = page(
        layer(
            path("M 0 0 L 190 0 L 190 277 L 0 277 C", "10 10 190 277", LineWidth="0.8"),
            text("住房公积金缴存证明", 51, 24, size=12, font=2, more=color("FillColor", "128 0 0")),
            text("样本，不作任何用途", 150, 284, size=3, more=color("FillColor", "150")),
            kind="Background",
        )
    )
    first = page(
        layer(*_table(), more=' DrawParam="30"'),
        layer(*_figures()),
        head='<ofd:Template TemplateID="50"/>',
    )
    others = [
        page(layer(text(f"续页 第{n + 2}页", 30, 40)), head='<ofd:Template TemplateID="50"/>')
        for n in range(pages - 1)
    ]
    seal = {"png": a_seal_picture(), "ofd": _seal_page(), "svg": b"<svg/>"}[sealed]
    note = (
        '<ofd:Annot Type="Stamp" ID="70"><ofd:Appearance Boundary="140 250 50 12">'
        + path("M 0 0 L 46 0 L 46 10 L 0 10 C", "0 0 50 12", color("StrokeColor", "0 0 200"))
        + text("已核验（批注）", 3, 1.5, size=5, more=color("FillColor", "0 0 200"))
        + "</ofd:Appearance></ofd:Annot>"
    )
    stamp = (
        '<ofd:SignedInfo><ofd:Provider ProviderName="sample"/>'
        '<ofd:StampAnnot ID="1" PageRef="100" Boundary="130 185 40 40"/></ofd:SignedInfo>'
        "<ofd:SignedValue>/Doc_0/Signs/Sign_0/SignedValue.dat</ofd:SignedValue>"
    )
    return a_document(
        first, *others,
        resources=MEDIA,
        common='<ofd:TemplatePage ID="50" BaseLoc="Tpls/Tpl_0/Content.xml"/>',
        after="<ofd:Annotations>Annots/Annotations.xml</ofd:Annotations>",
        body="<ofd:Signatures>/Doc_0/Signs/Signatures.xml</ofd:Signatures>",
        files={
            "Doc_0/Tpls/Tpl_0/Content.xml": frame,
            "Doc_0/Res/photo.png": a_picture(),
            "Doc_0/Annots/Annotations.xml": ofd(
                "Annotations", '<ofd:Page PageID="100"><ofd:FileLoc>Page_0/Annotation.xml</ofd:FileLoc></ofd:Page>'
            ),
            "Doc_0/Annots/Page_0/Annotation.xml": ofd("PageAnnot", note),
            "Doc_0/Signs/Signatures.xml": ofd(
                "Signatures", '<ofd:Signature ID="1" Type="Seal" BaseLoc="/Doc_0/Signs/Sign_0/Signature.xml"/>'
            ),
            "Doc_0/Signs/Sign_0/Signature.xml": ofd("Signature", stamp),
            "Doc_0/Signs/Sign_0/SignedValue.dat": signed_value(sealed, seal),
        },
    )  # fmt: skip


def _table() -> list[str]:
    found = []
    for at, (name, value) in enumerate(ROWS):
        top = 50 + at * 12
        found += [
            path("M 0 0 L 120 0 L 120 12 L 0 12 C M 32 0 L 32 12", f"20 {top} 121 13"),
            text(name, 22, top + 3, size=5, font=2),
            text(value, 54, top + 3, size=5, more=color("FillColor", "0 0 0")),
        ]
    return found


def _figures() -> list[str]:
    return [
        image(20, "150 50 32 40", "32 0 0 40 0 0"),
        path(
            "M 0 10 B 20 -10 40 30 60 10 Q 75 -5 90 10",
            "20 135 95 30",
            color("StrokeColor", "0 120 60"),
            LineWidth="1",
        ),
        path(
            "M 30 15 A 15 10 0 1 1 30 14.9 C",
            "120 135 40 30",
            color("FillColor", "255 210 0"),
            Fill="true",
            DrawParam="31",
        ),
        text("竖排文字", 20, 165, size=5).replace('DeltaX="g 3 5"', 'DeltaY="g 3 6"'),
        text("斜着的字", 0, 0, size=6, CTM="0.866 -0.5 0.5 0.866 40 190"),
        text("Courier 0123456789", 80, 165, size=4, font=3).replace(' DeltaX="g 17 4"', ""),
        text("加粗的结论：情况属实", 40, 205, size=6, Weight="700"),
        text("窄字", 40, 220, size=6, HScale="0.5"),
        text("示例市住房公积金管理中心", 100, 232, size=5),
        text("二〇二六年十一月二十二日", 100, 240, size=5),
    ]


def _seal_page() -> bytes:
    ring = path(
        "M 38 20 A 18 18 0 1 1 38 19.9 C",
        "0 0 40 40",
        color("StrokeColor", "200 30 30"),
        LineWidth="1.5",
    )
    words = text("样章", 11, 14, size=9, font=2, more=color("FillColor", "200 30 30"))
    return a_document(page(layer(ring, words)), box="0 0 40 40")
