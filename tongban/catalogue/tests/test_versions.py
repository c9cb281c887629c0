"""The shipped versions, and what a version file may not be."""

import copy
import json
from datetime import date

import pytest
from jsonschema import Draft202012Validator

from tongban.catalogue import reading
from tongban.catalogue.answers import FORMATS
from tongban.catalogue.reader import listing
from tongban.catalogue.reading import VersionBroken

FILES = sorted((listing.DATA / "versions").glob("*.json"))
CONTENTS = {path.stem: json.loads(path.read_text("utf-8")) for path in FILES}
NAMES = {i["code"]: i["name"] for i in json.loads(listing.ITEMS.read_text("utf-8"))["items"]}
DOCUMENTS = {
    one["key"] for one in json.loads((listing.DATA / "documents.json").read_text())["documents"]
}
MOVE = "2020-2-06"


def read(content):
    return reading.read(content, name=NAMES[content["item"]])


def changed(**parts):
    return {**copy.deepcopy(CONTENTS[MOVE]), **parts}


def problems_of(content):
    with pytest.raises(VersionBroken) as broken:
        read(content)
    return broken.value.problems


def test_the_five_items_of_the_main_job_have_a_version():
    assert {NAMES[code] for code in CONTENTS} == {
        "夫妻投靠户口迁移",
        "异地就医结算备案",
        "出具贷款职工住房公积金缴存使用证明",
        "困难残疾人生活补贴和重度残疾人护理补贴资格认定",
        "内资企业及分支机构设立登记",
    }


@pytest.mark.parametrize(
    ("code", "modes", "place", "department", "kinds"),
    [
        ("2020-2-06", ("RECEIVED_FOR", "JOINT"), "迁入地", "gongan", ("person",)),
        ("2020-2-61", ("ONLINE",), "参保地", "yibao", ("person",)),
        ("2020-1-26", ("ONLINE",), "缴存地", "zhufang_gongjijin", ("person",)),
        ("2020-2-10", ("ONLINE", "RECEIVED_FOR"), "户籍地", "minzheng", ("person",)),
        ("2020-1-31", ("ONLINE", "RECEIVED_FOR"), "企业住所地", "shichang", ("organisation",)),
    ],
)
def test_a_version_says_how_where_and_for_whom(code, modes, place, department, kinds):
    version = read(CONTENTS[code])
    assert version.mode_names == modes
    assert version.competence.place == place
    assert version.department == department
    assert version.applicant_kinds == kinds
    assert version.limits.accept_days == 5


@pytest.mark.parametrize("code", CONTENTS)
def test_a_version_is_sound(code):
    version = read(CONTENTS[code])
    Draft202012Validator.check_schema(dict(version.schema))
    assert version.schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert {field.format for field in version.fields().values()} <= {*FORMATS, ""}
    assert all(ground.document in DOCUMENTS for ground in version.grounds)
    assert all(material.points for material in version.materials)
    assert version.from_day <= date(2026, 11, 21)
    assert version.fields()[version.competence.field].within == "deciding"


@pytest.mark.parametrize("code", CONTENTS)
def test_every_text_field_has_a_bound(code):
    for key, asked in CONTENTS[code]["form"]["schema"]["properties"].items():
        assert "oneOf" in asked or "format" in asked or "maxLength" in asked, key


@pytest.mark.parametrize("code", CONTENTS)
def test_what_is_marked_as_sourced_names_a_document(code):
    """A basis is a document of ours or a law; everything else is a default and says so."""
    found = []

    def walk(part):
        if isinstance(part, dict):
            found.extend([part["basis"]] if part.get("basis") else [])
            for inner in part.values():
                walk(inner)
        elif isinstance(part, list):
            for inner in part:
                walk(inner)

    walk(CONTENTS[code])
    assert found
    for basis in found:
        assert basis.startswith(("福建省实施方案（2020年11月27日）", "《行政许可法》")), basis


@pytest.mark.parametrize("code", CONTENTS)
def test_the_row_that_a_version_rests_on_is_the_item_s_own(code):
    batch, row = int(code[5]), int(code[7:])
    own = f"附件{'一二三'[batch - 1]}第{row}项"
    bases = json.dumps(CONTENTS[code], ensure_ascii=False)
    assert own in CONTENTS[code]["competence"]["basis"]
    assert {part.split("项")[0] for part in bases.split("附件")[1:]} == {own[2:-1]}


def test_a_mode_that_no_document_of_the_province_states_is_a_default_there():
    move, licence = read(CONTENTS[MOVE]), read(CONTENTS["2020-1-31"])
    assert not move.mode("RECEIVED_FOR").is_default_for("35")
    assert move.mode("RECEIVED_FOR").is_default_for("22")
    assert licence.mode("ONLINE").is_default_for("35")


def test_an_unknown_part_is_refused_by_name():
    assert "'colour'" in problems_of(changed(colour="red"))[0]


def test_a_wrong_value_is_refused_with_its_place():
    content = changed()
    content["limits"]["accept"]["days"] = 0
    content["materials"][2]["grade"] = "E"
    places = [problem.split(" ")[0] for problem in problems_of(content)]
    assert places == ["/limits/accept/days", "/materials/2/grade"]


def test_a_field_that_is_asked_but_not_in_the_schema_is_refused():
    content = changed()
    content["form"]["steps"][0]["fields"].append({"field": "nickname", "widget": "text"})
    assert problems_of(content) == ["/form/steps field nickname is not in the schema"]


def test_a_field_in_the_schema_that_nobody_asks_is_refused():
    content = changed()
    content["form"]["schema"]["properties"]["nickname"] = {"type": "string", "title": "小名"}
    assert problems_of(content) == ["/form/schema/properties/nickname is never asked"]


def test_a_field_asked_twice_is_refused():
    content = changed()
    content["form"]["steps"][0]["fields"].append({"field": "spouse_name", "widget": "text"})
    assert problems_of(content) == ["/form/steps field spouse_name is asked twice"]


def test_a_condition_on_an_option_that_is_not_there_is_refused():
    content = changed()
    content["materials"][-1]["when"][0]["is_one_of"] = ["tent"]
    assert problems_of(content) == [
        "/materials/owner-consent/when dwelling_kind has no option tent"
    ]


def test_a_place_of_competence_that_is_no_place_is_refused():
    content = changed()
    content["competence"]["field"] = "spouse_name"
    assert problems_of(content) == [
        "/competence/field spouse_name is not a field of format division"
    ]


def test_a_mode_without_its_visits_is_refused():
    content = changed()
    content["modes"].append({"mode": "ONLINE", "basis": "", "province": ""})
    assert problems_of(content) == ["/visits has nothing for mode ONLINE"]


def test_a_schema_that_is_none_is_refused():
    content = changed()
    content["form"]["schema"]["properties"]["spouse_name"]["type"] = "words"
    assert problems_of(content)[0].startswith("/form/schema ")


def test_the_digest_changes_with_the_content_and_not_with_its_order():
    content = changed()
    reordered = dict(reversed(content.items()))
    other = changed(consultation="别的")
    assert read(content).digest == read(reordered).digest != read(other).digest
