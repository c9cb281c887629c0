"""The documents of what may happen to a case beside its straight way."""

import pytest

from tongban.cases.documents import shelf
from tongban.cases.documents.models import IssuedDocument
from tongban.cases.models import Case
from tongban.cases.operations import claims, countersigning, course, deciding, review
from tongban.cases.tests import world
from tongban.cases.tests.test_documents import opened, text_of
from tongban.cases.tests.world import MONDAY
from tongban.parties.models import Role
from tongban.record import papers

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return world.a_decider()


@pytest.fixture
def leader(officer):
    return world.an_officer(officer.authority, Role.LEADER, name="周负责")


@pytest.fixture
def reviewed(officer) -> Case:
    case, _ = world.a_case()
    world.handed_over(case, world.a_clerk())
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    return review.accept_case(number=case.number, officer=officer, at=MONDAY)


def signed(case, officer, leader, act, **terms) -> None:
    asked = countersigning.ask_countersignature(
        number=case.number, officer=officer, act=act, reason="情况复杂", at=MONDAY, terms=terms
    )
    countersigning.countersign(pk=asked.pk, leader=leader, at=MONDAY)


def test_a_special_procedure_is_told_with_its_length_and_why(reviewed, officer, tmp_path):
    course.begin_special(
        number=reviewed.number, officer=officer, kind="appraisal", days=15,
        reason="核对签名真伪", at=MONDAY,
    )  # fmt: skip
    said = text_of(opened(reviewed, "special"), tmp_path)
    for words in ("鉴定", "15个工作日", "2026年12月7日", "核对签名真伪", "第四十五条"):
        assert words in said


def test_an_extension_is_told_with_its_new_last_day_and_why(reviewed, officer, leader, tmp_path):
    signed(reviewed, officer, leader, "extend", days=5)
    course.extend(number=reviewed.number, officer=officer, days=5, reason="向迁出地核实", at=MONDAY)
    said = text_of(opened(reviewed, "extension"), tmp_path)
    due = Case.objects.get(pk=reviewed.pk).due_on
    for words in (
        "5个工作日",
        f"{due.year}年{due.month}月{due.day}日",
        "向迁出地核实",
        "负责人批准",
    ):
        assert words in said


def test_a_preview_of_what_wants_a_signature_is_refused_without_it(reviewed, officer):
    with pytest.raises(countersigning.CountersignatureNeeded):
        shelf.preview(
            reviewed,
            lambda: course.extend(
                number=reviewed.number, officer=officer, days=5, reason="核实", at=MONDAY
            ),
        )


def test_a_suspension_says_why_and_what_comes_next(reviewed, officer, tmp_path):
    course.suspend(number=reviewed.number, officer=officer, ground="房屋权属正在诉讼", at=MONDAY)
    said = text_of(opened(reviewed, "suspension"), tmp_path)
    assert "房屋权属正在诉讼" in said
    assert "办理期限停止计算" in said


def test_a_termination_says_why_by_which_rule_and_how_to_contest_it(reviewed, officer, tmp_path):
    course.terminate(
        number=reviewed.number, officer=officer, ground="申请事项已经不存在",
        basis="示例文件第三条", at=MONDAY,
    )  # fmt: skip
    said = text_of(opened(reviewed, "termination"), tmp_path)
    for words in ("申请事项已经不存在", "示例文件第三条", "60日内", "6个月内"):
        assert words in said


def test_a_decision_is_corrected_in_its_words_and_made_again_with_them(
    reviewed, officer, leader, tmp_path
):
    number = reviewed.number
    review.deny(number=number, officer=officer, ground="示例巷2号不是住宅", basis="某条", at=MONDAY)
    signed(reviewed, officer, leader, "correct_decision")
    deciding.correct_decision(
        number=number, officer=officer, wrong="示例巷2号", right="示例巷12号", at=MONDAY
    )
    amended = text_of(opened(reviewed, "amendment"), tmp_path)
    assert "原来写的：示例巷2号" in amended
    assert "更正为：示例巷12号" in amended

    case = review.issue_result(number=number, officer=officer, at=MONDAY)
    with papers.open(case.result["digest"]) as paper:
        said = text_of(paper.read(), tmp_path)
    assert "事实和理由：示例巷12号不是住宅" in said
    numbers = [row.number for row in IssuedDocument.objects.filter(case_number=number)]
    assert case.result["number"] not in numbers
