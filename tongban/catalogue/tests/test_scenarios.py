"""The sentences that pages show, against the documents' own."""

import json
import re

import pytest

from tongban.basics.tests.each import of_all
from tongban.catalogue.reader import listing
from tongban.catalogue.reader.scenes import facts_of
from tongban.catalogue.scenarios import describe

ITEMS = {item["code"]: item for item in json.loads(listing.ITEMS.read_text("utf-8"))["items"]}


def scenario(code):
    item = ITEMS[code]
    return describe(item["facts"], lead=item["lead"])


@of_all("code", ITEMS)
def test_every_item_has_a_sentence_of_our_own(rows_by_code, code):
    said = scenario(code)
    source = rows_by_code[code].scene.rstrip("。")
    assert said.endswith("。")
    assert "None" not in said
    assert "申请人" not in said or "申请人所在地" in said
    assert source not in said
    assert said.rstrip("。") != source


@of_all("code", ITEMS)
def test_a_sentence_names_every_restriction_that_the_document_lifts(rows_by_code, code):
    source, said = rows_by_code[code].scene, scenario(code)
    if lifted := re.search(r"不受([^，。]+)限制", source):
        for place in re.split("[或、]", lifted[1].removesuffix("的")):
            assert place in said, f"{code}: {said}"
    if joint := re.search(r"(迁入地|转入地)[和与](迁出地|转出地|军队经办机构)", source):
        assert joint[1] in said
        assert joint[2] in said


@of_all("code", ITEMS)
def test_a_sentence_promises_online_only_where_the_document_does(rows_by_code, code):
    source = rows_by_code[code].scene
    online = "网上" in source or "电子税务局" in source
    assert ("网上" in scenario(code)) == online


@of_all("code", ITEMS)
def test_a_place_said_to_decide_stands_in_the_document(rows_by_code, code):
    decides = ITEMS[code]["facts"]["decides"]
    if decides:
        assert decides["place"] in rows_by_code[code].scene
        assert decides["organ"] in rows_by_code[code].scene


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("2020-1-04", "居住地、户籍地、工作地，任选一处申请。和考试报名地在哪里没有关系。"),
        (
            "2020-1-07",
            "只在转入地申请一次，转入地和转出地之间自己对接。不用再跑转出地。例外：不符合转出条件。",
        ),
        (
            "2020-1-26",
            "购房地住房公积金管理中心就能收您的申请，由住房公积金缴存地的住房公积金管理中心办理。"
            "不用专程去住房公积金缴存地。",
        ),
        (
            "2020-2-06",
            "只在迁入地申请一次，迁入地和迁出地之间自己对接。不用再跑迁出地。",
        ),
        (
            "2020-2-61",
            "人在外地也能申请，由参保地的医保经办机构办理。不用专程去参保地。",
        ),
        (
            "2020-3-02",
            "在您现在住的地方就能申请，要本人到当地公安机关取指纹和拍照。不用专程去户籍地。",
        ),
    ],
)
def test_some_sentences_word_by_word(code, expected):
    assert scenario(code) == expected


def test_what_the_document_states_is_told_from_what_follows():
    stated = facts_of("申请人可异地向缴存地住房公积金管理中心申请补缴，不受地域限制")["decides"]
    follows = facts_of("申请人可异地申请残疾人证，不受户籍地限制")["decides"]
    assert stated == {"place": "缴存地", "organ": "住房公积金管理中心", "stated": True}
    assert follows == {"place": "户籍地", "organ": "", "stated": False}


def test_lifting_a_restriction_that_gives_no_power_names_nobody():
    assert facts_of("申请人可异地申请测绘作业证，不受测绘作业地限制")["decides"] is None


def test_the_source_sentences_are_not_shipped(rows_by_code):
    shipped = listing.ITEMS.read_text("utf-8")
    for code, row in rows_by_code.items():
        assert row.scene.rstrip("。") not in shipped, code
