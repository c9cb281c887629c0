"""Documents at the desk: previewed, opened, printed by the pile, and nobody else's."""

import pylopdf
import pytest
from django.urls import reverse

from tongban.cases.documents.models import DocumentCounter, IssuedDocument
from tongban.cases.models import Case
from tongban.cases.tests import world
from tongban.desk.tests import stages
from tongban.desk.tests.browsing import cookies_of
from tongban.ui.tests.page_checks import check_pages

pytestmark = pytest.mark.django_db

FAULTS = {
    "fault-TOTAL_FORMS": "1",
    "fault-INITIAL_FORMS": "0",
    "fault-0-spec": "owner-consent",
    "fault-0-problem": "没有写到房号",
    "fault-0-mend": "写到房号，例如12号3单元501",
    "note": "",
    "complete": "on",
}


def address(case, row) -> str:
    return reverse("desk:document", args=[case.number, row.seq, row.kind])


def pages_in(response) -> int:
    with pylopdf.open(stream=response.content) as document:
        return document.page_count


def test_a_correction_notice_is_looked_at_before_it_goes_and_nothing_has_gone(signed_in):
    case, _ = world.a_case()
    officer = world.a_decider()
    stages.pending(case, world.a_clerk(), officer)
    counters = dict(DocumentCounter.objects.values_list("authority", "last"))
    url = reverse("desk:preview", args=[case.number, "correction"])

    response = signed_in(officer).post(url, FAULTS)

    assert response["Content-Type"] == "application/pdf"
    assert pages_in(response) == 1
    assert Case.objects.get(pk=case.pk).state == "pending"
    assert dict(DocumentCounter.objects.values_list("authority", "last")) == counters
    page = signed_in(officer).get(reverse("desk:act", args=[case.number, "correction"]))
    assert f'formaction="{url}"' in page.content.decode()


def test_a_preview_of_a_form_with_mistakes_says_what_is_missing(signed_in):
    case, _ = world.a_case()
    officer = world.a_decider()
    stages.pending(case, world.a_clerk(), officer)
    url = reverse("desk:preview", args=[case.number, "refuse"])

    response = signed_in(officer).post(url, {"ground": "", "right_organ": ""})

    assert response.status_code == 409
    said = response.content.decode()
    assert "还不能预览：" in said
    assert "写明申请人该向哪个机关申请" in said


def test_the_consent_is_printed_before_the_papers_are_taken_in(signed_in):
    case, _ = world.a_case()
    clerk = world.a_clerk()
    stages.claimed(case, clerk)

    response = signed_in(clerk).post(reverse("desk:preview", args=[case.number, "receive"]))

    assert pages_in(response) == 2
    assert Case.objects.get(pk=case.pk).state == "submitted"


def test_a_preview_is_refused_to_whoever_may_not_act(signed_in):
    case, _ = world.a_case()
    stages.pending(case, world.a_clerk(), world.a_decider())
    other = world.a_decider(name="陈三")
    response = signed_in(other).post(reverse("desk:preview", args=[case.number, "accept"]))
    assert response.status_code == 409
    assert not IssuedDocument.objects.filter(kind="acceptance").exists()


def test_many_documents_are_printed_as_one_and_noted_as_printed(signed_in):
    clerk = world.a_clerk()
    cases = [world.a_case(serial=serial)[0] for serial in (1, 2)]
    for case in cases:
        stages.received(case, clerk)
    window = signed_in(clerk)
    listed = window.get("/desk/documents/").content.decode()
    assert listed.count("服务同意书") >= 2

    rows = IssuedDocument.objects.filter(case_number__in=[case.number for case in cases])
    response = window.post("/desk/documents/print", {"document": [row.pk for row in rows]})

    assert pages_in(response) == 4
    assert not rows.filter(printed_at=None).exists()
    assert "没有要打印的文书" in window.get("/desk/documents/").content.decode()
    assert "服务同意书" in window.get("/desk/documents/?shown=all").content.decode()


def test_printing_nothing_or_another_office_s_documents_is_refused(signed_in):
    clerk = world.a_clerk()
    case, _ = world.a_case()
    stages.received(case, clerk)
    row = IssuedDocument.objects.filter(case_number=case.number).first()
    stranger = signed_in(world.a_clerk(world.JILIN_CITY, name="钱七"))

    assert "没有选中的文书" in stranger.post("/desk/documents/print").content.decode()
    response = stranger.post("/desk/documents/print", {"document": row.pk})
    assert response.status_code == 404
    assert "不是本单位发的" in response.content.decode()
    assert stranger.get(address(case, row)).status_code == 403
    assert not IssuedDocument.objects.exclude(printed_at=None).exists()


def test_the_register_goes_on_where_its_page_ended(signed_in, monkeypatch):
    from tongban.cases.documents import printing

    monkeypatch.setattr(printing, "PAGE", 3)
    clerk = world.a_clerk()
    for serial in (1, 2):
        stages.received(world.a_case(serial=serial)[0], clerk)
    first = printing.register(clerk)
    rest = printing.register(clerk, after=first.after)
    numbers = [row.number for row in (*first.rows, *rest.rows)]
    assert len(numbers) == len(set(numbers)) == 4
    assert printing.register(clerk, after="nonsense~x").rows == first.rows


@pytest.mark.django_db(transaction=True)
def test_the_pages_of_papers_and_documents_are_usable(browser, live_server, country):
    clerk = world.a_clerk()
    case, _ = world.a_case()
    stages.received(case, clerk)
    pages = ["/desk/documents/", reverse("desk:papers", args=[case.number])]
    check_pages(browser, live_server.url, pages, cookies=cookies_of(clerk))
