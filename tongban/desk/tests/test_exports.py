"""Lists as files: the same cases as on the page, nothing that a spreadsheet runs, flat memory."""

import csv
import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from tongban.basics import sealing
from tongban.cases import standing
from tongban.cases.models import Case
from tongban.cases.tests import world
from tongban.desk import exporting
from tongban.desk.tests import stages
from tongban.desk.tests.test_queue import numbers
from tongban.parties.models import Role
from tongban.record import chains
from tongban.record.models import Sealed

pytestmark = pytest.mark.django_db


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def table(answer, kind: str) -> list[list[str]]:
    if kind == "csv":
        return list(csv.reader(io.StringIO(body(answer).decode("utf-8-sig"), newline="")))
    book = CalamineWorkbook.from_filelike(io.BytesIO(body(answer)))
    return [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]


def named(case: Case, name: str) -> None:
    """Give an applicant a name that no register would take, as another node might send one."""
    digest, part = chains.sealed_part({"applicant": {"name": name, "id_number": "1"}})
    Sealed.objects.create(digest=digest, data=sealing.seal(part, context=digest.encode()))
    Case.objects.filter(pk=case.pk).update(particulars=digest)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_holds_what_the_page_shows_to_the_same_officer(signed_in, kind, monkeypatch):
    monkeypatch.setattr(standing, "today", lambda: date(2026, 11, 17))
    here, _ = world.a_case(serial=1)
    away, _ = world.a_case(serial=2, deciding=world.FUZHOU)
    clerk = world.a_clerk()
    stages.claimed(away, clerk)
    window = signed_in(clerk)

    lines = table(window.get(f"/desk/cases.{kind}", {"place": "350000"}), kind)

    assert numbers(window.get("/desk/", {"place": "350000"}).text) == [away.number]
    assert [line[0].replace(" ", "").replace("-", "") for line in lines[1:]] == [away.number]
    assert lines[1][1:] == [
        "夫妻投靠户口迁移", "李四", "福建 福州", "已提交，等收件", "核对身份，收件", "今天到期",
        "2026-11-17", "赵六", "2026-11-16",
    ]  # fmt: skip
    assert len(table(window.get(f"/desk/cases.{kind}"), kind)) == 3
    stranger = signed_in(world.a_clerk("220203", name="郑七"))
    assert len(table(stranger.get(f"/desk/cases.{kind}?shown=all"), kind)) == 1
    assert here.number


def test_whoever_has_no_desk_gets_no_file(signed_in):
    account, _ = world.a_person(serial=50)
    assert signed_in(account).get("/desk/cases.csv").status_code == 403
    assert signed_in(world.a_clerk()).get("/desk/cases.pdf").status_code == 404


BAD = [
    "=1+1",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    '=HYPERLINK("http://x","李")',
    "＝1",
]


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_is_a_formula(signed_in, kind, name):
    case, _ = world.a_case()
    named(case, name)
    answer = signed_in(world.a_clerk()).get(f"/desk/cases.{kind}")
    lines = table(answer, kind)
    if kind == "csv":
        assert lines[1][2] == f"'{name}"
    else:
        # Written as a text; a formula would have been read back as its missing result.
        assert lines[1][2].replace("_x000D_", "\r").strip() == name.strip()


@pytest.mark.parametrize("text", ["李四", "", "'=1", "1-2", "2026-11-17"])
def test_ordinary_texts_stay_as_they_are(text):
    assert exporting.defused(text) == text


def test_a_file_is_read_in_chunks_with_the_same_number_of_queries_for_each(
    signed_in, django_assert_max_num_queries, monkeypatch
):
    monkeypatch.setattr(exporting, "CHUNK", 2)
    for serial in range(1, 8):
        world.a_case(serial=serial)
    window = signed_in(world.a_clerk())
    with django_assert_max_num_queries(8 + 4 * 2 + 2):
        lines = table(window.get("/desk/cases.csv"), "csv")
    assert len({line[0] for line in lines}) == 8


def test_more_rows_than_a_workbook_holds_are_refused_with_the_way_on(signed_in, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_IN_XLSX", 1)
    clerk = world.a_clerk()
    world.an_officer(clerk.authority, Role.RECEIVER, name="孙八")
    for serial in (1, 2):
        world.a_case(serial=serial)
    answer = signed_in(clerk).get("/desk/cases.xlsx")
    assert answer.status_code == 409
    assert "导出为CSV" in answer.text
