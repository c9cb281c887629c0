"""Files before any table is asked: what is read, what is refused, what each fault says."""

import csv
import io
import json
import zipfile

import pytest
import python_calamine
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tongban.basics.tests.examples import examples
from tongban.catalogue.interchange.columns import COLUMNS, SHEET
from tongban.catalogue.interchange.content import (
    read_content,
    read_wording,
    write_content,
    write_wording,
)
from tongban.catalogue.interchange.faults import Faults, escape, unescape
from tongban.catalogue.interchange.ground import Ground
from tongban.catalogue.interchange.judging import Judge, PlaceFound
from tongban.catalogue.interchange.naming import Items
from tongban.catalogue.interchange.national import read_task, write_task
from tongban.catalogue.interchange.opening import open_file
from tongban.catalogue.interchange.records import FileRefused
from tongban.catalogue.interchange.xlsx_writing import CellTooLong, write_xlsx
from tongban.catalogue.operations.loading import DATA
from tongban.catalogue.tests.rows import a_row

STANDARD = json.loads((DATA / "versions" / "2020-2-06.json").read_text("utf-8"))
NAME = "夫妻投靠户口迁移"


class AWorld:
    items = Items({"2020-2-06": NAME, "2020-2-07": "父母投靠子女户口迁移"}, {})

    def place(self, code):
        if not code.startswith("22"):
            said = (
                "unknown-place",
                f"没有区划代码是{code}的地方",
                "对照现行区划代码表检查六位数字",
            )
            return PlaceFound(code, refusal=said)
        return PlaceFound(code, "示例县", frozenset("4567"))

    def ground(self, item):
        return Ground(NAME, STANDARD)


def judged(path):
    """All rows of a file, judged; and what is wrong with them."""
    with Faults() as faults:
        source = open_file(path)
        judge = Judge(AWorld(), faults, source.places)
        rows = [one for raw in source.rows if (one := judge.judge(raw))]
    return rows, faults.first


def a_csv(folder, *rows, encoding="utf-8-sig", headings=None):
    path = folder / "清单.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings or [one.heading for one in COLUMNS])
        writer.writerows([row.get(one.key, "") for one in COLUMNS] for row in rows)
    return path


def an_xlsx(folder, write):
    """A workbook as somebody else's program makes it: headings in the first row, then `write`."""
    path = folder / "清单.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Sheet1")
    sheet.write_row(0, 0, [one.heading for one in COLUMNS])
    write(book, sheet)
    book.close()
    return path


def cells_in(sheet, line, **cells):
    place = {one.key: number for number, one in enumerate(COLUMNS)}
    for key, value in a_row(**cells).items():
        sheet.write(line, place[key], value)
    return place


# --- what is read ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_usual_encoding_is_read(tmp_path, encoding):
    rows, faults = judged(a_csv(tmp_path, a_row(name="夫妻投靠迁移㐀"), encoding=encoding))
    assert [row.identity["name"] for row in rows] == ["夫妻投靠迁移㐀"]
    assert not faults


def test_full_width_digits_and_every_way_to_write_a_day_are_read(tmp_path):
    days = ("2026-09-01", "２０２６年９月１日", "2026/9/1", "20260901", "2026.09.01")
    rows, faults = judged(
        a_csv(tmp_path, *(a_row(place=f"22028{n}", from_day=day) for n, day in enumerate(days)))
    )
    assert {row.from_day.isoformat() for row in rows} == {"2026-09-01"}
    assert not [fault for fault in faults if fault.is_error]


def test_blank_rows_and_the_explanation_are_passed_over(tmp_path):
    path = a_csv(tmp_path, {"item": "【说明】填编码"}, {}, a_row())
    rows, faults = judged(path)
    assert [row.row for row in rows] == [4]
    assert not faults


