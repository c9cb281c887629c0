"""The reader against the documents themselves."""

import re
from collections import Counter

import pytest

from tongban.catalogue.reader import fujian, listing, statecouncil, vocabulary, wording
from tongban.catalogue.reader.layout import Unreadable


def characters(text):
    return Counter(re.sub(r"\s", "", text))


def cells_as_in_the_document(row):
    """A row's cells, each once: a cell that two columns share is counted once."""
    partners = "、".join(row.partners)
    if any("（配" in line.text for line in row.lines):
        partners = f"（配合单位：{partners}）"
    cells = [row.name, row.scene, row.lead, partners, row.province_unit, row.form]
    if row.deadline != row.form:
        cells.append(row.deadline)
    return "".join([str(row.number), *cells, row.national_deadline])


def test_the_plan_of_fujian_has_57_72_and_8_items(fujian_rows):
    assert Counter(row.batch for row in fujian_rows) == {1: 57, 2: 72, 3: 8}


def test_items_are_numbered_without_a_gap_in_every_part(fujian_rows):
    for batch, total in ((1, 57), (2, 72), (3, 8)):
        numbers = [row.number for row in fujian_rows if row.batch == batch]
        assert numbers == list(range(1, total + 1))


def test_lead_units_of_the_137_items_are_counted_as_published(fujian_rows):
    assert Counter(row.lead for row in fujian_rows) == {
        "人力资源社会保障部": 33,
        "市场监管总局": 23,
        "自然资源部": 19,
        "公安部": 9,
        "住房城乡建设部": 8,
        "国家医保局": 8,
        "中国残联": 7,
        "司法部": 6,
        "国家药监局": 6,
        "民政部": 5,
        "国家卫生健康委": 5,
        "国家邮政局": 4,
        "生态环境部": 1,
        "商务部": 1,
        "交通运输部": 1,
        "国家林草局": 1,
    }


@pytest.mark.parametrize(
    ("lead", "by_part"),
    [
        ("人力资源社会保障部", (16, 14, 3)),
        ("市场监管总局", (17, 6, 0)),
        ("自然资源部", (3, 16, 0)),
        ("公安部", (0, 7, 2)),
        ("住房城乡建设部", (3, 5, 0)),
        ("国家医保局", (1, 6, 1)),
        ("中国残联", (0, 7, 0)),
        ("司法部", (4, 2, 0)),
        ("国家药监局", (6, 0, 0)),
        ("民政部", (0, 3, 2)),
        ("国家卫生健康委", (2, 3, 0)),
        ("国家邮政局", (3, 1, 0)),
    ],
)
def test_each_ministry_leads_so_many_items_in_each_part(fujian_rows, lead, by_part):
    found = Counter(row.batch for row in fujian_rows if row.lead == lead)
    assert (found[1], found[2], found[3]) == by_part


def test_lead_units_of_the_22_items_are_counted_as_published(council_rows):
    assert Counter(vocabulary.spell(row.lead) for row in council_rows) == {
        "税务总局": 9,
        "住房城乡建设部": 5,
        "公安部": 2,
        "人力资源社会保障部": 2,
        "交通运输部": 2,
        "水利部": 1,
        "国家医保局": 1,
    }


@pytest.mark.parametrize(
    ("wording_of", "by_part"),
    [
        (r"全国无差别办理", (4, 2, 0)),
        (r"全程网办", (23, 24, 4)),
        (r"异地代收代办", (0, 10, 2)),
        (r"异地代办", (0, 3, 0)),
        (r"多地联办", (2, 0, 0)),
        (r"全程网办、多地联办", (1, 1, 0)),
        (r"网上申请办理", (3, 14, 0)),
        (r"网上预审.+|申请材料、证书及有关文书可邮政寄递", (16, 6, 0)),
        (r"按照.+统一部署(安排)?", (7, 12, 0)),
        (r"我省无该事项，.+", (1, 0, 0)),
        (r"目前，仍需现场办理", (0, 0, 2)),
    ],
)
def test_each_wording_of_form_stands_so_often_in_each_part(fujian_rows, wording_of, by_part):
    found = Counter(row.batch for row in fujian_rows if re.fullmatch(wording_of, row.form))
    assert (found[1], found[2], found[3]) == by_part


