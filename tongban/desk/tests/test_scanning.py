"""Scanning at the desk: many pages become one paper, what was there stays on the record."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from tongban.cases.inspection import looks, pdf
from tongban.cases.models import Case
from tongban.cases.tests import files, world
from tongban.desk.tests import stages
from tongban.record import papers
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db
SPEC = "marriage-certificate"


def a_file(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def scan(client, case, *sheets, **said):
    told = {"spec": SPEC, "source": "scan", "made_from": "original", **said}
    return client.post(reverse("desk:papers", args=[case.number]), told | {"sheets": list(sheets)})


@pytest.fixture
def at_window(signed_in):
    """A case received at a window, and the browser of the clerk who has it."""
    case, _ = world.a_case()
    clerk = world.a_clerk()
    stages.received(case, clerk)
    return case, signed_in(clerk)


def test_pages_from_a_scanner_become_one_pdf_in_the_order_of_their_names(at_window):
    case, window = at_window
    response = scan(
        window, case,
        a_file("scan-02.jpg", files.a_photo(1600, 1200)),
        a_file("scan-01.jpg", files.a_photo(1200, 1600)),
        a_file("scan-03.pdf", files.a_pdf()),
    )  # fmt: skip

    assert response.status_code == 302
    material = case.materials.get(spec=SPEC)
    assert (material.grade, material.source, material.made_from) == ("B", "scan", "original")
    with papers.open(material.digest) as paper:
        content = paper.read()
    assert pdf.pages(content) == 3
    first, second = (
        Image.open(io.BytesIO(pdf.picture(one, width=200))) for one in _halves(content)
    )
    assert first.height > first.width
    assert second.height < second.width


def _halves(content: bytes) -> list[bytes]:
    """The first two pages, each as a PDF of its own."""
    import pylopdf

    made = []
    for number in (0, 1):
        with pylopdf.open(stream=content) as document:
            document.select([number])
            made.append(document.tobytes())
    return made


def test_what_was_there_before_stays_on_the_record_and_can_be_opened(at_window):
    case, window = at_window
    before = case.materials.get(spec=SPEC).digest
    scan(window, case, a_file("新.jpg", files.a_photo()))

    assert case.materials.get(spec=SPEC).digest != before
    page = window.get(reverse("desk:papers", args=[case.number])).content.decode()
    old = reverse("desk:paper", args=[case.number, before])
    assert old in page
    assert b"".join(window.get(old).streaming_content) == world.PNG
    event = recorded.events(case.number)[-1]
    assert (event.kind, event.author.role) == ("add_paper", "receiver")


def test_a_copy_is_not_vouched_for(at_window):
    case, window = at_window
    scan(window, case, a_file("复印件.jpg", files.a_photo()), made_from="copy", source="camera")
    material = case.materials.get(spec=SPEC)
    assert (material.grade, material.source) == ("C", "camera")


def test_the_same_scan_again_writes_nothing(at_window):
    case, window = at_window
    photo = files.a_photo()
    scan(window, case, a_file("一.jpg", photo))
    head = Case.objects.get(pk=case.pk).head_hash
    scan(window, case, a_file("一.jpg", photo))
    assert Case.objects.get(pk=case.pk).head_hash == head


@pytest.mark.parametrize(
    ("sheets", "said", "why"),
    [
        ([], {}, "选择扫描好的文件，或者拍照"),
        ([("一.jpg", files.a_photo())], {"made_from": ""}, "选择扫的是原件还是复印件"),
        ([("一.jpg", files.a_photo())], {"source": "fax"}, "选择文件从哪里来"),
        ([("一.jpg", files.a_photo()), ("二.png", files.a_png_that_claims(50_000, 50_000))], {},
         "第2张（二.png）：这张图片有50000×50000个像素"),
        ([("一.jpg", files.a_photo()), ("二.ofd", files.an_ofd())], {}, "OFD不能和别的页合在一起"),
        ([("一.pdf", files.a_pdf(catalog=b"/OpenAction<</S/Launch/F(x)>>"))], {}, "自动运行"),
    ],
)  # fmt: skip
def test_a_scan_that_cannot_be_taken_says_why_and_leaves_the_case_alone(
    at_window, sheets, said, why
):
    case, window = at_window
    head = Case.objects.get(pk=case.pk).head_hash
    response = scan(window, case, *(a_file(*sheet) for sheet in sheets), **said)
    assert response.status_code == 422
    assert why in response.content.decode()
    assert Case.objects.get(pk=case.pk).head_hash == head


def test_only_who_works_on_the_case_scans_into_it(at_window, signed_in):
    case, _ = at_window
    colleague = signed_in(world.a_clerk(name="钱七"))
    page = colleague.get(reverse("desk:papers", args=[case.number])).content.decode()
    assert "正在办这件" in page
    assert 'name="sheets"' not in page
    response = scan(colleague, case, a_file("一.jpg", files.a_photo()))
    assert "正在办这件" in response.content.decode()


def test_a_photo_taken_sideways_is_turned_upright_in_its_small_picture(at_window):
    case, window = at_window
    scan(window, case, a_file("横.jpg", files.a_photo(1600, 1200, turned=True)))
    digest = case.materials.get(spec=SPEC).digest
    response = window.get(reverse("desk:thumbnail", args=[case.number, digest]))
    picture = Image.open(io.BytesIO(response.content))
    assert response["Content-Type"] == "image/png"
    assert picture.height > picture.width
    assert picture.width <= looks.WIDTH


def test_a_page_count_is_found_once_and_shown(at_window, monkeypatch):
    case, window = at_window
    scan(window, case, a_file("案卷.pdf", files.a_scan(12)))
    address = reverse("desk:papers", args=[case.number])
    assert "12页" in window.get(address).content.decode()
    monkeypatch.setattr(looks, "_count", lambda *_: pytest.fail("opened again"))
    assert "12页" in window.get(address).content.decode()


def test_a_picture_of_a_paper_of_another_case_does_not_exist(at_window, signed_in):
    case, window = at_window
    response = window.get(reverse("desk:thumbnail", args=[case.number, "0" * 64]))
    assert response.status_code == 404
