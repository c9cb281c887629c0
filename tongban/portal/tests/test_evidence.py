"""The evidence file at the portal: downloaded by whose case it is, checked by anybody."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tongban.cases.evidence.archive import Archive
from tongban.cases.evidence.tests import forging
from tongban.cases.tests import world
from tongban.portal.tests import scenes
from tongban.portal.views import evidence as views

pytestmark = pytest.mark.django_db

CHECK = "/evidence/"


def downloaded(browser: Client, number: str, how: str = "") -> bytes:
    response = browser.get(f"/cases/{number}/evidence.zip{how}")
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    return b"".join(response.streaming_content)


def dropped(content: bytes) -> object:
    file = SimpleUploadedFile("evidence.zip", content, content_type="application/zip")
    return Client().post(CHECK, {"file": file})


def test_an_applicant_downloads_it_and_anybody_reads_on_the_page_that_it_is_right():
    case, filled = scenes.correction()
    browser = scenes.browser_of(filled)
    page = browser.get(f"/cases/{case.number}/").content.decode()
    assert f"/cases/{case.number}/evidence.zip" in page

    answer = dropped(downloaded(browser, case.number))
    told = answer.content.decode()
    assert answer.status_code == 200
    assert "核对通过" in told
    assert "一次告知补正" in told
    assert "吉林省（22）" in told[told.index("一次告知补正") :]
    # What is in the parts stays there; the page says what is right, not who it is about.
    assert "李四" not in told


def test_a_changed_byte_is_named_on_the_page():
    case, filled = scenes.submitted()
    content = bytearray(downloaded(scenes.browser_of(filled), case.number, "?materials"))
    files = Archive(io.BytesIO(content)).entries
    entry = next(one for name, one in files.items() if name.startswith("parts/"))
    content[entry.content_at + 20] ^= 1
    told = dropped(bytes(content)).content.decode()
    assert "核对没有通过" in told
    assert "parts/" in told


def test_a_file_signed_with_keys_of_ones_own_is_told_from_a_genuine_one():
    case, filled = scenes.submitted()
    files = forging.unpacked(downloaded(scenes.browser_of(filled), case.number))
    told = dropped(forging.resealed(files)).content.decode()
    assert "不是节点22公布的密钥" in told


def test_without_what_is_personal_it_can_be_shown_to_others():
    case, filled = scenes.correction()
    content = downloaded(scenes.browser_of(filled), case.number, "?closed&materials")
    assert "李四".encode() not in content
    assert forging.checked(content).faults == []


def test_nobody_else_downloads_it():
    case, _ = scenes.submitted()
    other = scenes.browser_of(world.a_draft(serial=90))
    assert other.get(f"/cases/{case.number}/evidence.zip").status_code == 404
    assert Client().get(f"/cases/{case.number}/evidence.zip").status_code == 302


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_evidence_file_is_said_to_be_none(content):
    answer = dropped(content)
    assert answer.status_code in {200, 422}
    assert "每条都有签名" not in answer.content.decode()
    assert "核对通过" not in answer.content.decode()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(views, "_MOST_REQUEST", 100)
    answer = dropped(io.BytesIO(bytes(1000)).getvalue())
    assert answer.status_code == 413
    assert "文件太大" in answer.content.decode()


def test_the_page_lists_the_keys_that_the_nodes_published():
    page = Client().get(CHECK).content.decode()
    assert page.count("<wbr>") >= 2
