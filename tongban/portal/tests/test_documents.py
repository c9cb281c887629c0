"""The official documents of one's own case: listed, opened, downloaded; nobody else's."""

import pytest
from django.urls import reverse

from tongban.cases.documents.models import IssuedDocument
from tongban.cases.tests import world
from tongban.portal.tests import scenes

pytestmark = pytest.mark.django_db


def address(case, kind: str) -> str:
    row = IssuedDocument.objects.get(case_number=case.number, kind=kind)
    return reverse("portal:document", args=[case.number, row.seq, kind])


def bytes_of(response) -> bytes:
    return b"".join(response.streaming_content)


def test_every_document_of_a_case_is_on_its_page_and_opens():
    case, filled = scenes.correction()
    browser = scenes.browser_of(filled)
    page = browser.get(f"/cases/{case.number}/").content.decode()

    for kind in ("consent", "receipt", "correction"):
        assert address(case, kind) in page
    response = browser.get(address(case, "correction"))
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("inline")
    first = bytes_of(response)
    assert first.startswith(b"%PDF-")
    again = browser.get(address(case, "correction") + "?download")
    assert again["Content-Disposition"].startswith("attachment")
    assert bytes_of(again) == first


def test_a_case_without_documents_shows_no_empty_list():
    case, filled = scenes.submitted()
    page = scenes.browser_of(filled).get(f"/cases/{case.number}/").content.decode()
    assert 'id="documents"' not in page


def test_documents_of_others_do_not_exist():
    case, _ = scenes.correction()
    other = scenes.browser_of(world.a_draft(serial=90))
    assert other.get(address(case, "correction")).status_code == 404


def test_a_document_that_was_not_given_does_not_exist():
    case, filled = scenes.correction()
    row = IssuedDocument.objects.get(case_number=case.number, kind="correction")
    url = reverse("portal:document", args=[case.number, row.seq, "acceptance"])
    assert scenes.browser_of(filled).get(url).status_code == 404
