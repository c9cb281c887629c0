"""What a paper was made from: said by its applicant, kept with the case, shown to the officer."""

import io

import pytest

from tongban.cases import intake, provenance
from tongban.cases.inspection import looks
from tongban.cases.inspection.refusals import PaperRefused
from tongban.cases.operations import claims, drafts, review
from tongban.cases.operations.window import Fault
from tongban.cases.states import Mode
from tongban.cases.tests import files, world
from tongban.cases.tests.world import MONDAY
from tongban.record import queries as recorded

TITLED = (
    '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"><ofd:DocBody><ofd:DocInfo>'
    "<ofd:Title>%s</ofd:Title></ofd:DocInfo></ofd:DocBody></ofd:OFD>"
)


def an_ofd(title: str, pages: int = 3) -> bytes:
    return files.an_ofd(pages=pages, OFD=(TITLED % title).encode())


def kept(content: bytes) -> str:
    return intake.take_in(io.BytesIO(content), name="证明.ofd", size=len(content)).digest


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (an_ofd("房屋租赁备案证明"), "OFD文件，3页，《房屋租赁备案证明》"),
        (an_ofd("两行\n  标题"), "OFD文件，3页，《两行 标题》"),
        (an_ofd("&lt;script&gt;"), "OFD文件，3页，《<script>》"),
        (an_ofd("长" * 500), f"OFD文件，3页，《{'长' * 120}》"),
        (an_ofd("反向\u202e字"), "OFD文件，3页"),
        (an_ofd(""), "OFD文件，3页"),
        (files.an_ofd(pages=7), "OFD文件，7页"),
    ],
)
def test_an_ofd_is_told_by_its_pages_and_its_title(content, said):
    assert looks.placeholder(kept(content), "application/ofd") == said


def test_what_has_a_picture_or_is_not_here_needs_no_placeholder():
    assert looks.placeholder(kept(an_ofd("有")), "application/pdf") == ""
    assert looks.placeholder("0" * 64, "application/ofd") == ""


def test_a_title_is_not_read_out_of_a_package_that_explodes():
    bomb = files.an_ofd(OFD=b"<x>" + b" " * 90_000_000 + b"</x>")
    with pytest.raises(PaperRefused):
        looks.ofd.title(io.BytesIO(bomb))


@pytest.mark.django_db
def test_what_an_applicant_says_of_a_paper_goes_with_the_case_and_is_not_taken_for_seen():
    filled = world.a_draft(
        item=world.MEDICAL, mode=Mode.ONLINE, answers=world.medical_answers(), serial=831
    )
    paper = filled.draft.papers.first()
    say = {"draft_id": filled.draft.pk, "account": filled.account, "spec": paper.spec}
    drafts.describe_paper(**say, made_from="a forgery", at=MONDAY)
    assert filled.draft.papers.get(pk=paper.pk).made_from == ""
    drafts.describe_paper(**say, made_from="copy", at=MONDAY)
    taken = drafts.submit_draft(draft_id=filled.draft.pk, account=filled.account, at=MONDAY)
    named = recorded.events(taken.number)[0].content["materials"]
    assert [one.get("made_from") for one in named if one["spec"] == paper.spec] == ["copy"]
    assert {one["grade"] for one in named} == {"C"}

    case = world.Case.objects.get(pk=taken.number)
    words = {one.spec: str(provenance.words(one)) for one in case.materials.all()}
    assert words[paper.spec] == "申请人说是复印件的照片或者扫描"
    assert set(words.values()) <= {words[paper.spec], str(provenance.UNSAID)}

    officer = world.a_decider(department="yibao")
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    fault = Fault(paper.spec, "不清楚", "重拍")
    review.ask_correction(number=case.number, officer=officer, faults=[fault], note="", at=MONDAY)
    again = drafts.take_up(number=case.number, account=filled.account, at=MONDAY)
    assert again.papers.get(spec=paper.spec).made_from == "copy"
