import json
from datetime import date

import pytest

from tongban.catalogue import reading
from tongban.oversight import comparing, sheet
from tongban.oversight.bars import LEAST, WIDTH, Axis
from tongban.oversight.comparing import ADDED, CHANGED, REMOVED

POINT = {
    "key": "clear", "text": "字能看清", "problem": "看不清", "mend": "重拍一张",
    "judged_by": "receiver",
}  # fmt: skip
CARD = {
    "spec": "id-card", "name": "居民身份证", "is_required": True, "when": [], "formats": ["pdf"],
    "grade": "C", "issuer": "公安机关", "hint": "正反两面", "basis": "", "points": [POINT],
}  # fmt: skip


def content(**sections):
    return {
        "name": "夫妻投靠",
        "fee": {"is_charged": False, "text": "不收费", "basis": ""},
        "conditions": [
            {"text": "已经登记结婚。", "basis": ""},
            {"text": "有住所。", "basis": ""},
        ],
        "materials": [CARD],
    } | sections


def only(before, after):
    """The one row that differs."""
    [part] = comparing.compare(before, after, only_changed=True)
    [row] = part.rows
    return part, row


def test_the_same_content_differs_in_nothing():
    assert comparing.compare(content(), content(), only_changed=True) == []
    assert comparing.count(comparing.compare(content(), content())) == 0


def test_a_changed_sentence_marks_the_words_that_changed():
    _part, row = only(
        content(),
        content(
            conditions=[
                {"text": "已经登记结婚。", "basis": ""},
                {"text": "有合法稳定住所。", "basis": ""},
            ]
        ),
    )
    assert row.kind == CHANGED
    assert "".join(p.text for p in row.after_pieces if p.is_marked) == "合法稳定"
    assert "".join(p.text for p in row.after_pieces) == "有合法稳定住所。"
    assert not any(piece.is_marked for piece in row.before_pieces)


def test_a_new_first_condition_is_one_addition_and_nothing_else():
    added = {"text": "年满二十岁。", "basis": "示例规定"}
    _part, row = only(content(), content(conditions=[added, *content()["conditions"]]))
    assert (row.kind, row.after.text, row.before) == (ADDED, "年满二十岁。", None)


def test_another_ground_for_the_same_words_is_a_change():
    fee = {"is_charged": False, "text": "不收费", "basis": "示例规定"}
    _part, row = only(content(), content(fee=fee))
    assert row.basis_changed
    assert not any(piece.is_marked for piece in row.after_pieces)


def test_a_dropped_material_stands_where_it_stood():
    paper = {**CARD, "spec": "paper", "name": "结婚证"}
    compared = comparing.compare(content(materials=[CARD, paper]), content(materials=[CARD]))
    assert [one.title for one in compared][-2:] == ["材料：居民身份证", "材料：结婚证"]
    assert {row.kind for row in compared[-1].rows} == {REMOVED}


def test_a_check_point_below_another_is_read_too():
    child = {**POINT, "key": "corner", "text": "四角拍全"}
    deep = {**CARD, "points": [{**POINT, "children": [child]}]}
    _part, row = only(content(), content(materials=[deep]))
    assert row.kind == ADDED
    assert "四角拍全" in row.after.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", sorted((reading.DATA / "versions").glob("*.json")), ids=lambda path: path.stem
)
def test_every_section_of_a_shipped_version_can_be_read(path):
    version = json.loads(path.read_text("utf-8"))
    shown = sheet.sections({"name": "示例", **version})
    titles = [one.title for one in shown]
    for key in version.keys() - sheet.FACTS_OF_THE_VERSION - {"materials"}:
        assert sheet.title(key) in titles, key
    assert sum(title.startswith("材料：") for title in titles) == len(version["materials"])


def test_a_bar_begins_at_its_day_and_an_open_one_reaches_the_end():
    axis = Axis.over([date(2021, 7, 1), None], today=date(2026, 11, 22))
    assert axis.years == [2021, 2022, 2023, 2024, 2025, 2026]
    bar = axis.bar(date(2024, 1, 1), None)
    assert (bar.x, bar.x + bar.width) == (WIDTH / 2, WIDTH)
    assert bar.is_open


@pytest.mark.parametrize("day", [date(2021, 1, 1), date(2026, 12, 31)])
def test_the_shortest_time_can_still_be_seen_and_stays_on_the_axis(day):
    bar = Axis.over([day], today=date(2026, 11, 22)).bar(day, day)
    assert bar.width >= LEAST
    assert 0 <= bar.x <= WIDTH - LEAST
