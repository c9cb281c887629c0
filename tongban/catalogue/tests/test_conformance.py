"""What differs between a place and the national standard, and what each difference means."""

import copy
import json
from datetime import date

import pytest

from tongban.basics.tests.each import of_all
from tongban.catalogue import conformance, reading
from tongban.catalogue.conformance import Kind, Names, granularity, table, wording
from tongban.catalogue.conformance.comparing import judged
from tongban.catalogue.overlay import overlay
from tongban.catalogue.reader import listing
from tongban.catalogue.versions import Sentence

BAD, LACK, HARD, OWN, GOOD = (
    Kind.CONTRADICTORY, Kind.MISSING, Kind.STRICTER, Kind.ALLOWED, Kind.BETTER,
)  # fmt: skip
NAMES = conformance.against_standard("福建", "35")
TODAY = date(2026, 11, 23)


def a_material(spec="marriage-certificate", **parts):
    return {
        "spec": spec, "name": "结婚证", "is_required": True, "when": [],
        "formats": ["pdf", "png"], "grade": "C", "issuer": "婚姻登记机关", "hint": "", "basis": "",
        "points": [a_point("clear", "字能看清"), a_point("seal", "盖有钢印", judged_by="decider")],
    } | parts  # fmt: skip


def a_point(key, text, **parts):
    return {
        "key": key, "text": text, "problem": "不行", "mend": "重拍一张", "judged_by": "receiver",
    } | parts  # fmt: skip


def a_step(name, **parts):
    return {
        "name": name, "by": "decider", "days": 3, "standard": "材料齐全", "result": "", "basis": "",
    } | parts  # fmt: skip


def a_joint_step(**parts):
    return {
        "key": "move_out", "name": "迁出登记", "place": "迁出地", "field": "move_to_division",
        "department": "gongan", "after": [], "days": 5, "asks": "核对户口，办理迁出",
        "answers": ["house"], "papers": [], "undo": "恢复户口", "undo_days": 3, "basis": "",
    } | parts  # fmt: skip


def a_limit(days, kind="promised", **parts):
    return {"days": days, "kind": kind, "basis": ""} | parts


def a_question(title, **parts):
    return {"type": "string", "title": title} | parts


FIRST = json.loads((listing.DATA / "versions" / "2020-2-06.json").read_text("utf-8"))
FIRST.pop("joint")
STANDARD = FIRST | {
    "applicant_kinds": ["person"],
    "modes": [{"mode": "RECEIVED_FOR", "basis": "", "province": ""}],
    "codes": {
        "catalog_code": "000109001000", "item_type": "07", "handle_type": "2", "levels": ["3"],
    },
    "legal_basis": [{"text": "《中华人民共和国户口登记条例》第十条", "basis": "条例"}],
    "conditions": [{"text": "结婚满三年", "basis": ""}, {"text": "在迁入地有合法稳定住所", "basis": ""}],
    "not_for": [{"text": "夫妻双方都是集体户口", "basis": ""}],
    "form": {
        "schema": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "move_to_division": a_question("迁入地", format="division"),
                "note": a_question("备注"),
                "house": a_question(
                    "住房",
                    oneOf=[{"const": one, "title": one} for one in ("owned", "leased", "lent")],
                ),
            },
            "required": ["move_to_division", "house"],
            "additionalProperties": False,
        },
        "steps": [
            {
                "key": "all", "title": "全部", "hint": "",
                "fields": [
                    {"field": "move_to_division", "widget": "division"},
                    {"field": "house", "widget": "radio"},
                    {"field": "note", "widget": "text"},
                ],
            }
        ],
    },
    "materials": [a_material()],
    "process": [a_step("受理"), a_step("审查", days=10), a_step("送达", by="receiver", days=None)],
    "special_procedures": [{"name": "实地调查", "text": "到住所看一看", "basis": "规定"}],
    "limits": {
        "receive": a_limit(1, "service"), "accept": a_limit(5),
        "decide": a_limit(10), "legal": a_limit(20, "legal", unit="workday", basis="条例"),
    },
    "visits": {"RECEIVED_FOR": {"times": 1, "why": "核对身份", "basis": ""}},
    "fee": {"is_charged": False, "text": "不收费", "basis": "通知"},
    "result": {"kind": "notice", "title": "准予迁入证明", "text": "", "basis": "规定"},
    "responsibility": {
        "receiving": [{"text": "核对身份，检查材料是否齐全", "basis": ""}],
        "deciding": [{"text": "审查是否符合条件并作出决定", "basis": ""}],
    },
}  # fmt: skip


