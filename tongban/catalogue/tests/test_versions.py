"""The shipped versions, and what a version file may not be."""

import copy
import json
from datetime import date

import pytest
from jsonschema import Draft202012Validator

from tongban.catalogue import conformance, quality, reading, running
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
# By item what is in force first and what takes its place.
PAIRS = {code: (CONTENTS[code], CONTENTS[f"{code}.2"]) for code in CONTENTS if "." not in code}
# As they were published: what is frozen reads the same on every node, for ever.
PUBLISHED = {
    "2020-1-26.2": "3d277b7d5cc44598c3ff0a4a290d4915d07c08f9bdbaef010a3a2faadf91d64e",
    "2020-1-26": "809083a58bf1d5566aec91a2213edf18e1236b449e6b2b2158563e4f2ceb8bbd",
    "2020-1-31.2": "af1f3110e22df3c42b9b8fe6e93b0645a991e4b079e2a773da091c1ba026be94",
    "2020-1-31": "394d03a35c2555d36d866576822dc21b3748e2bc2790e78492993958dc7005a7",
    "2020-2-06.2": "c8a06268970619462aba6b1050d7515a42204bf6112a369398be9004c4f3b230",
    "2020-2-06": "0af349bd612d8214ae463ab1f8797ee55792a2fa572bce24d45d2cfd2b1e1e41",
    "2020-2-10.2": "fb4cbd709db07ece093b6959d828cd06f5f36bf1096cc93d8354dd5a3ff218da",
    "2020-2-10": "4c8808d433287cbf93ed6e6f745201fde64a321b7432409e36e25e5f149c21ef",
    "2020-2-61.2": "604e6ebb10a446fa1f2acc86e4c797f3b80b42ee4a5a18baf0d39415d93e36f3",
    "2020-2-61": "d68c1c40b5da147cd1cacdeccd0351fb20b3c48e796a752fbda7de0988afced5",
}


def read(content):
    return reading.read(content, name=NAMES[content["item"]])


def changed(**parts):
    return {**copy.deepcopy(CONTENTS[MOVE]), **parts}


def problems_of(content):
    with pytest.raises(VersionBroken) as broken:
        read(content)
    return broken.value.problems


def test_the_five_items_of_the_main_job_have_a_version():
    assert {NAMES[content["item"]] for content in CONTENTS.values()} == {
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
    for version in map(read, PAIRS[code]):
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
    assert version.from_day <= date(2026, 11, 22)
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
    item = CONTENTS[code]["item"]
    batch, row = int(item[5]), int(item[7:])
    own = f"附件{'一二三'[batch - 1]}第{row}项"
    bases = json.dumps(CONTENTS[code], ensure_ascii=False)
    assert own in CONTENTS[code]["competence"]["basis"]
    assert {part.split("项")[0] for part in bases.split("附件")[1:]} == {own[2:-1]}


@pytest.mark.parametrize("code", PUBLISHED)
def test_a_published_version_reads_as_it_was_published(code):
    """Nodes refuse a published version that reads otherwise: a change is a file of its own."""
    assert read(CONTENTS[code]).digest == PUBLISHED[code]
    assert set(PUBLISHED) == set(CONTENTS)


def asked_alone(content):
    """What an applicant is asked and promised, without what only explains it."""
    kept = copy.deepcopy(content)
    for one in kept["form"]["schema"]["properties"].values():
        one.pop("x-prefill", None)
    for one in kept["materials"]:
        on_paper = one.pop("form", "upload"), one.pop("originals", 0), one.pop("copies", 0)
        assert on_paper == ("upload", 0, 0)
    kept["competence"].pop("explain", None)
    kept["result"].pop("sample", None)
    kept["limits"].pop("legal", None)
    added = {"codes", "legal_basis", "process", "special_procedures", "responsibility", "contact"}
    return {key: kept[key] for key in kept.keys() - added - {"number", "from_day"}}


@pytest.mark.parametrize("code", PAIRS)
def test_the_second_version_explains_more_and_asks_the_same(code):
    first, second = PAIRS[code]
    assert (first["number"], second["number"]) == (1, 2)
    assert first["from_day"] < second["from_day"]
    assert asked_alone(second) == asked_alone(first)
    assert running.worse_for_applicants(read(first), read(second)) == []
    names = conformance.Names("现在", "到时候")
    told = [one.plain for one in conformance.compare(read(first), read(second), names) if one.plain]
    assert told == []


@pytest.mark.parametrize("code", PAIRS)
def test_the_second_version_says_who_does_what_and_answers_for_it(code):
    version = read(PAIRS[code][1])
    is_received = any(step.by == "receiver" for step in version.process)
    assert is_received == ("RECEIVED_FOR" in version.mode_names)
    assert version.process[0].by == "applicant"
    accepting = next(step for step in version.process if step.name == "受理")
    assert accepting.days == version.limits.accept_days
    assert accepting.basis == version.limits.accept.basis
    assert version.result.title in {step.result for step in version.process}
    assert len(version.responsibility.receiving) >= 2
    assert len(version.responsibility.deciding) >= 3
    assert version.legal_basis[0].basis
    assert version.competence.explain.endswith("。")
    assert version.result.sample.startswith(f"{version.result.title}：")
    assert version.codes.item_type
    assert version.archetype == ""


@pytest.mark.parametrize("code", PAIRS)
def test_the_second_version_names_where_an_answer_is_already_known(code):
    fields = read(PAIRS[code][1]).fields().values()
    known = {one.prefill.partition(":")[0].partition(".")[0] for one in fields if one.prefill}
    assert known
    assert known <= {"agent", "certificate", "shared"}


@pytest.mark.parametrize("code", PAIRS)
def test_only_a_permit_has_a_limit_of_the_law_of_licensing(code):
    version = read(PAIRS[code][1])
    assert (version.codes.item_type == "01") == bool(version.limits.legal)
    assert bool(version.limits.legal) == (code == "2020-1-31")
    if version.limits.legal:
        assert version.limits.decide.days <= version.limits.legal.days


@pytest.mark.parametrize("code", PAIRS)
def test_the_second_version_has_all_that_a_good_row_should_have(code):
    assert list(quality.judge_facts(quality.facts_of(read(PAIRS[code][1])))) == []


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
