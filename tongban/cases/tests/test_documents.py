"""Official documents: numbered without gaps, the same bytes for ever, told to nobody else."""

import re
import subprocess
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tongban.basics.refusals import NotFound, Refused
from tongban.cases import handlers, queries
from tongban.cases.documents import issuing, numbering, shelf
from tongban.cases.documents.models import DocumentCounter, IssuedDocument
from tongban.cases.operations import claims, review, window
from tongban.cases.operations.window import Fault
from tongban.cases.tests import world
from tongban.cases.tests.test_between_nodes import Fujian, message
from tongban.cases.tests.world import MONDAY
from tongban.record import papers
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db
FAULTS = [Fault("marriage-certificate", "照片反光，登记日期看不清", "在自然光下重拍内页")]


def text_of(content: bytes, tmp_path) -> str:
    """What stands on a PDF, read by a program of somebody else's."""
    path = tmp_path / "document.pdf"
    path.write_bytes(content)
    said = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, check=True)
    return re.sub(r"\s+", "", said.stdout.decode())


def opened(case, kind: str) -> bytes:
    row = IssuedDocument.objects.get(case_number=case.number, kind=kind)
    _, digest = shelf.open_document(case, seq=row.seq, kind=kind)
    with papers.open(digest) as paper:
        return paper.read()


@pytest.fixture
def at_decider():
    """A case handed over and claimed by its decider."""
    case, filled = world.a_case()
    case = world.handed_over(case, world.a_clerk())
    officer = world.a_decider()
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    return queries.lock_case(case.number), officer, filled


def test_receiving_gives_a_consent_and_a_receipt_that_list_the_papers(tmp_path):
    case, _ = world.a_case()
    case = world.handed_over(case, world.a_clerk())

    assert [one.title for one in shelf.documents_of(case)] == ["服务同意书", "收件告知单"]
    said = text_of(opened(case, "receipt"), tmp_path)
    for material in case.materials.all():
        assert material.name in said
    assert "收件不是受理" in said
    assert "李四" not in said
    assert "李*" in said


def test_accepting_gives_a_notice_with_its_number_on_the_record(at_decider, tmp_path):
    case, officer, _ = at_decider
    review.accept_case(number=case.number, officer=officer, at=MONDAY)

    event = recorded.events(case.number)[-1]
    number = event.content["documents"]["acceptance"]
    assert re.fullmatch(r".+通办〔2026〕1号", number)
    said = text_of(opened(case, "acceptance"), tmp_path)
    assert number in said
    assert officer.name in said
    assert event.hash[:32] in said
    assert "平台默认值" in said
    assert "演示文书" in said


def test_a_correction_notice_is_one_whole_list_with_how_to_mend_each(at_decider, tmp_path):
    case, officer, _ = at_decider
    review.ask_correction(number=case.number, officer=officer, faults=FAULTS, note="", at=MONDAY)
    said = text_of(opened(case, "correction"), tmp_path)
    assert FAULTS[0].problem in said
    assert FAULTS[0].mend in said
    assert "2026年11月30日前补齐" in said


def test_a_refusal_names_the_right_organ_and_how_to_contest_it(at_decider, tmp_path):
    case, officer, _ = at_decider
    review.refuse_acceptance(
        number=case.number, officer=officer, ground="不在本机关辖区",
        right_organ="吉林市船营区公安分局，0432-62550102", at=MONDAY,
    )  # fmt: skip
    said = text_of(opened(case, "refusal"), tmp_path)
    for words in ("不在本机关辖区", "吉林市船营区公安分局", "60日内", "6个月内"):
        assert words in said


def test_words_of_an_officer_are_data_and_never_markup(at_decider, tmp_path):
    case, officer, _ = at_decider
    hostile = '#read("/etc/passwd") #panic() *粗* $x$ `raw` <b>'
    review.refuse_acceptance(
        number=case.number, officer=officer, ground=hostile, right_organ="别处", at=MONDAY
    )
    assert re.sub(r"\s+", "", hostile) in text_of(opened(case, "refusal"), tmp_path)


def test_a_document_once_given_stays_the_same_whatever_changes_later(at_decider):
    case, officer, _ = at_decider
    review.accept_case(number=case.number, officer=officer, at=MONDAY)
    first = opened(case, "acceptance")
    officer.authority.phone, officer.authority.name = "0000-0000000", "改了名的机关"
    officer.authority.save()

    assert opened(case, "acceptance") == first


def test_a_lost_file_is_set_again_to_the_same_bytes(at_decider, settings):
    from pathlib import Path

    case, officer, _ = at_decider
    review.accept_case(number=case.number, officer=officer, at=MONDAY)
    first = opened(case, "acceptance")
    digest = IssuedDocument.objects.get(kind="acceptance").digest
    Path(settings.DATA_DIR, "papers", digest[:2], digest).unlink()

    assert opened(case, "acceptance") == first


def test_what_a_document_says_lies_sealed_in_the_database(at_decider):
    case, officer, _ = at_decider
    review.refuse_acceptance(
        number=case.number, officer=officer, ground="秘密的理由", right_organ="别处", at=MONDAY
    )
    row = IssuedDocument.objects.get(kind="refusal")
    assert "秘密的理由".encode() not in bytes(row.facts)
    assert issuing.unsealed(row)["ground"] == "秘密的理由"


