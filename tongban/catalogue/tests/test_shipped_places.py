"""The rules of two provinces that are shipped as examples: they fit, differ, and say what they are."""

import json
from collections import defaultdict
from types import SimpleNamespace

import pytest

from tongban.basics.tests.each import of_all
from tongban.catalogue import archetypes, overlay, quality, reading
from tongban.catalogue.conformance import Kind, against_standard, compare
from tongban.catalogue.reader import listing

ITEMS = {one["code"]: one for one in json.loads(listing.ITEMS.read_text("utf-8"))["items"]}
DOCUMENTS = json.loads((listing.DATA / "documents.json").read_text("utf-8"))["documents"]
TITLES = {one["key"]: one["short_title"] for one in DOCUMENTS}
LIBRARY = archetypes.library(archetypes.texts(listing.DATA))
FILES = sorted((listing.DATA / "implementations").glob("*/*.json"))
ROWS = [one for path in FILES for one in json.loads(path.read_text("utf-8"))["implementations"]]
LAWS = [(row, version) for row in ROWS for version in row["versions"]]


def _called(row):
    return f"{row['division_code']} {row['item']}"


def standard(code):
    own = listing.DATA / "versions" / f"{code}.json"
    if own.exists():
        return json.loads(own.read_text("utf-8"))
    return archetypes.content_of(ITEMS[code], LIBRARY, documents=TITLES)


def read(content, code):
    named = {key: value for key, value in content.items() if key != "name"}
    return reading.read(named, name=content.get("name", ITEMS[code]["name"]))


def test_both_provinces_carry_out_the_same_fifteen_items_and_a_city_of_each_some():
    places = defaultdict(set)
    for row, _version in LAWS:
        places[row["division_code"]].add(row["item"])
    assert places["220000"] == places["350000"]
    assert len(places["220000"]) == 15
    assert places["220100"] < places["220000"]
    assert places["350100"] < places["350000"]
    assert min(len(places["220100"]), len(places["350100"])) >= 3


@of_all(("row", "version"), LAWS, called=lambda law: _called(law[0]))
def test_what_a_place_changes_may_be_changed_and_reads(row, version):
    ours = standard(row["item"])
    assert overlay.problems(ours, version["content"]) == []
    province = next(
        (
            law["content"]
            for other, law in LAWS
            if other["item"] == row["item"]
            and other["division_code"] == row["division_code"][:2] + "0000"
        ),
        {},
    )
    merged = overlay.overlay(overlay.overlay(ours, province), version["content"])
    assert read(merged, row["item"]).limits.decide.days >= 1


@of_all(("row", "version"), LAWS, called=lambda law: _called(law[0]))
def test_nothing_claims_a_basis_and_everything_says_that_it_is_an_example(row, version):
    bases = json.dumps(version["content"], ensure_ascii=False).split('"basis": "')[1:]
    known = json.dumps(standard(row["item"]), ensure_ascii=False)
    assert all(f'"basis": "{one.split(chr(34))[0]}"' in known for one in bases)
    for section in set(version["content"]) - {"questions", "codes"}:
        said = version["wording"].get(section, "示例")
        assert "示例" in said, section
    if "limits" in version["content"]:
        assert "示例" in version["content"]["limits"]["decide"]["note"]


def test_every_file_says_at_its_head_that_it_is_no_real_rule():
    for path in FILES:
        assert json.loads(path.read_text("utf-8"))["note"].startswith("示例数据，不是真实规定")


@of_all("row", ROWS, called=_called)
def test_codes_are_well_formed_and_plainly_of_the_sandbox(row):
    codes = SimpleNamespace(
        **row["codes"], authority_code=row["authority_code"], level=row["level"]
    )
    assert quality.judge_row(codes) == []
    assert row["authority_code"][8:10] == "TB"


@pytest.mark.parametrize("province", ["220000", "350000"])
def test_differences_of_every_kind_are_there(province):
    kinds = set()
    for row, version in LAWS:
        if row["division_code"] == province:
            ours = standard(row["item"])
            local = read(overlay.overlay(ours, version["content"]), row["item"])
            names = against_standard("本省", province[:2])
            found = compare(read(ours, row["item"]), local, names)
            assert found, row["item"]
            kinds |= {one.kind for one in found}
    assert kinds == set(Kind)


def test_one_province_splits_an_item_and_merges_two_the_other_splits_one_well():
    parts = defaultdict(list)
    for row in ROWS:
        if row["part"]:
            parts[row["division_code"], row["item"]].append(row)
    assert set(parts) == {("220000", "2020-2-23"), ("350000", "2020-2-02")}
    well = parts["350000", "2020-2-02"]
    assert all(
        one["codes"]["handle_code"] == one["codes"]["task_code"] + one["part"] for one in well
    )
    tasks = defaultdict(set)
    for row in ROWS:
        if not row["part"]:
            tasks[row["codes"]["task_code"]].add(row["item"])
    assert {"2020-1-27", "2022-1-09"} in tasks.values()
