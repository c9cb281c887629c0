"""The policy documents, lists and batches, against the texts."""

import hashlib
import json
import re
from datetime import date

import pytest

from tongban.catalogue.reader import classes, listing
from tongban.catalogue.themes import THEMES

CONTENT = json.loads((listing.DATA / "documents.json").read_text("utf-8"))
DOCUMENTS = {one["key"]: one for one in CONTENT["documents"]}
ITEMS = json.loads(listing.ITEMS.read_text("utf-8"))["items"]
# The texts that were read, by the document whose text they are.
TEXTS = {
    "guobanfa-2022-34": "003",
    "minzhengban-2020-11-27": "004",
    "jizhengbanfa-2020-37": "001",
    "jiminfa-2021-10": "000",
    "baike-2024-12-12": "002",
}
# What is put into 《》 and is no document of its own: annexes, forms, and short names.
NO_DOCUMENTS = {
    "跨省通办",
    "全国高频政务服务“跨省通办”事项清单",
    "全国政务服务“跨省通办”新增任务清单",
    "全国高频政务服务“跨省通办”事项任务分工",
    "吉林省高频政务服务“跨省通办”事项清单",
    "特色“跨省通办”任务清单",
    "跨省通办实施计划及进度情况汇总表",
    "关于扩大政务服务“跨省通办”范围进一步提升服务效能的意见",
    "通知",
    "指导意见",
    "清单",
    "事项清单",
    "任务清单",
    "汇总表",
}


def squeezed(path):
    return re.sub(r"\s", "", path.read_text(encoding="utf-8")).replace(",", "，")


def line_of(seeds, document, line):
    """One line of the text of a document, without blanks."""
    lines = listing.find(seeds, TEXTS[document]).read_text("utf-8").splitlines()
    return re.sub(r"\s", "", lines[line - 1]).replace(",", "，")


def around(seeds, document, line):
    """A line and those next to it, for texts that break inside a sentence."""
    lines = listing.find(seeds, TEXTS[document]).read_text("utf-8").splitlines()
    return re.sub(r"\s", "", "".join(lines[max(line - 3, 0) : line + 3])).replace(",", "，")


def day_in(day, precision):
    """How a text writes a day that is known so exactly."""
    written = rf"{day.year}年0?{day.month}月"
    return written if precision == "month" else rf"{written}0?{day.day}日"


@pytest.mark.parametrize("key", TEXTS)
def test_number_title_issuer_and_date_of_a_document_stand_in_its_text(seeds, key):
    document = DOCUMENTS[key]
    text = squeezed(listing.find(seeds, TEXTS[key]))
    assert document["number"] in text
    title = document["title"].removeprefix(document["issuer"]).removesuffix("（百科词条）")
    assert title in text
    assert document["issuer"] in text
    day = date.fromisoformat(document["issued_on"])
    assert re.search(rf"{day_in(day, 'day')}|{day.isoformat()}", text)


@pytest.mark.parametrize("key", TEXTS)
def test_of_a_text_that_was_read_digest_and_number_of_lines_are_kept(seeds, key):
    text = listing.find(seeds, TEXTS[key]).read_bytes()
    assert DOCUMENTS[key]["text_digest"] == hashlib.sha256(text).hexdigest()
    assert DOCUMENTS[key]["text_lines"] == len(text.decode("utf-8").splitlines())


@pytest.mark.parametrize("key", sorted(set(DOCUMENTS) - set(TEXTS)))
def test_what_is_kept_of_a_document_that_was_not_received_is_said_where_it_is_named(seeds, key):
    document = DOCUMENTS[key]
    assert "text_digest" not in document
    assert "text_lines" not in document
    assert "未收到" in document["note"]
    assert document["stated_in"]
    named = " ".join(around(seeds, one["document"], one["line"]) for one in document["stated_in"])
    assert document["number"].replace(" ", "") in named
    if document["issued_on"]:
        day = date.fromisoformat(document["issued_on"])
        assert re.search(day_in(day, document["precision"]), named)
    if document["kind"] != "agreement":
        assert document["issuer"] in named
    title = document["title"].removeprefix(document["issuer"])
    # An approval is told of without its title; every word of what we call it is told.
    pieces = ["扩大内地居民婚姻登记“跨省通办”试点", "批复"] if "批复" in title else [title]
    assert all(piece in named for piece in pieces)


def test_only_the_encyclopaedia_is_marked_as_no_policy():
    secondary = [one["key"] for one in CONTENT["documents"] if one["kind"] == "secondary"]
    assert secondary == ["baike-2024-12-12"]
    assert DOCUMENTS["baike-2024-12-12"]["note"].startswith("据公开资料，非政策文件")


@pytest.mark.parametrize("key", TEXTS)
def test_every_title_that_a_text_puts_in_marks_is_a_document_or_known_to_be_none(seeds, key):
    titles = {
        re.sub(r"^国务院办公厅|^吉林省人民政府办公厅|^福建省人民政府办公厅", "", one["title"])
        for one in CONTENT["documents"]
    }
    titles |= {title.removesuffix("（百科词条）") for title in titles}
    text = squeezed(listing.find(seeds, TEXTS[key]))
    for marked in re.findall(r"《([^《》]+)》", text):
        plain = re.sub(r"^国务院办公厅|^吉林省人民政府办公厅|^福建省人民政府办公厅", "", marked)
        plain = re.sub(r"^关于印发(.+)的通知$", r"\1", plain)
        plain = re.sub(r"^关于印发(.+)$", r"\1", plain).removesuffix("的通知")
        assert plain in titles | NO_DOCUMENTS, marked


def test_the_plan_without_a_number_is_not_given_one(seeds):
    assert DOCUMENTS["minzhengban-2020-11-27"]["number"] == ""
    head = listing.find(seeds, "004").read_text("utf-8")[:600]
    assert "闽政办〔" not in head


def test_relations_name_documents_and_are_said_in_the_text(seeds):
    for relation in CONTENT["relations"]:
        other = DOCUMENTS[relation["other"]]
        said = around(seeds, relation["document"], relation["line"])
        pieces = [other["number"]] if other["number"] else [other["title"]]
        if "批复" in other["title"]:
            pieces = ["国务院批复同意扩大内地居民婚姻登记"]
        assert all(piece in said for piece in pieces), relation


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
