"""The policy documents, lists and batches, against the texts."""

import json
import re
from datetime import date

import pytest

from tongban.catalogue.reader import classes, listing
from tongban.catalogue.themes import THEMES

CONTENT = json.loads((listing.DATA / "documents.json").read_text("utf-8"))
DOCUMENTS = {one["key"]: one for one in CONTENT["documents"]}
ITEMS = json.loads(listing.ITEMS.read_text("utf-8"))["items"]
TEXTS = {
    "guobanfa-2020-35": "002",
    "guobanfa-2022-34": "003",
    "minzhengban-2020-11-27": "004",
    "jizhengbanfa-2020-37": "001",
    "jiminfa-2021-10": "000",
}


def squeezed(path):
    return re.sub(r"\s", "", path.read_text(encoding="utf-8")).replace(",", "，")


@pytest.mark.parametrize("key", DOCUMENTS)
def test_number_title_issuer_and_date_of_a_document_stand_in_its_text(seeds, key):
    document = DOCUMENTS[key]
    text = squeezed(listing.find(seeds, TEXTS[key]))
    assert document["number"] in text
    title = document["title"].removeprefix(document["issuer"])
    assert title in text
    assert document["issuer"] in text
    day = date.fromisoformat(document["issued_on"])
    assert re.search(rf"{day.year}年0?{day.month}月0?{day.day}日", text)


def test_the_plan_without_a_number_is_not_given_one(seeds):
    assert DOCUMENTS["minzhengban-2020-11-27"]["number"] == ""
    head = listing.find(seeds, "004").read_text("utf-8")[:600]
    assert "闽政办〔" not in head


def test_relations_name_documents_and_are_said_in_the_text(seeds):
    for relation in CONTENT["relations"]:
        text = squeezed(listing.find(seeds, TEXTS[relation["document"]]))
        assert DOCUMENTS[relation["other"]]["number"] in text


def test_batches_declare_58_74_8_and_know_57_72_8(seeds):
    listed = {one["code"]: one["batches"] for one in CONTENT["lists"]}
    assert [b["declared_total"] for b in listed["2020"]] == [58, 74, 8]
    assert [b["known_total"] for b in listed["2020"]] == [57, 72, 8]
    assert [(b["declared_total"], b["known_total"]) for b in listed["2022"]] == [(22, 22)]
    declared = squeezed(listing.find(seeds, "002"))
    assert "事项（58项）" in declared.replace("(", "（").replace(")", "）")
    assert "74项" in declared
    assert "8项" in declared


def test_known_totals_are_the_items_that_are_shipped():
    for one in CONTENT["lists"]:
        for batch in one["batches"]:
            shipped = [
                i for i in ITEMS if (i["list"], i["batch"]) == (one["code"], batch["number"])
            ]
            assert len(shipped) == batch["known_total"]


def test_codes_and_names_within_a_batch_are_used_once():
    assert len(ITEMS) == 159
    assert len({item["code"] for item in ITEMS}) == 159
    assert len({(i["list"], i["batch"], i["name"]) for i in ITEMS}) == 159


def test_every_item_stands_under_one_of_the_twelve_themes():
    assert set(classes.THEMES) == set(THEMES)
    counts = {theme: sum(item["theme"] == theme for item in ITEMS) for theme in THEMES}
    assert list(counts.values()) == [11, 35, 9, 13, 23, 19, 9, 6, 7, 5, 11, 11]
    assert sum(counts.values()) == 159


@pytest.mark.parametrize(
    ("name", "subjects"),
    [
        ("夫妻投靠户口迁移", ["person"]),
        ("机关事业单位基本养老保险关系转移接续（含职业年金）", ["person"]),
        ("企业职工基本养老保险关系转移接续", ["person"]),
        ("内资企业及分支机构设立登记", ["organisation"]),
        ("个体工商户设立登记", ["person"]),
        ("工伤事故备案", ["organisation"]),
        ("不动产抵押登记", ["person", "organisation"]),
        ("快递业务经营许可", ["organisation"]),
        ("执业药师注册", ["person"]),
        ("单位社会保险费申报", ["organisation"]),
    ],
)
def test_an_item_serves_whom_its_name_says(name, subjects):
    assert next(item for item in ITEMS if item["name"] == name)["subjects"] == subjects


def test_the_form_of_a_list_without_that_column_is_not_invented():
    for item in ITEMS:
        if item["list"] == "2022":
            source = item["source"]
            assert source["form"] == ""
            assert source["state"] == "unstated"
            assert bool(source["modes"]) == (source["modes_from"] == "scene")
