"""Papers of a case: shown to who may see the case, inline where a browser can, logged each time."""

import io

import pytest
from django.urls import reverse
from structlog.testing import capture_logs

from tongban.cases.models import Case
from tongban.cases.tests import files, ofds, world
from tongban.desk.tests import stages
from tongban.desk.views import papers as papers_view
from tongban.record import papers

pytestmark = pytest.mark.django_db


def address(case, digest, query=""):
    return reverse("desk:paper", args=[case.number, digest]) + query


def test_a_picture_is_shown_inside_the_page_and_nowhere_else(signed_in):
    case, _ = world.a_case()
    clerk = world.a_clerk()
    digest = case.materials.first().digest
    with capture_logs() as logged:
        answer = signed_in(clerk).get(address(case, digest))
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == world.PNG
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    shown = [line for line in logged if line["event"] == "desk.paper_shown"]
    assert [(line["case"], line["officer"]) for line in shown] == [(case.number, clerk.pseudonym)]


def test_a_paper_can_be_saved_under_its_own_name(signed_in):
    case, _ = world.a_case()
    digest = case.materials.first().digest
    answer = signed_in(world.a_clerk()).get(address(case, digest, "?download"))
    answer.close()
    assert answer["Content-Disposition"].startswith("attachment")
    assert "%E8%AF%81%E6%98%8E.png" in answer["Content-Disposition"]


def test_nobody_elses_officer_gets_a_paper(signed_in):
    case, _ = world.a_case()
    stranger = world.a_clerk("220203", name="郑七")
    assert signed_in(stranger).get(address(case, case.materials.first().digest)).status_code == 403


def test_a_paper_of_another_case_is_not_in_this_one(signed_in):
    case, _ = world.a_case(serial=1)
    file = papers.put(io.BytesIO(b"somebody else's"))
    window = signed_in(world.a_clerk())
    for digest in (file.digest, "0" * 64, "x"):
        answer = window.get(address(case, digest))
        assert answer.status_code == 404
        assert "这件里没有这份材料" in answer.text


def test_a_paper_that_has_not_arrived_says_so(signed_in):
    case, _ = world.a_case()
    clerk = world.a_clerk()
    digest = case.materials.first().digest
    papers._place(digest).unlink()
    answer = signed_in(clerk).get(address(case, digest))
    assert answer.status_code == 404
    assert "还没有传到本地" in answer.text
    page = signed_in(clerk).get(reverse("desk:case", args=[case.number]))
    assert "材料还在路上" in page.text


def a_case_with(content: bytes) -> tuple[Case, str]:
    """A case one of whose materials is this OFD, and which."""
    filled = world.a_draft()
    spec = filled.draft.papers.first().spec
    world.drafts.attach_paper(
        draft_id=filled.draft.pk, account=filled.account, spec=spec,
        source=io.BytesIO(content), name="证照.ofd", size=len(content), at=world.MONDAY,
    )  # fmt: skip
    number = world.drafts.submit_draft(
        draft_id=filled.draft.pk, account=filled.account, at=world.MONDAY
    ).number
    return Case.objects.get(pk=number), spec


def test_an_ofd_is_shown_as_a_preview_and_handed_out_as_it_is(signed_in):
    ofd = ofds.a_certificate()
    case, spec = a_case_with(ofd)
    window = signed_in(world.a_clerk())
    there = address(case, case.materials.get(spec=spec).digest)
    page = window.get(reverse("desk:case", args=[case.number]) + f"?paper={spec}").text
    assert f'data="{there}?preview#' in page
    assert "没有验证签名和印章；以原文件为准" in page
    assert "下载居民身份证" in page
    assert "预览不完整" not in page
    preview = window.get(f"{there}?preview")
    assert preview["Content-Type"] == "application/pdf"
    assert preview["Content-Disposition"].startswith("inline")
    assert preview["Content-Security-Policy"] == papers_view.PAPER_POLICY
    assert b"".join(preview.streaming_content).startswith(b"%PDF-")
    answer = window.get(there)
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content) == ofd
    listed = window.get(reverse("desk:papers", args=[case.number])).text
    assert f'src="{there}/thumbnail.png"' in listed
    assert "2页" in listed
    assert window.get(f"{there}/thumbnail.png").content.startswith(b"\x89PNG")


def test_what_a_preview_lacks_is_said_beside_it(signed_in):
    case, spec = a_case_with(ofds.a_certificate(sealed="svg"))
    window = signed_in(world.a_clerk())
    lacking = "此预览未绘出1个印章，以原文件为准"
    page = window.get(reverse("desk:case", args=[case.number]) + f"?paper={spec}").text
    assert "预览不完整" in page
    assert lacking in page
    assert lacking in window.get(reverse("desk:papers", args=[case.number])).text


def test_an_ofd_that_cannot_be_drawn_says_why_and_is_handed_out(signed_in):
    case, spec = a_case_with(files.an_ofd(pages=4))
    window = signed_in(world.a_clerk())
    there = address(case, case.materials.get(spec=spec).digest)
    page = window.get(reverse("desk:case", args=[case.number]) + f"?paper={spec}").text
    assert "OFD文件，4页" in page
    assert "没有预览：里面没有能画的页" in page
    assert "?preview" not in page
    assert window.get(f"{there}?preview").status_code == 404
    listed = window.get(reverse("desk:papers", args=[case.number])).text
    assert "没有预览：里面没有能画的页" in listed
    assert "thumbnail.png" not in listed.split(there)[1].split("</section>")[0]


def test_what_browsers_show_themselves_has_no_preview(signed_in):
    case, _ = world.a_case()
    there = address(case, case.materials.first().digest)
    assert signed_in(world.a_clerk()).get(f"{there}?preview").status_code == 404


def test_the_result_is_previewed_before_it_is_made_and_read_after(signed_in):
    case, _ = world.a_case()
    clerk, officer = world.a_clerk(), world.a_decider()
    stages.approved(case, clerk, officer)
    desk = signed_in(officer)
    preview = desk.get(reverse("desk:result-draft", args=[case.number]))
    assert b"".join(preview.streaming_content).startswith(b"%PDF-")
    assert preview["Content-Disposition"].startswith("inline")
    case.refresh_from_db()
    assert case.result == {}
    assert signed_in(clerk).get(reverse("desk:result-draft", args=[case.number])).status_code == 403

    desk.post(reverse("desk:act", args=[case.number, "issue"]), {"stage": "do"})
    case.refresh_from_db()
    answer = desk.get(address(case, case.result["digest"]))
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert desk.get(reverse("desk:result-draft", args=[case.number])).status_code == 409