def read(content):
    return reading.read(
        {key: value for key, value in content.items() if key != "name"},
        name=content.get("name", "夫妻投靠户口迁移"),
    )


def differences(changes, standard=None, names=NAMES):
    """What differs when a place gives these sections instead of the standard's."""
    ours = STANDARD | (standard or {})
    return conformance.compare(read(ours), read(copy.deepcopy(ours) | changes), names)


def material(standard=None, **local):
    """The same material on both sides, with other parts."""
    ours = {"materials": [a_material(**(standard or {}))]}
    return ours, {"materials": [a_material(**((standard or {}) | local))]}


def joint(*steps, standard=None):
    return {"joint": standard or [a_joint_step()]}, {"joint": list(steps)}


def limit(key, one, standard=None):
    ours = STANDARD["limits"] | ({key: standard} if standard else {})
    return {"limits": ours}, {"limits": ours | {key: one}}


def without(section, *keys):
    return {name: value for name, value in STANDARD[section].items() if name not in keys}


LEASED = [{"field": "house", "is_one_of": ["leased"]}]
LEASED_OR_LENT = [{"field": "house", "is_one_of": ["leased", "lent"]}]
LENT = [{"field": "house", "is_one_of": ["lent"]}]
CHARGED = {"is_charged": True, "text": "每件10元", "basis": ""}
POINTS = [a_point("clear", "字能看清"), a_point("seal", "盖有钢印", judged_by="decider")]


def points(*own, change="point-added", kind=HARD):
    return (*material(points=list(own)), "materials", change, kind)


def form_with(**parts):
    schema = STANDARD["form"]["schema"]
    return {"form": STANDARD["form"] | {"schema": schema | parts}}


def form_of(properties, fields, required=("move_to_division", "house")):
    form = form_with(properties=properties, required=list(required))["form"]
    layout = [{"field": one, "widget": "text"} for one in fields]
    return {"form": form | {"steps": [STANDARD["form"]["steps"][0] | {"fields": layout}]}}


ASKED = STANDARD["form"]["schema"]["properties"]
PROCESS = STANDARD["process"]

