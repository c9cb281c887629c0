"""Uploading: judged by content, refused at the thing it was meant for, and never lost by a neighbour."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import encode_multipart
from django.utils.timezone import now

from tongban.cases import intake
from tongban.cases.models import DraftPaper
from tongban.cases.operations import drafts
from tongban.cases.tests import files, ofds, world
from tongban.cases.tests.world import PNG
from tongban.portal.tests import scenes
from tongban.portal.tests.test_applying import begin, hidden, page_of
from tongban.portal.tests.test_finding import words

pytestmark = pytest.mark.django_db
PDF = files.a_pdf()


def a_file(name: str, content: bytes, media_type: str = "application/octet-stream"):
    return SimpleUploadedFile(name, content, media_type)


def upload(client, draft, **files):
    """Choose files for things asked and press 上传."""
    chosen = {f"paper-{spec.replace('_', '-')}": file for spec, file in files.items()}
    return client.post(f"/apply/{draft.pk}/materials/", chosen)


def error_at(response, spec: str) -> str:
    html = response.content.decode()
    found = re.search(rf'id="id_paper-{spec}-e">(.*?)</p>', html, re.DOTALL)
    assert found, words(response)
    assert f'href="#id_paper-{spec}"' in html
    return re.sub(r"<[^>]+>", "", found[1]).strip()


def test_a_file_is_kept_under_its_own_name_and_can_be_looked_at(lisi):
    draft = begin(lisi)
    assert upload(lisi, draft, id_card=a_file("我的身份证.png", PNG)).status_code == 302

    page = words(lisi.get(f"/apply/{draft.pk}/materials/"))
    assert "我的身份证.png" in page
    assert "已上传1份" in page
    response = lisi.get(f"/apply/{draft.pk}/papers/id-card")
    assert b"".join(response) == PNG
    assert response["Content-Type"] == "image/png"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "inline" in response["Content-Disposition"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("空.pdf", b"", "是空的"),
        ("照片.pdf", PNG, "文件名说是PDF，内容其实是PNG"),
        ("说明.docx", b"PK\x03\x04 word", "只收PDF、OFD、JPEG和PNG"),
        ("病毒.exe", b"MZ" + b"\0" * 64, "只收PDF、OFD、JPEG和PNG"),
        ("半个.pdf", PDF[:20], "不完整"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_at_its_thing_with_what_to_do(
    lisi, name, content, said
):
    draft = begin(lisi)
    response = upload(lisi, draft, id_card=a_file(name, content))

    assert response.status_code == 422
    assert said in error_at(response, "id-card")
    assert not DraftPaper.objects.exists()


def test_a_file_that_is_too_large_is_refused_with_its_size(lisi):
    draft = begin(lisi)
    large = PDF[:-6] + b"\0" * intake.LARGEST + b"%%EOF\n"
    response = upload(lisi, draft, id_card=a_file("大.pdf", large))

    assert "20.0MB，超过20MB" in error_at(response, "id-card")
    assert not DraftPaper.objects.exists()


@pytest.mark.parametrize("name", ["../../etc/passwd.png", "C:\\\\个人\\\\证.png", "a/b.png"])
def test_a_path_in_a_file_s_name_is_refused(lisi, name):
    draft = begin(lisi)
    file = a_file("x.png", PNG)
    body = encode_multipart("frontier", {"paper-id-card": file}).replace(
        b'filename="x.png"', b'filename="' + name.encode() + b'"'
    )
    response = lisi.post(
        f"/apply/{draft.pk}/materials/", body, content_type="multipart/form-data; boundary=frontier"
    )

    assert response.status_code == 422
    assert "不能有路径" in error_at(response, "id-card")
    assert not DraftPaper.objects.exists()


def test_a_good_file_is_kept_even_when_its_neighbour_is_refused(lisi):
    draft = begin(lisi)
    response = upload(
        lisi, draft, id_card=a_file("好.png", PNG), marriage_certificate=a_file("坏.png", b"xx")
    )

    assert response.status_code == 422
    assert "已经保存：好.png" in words(response)
    assert [paper.spec for paper in draft.papers.all()] == ["id-card"]


def test_a_second_file_takes_the_first_one_s_place_and_one_can_be_taken_away(lisi):
    draft = begin(lisi)
    upload(lisi, draft, id_card=a_file("一.png", PNG))
    upload(lisi, draft, id_card=a_file("二.pdf", PDF))
    assert draft.papers.get().media_type == "application/pdf"

    lisi.post(f"/apply/{draft.pk}/materials/", {"remove": "id-card"})
    assert not draft.papers.exists()


def test_any_button_keeps_all_files_and_going_on_names_what_is_missing(lisi):
    draft = begin(lisi)
    response = lisi.post(
        f"/apply/{draft.pk}/materials/",
        {"paper-id-card": a_file("证.png", PNG), "next": "1"},
    )

    assert response.status_code == 422
    assert draft.papers.get().spec == "id-card"
    assert "上传结婚证" in error_at(response, "marriage-certificate")


def test_a_thing_that_is_not_asked_cannot_be_uploaded(lisi):
    draft = begin(lisi)
    response = upload(lisi, draft, passport=a_file("护照.png", PNG))
    assert response.status_code == 422
    assert "不要这份材料" in words(response)


def test_the_materials_follow_the_answers_and_what_is_no_longer_asked_is_not_sent():
    filled = world.a_draft()
    # Begun on an earlier day, under an earlier version; handed in today.
    drafts.renew_draft(draft_id=filled.draft.pk, account=filled.account, at=now())
    browser = scenes.browser_of(filled)
    html = browser.get(page_of(filled.draft, "move")).content.decode()
    carried = {name: hidden(html, name) for name in ("_seen", "_was")}
    moved = {
        k: v for k, v in world.move_answers().items() if k.startswith(("move", "house", "dwell"))
    }
    browser.post(page_of(filled.draft, "move"), {**carried, **moved, "dwelling_kind": "owned"})

    said = words(browser.get(f"/apply/{filled.draft.pk}/materials/"))
    assert "现在不要的材料" in said
    upload(browser, filled.draft, property_certificate=a_file("房本.png", PNG))
    browser.post(f"/apply/{filled.draft.pk}/check/", {"is_true": "on", "may_use": "on"})
    filled.draft.refresh_from_db()
    case = scenes.Case.objects.get(pk=filled.draft.submitted_as)
    specs = set(case.materials.values_list("spec", flat=True))
    assert "property-certificate" in specs
    assert "owner-consent" not in specs


def test_with_script_going_on_leaves_the_fragment_for_the_next_page(lisi):
    filled = world.a_draft()
    browser = scenes.browser_of(filled)
    response = browser.post(
        f"/apply/{filled.draft.pk}/materials/", {"next": "1"}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 204
    assert response["HX-Redirect"] == f"/apply/{filled.draft.pk}/delivery/"


def test_an_upload_needs_the_page_s_token():
    from django.test import Client

    filled = world.a_draft()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(filled.account)
    response = strict.post(
        f"/apply/{filled.draft.pk}/materials/", {"paper-id-card": a_file("a.png", PNG)}
    )
    assert response.status_code == 403


def test_an_ofd_has_a_preview_in_the_application_and_in_the_case():
    filled = world.a_draft()
    browser, spec = scenes.browser_of(filled), filled.draft.papers.first().spec
    sealed = a_file("证明.ofd", ofds.a_certificate(sealed="svg"))
    browser.post(f"/apply/{filled.draft.pk}/materials/", {f"paper-{spec}": sealed})

    html = browser.get(f"/apply/{filled.draft.pk}/materials/").content.decode()
    there = f"/apply/{filled.draft.pk}/papers/{spec}"
    assert f'href="{there}?preview"' in html
    assert "此预览未绘出1个印章，以原文件为准" in html
    shown = browser.get(f"{there}?preview")
    assert shown["Content-Type"] == "application/pdf"
    assert "inline" in shown["Content-Disposition"]
    assert b"".join(shown).startswith(b"%PDF-")

    browser.post(f"/apply/{filled.draft.pk}/check/", {"is_true": "on", "may_use": "on"})
    filled.draft.refresh_from_db()
    case = scenes.Case.objects.get(pk=filled.draft.submitted_as)
    there = f"/cases/{case.pk}/papers/{case.materials.get(spec=spec).digest}"
    assert f'href="{there}?preview"' in browser.get(f"/cases/{case.pk}/").content.decode()
    assert b"".join(browser.get(f"{there}?preview")).startswith(b"%PDF-")
    other = case.materials.exclude(spec=spec).first()
    assert browser.get(f"/cases/{case.pk}/papers/{other.digest}?preview").status_code == 404


def test_an_ofd_that_cannot_be_drawn_says_so_and_offers_no_preview(lisi):
    draft = begin(lisi)
    upload(lisi, draft, id_card=a_file("空白.ofd", files.an_ofd()))
    page = words(lisi.get(f"/apply/{draft.pk}/materials/"))
    assert "没有预览：里面没有能画的页" in page
    assert "看预览" not in page