def test_a_workbook_of_another_program_is_read_with_its_dates_numbers_and_merged_cells(tmp_path):
    def write(book, sheet):
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for line, place in enumerate(("220281", "220282"), start=1):
            columns = cells_in(sheet, line, place=place, from_day="", authority_name="")
            sheet.write_number(line, columns["place"], int(place))
            sheet.write_number(line, columns["from_day"], 46266, day)
        sheet.merge_range(1, columns["authority_name"], 2, columns["authority_name"], "示例局")

    rows, faults = judged(an_xlsx(tmp_path, write))
    assert [row.place for row in rows] == ["220281", "220282"]
    assert {row.from_day.isoformat() for row in rows} == {"2026-09-01"}
    assert {row.identity["authority_name"] for row in rows} == {"示例局"}
    assert [(fault.row, fault.code) for fault in faults if fault.code == "merged-cell"] == [
        (3, "merged-cell")
    ]


def test_the_template_has_drop_downs_a_frozen_header_and_is_read_back_empty(tmp_path):
    path = tmp_path / "模板.xlsx"
    write_xlsx(path)
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count('<dataValidation type="list"') == sum(bool(c.drop_down) for c in COLUMNS)
    assert 'state="frozen"' in sheet
    assert python_calamine.load_workbook(str(path)).sheet_names[0] == SHEET
    assert judged(path) == ([], [])


def test_another_reader_of_spreadsheets_sees_the_very_cells(tmp_path):
    path = tmp_path / "全部.xlsx"
    row = a_row(conditions="=1+1\n第二行条件", catalog_code="000123020002", name="  名称 & <b>")
    write_xlsx(path, [row])
    theirs = python_calamine.load_workbook(str(path)).get_sheet_by_name(SHEET).to_python()[2]
    ours = next(open_file(path).rows).cells
    assert {c.key: theirs[n] for n, c in enumerate(COLUMNS) if theirs[n] != ""} == ours == row


# --- what is refused ---


def refused(path):
    with pytest.raises(FileRefused) as refusal:
        list(open_file(path).rows)
    return refusal.value


def test_files_that_are_no_tables_are_refused_by_what_they_are(tmp_path):
    cases = {
        "empty": b"",
        "encrypted": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        "not-a-spreadsheet": b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        "unknown-encoding": b"\xff\xfa\x81\0" * 100,
        "json-broken": b'{"task_general_basic": {"task_name": "x"',
        "no-headings": "甲,乙\n1,2\n".encode(),
    }
    for kind, data in cases.items():
        path = tmp_path / f"{kind}.bin"
        path.write_bytes(data)
        assert refused(path).kind == kind, kind
    path = tmp_path / "不是.xlsx"
    path.write_bytes(b"PK\x03\x04 and then nothing of a zip")
    assert refused(path).kind == "not-a-spreadsheet"


def test_a_zip_that_unpacks_to_gigabytes_is_not_unpacked(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (80 * 1024 * 1024))
    assert path.stat().st_size < 1024 * 1024
    assert refused(path).kind == "zip-bomb"


def test_entities_are_refused_before_they_grow(tmp_path):
    path = an_xlsx(tmp_path, lambda book, sheet: cells_in(sheet, 1))
    bad = tmp_path / "bad.xlsx"
    bomb = '<!DOCTYPE a [<!ENTITY b "xxxxxxxxxx">]>'
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(bad, "w") as new:
        for part in old.namelist():
            text = old.read(part)
            if part == "xl/workbook.xml":
                text = text.replace(b"<workbook", bomb.encode() + b"<workbook", 1)
            new.writestr(part, text)
    assert refused(bad).kind == "not-a-spreadsheet"


def test_a_heading_twice_or_missing_is_said_by_name(tmp_path):
    names = [one.heading for one in COLUMNS]
    path = a_csv(tmp_path, a_row(), headings=[*names, "区划代码"])
    assert refused(path).message == "第1行有两列都叫“区划代码”，请删去一列"
    path = a_csv(tmp_path, a_row(), headings=[n for n in names if n != "生效日期"])
    assert refused(path).message.startswith("缺少必填的列：生效日期")


def test_an_open_quote_names_its_row(tmp_path):
    path = tmp_path / "a.csv"
    names = ",".join(one.heading for one in COLUMNS)
    path.write_text(f'{names}\n"{"x" * 1_100_000}', "utf-8")
    assert refused(path).message == "第2行读不下去：多半是引号没有成对。请检查这一行的双引号"