# (the standard's sections, the place's sections, section, change, kind)
CASES = [
    ({}, {"name": "夫妻投靠落户"}, "name", "other", BAD),
    ({}, {"codes": STANDARD["codes"] | {"catalog_code": ""}}, "codes", "catalog-missing", LACK),
    ({}, {"codes": STANDARD["codes"] | {"catalog_code": "350109001000"}},
     "codes", "catalog-other", BAD),
    ({}, {"codes": STANDARD["codes"] | {"item_type": "01"}}, "codes", "type-other", BAD),
    ({}, {"codes": without("codes", "item_type")}, "codes", "type-missing", LACK),
    ({}, {"codes": STANDARD["codes"] | {"handle_type": "1"}}, "codes", "instant", GOOD),
    ({"codes": {"handle_type": "1"}}, {"codes": {"handle_type": "2"}}, "codes", "promised", HARD),
    ({}, {"codes": STANDARD["codes"] | {"handle_type": "9"}}, "codes", "handle-other", OWN),
    ({}, {"codes": STANDARD["codes"] | {"levels": ["3", "4"]}}, "codes", "levels", OWN),
    ({}, {"legal_basis": []}, "basis", "missing", LACK),
    ({}, {"legal_basis": [*STANDARD["legal_basis"], {"text": "省里的细则第三条", "basis": "细则"}]},
     "basis", "added", OWN),
    ({}, {"applicant_kinds": ["person", "organisation"]}, "subjects", "more", GOOD),
    ({"applicant_kinds": ["person", "organisation"]}, {"applicant_kinds": ["person"]},
     "subjects", "fewer", LACK),
    ({}, {"conditions": [*STANDARD["conditions"], {"text": "连续缴纳社会保险", "basis": ""}]},
     "conditions", "added", HARD),
    ({}, {"conditions": STANDARD["conditions"][:1]}, "conditions", "dropped", GOOD),
    ({}, {"conditions": [{"text": "结婚满五年", "basis": ""}, STANDARD["conditions"][1]]},
     "conditions", "number", BAD),
    ({}, {"conditions": [{"text": "结婚满五年", "basis": "条例"}, STANDARD["conditions"][1]]},
     "conditions", "number", HARD),
    ({}, {"conditions": [STANDARD["conditions"][0], {"text": "在迁入地有合法的稳定住所", "basis": ""}]},
     "conditions", "reworded", OWN),
    ({}, {"not_for": [*STANDARD["not_for"], {"text": "正在服兵役的军人", "basis": ""}]},
     "exclusions", "added", HARD),
    ({}, {"not_for": []}, "exclusions", "dropped", GOOD),
    ({"not_for": [{"text": "住所不满2年的", "basis": ""}]},
     {"not_for": [{"text": "住所不满3年的", "basis": ""}]}, "exclusions", "number", BAD),
    ({}, {"not_for": [{"text": "夫妻双方都登记为集体户口", "basis": ""}]},
     "exclusions", "reworded", OWN),
    ({}, {"materials": [a_material(), a_material("house-lease", name="租房合同")]},
     "materials", "added", HARD),
    ({}, {"materials": [a_material(), a_material("house-lease", name="租房合同", when=LEASED)]},
     "materials", "added-situation", HARD),
    ({}, {"materials": [a_material(), a_material("photo", name="照片", is_required=False)]},
     "materials", "added-optional", OWN),
    (
        {"materials": [a_material(), a_material("photo", name="照片")]},
        {"materials": [a_material()]},
        "materials",
        "dropped",
        GOOD,
    ),
    (*material(name="结婚证书"), "materials", "renamed", OWN),
    (*material({"is_required": False}, is_required=True), "materials", "required", HARD),
    (*material(is_required=False), "materials", "optional", GOOD),
    (*material({"when": LEASED}, when=[]), "materials", "more-situations", HARD),
    (*material({"when": LEASED}, when=LEASED_OR_LENT), "materials", "more-situations", HARD),
    (*material(when=LEASED), "materials", "fewer-situations", GOOD),
    (*material({"when": LEASED_OR_LENT}, when=LENT), "materials", "fewer-situations", GOOD),
    (*material({"when": LEASED}, when=LENT), "materials", "other-situations", OWN),
    (*material(grade="A"), "materials", "grade-higher", HARD),
    (*material(grade="D"), "materials", "grade-lower", GOOD),
    (*material(form="original-by-post"), "materials", "heavier-form", HARD),
    (*material(form="shared-data"), "materials", "lighter-form", GOOD),
    (*material({"form": "e-certificate"}, form="shared-data"), "materials", "other-form", OWN),
    (*material(originals=1), "materials", "first-originals", HARD),
    (*material({"originals": 1}, originals=2), "materials", "more-originals", HARD),
    (*material({"originals": 1}, originals=0), "materials", "no-originals", GOOD),
    (*material({"originals": 2}, originals=1), "materials", "fewer-originals", GOOD),
    (*material({"copies": 1}, copies=3), "materials", "more-copies", HARD),
    (*material({"copies": 0}, copies=1), "materials", "first-copies", HARD),
    (*material({"copies": 2}, copies=1), "materials", "fewer-copies", GOOD),
    (*material({"copies": 2}, copies=0), "materials", "no-copies", GOOD),
    (*material(formats=["pdf"]), "materials", "fewer-formats", HARD),
    (*material(formats=["pdf", "png", "ofd"]), "materials", "more-formats", GOOD),
    (*material(issuer="民政局"), "materials", "issuer", OWN),
    points(*POINTS, a_point("both_sides", "两面都有")),
    points(POINTS[0], change="point-dropped", kind=GOOD),
    points(a_point("clear", "近6个月内拍的"), POINTS[1], change="point-number", kind=HARD),
    points(a_point("clear", "字都能看清楚"), POINTS[1], change="point-reworded", kind=OWN),
    points(POINTS[0], a_point("seal", "盖有钢印"), change="point-to-receiver", kind=BAD),
    points(a_point("clear", "字能看清", judged_by="decider"), POINTS[1],
           change="point-to-decider", kind=OWN),
    ({}, form_of(ASKED | {"unit": a_question("单位")}, [*ASKED, "unit"],
                 ("move_to_division", "house", "unit")), "form", "added", HARD),
    ({}, form_of(ASKED | {"unit": a_question("单位")}, [*ASKED, "unit"]),
     "form", "added-optional", OWN),
    ({}, form_of({k: v for k, v in ASKED.items() if k != "note"}, ["move_to_division", "house"]),
     "form", "dropped", GOOD),
    ({}, form_with(required=["move_to_division", "house", "note"]), "form", "required", HARD),
    ({}, form_with(required=["move_to_division"]), "form", "optional", GOOD),
    ({}, {"process": PROCESS[:2]}, "process", "missing", LACK),
    ({}, {"process": [*PROCESS, a_step("公示")]}, "process", "added", HARD),
    ({}, {"process": [a_step("受理", days=5), *PROCESS[1:]]}, "process", "longer", HARD),
    ({}, {"process": [a_step("受理", days=None), *PROCESS[1:]]}, "process", "longer", HARD),
    ({}, {"process": [a_step("受理", days=1), *PROCESS[1:]]}, "process", "shorter", GOOD),
    ({}, {"process": [a_step("受理", days=4, unit="day"), *PROCESS[1:]]},
     "process", "unit", OWN),
    ({}, {"process": [a_step("受理", by="receiver"), *PROCESS[1:]]}, "process", "actor", BAD),
    ({}, {"process": [PROCESS[1], PROCESS[0], PROCESS[2]]}, "process", "order", OWN),
    ({}, {"process": [a_step("受理", standard="材料齐全、真实"), *PROCESS[1:]]},
     "process", "standard", OWN),
    (*joint(), "joint", "missing", LACK),
    (*joint(a_joint_step(), a_joint_step(key="tell", name="告知")), "joint", "added", BAD),
    (*joint(a_joint_step(), a_joint_step(key="tell", name="告知", basis="示例办法")),
     "joint", "added", HARD),
    (*joint(a_joint_step(days=8)), "joint", "longer", HARD),
    (*joint(a_joint_step(days=2)), "joint", "shorter", GOOD),
    (*joint(a_joint_step(department="minzheng")), "joint", "office", BAD),
    (*joint(a_joint_step(asks="办理迁出，交还户口簿")), "joint", "asks", OWN),
    (*joint(a_joint_step(answers=["house", "note"])), "joint", "shown", HARD),
    (*joint(a_joint_step(papers=["marriage-certificate"])), "joint", "shown", HARD),
    (*joint(a_joint_step(undo="")), "joint", "undo-missing", BAD),
    (*joint(a_joint_step(), standard=[a_joint_step(undo="")]), "joint", "undo-added", OWN),
    ({}, {"special_procedures": [*STANDARD["special_procedures"],
                                 {"name": "听证", "text": "开一次听证会", "basis": ""}]},
     "procedures", "added", BAD),
    ({}, {"special_procedures": [*STANDARD["special_procedures"],
                                 {"name": "听证", "text": "开一次听证会", "basis": "第四十七条"}]},
     "procedures", "added", OWN),
    ({}, {"special_procedures": []}, "procedures", "dropped", GOOD),
    (*limit("legal", a_limit(30, "legal", unit="workday")), "limits", "longer-than-law", BAD),
    (*limit("legal", a_limit(30, "legal", unit="workday"),
            a_limit(20, "legal", unit="workday")), "limits", "longer-than-law", HARD),
    (*limit("legal", a_limit(15, "legal", unit="workday")), "limits", "shorter", GOOD),
    (*limit("decide", a_limit(25)), "limits", "longer-than-law", BAD),
    (*limit("decide", a_limit(15)), "limits", "longer", HARD),
    (*limit("decide", a_limit(5)), "limits", "shorter", GOOD),
    (*limit("accept", a_limit(8), a_limit(5, "legal", basis="第三十二条")),
     "limits", "longer-than-law", BAD),
    (*limit("legal", a_limit(1, "legal", unit="month")), "limits", "unit", OWN),
    ({}, {"limits": without("limits", "legal")}, "limits", "missing", LACK),
    ({"limits": without("limits", "legal")}, {"limits": STANDARD["limits"]},
     "limits", "added", OWN),
    ({}, {"visits": {"RECEIVED_FOR": {"times": 2, "why": "", "basis": ""}}},
     "visits", "more", HARD),
    ({}, {"visits": {"RECEIVED_FOR": {"times": 0, "why": "", "basis": ""}}},
     "visits", "fewer", GOOD),
    ({}, {"fee": CHARGED}, "fee", "charged", BAD),
    ({}, {"fee": CHARGED | {"basis": "省收费目录"}}, "fee", "charged", HARD),
    ({"fee": CHARGED}, {"fee": STANDARD["fee"]}, "fee", "free", GOOD),
    ({"fee": CHARGED}, {"fee": CHARGED | {"text": "每件12元"}}, "fee", "other", OWN),
    ({}, {"result": STANDARD["result"] | {"kind": "certificate"}}, "result", "kind", BAD),
    ({}, {"result": STANDARD["result"] | {"title": "户口准迁证"}}, "result", "title", BAD),
    ({"result": STANDARD["result"] | {"basis": ""}},
     {"result": STANDARD["result"] | {"title": "户口准迁证"}}, "result", "title", OWN),
    ({}, {"modes": [{"mode": "ON_SITE", "basis": "", "province": "35"}],
          "visits": {"ON_SITE": {"times": 1, "why": "", "basis": ""}}}, "modes", "missing", LACK),
    ({}, {"modes": [*STANDARD["modes"], {"mode": "ONLINE", "basis": "", "province": "35"}],
          "visits": STANDARD["visits"] | {"ONLINE": {"times": 0, "why": "", "basis": ""}}},
     "modes", "added", GOOD),
    ({}, {"responsibility": STANDARD["responsibility"] | {"receiving": []}},
     "responsibility", "missing", LACK),
    ({"responsibility": STANDARD["responsibility"] | {"deciding": []}},
     {"responsibility": STANDARD["responsibility"]}, "responsibility", "added", OWN),
]  # fmt: skip