def test_the_cells_of_every_row_hold_exactly_the_characters_of_its_lines(fujian_rows):
    for row in fujian_rows:
        block = "".join(line.text for line in row.lines)
        read = characters(cells_as_in_the_document(row))
        assert read == characters(block), f"part {row.part} row {row.number}"


def test_every_line_of_the_annex_belongs_to_exactly_one_row(fujian_rows, fujian_text):
    lines = fujian_text.splitlines()
    first = next(n for n, line in enumerate(lines, 1) if line.startswith("一、2020年底前实现“"))
    used = Counter(line.number for row in fujian_rows for line in row.lines)
    loose = [
        number
        for number, line in enumerate(lines, 1)
        if number >= first
        and line.strip()
        and not line.startswith("序号")
        and not re.match("[一二三]、20", line)
    ]
    assert sorted(used) == loose
    assert set(used.values()) == {1}


def test_the_sentences_of_the_moves_of_household_differ_only_in_the_occasion(fujian_rows):
    """Rows 3 and 7 are the most broken of the document, rows 4 to 6 stand in one line each."""
    moves = {row.number: row.scene for row in fujian_rows if row.name.endswith("户口迁移")}
    assert sorted(moves) == [3, 4, 5, 6, 7]
    endings = {scene.partition("需要迁移户口的，")[2] for scene in moves.values()}
    assert len(endings) == 1
    assert moves[3].startswith("申请人因工作调动需要")
    assert moves[7].startswith("申请人因投靠子女需要")


def test_the_sentences_of_the_disability_card_differ_only_in_the_act(fujian_rows):
    """Row 67 is broken in every one of its cells."""
    card = {row.number: row for row in fujian_rows if row.name.startswith("残疾人证")}
    acts = {66: "新办", 67: "换领", 68: "迁移", 69: "挂失补办", 70: "注销"}
    for number, act in acts.items():
        assert card[number].scene == f"申请人可异地申请{act}残疾人证，不受户籍地限制"
        assert card[number].form == "按照中国残联统一部署安排"
        assert card[number].province_unit == "省残联"


def test_an_item_of_both_parts_has_the_same_cells_in_both(fujian_rows):
    """Part one names items for the provincial capitals, part two the same for everywhere."""
    everywhere = {row.name: row for row in fujian_rows if row.batch == 2}
    capitals = [row for row in fujian_rows if row.name.endswith("（省会城市及计划单列市）")]
    assert len(capitals) == 3
    for row in capitals:
        twin = everywhere[row.name.removesuffix("（省会城市及计划单列市）")]
        assert (row.scene, row.lead, row.partners) == (twin.scene, twin.lead, twin.partners)


@pytest.mark.parametrize(
    ("batch", "number", "cell", "expected"),
    [
        (1, 23, "partners", ("公安部", "民政部", "国家卫生健康委", "市场监管总局")),
        (1, 28, "form", "按照商务部、公安部、税务总局统一部署安排"),
        (1, 38, "form", "网上预审，申请材料邮政寄递，申请人网上领取电子营业执照"),
        (1, 51, "province_unit", "省邮政管理局"),
        (1, 51, "name", "快递业务经营许可"),
        (2, 3, "partners", ("教育部", "人力资源社会保障部")),
        (2, 54, "lead", "市场监管总局"),
        (2, 57, "province_unit", "省市场监督管理局"),
        (2, 57, "name", "医疗器械广告审查"),
        (2, 63, "partners", ("国家卫生健康委", "国家药监局")),
        (2, 67, "name", "残疾人证换领"),
        (2, 72, "partners", ("人力资源社会保障部", "税务总局", "国家医保局")),
        (3, 6, "lead", "人力资源社会保障部"),
        (3, 7, "lead", "人力资源社会保障部"),
        (3, 7, "partners", ("国家医保局",)),
        (3, 7, "name", "工伤职工异地就医结算"),
        (3, 8, "scene", "申请人可异地申请报销生育医疗费用，申领生育津贴，不受参保地限制"),
    ],
)
def test_a_broken_row_is_put_together_right(fujian_rows, batch, number, cell, expected):
    row = next(r for r in fujian_rows if (r.batch, r.number) == (batch, number))
    assert getattr(row, cell) == expected