def test_a_document_that_was_not_given_does_not_exist(at_decider):
    case, _, _ = at_decider
    with pytest.raises(NotFound):
        shelf.open_document(case, seq=1, kind="acceptance")


def test_a_preview_shows_what_would_go_out_and_leaves_nothing_behind(at_decider, tmp_path):
    case, officer, _ = at_decider
    before = (case.state, case.head_hash, DocumentCounter.objects.count())

    ((title, pdf),) = shelf.preview(
        case,
        lambda: review.ask_correction(
            number=case.number, officer=officer, faults=FAULTS, note="", at=MONDAY
        ),
    )
    said = text_of(pdf, tmp_path)
    assert title == "补正告知书"
    assert FAULTS[0].mend in said
    assert "预览尚未发出" in said
    assert "通办〔" not in said

    case = queries.lock_case(case.number)
    assert (case.state, case.head_hash, DocumentCounter.objects.count()) == before
    assert not IssuedDocument.objects.filter(kind="correction").exists()


def test_a_preview_is_refused_as_the_act_would_be(at_decider):
    case, _, _ = at_decider
    stranger = world.a_decider(name="生人")
    with pytest.raises(Refused):
        shelf.preview(
            case, lambda: review.accept_case(number=case.number, officer=stranger, at=MONDAY)
        )


def test_the_document_of_a_decision_takes_its_number_from_the_same_row(at_decider, tmp_path):
    case, officer, _ = at_decider
    review.accept_case(number=case.number, officer=officer, at=MONDAY)
    review.approve(number=case.number, officer=officer, note="", at=MONDAY)
    case = review.issue_result(number=case.number, officer=officer, at=MONDAY)
    assert case.result["number"].endswith("通办〔2026〕2号")


def test_closing_at_the_window_gives_proof_of_service_and_a_notice(at_decider, tmp_path):
    case, officer, _ = at_decider
    review.accept_case(number=case.number, officer=officer, at=MONDAY)
    review.approve(number=case.number, officer=officer, note="", at=MONDAY)
    review.issue_result(number=case.number, officer=officer, at=MONDAY)
    review.deliver(number=case.number, officer=officer, at=MONDAY)
    clerk = queries.parties.officer_by_pseudonym(recorded.events(case.number)[1].author.officer)
    claims.claim_case(number=case.number, officer=clerk, at=MONDAY)
    window.close_at_window(number=case.number, officer=clerk, taken_by="李四，本人", at=MONDAY)

    said = text_of(opened(case, "service"), tmp_path)
    assert "李四，本人" in said
    assert queries.lock_case(case.number).result["number"] in said
    assert "已经办结" in text_of(opened(case, "closing"), tmp_path)


def test_what_another_node_numbers_is_kept_here_under_its_number(tmp_path):
    case = _crossed()
    there = Fujian(case)
    there.writes("arrive")
    number = "福州市公安局通办〔2026〕9号"
    accepted = there.writes("accept", content={"documents": {"acceptance": number}})
    handlers.take_events(message(case.number, there.chain[-2], accepted))

    row = IssuedDocument.objects.get(case_number=case.number, kind="acceptance")
    assert (row.number, row.serial) == (number, None)
    said = text_of(opened(case, "acceptance"), tmp_path)
    assert number in said
    assert accepted.hash[:32] in said


@pytest.mark.parametrize(
    "documents", [None, "x", [], {"acceptance": 7}, {"acceptance": "长" * 200}, {"nothing": "1号"}]
)
def test_numbers_that_are_none_do_not_hold_up_a_case(documents):
    case = _crossed()
    there = Fujian(case)
    there.writes("arrive")
    accepted = there.writes("accept", content={"documents": documents})
    handlers.take_events(message(case.number, there.chain[-2], accepted))

    row = IssuedDocument.objects.get(case_number=case.number, kind="acceptance")
    assert row.number.startswith("办件")
    assert opened(case, "acceptance").startswith(b"%PDF-")


def _crossed():
    """A case that this node handed over to 福建, where it has arrived."""
    case, _ = world.a_case(deciding=world.FUZHOU)
    world.handed_over(case, world.a_clerk())
    return queries.lock_case(case.number)


def test_a_new_year_begins_at_one_at_midnight_in_beijing():
    eve = MONDAY.replace(month=12, day=31, hour=15, minute=59)
    assert numbering.allot("A", count=2, at=eve) == (2026, [1, 2])
    assert numbering.allot("A", count=1, at=eve + timedelta(minutes=1)) == (2027, [1])
    assert numbering.allot("B", count=1, at=eve) == (2026, [1])


@pytest.mark.django_db(transaction=True)
def test_numbers_given_at_once_and_partly_given_back_leave_no_gap():
    kept: list[int] = []
    ready = threading.Barrier(6)

    def act(who: int) -> None:
        ready.wait(60)
        for turn in range(10):
            with transaction.atomic():
                _, (serial,) = numbering.allot("A", count=1, at=MONDAY)
                if (who + turn) % 3 == 0:
                    transaction.set_rollback(True)
                else:
                    kept.append(serial)
        connection.close()

    threads = [threading.Thread(target=act, args=(who,)) for who in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(kept) == list(range(1, len(kept) + 1))
    assert len(kept) == 40