def test_a_cell_that_no_spreadsheet_holds_is_refused_with_the_way_on(tmp_path):
    with pytest.raises(CellTooLong) as refusal:
        write_xlsx(tmp_path / "a.xlsx", [a_row(rest="x" * 40_000)])
    assert (
        refusal.value.message
        == "第3行的“其他变更（机器填写）”太长，xlsx的一格放不下，请导出为CSV或JSON"
    )


# --- each fault ---

LOST_ZEROS = {"catalog_code": "123020002"}


@pytest.mark.parametrize(
    ("cells", "code", "column", "message"),
    [
        ({"item": "2020-9-99"}, "unknown-item", "A",
         "全国清单里找不到这件事。名称最接近的是：2020-2-06 夫妻投靠户口迁移、2020-2-07 父母投靠子女户口迁移"),
        ({"place": "991234"}, "unknown-place", "C", "没有区划代码是991234的地方"),
        ({"place": "22022"}, "place-unreadable", "C", "区划代码应为六位数字，这里是“22022”"),
        ({"place": "220221001000"}, "place-below-county", "C",
         "区划代码220221001000是乡镇街道或村社区，按它所在的县220221登记"),
        ({"level": "省"}, "level-does-not-fit", "F",
         "示例县写的是省级，和这个地方的级别不一致"),
        ({"level": "大"}, "unknown-code", "F",
         "“行使层级”没有“大”这个值，只有：1 国家、2 省、3 市、4 县、5 乡镇街道、6 村社区、7 分级管理"),
        ({"part": "1a"}, "part-unreadable", "G", "拆分序号“1a”应为01到99"),
        ({"authority_name": ""}, "required", "D", "没有写实施机关"),
        ({"from_day": "", "consultation": "户政"}, "required", "L", "没有写生效日期"),
        ({"from_day": "2026-02-30"}, "impossible-date", "L",
         "“生效日期”写的“2026-02-30”不是一个可能的日期"),
        ({"from_day": "46266"}, "date-as-number", "L",
         "“生效日期”是表格的日期数字46266，按2026-09-01读"),
        ({"catalog_code": "3.70123E+11"}, "code-in-scientific-notation", "H",
         "基本编码被表格软件变成了3.70123E+11，后面的数字已经丢了"),
        ({"catalog_code": "3701230200"}, "catalog-code-old-length", "H",
         "基本编码是10位：这是GB/T 39046-2020表4的旧长度，现行编码是12位"),
        ({"authority_code": "11370800MB28559185"}, "credit-code-wrong-check", "E",
         "统一社会信用代码的校验位不对，请对照执照逐位检查"),
        ({"promised_days": "10", "promised_unit": " "}, "limit-unit-missing", "T",
         "写了时限，没有写单位：是工作日还是天？"),
        ({"promised_days": "1", "promised_unit": "月"}, "promised-not-in-working-days", "T",
         "承诺时限按月写，平台按工作日计时，不能替您换算"),
        ({"promised_days": "十天"}, "not-a-number", "S",
         "“承诺办结时限”应填0到400的整数，这里是“十天”"),
        ({"promised_days": "21", "legal_days": "20", "legal_unit": "工作日", "legal_ground": "某法"},
         "promised-over-legal", "S", "承诺21个工作日，比法定时限20个工作日还长"),
        ({"visits": "2"}, "visit-without-reason", "X", "要到现场2次，没有写为什么必须去"),
        ({"is_charged": "是", "fee_text": "10元"}, "fee-without-basis", "AB",
         "要收费，没有写收费依据"),
        ({"fee_text": "10元"}, "fee-not-said", "Z", "写了收费标准或者依据，没有写是否收费"),
        ({"is_charged": "也许"}, "unknown-code", "Z", "“是否收费”只能填是或否，这里是“也许”"),
        ({"questions": "要多久"}, "question-unreadable", "AP", "看不出“要多久”是问还是答"),
        ({"materials": "结婚证\n结婚证"}, "material-twice", "AF", "材料“结婚证”写了两次"),
        ({"materials": "结婚证；颜色：红"}, "material-unreadable", "AF",
         "材料“结婚证”里的“颜色：红”读不懂"),
        ({"materials": "居住证；必要"}, "material-without-points", "AF",
         "材料“居住证”没有写要点，收件的人不知道看什么"),
        ({"rest": "{截断"}, "rest-unreadable", "AQ",
         "“其他变更”不是导出时写入的内容，可能被改动或者截断了"),
        ({"rest": '{"department": "minzheng"}'}, "rest-unreadable", "AQ",
         "“其他变更”不是导出时写入的内容，可能被改动或者截断了"),
        ({"rest": '{"fee": null, "consultation": "户政"}', "consultation": "户政"}, "given-twice",
         "AO", "“咨询窗口”在“其他变更”里已经写了，这里又写了一遍"),
        ({"rest": '{"questions": 1.5}'}, "rest-unreadable", "AQ",
         "“其他变更”不是导出时写入的内容，可能被改动或者截断了"),
        ({"conditions": "条" * 80_000}, "row-too-long", "AQ", "这一行一共80040个字，最多80000个"),
        ({"local_code": "x" * 51}, "too-long", "K", "“地方编码”最多50个字，这里有51个"),
    ],
)  # fmt: skip
def test_each_fault_is_said_with_its_row_its_column_and_how_to_mend_it(
    tmp_path, cells, code, column, message
):
    _rows, faults = judged(a_csv(tmp_path, a_row(**cells)))
    found = {fault.code: fault for fault in faults}
    assert code in found, faults
    fault = found[code]
    assert (fault.row, fault.column, fault.message) == (2, column, message)
    assert fault.mend


