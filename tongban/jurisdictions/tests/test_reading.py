"""The shipped files are what the sources say; the sources themselves disagree where we know."""

import json

import pytest

from tongban.jurisdictions.reading import area_codes, divisions, sources, successors
from tongban.jurisdictions.reading.sources import Spell


@pytest.fixture(scope="module")
def reading():
    return divisions.build()


def test_the_shipped_places_are_what_the_reader_makes(reading):
    assert divisions.PATH.read_text("utf-8") == divisions.text(reading.rows)


def test_the_shipped_area_codes_are_what_the_reader_makes():
    assert area_codes.PATH.read_text("utf-8") == area_codes.build()


def test_the_two_sources_differ_only_where_we_know_it(reading):
    amendments = json.loads((divisions.DATA / "amendments.json").read_text("utf-8"))

    named = {place.county for place in reading.only_named}
    assert named == {row["name"] for row in amendments["without_code"]}
    assert {spell.name for spell in reading.only_coded} == {"松岭区", "新林区", "呼中区"}


def test_every_amendment_says_why():
    amendments = json.loads((divisions.DATA / "amendments.json").read_text("utf-8"))
    for kind in ("add", "end", "drop", "without_code"):
        assert amendments[kind]
        assert all(len(row["why"]) > 10 for row in amendments[kind])


def test_an_amendment_that_the_source_has_caught_up_with_is_noticed():
    amendments = json.loads((divisions.DATA / "amendments.json").read_text("utf-8"))
    coded = {spell.code for spell in sources.spells()}

    assert coded.isdisjoint(row["code"] for row in amendments["add"])
    assert coded.issuperset(row["code"] for kind in ("end", "drop") for row in amendments[kind])


def test_a_line_that_looks_otherwise_than_ever_is_not_passed_over():
    with pytest.raises(sources.SourceChanged):
        sources._names("220101", "[1983 to 1990]某区")


def test_a_county_becomes_a_district_of_the_same_name():
    old, new = Spell("370882", 1992, 2013, "兖州市"), Spell("370812", 2013, None, "兖州区")
    assert successors.derive([old, new]) == {old: "370812"}


def test_a_new_name_of_the_same_code_follows_the_old():
    old, new = Spell("130502", 1983, 2019, "桥东区"), Spell("130502", 2020, None, "襄都区")
    assert successors.derive([old, new]) == {old: "130502"}


def test_a_code_given_to_another_place_does_not_make_that_the_successor():
    # 232701 was 加格达奇区 until 2018 and is 漠河市 since.
    moved = Spell("232701", 1981, 2018, "加格达奇区")
    heir = Spell("232761", 2018, None, "加格达奇区")
    reused = Spell("232701", 2018, None, "漠河市")
    county = Spell("232723", 1981, 2018, "漠河县")

    found = successors.derive([moved, heir, reused, county])

    assert found == {moved: "232761", county: "232701"}


@pytest.mark.parametrize(
    "spells",
    [
        # Two become one.
        [
            Spell("110101", None, 2010, "东城区"),
            Spell("110103", None, 2010, "东城县"),
            Spell("110111", 2010, None, "东城市"),
        ],
        # One becomes two.
        [
            Spell("220101", None, 2010, "甲乙县"),
            Spell("220102", 2010, None, "甲乙市"),
            Spell("220103", 2010, None, "甲乙区"),
        ],
        # A city does not become a county, it was split.
        [Spell("332301", None, 1983, "绍兴市"), Spell("330621", 1983, None, "绍兴县")],
        # A name of one year does not follow itself.
        [Spell("150427", 1983, 1983, "赤峰县")],
        # Another year.
        [Spell("220101", None, 2010, "甲乙县"), Spell("220102", 2015, None, "甲乙区")],
        # Another province, and not the same name.
        [Spell("510221", None, 1997, "长寿县"), Spell("500221", 1997, None, "长寿区")],
    ],
)
def test_what_cannot_be_told_is_left_open(spells):
    assert successors.derive(spells) == {}


def test_a_county_that_went_to_another_province_is_followed_by_its_whole_name():
    old, new = Spell("510221", None, 1997, "长寿县"), Spell("500221", 1997, 2001, "长寿县")
    assert successors.derive([old, new]) == {old: "500221"}