@of_all(
    ("standard", "local", "section", "change", "kind"),
    CASES,
    called=lambda case: "-".join(map(str, case[2:])),
)
def test_each_change_is_found_and_judged(standard, local, section, change, kind):
    found = [one for one in differences(local, standard) if one.section == section]

    mine = [one for one in found if one.change == change]
    assert [(one.change, one.kind) for one in mine] == [(change, kind)], found
    assert mine[0].sentence
    assert "%(" not in mine[0].sentence + mine[0].plain
    assert "0份" not in mine[0].sentence + mine[0].plain
    assert mine[0].ground.document.startswith(("guobanfa", "minzhengban"))


def row(part="", task="", handle="", name="夫妻投靠户口迁移"):
    return granularity.Row(part, name, task, handle)


TASK = "11350100003600371Y3000109001000"
PARTS = [row("01", TASK, TASK + "01"), row("02", TASK, TASK + "02")]


@pytest.mark.parametrize(
    ("rows", "others", "expected"),
    [
        ([], {}, []),
        ([row(task=TASK)], {}, []),
        ([row(), *PARTS], {}, [("split", OWN)]),
        (PARTS, {}, [("split", OWN)]),
        ([PARTS[0], row("02", TASK, "X" + TASK[1:] + "02")], {}, [("split-loose", BAD)]),
        ([row("01"), row("02")], {}, [("split-loose", BAD)]),
        ([row(task=TASK)], {TASK: "父母投靠子女户口迁移"}, [("merged", BAD)]),
        (PARTS, {TASK: "父母投靠"}, [("split", OWN), ("merged", BAD)]),
    ],
)
def test_one_row_for_one_item_or_another_grain(rows, others, expected):
    found = judged(granularity.found(rows, others), NAMES)

    assert sorted((one.change, one.kind) for one in found) == sorted(expected)