def test_dirt_is_flagged_and_the_row_is_taken(tmp_path):
    rows, faults = judged(
        a_csv(tmp_path, a_row(catalog_code="3701230200", level="省", promised_days="1", promised_unit="月"))
    )  # fmt: skip
    assert not [fault for fault in faults if fault.is_error]
    assert rows[0].faults == [
        "catalog-code-old-length", "level-does-not-fit", "promised-not-in-working-days",
    ]  # fmt: skip
    # The value that cannot be counted by is kept in its words, and decides nothing.
    assert "limits" not in rows[0].content
    assert rows[0].wording["limits"] == "承诺办结时限：1；承诺时限单位：月"


def test_a_row_or_a_name_twice_names_the_first_one(tmp_path):
    _rows, faults = judged(a_csv(tmp_path, a_row(), a_row(), a_row(part="01")))
    found = [(fault.row, fault.code, fault.message) for fault in faults]
    assert (3, "duplicate-row", "同一地方的同一事项在第2行已经有了") in found
    said = "同一地方的第2行也叫“夫妻投靠户口迁移”，外省分不清是哪一件"
    assert (4, "duplicate-name", said) in found


def test_formulas_error_values_and_lost_zeros_of_a_workbook_are_seen(tmp_path):
    def write(book, sheet):
        columns = cells_in(sheet, 1)
        sheet.write_formula(1, columns["catalog_code"], '="37012302"&"0002"', None, "370123020002")
        sheet.write_formula(1, columns["local_code"], "=NA()", None, "#N/A")
        sheet.write_number(1, columns["consult"], 4321234567)
        cells_in(sheet, 2, place="220281")
        sheet.write_number(2, columns["catalog_code"], 123020002000 // 10)

    _rows, faults = judged(an_xlsx(tmp_path, write))
    found = {(fault.row, fault.code, fault.heading) for fault in faults}
    assert (2, "formula-in-cell", "基本编码") in found
    assert (2, "leading-zeros-lost", "咨询电话") in found
    assert (3, "leading-zeros-lost", "基本编码") in found
    assert next(f.mend for f in faults if f.code == "formula-in-cell") == (
        "选中这些格，复制，再“选择性粘贴为值”"
    )


def test_a_long_number_keeps_its_damage_in_sight(tmp_path):
    def write(book, sheet):
        columns = cells_in(sheet, 1)
        sheet.write_number(1, columns["task_code"], 1.1370800123456789e30)

    _rows, faults = judged(an_xlsx(tmp_path, write))
    assert [fault.code for fault in faults] == ["code-in-scientific-notation"]


@pytest.mark.parametrize("bad", ["\\u0000", "\\ud800"])
def test_characters_that_no_table_keeps_are_said_before_anything_is_written(tmp_path, bad):
    path = tmp_path / "交换.json"
    task = {"x_tongban": a_row(authority_name="示例县公安局@")}
    path.write_text(json.dumps(task, ensure_ascii=False).replace("@", bad), "utf-8")
    rows, faults = judged(path)
    assert (rows, [fault.code for fault in faults]) == ([], ["unseen-character"])


# --- nothing is lost ---


@given(st.text(max_size=30))
def test_no_cell_of_a_csv_is_a_formula_and_each_comes_back(text):
    written = escape(text)
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unescape(written) == text


_WORDS = st.text("法定办结依据说明〔〕：；→\n答问第一条A1 =", min_size=1, max_size=12)
_BASIS = st.one_of(st.just(""), _WORDS)
_SENTENCES = st.lists(
    st.fixed_dictionaries({"text": _WORDS, "basis": _BASIS}), min_size=1, max_size=3
)
_LIMIT = {"days": st.integers(1, 60), "basis": _BASIS}
_MATERIALS = {
    one["spec"]: one for one in STANDARD["materials"]
}  # fmt: skip
_CONTENT = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["夫妻投靠落户", NAME, "别的名称"]),
        "limits": st.fixed_dictionaries(
            {},
            optional={
                "decide": st.fixed_dictionaries(
                    {**_LIMIT, "kind": st.just("promised")}, optional={"note": _WORDS}
                ),
                "accept": st.fixed_dictionaries({**_LIMIT, "kind": st.just("promised")}),
                "receive": st.fixed_dictionaries({**_LIMIT, "kind": st.just("service")}),
            },
        ),
        "conditions": _SENTENCES,
        "not_for": _SENTENCES,
        "legal_basis": _SENTENCES,
        "fee": st.fixed_dictionaries({"is_charged": st.booleans(), "text": _WORDS, "basis": _BASIS}),
        "visits": st.fixed_dictionaries(
            {
                "RECEIVED_FOR": st.fixed_dictionaries(
                    {"times": st.integers(0, 3), "why": _BASIS, "basis": _BASIS}
                )
            }
        ),
        "contact": st.dictionaries(st.sampled_from(["consult", "complain", "liaison"]), _BASIS),
        "consultation": _WORDS,
        "questions": st.lists(
            st.fixed_dictionaries({"question": _WORDS, "answer": _BASIS}), max_size=2
        ),
        "materials": st.fixed_dictionaries(
            {},
            optional={
                "drop": st.lists(st.sampled_from(sorted(_MATERIALS)), unique=True, max_size=3),
                "put": st.lists(
                    st.builds(
                        lambda spec, hint, issuer: {**_MATERIALS[spec], "hint": hint, "issuer": issuer},
                        st.sampled_from(sorted(_MATERIALS)), _BASIS, _BASIS,
                    ),
                    max_size=2,
                    unique_by=lambda one: one["spec"],
                ),
            },
        ),
        "process": st.lists(st.fixed_dictionaries({"name": _WORDS}), max_size=1),
    },
)  # fmt: skip
_WORDING = st.dictionaries(st.sampled_from(["limits", "fee", "materials", "exchange", "x"]), _BASIS)


@settings(max_examples=examples(60), deadline=None)
@given(_CONTENT, _WORDING, st.sampled_from([NAME, "夫妻投靠落户"]))
def test_changes_and_words_come_back_from_their_cells_whatever_they_are(content, wording, name):
    ground = Ground(NAME, STANDARD)
    cells = {"name": name, **write_content(content, ground, name)}
    if words := write_wording(wording, cells):
        cells["wording"] = words
    # As a CSV carries them.
    file = io.StringIO()
    csv.writer(file).writerow([escape(text) for text in cells.values()])
    back = [unescape(text) for text in next(csv.reader(io.StringIO(file.getvalue(), newline="")))]
    cells = dict(zip(cells, back, strict=True))
    assert _content_of(cells, ground) == content
    assert read_wording(cells) == wording
    # As a task of the national exchange carries them.
    cells = {"item": "2020-2-06", "place": "220221", **cells}
    assert read_task(1, json.loads(json.dumps(write_task(cells, item_name=NAME)))).cells == cells


def _content_of(cells, ground):
    given = json.loads(cells.get("rest", "{}"))
    return read_content(cells, given, ground, lambda *_fault: None)