def test_only_the_third_part_has_a_deadline_of_the_nation_and_one_of_the_province(fujian_rows):
    both = [row for row in fujian_rows if row.national_deadline]
    assert {row.batch for row in both} == {3}
    assert len(both) == 8
    assert both[-1].national_deadline == "2022年底前"
    assert both[-1].deadline == "预计2022年底"


def test_every_repair_is_needed_and_stands_in_the_document(seeds, fujian_text, monkeypatch):
    path = listing.find(seeds, "004")
    for part, repairs in fujian.REPAIRS.items():
        for number, cells in repairs.items():
            for text in cells.values():
                assert text in fujian_text
            left = {p: dict(rows) for p, rows in fujian.REPAIRS.items()}
            del left[part][number]
            with monkeypatch.context() as without:
                without.setattr(fujian, "REPAIRS", left)
                with pytest.raises(Unreadable):
                    fujian.read(path)


def test_a_repair_cannot_say_what_the_document_does_not(seeds, monkeypatch):
    monkeypatch.setattr(fujian, "REPAIRS", {"三": {7: {"name": "工伤职工异地就医备案"}}})
    with pytest.raises(Unreadable):
        fujian.read(listing.find(seeds, "004"))


def test_a_list_that_lost_a_row_is_refused(seeds, tmp_path):
    text = listing.find(seeds, "003").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("14\t")]
    broken = tmp_path / "003_broken.txt"
    broken.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(Unreadable, match="21 rows read"):
        statecouncil.read(broken)


def test_a_plan_that_lost_a_row_is_refused(seeds, tmp_path):
    text = listing.find(seeds, "004").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("29 义诊活动备案")]
    broken = tmp_path / "004_broken.txt"
    broken.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(Unreadable):
        fujian.read(broken)


def test_a_missing_document_is_named(tmp_path):
    with pytest.raises(listing.SourceMissing, match=r"004_\*\.txt"):
        listing.build(tmp_path)


def test_every_wording_of_form_has_its_modes(fujian_rows):
    for row in fujian_rows:
        modes = wording.modes_of(row.form)
        deferred = row.form.startswith(("按照", "我省无该事项"))
        assert bool(modes) != deferred, row.form


def test_an_unknown_wording_of_form_stops_the_reading():
    with pytest.raises(KeyError):
        wording.modes_of("掌上办理")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2021年底", [("date", "2021-12-31", "")]),
        ("2021年10月", [("date", "2021-10-31", "")]),
        ("2022年6月底前", [("date", "2022-06-30", "")]),
        ("预计2022年6月底", [("date", "2022-06-30", "")]),
        ("已完成", [("done", None, "")]),
        (
            "已完成（持续完善2020年前产生的可查询证书数据）",
            [("done", None, "持续完善2020年前产生的可查询证书数据")],
        ),
        ("按照中国残联统一部署安排", [("deferred", None, "")]),
        ("待公安部统一部署", [("deferred", None, "")]),
        (
            "2022年底前，在长三角、川渝黔地区启动试点工作；2023年底前全部省份完成",
            [
                ("date", "2022-12-31", "在长三角、川渝黔地区启动试点工作"),
                ("date", "2023-12-31", "全部省份完成"),
            ],
        ),
        (
            "2021年在京津冀、长三角等地区开展“跨省通办”试点，在总结试点经验基础上逐步推开",
            [("text", None, "")],
        ),
    ],
)
def test_a_deadline_is_every_date_it_names_with_what_is_reached_by_then(text, expected):
    found = wording.deadlines_of(text, scope="national")
    assert [(one["kind"], one["by"], one["coverage"]) for one in found] == expected
    assert {one["text"] for one in found} == {text}


def test_the_shipped_list_is_what_the_documents_say(seeds):
    assert listing.ITEMS.read_text(encoding="utf-8") == listing.dump(listing.build(seeds))


def test_reading_twice_gives_the_same_bytes(seeds, tmp_path):
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    assert listing.write(seeds, one) == listing.write(seeds, other) == 159
    assert one.read_bytes() == other.read_bytes()