def test_every_judgement_of_the_table_is_tried():
    tried = {(section, change) for _, _, section, change, _ in CASES}
    tried |= {("granularity", change) for change in ("split", "split-loose", "merged")}

    assert set(table.RULES) == tried
    assert {kind for _, _, _, _, kind in CASES} == set(Kind)


def test_a_place_that_changes_nothing_differs_in_nothing():
    assert differences({}) == ()
    assert differences({"conditions": [
        {"text": "结婚满三年。", "basis": "条例"}, {"text": " 在迁入地，有合法稳定住所 ", "basis": ""},
    ]}) == ()  # fmt: skip
    assert differences({"contact": {"consult": "0591-12345"}, "consultation": "户政"}) == ()


def test_what_the_shipped_overlay_changes_is_what_differs():
    changes = {
        "materials": {"put": [a_material("house-lease", name="租房合同")], "drop": []},
        "limits": {"decide": a_limit(5)},
    }
    laid = overlay(STANDARD, changes)

    found = conformance.compare(read(STANDARD), read(laid), NAMES)

    assert [(one.section, one.change, one.key) for one in found] == [
        ("materials", "added", "house-lease"),
        ("limits", "shorter", "decide"),
    ]


def test_managers_and_applicants_each_read_their_own_sentence():
    (one,) = differences({"materials": [a_material(), a_material("lease", name="租房合同")]})

    assert one.sentence == "多要一份必交材料“租房合同”"
    assert one.plain == "福建还要交“租房合同”，国家标准不要"
    assert (one.section_name, one.standard, one.local) == ("申请材料", "", "租房合同")


def test_between_two_places_the_sentence_names_both():
    added = {"materials": [a_material(), a_material("lease", name="租房合同")]}
    names = Names("吉林", "福建", "35")

    more = differences(added, names=names)
    less = conformance.compare(read(STANDARD | added), read(STANDARD), Names("福建", "吉林", "22"))

    assert [one.plain for one in more] == ["福建还要交“租房合同”，吉林不要"]
    assert [one.plain for one in less] == ["福建要交“租房合同”，吉林不要"]
    assert (more[0].kind, less[0].kind) == (HARD, GOOD)


def test_a_default_of_ours_is_nothing_that_a_place_could_contradict():
    standard, local = limit(
        "legal", a_limit(30, "legal", unit="workday"), a_limit(20, "legal", unit="workday")
    )
    (against_default,) = differences(local, standard)
    standard, local = limit(
        "legal", a_limit(30, "legal", unit="workday"),
        a_limit(20, "legal", unit="workday", basis="条例"),
    )  # fmt: skip
    (against_law,) = differences(local, standard)

    assert (against_default.is_against_default, against_default.kind) == (True, HARD)
    assert (against_law.is_against_default, against_law.kind) == (False, BAD)


def test_the_worst_comes_first_in_each_section():
    found = differences(
        {
            "fee": CHARGED,
            "materials": [a_material(points=[POINTS[0], a_point("seal", "盖有钢印")], grade="D")],
            "limits": STANDARD["limits"] | {"decide": a_limit(5)},
        }
    )

    assert [(one.section, one.kind) for one in found] == [
        ("materials", BAD), ("materials", GOOD), ("limits", GOOD), ("fee", BAD),
    ]  # fmt: skip


def test_a_province_is_reminded_of_its_own_document():
    rows = [row("01"), row("02")]

    (jilin,) = judged(granularity.found(rows, {}), conformance.against_standard("吉林", "22"))
    (fujian,) = judged(granularity.found(rows, {}), NAMES)

    assert (jilin.ground.document, jilin.ground.place) == ("jizhengbanfa-2020-37", "二（一）")
    assert fujian.ground.document == "guobanfa-2022-34"


@pytest.mark.parametrize("ground", {table.UNIFORM, table.DIVIDED, *table.PROVINCIAL.values()})
def test_every_ground_says_what_its_document_says(seeds, ground):
    prefix = {
        "guobanfa-2022-34": "003", "jizhengbanfa-2020-37": "001", "minzhengban-2020-11-27": "004",
    }[ground.document]  # fmt: skip
    text = listing.find(seeds, prefix).read_text(encoding="utf-8")

    for part in ground.says.split("……"):
        assert part in text


@pytest.mark.parametrize(
    ("one", "other", "has_other"),
    [
        ("结婚满三年", "结婚满五年", True),
        ("结婚满3年", "结婚满３年", False),
        ("统一社会信用代码一致", "统一信用代码相同", False),
        ("不超过10万元", "不超过12万元", True),
    ],
)
def test_other_numbers_are_told_from_other_words(one, other, has_other):
    assert wording.has_other_numbers(one, other) is has_other


def test_alike_sentences_are_laid_side_by_side_whatever_their_order():
    ours = [Sentence("在迁入地有合法稳定住所", ""), Sentence("结婚满三年", "")]
    theirs = [Sentence("结婚已满三年", ""), Sentence("在迁入地有合法的稳定住所", "")]

    pairs = list(wording.pair(ours, theirs))

    assert [(one.standard, one.local) for one in pairs] == [
        (ours[0], theirs[1]), (ours[1], theirs[0]),
    ]  # fmt: skip
