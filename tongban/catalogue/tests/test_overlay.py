"""What a place may change of the national standard, and what may not happen whatever it writes."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from tongban.basics.tests.examples import examples
from tongban.catalogue import overlay, reading
from tongban.catalogue.operations.loading import DATA
from tongban.catalogue.overlay import problems

FILE = DATA / "versions" / "2020-2-06.json"
STANDARD = json.loads(FILE.read_text("utf-8"))
LEGAL = {"days": 20, "kind": "legal", "unit": "workday", "basis": "示例法第一条"}
NEW = {
    **STANDARD["materials"][0],
    "spec": "no-record",
    "name": "无犯罪记录证明",
    "basis": "示例规定第一条",
}


def limit(days, kind="promised", basis=""):
    return {"days": days, "kind": kind, "basis": basis}


def of(**parts):
    """The standard with some parts replaced."""
    standard = deepcopy(STANDARD)
    for name, value in parts.items():
        if isinstance(standard[name], dict):
            standard[name] |= value
        else:
            standard[name] = value
    return standard


def said(changes, standard=STANDARD):
    return [(one.place, one.sentence) for one in problems(standard, changes)]


WITH_LAW = of(limits={"legal": LEGAL, "decide": limit(10), "accept": limit(5, "legal", "甲法")})
CHARGED = of(fee={"is_charged": True, "text": "10元", "basis": "甲"})
TWO_MODES = of(
    modes=[*STANDARD["modes"], {"mode": "ONLINE", "basis": "甲", "province": ""}],
    visits={"ONLINE": {"times": 0, "why": "", "basis": ""}},
)

JOINT = STANDARD["joint"]
OUT = next(one for one in JOINT if one["key"] == "move_out")
WITH_BASIS = of(joint=[one | {"basis": "示例办法"} for one in JOINT])

REFUSED = [
    (STANDARD, {"joint": {"put": [OUT | {"days": 4}]}}, "/joint/put/0/basis",
     "增加或改变联办环节，要写明依据，联办地也要照办"),
    (WITH_BASIS, {"joint": {"put": [OUT | {"days": 9, "basis": "本地办法"}]}}, "/joint/put/0/days",
     "示例办法规定5个工作日，地方不能延长"),
    (STANDARD, {"joint": {"drop": ["nothing"]}}, "/joint/drop/0",
     "全国标准里没有“nothing”，不用去掉"),
    (STANDARD, {"competence": {}}, "/competence", "由哪里办理由全国标准规定，地方不能改"),
    (STANDARD, {"department": "x"}, "/department", "由哪个部门办理由全国标准规定，地方不能改"),
    (STANDARD, {"secret": 1}, "/secret", "地方不能改这一部分"),
    (STANDARD, {"result": None}, "/result", "不能没有办理结果"),
    (STANDARD, {"result": {}}, "/result", "不能没有办理结果"),
    (STANDARD, {"result": {"kind": "notice"}}, "/result/title", "没有填写"),
    (STANDARD, {"limits": 5}, "/limits", "要填一组内容"),
    (STANDARD, {"limits": {"decide": limit(61)}}, "/limits/decide/days", "不能大于60"),
    (STANDARD, {"limits": {"decide": limit("5")}}, "/limits/decide/days", "要填整数"),
    (STANDARD, {"limits": {"wait": limit(1)}}, "/limits", "不认识“wait”，请删去"),
    (
        WITH_LAW, {"limits": {"accept": limit(6)}}, "/limits/accept/days",
        "法定时限是5个工作日，地方不能延长",
    ),
    (
        WITH_LAW, {"limits": {"decide": limit(21)}}, "/limits/decide/days",
        "承诺时限不能超过法定时限（20个工作日）",
    ),
    (
        WITH_LAW, {"limits": {"legal": LEGAL | {"days": 30}}}, "/limits/legal/days",
        "法定时限是20个工作日，地方不能延长",
    ),
    (
        WITH_LAW, {"limits": {"legal": LEGAL | {"unit": "month", "days": 1}}},
        "/limits/legal/days", "法定时限是20个工作日，地方不能延长",
    ),
    (
        of(limits={"decide": limit(10, basis="甲文件")}), {"limits": {"decide": limit(11)}},
        "/limits/decide/days", "甲文件规定10个工作日，地方不能延长",
    ),
    (
        STANDARD, {"limits": {"decide": limit(5, "legal")}}, "/limits/decide/basis",
        "写明法定时限的依据",
    ),
    (
        STANDARD, {"fee": {"is_charged": True, "text": "10元", "basis": ""}}, "/fee/basis",
        "收费必须写明依据；没有依据的不能收费",
    ),
    (
        CHARGED, {"fee": {"is_charged": True, "text": "20元", "basis": ""}}, "/fee/basis",
        "收费必须写明依据；没有依据的不能收费",
    ),
    (
        STANDARD, {"modes": {"put": [{"mode": "ONLINE", "basis": "", "province": ""}]}},
        "/modes/put/0/basis", "增加或改变办理形式，要写明依据",
    ),
    (
        STANDARD, {"modes": {"put": [{"mode": "ONLINE", "basis": "甲", "province": ""}]}},
        "/visits", "没有写“ONLINE”要到现场几次",
    ),
    (
        STANDARD, {"modes": {"drop": ["RECEIVED_FOR", "JOINT"]}}, "/modes/drop",
        "至少留一种办理形式。暂停办理请在开通范围里写明",
    ),
    (
        STANDARD, {"modes": {"drop": ["ONLINE"]}}, "/modes/drop/0",
        "全国标准里没有“ONLINE”，不用去掉",
    ),
    (
        STANDARD, {"materials": {"drop": ["nothing"]}}, "/materials/drop/0",
        "全国标准里没有“nothing”，不用去掉",
    ),
    (
        STANDARD, {"materials": {"drop": ["id-card"], "put": [STANDARD["materials"][0]]}},
        "/materials/drop/0", "“id-card”不能同时去掉又改写",
    ),
    (
        STANDARD, {"materials": {"put": [NEW, NEW]}}, "/materials/put/1/spec",
        "“no-record”出现了两次",
    ),
    (
        STANDARD, {"materials": {"put": [NEW | {"grade": "E"}]}}, "/materials/7/grade",
        "只能是：A、B、C、D",
    ),
    (
        STANDARD,
        {"materials": {"put": [NEW | {"when": [{"field": "x_y", "is_one_of": ["a"]}]}]}},
        "/materials/no-record/when", "“x_y”没有“a”这个选项",
    ),
    (STANDARD, {"materials": {"put": [{}]}}, "/materials/put/0/spec", "没有填写"),
    (STANDARD, {"materials": {"add": []}}, "/materials", "不认识“add”，请删去"),
    (STANDARD, {"name": ""}, "/name", "至少写2个字"),
    (STANDARD, {"process": [{"name": "受理"}]}, "/process/0/basis", "没有填写"),
]  # fmt: skip


@pytest.mark.parametrize(("standard", "changes", "place", "sentence"), REFUSED)
def test_what_a_place_may_not_change_is_said_with_its_place(standard, changes, place, sentence):
    assert (place, sentence) in said(changes, standard)


ALLOWED: list[dict[str, Any]] = [
    {},
    {"name": "夫妻投靠落户"},
    {"limits": {"decide": limit(5)}},
    {"limits": {"decide": limit(15)}},  # the standard's ten days are our default and bind nobody
    {"fee": {"is_charged": True, "text": "工本费10元", "basis": "示例价格规定第一条"}},
    {"materials": {"put": [NEW], "drop": ["marriage-certificate"]}},
    {"materials": {"put": [STANDARD["materials"][0] | {"grade": "B"}]}},
    {"legal_basis": [{"text": "示例条例", "basis": "第一条"}]},
    {"contact": {"consult": "0431-5550000"}},
    {"codes": {"handle_type": "1"}},
    {
        "modes": {"put": [{"mode": "ONLINE", "basis": "示例方案", "province": "22"}]},
        "visits": STANDARD["visits"] | {"ONLINE": {"times": 0, "why": "", "basis": ""}},
    },
    {
        "form": {
            "put": [
                {
                    "step": "move",
                    "layout": {"field": "kindergarten", "widget": "text"},
                    "asked": {"type": "string", "title": "拟入幼儿园", "maxLength": 40},
                    "is_required": False,
                }
            ]
        }
    },
]


@pytest.mark.parametrize("changes", ALLOWED)
def test_what_law_leaves_to_a_place_may_be_changed(changes):
    assert said(changes) == []


def test_law_is_not_lengthened_but_shortened_as_one_likes():
    assert said({"limits": {"accept": limit(5), "decide": limit(20)}}, WITH_LAW) == []
    assert said({"limits": {"legal": LEGAL | {"days": 15}, "decide": limit(15)}}, WITH_LAW) == []
    assert said({"modes": {"drop": ["ONLINE"]}}, TWO_MODES) == []


def test_a_question_is_added_at_the_end_of_its_step_and_asked():
    changes = ALLOWED[-1]
    read = reading.read(overlay.overlay(STANDARD, changes), name="甲")
    (step,) = [one for one in read.steps if one.key == "move"]
    assert step.fields[-1].label == "拟入幼儿园"
    for wrong, place in (
        ({"step": "nowhere"}, "/form/put/0/step"),
        ({"layout": {"field": "spouse_name", "widget": "text"}}, "/form/put/0/layout/field"),
        ({"asked": {"type": "string"}}, "/form/schema/properties/kindergarten"),
        ({"asked": {"type": 5}}, "/form/schema"),
    ):
        question = changes["form"]["put"][0] | wrong
        assert place in dict(said({"form": {"put": [question]}}))


def test_nothing_laid_over_is_the_standard_itself():
    assert overlay.overlay(STANDARD, {}) == STANDARD


def test_laying_over_writes_to_neither():
    before, changes = deepcopy(STANDARD), deepcopy(ALLOWED[-1] | ALLOWED[5])
    kept = deepcopy(changes)
    overlay.overlay(STANDARD, changes)
    assert (before, kept) == (STANDARD, changes)


# Changes of every section, good and bad, by somebody who knows the words and not the rules.
TEXT = st.sampled_from(["", "甲", "窗口办理", "示例规定第一条", "x" * 300])
SPEC = st.sampled_from([one["spec"] for one in STANDARD["materials"]] + ["no-record", "BAD", ""])
LIMIT = st.fixed_dictionaries(
    {
        "days": st.one_of(st.integers(-1, 70), st.just("5"), st.booleans()),
        "kind": st.sampled_from(["legal", "promised", "service", "other"]),
        "basis": TEXT,
    },
    optional={"unit": st.sampled_from(["workday", "day"]), "note": TEXT},
)
MATERIAL = st.builds(
    lambda base, **parts: base | parts,
    st.sampled_from([NEW, *STANDARD["materials"]]),
    spec=SPEC,
    grade=st.sampled_from("ABCDE"),
    name=TEXT,
    is_required=st.booleans(),
    when=st.lists(
        st.fixed_dictionaries(
            {
                "field": st.sampled_from(["dwelling_kind", "married_on", "nothing"]),
                "is_one_of": st.lists(st.sampled_from(["owned", "rented", "?"]), max_size=2),
            }
        ),
        max_size=1,
    ),
)
MODE = st.fixed_dictionaries(
    {"mode": st.sampled_from(["ONLINE", "RECEIVED_FOR", "BY_HORSE"]), "basis": TEXT}
    | {"province": st.sampled_from(["", "22", "吉林"])}
)
SENTENCES = st.lists(st.fixed_dictionaries({"text": TEXT, "basis": TEXT}), max_size=2)
QUESTION = st.fixed_dictionaries(
    {
        "step": st.sampled_from(["move", "nowhere"]),
        "layout": st.fixed_dictionaries(
            {"field": st.sampled_from(["extra", "spouse_name", "B"]), "widget": st.just("text")}
        ),
        "asked": st.sampled_from(
            [{"type": "string", "title": "甲乙"}, {"type": "string"}, {"type": 1}, {"oneOf": [1]}]
        ),
        "is_required": st.booleans(),
    }
)
NONSENSE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=5,
)
SECTIONS = {
    "name": TEXT,
    "conditions": SENTENCES,
    "not_for": SENTENCES,
    "legal_basis": SENTENCES,
    "limits": st.dictionaries(st.sampled_from(["receive", "accept", "decide", "legal"]), LIMIT),
    "fee": st.fixed_dictionaries({"is_charged": st.booleans(), "text": TEXT, "basis": TEXT}),
    "materials": st.fixed_dictionaries(
        {}, optional={"put": st.lists(MATERIAL, max_size=2), "drop": st.lists(SPEC, max_size=2)}
    ),
    "modes": st.fixed_dictionaries(
        {},
        optional={
            "put": st.lists(MODE, max_size=2),
            "drop": st.lists(st.sampled_from(["RECEIVED_FOR", "ONLINE"]), max_size=2),
        },
    ),
    "form": st.fixed_dictionaries({"put": st.lists(QUESTION, max_size=2)}),
    "consultation": TEXT,
    "contact": st.dictionaries(st.sampled_from(["consult", "complain", "other"]), TEXT),
}


def _together(parts):
    return {section: value for part in parts for section, value in part.items()}


GOOD = st.lists(st.sampled_from(ALLOWED[:3] + ALLOWED[4:]), max_size=6).map(_together)
CHANGES = st.one_of(
    GOOD,
    st.builds(lambda good, bad: good | bad, GOOD, st.fixed_dictionaries({}, optional=SECTIONS)),
    st.builds(
        lambda good, section, value: good | {section: value},
        GOOD,
        st.just("limits"),
        SECTIONS["limits"],
    ),
    st.fixed_dictionaries({}, optional=SECTIONS),
    st.dictionaries(st.sampled_from([*SECTIONS, "result", "visits", "competence"]), NONSENSE),
)
QUIET = settings(
    max_examples=examples(150),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)


@QUIET
@given(CHANGES)
def test_whatever_is_permitted_reads_and_whatever_is_not_is_said(changes):
    """The property on which every page of an item stands."""
    found = problems(WITH_LAW, changes)
    event("refused" if found else "permitted")
    if found:
        assert all(one.sentence and one.place.startswith("/") for one in found)
        return
    merged = overlay.overlay(WITH_LAW, changes)
    read = reading.read({key: merged[key] for key in merged if key != "name"}, name="甲")
    assert read.department == STANDARD["department"]
    assert read.competence.field == STANDARD["competence"]["field"]
    assert read.limits.decide.days <= LEGAL["days"]
    assert read.limits.accept.days <= 5
    assert read.mode_names
    assert read.result.title
    assert read.fee.basis or not read.fee.is_charged


@QUIET
@given(CHANGES)
def test_laying_permitted_changes_over_twice_is_the_same_as_once(changes):
    if problems(WITH_LAW, changes) or "form" in changes:
        return
    once = overlay.overlay(WITH_LAW, changes)
    twice = dict(changes)
    for section in ("materials", "modes"):
        if section in changes:
            twice[section] = {"put": changes[section].get("put", [])}
    assert overlay.overlay(once, twice) == once


def test_a_place_words_a_joint_step_anew_and_adds_one_under_a_document():
    changed = OUT | {"days": 3, "basis": "本地办法"}
    added = OUT | {"key": "tell", "name": "告知", "after": ["move_out"], "basis": "本地办法"}
    changes = {"joint": {"put": [changed, added]}}

    content = overlay.overlay(STANDARD, changes)

    assert problems(STANDARD, changes) == []
    assert [one["key"] for one in content["joint"]] == [*(one["key"] for one in JOINT), "tell"]
    assert next(one for one in content["joint"] if one["key"] == "move_out")["days"] == 3


def test_a_place_does_not_drop_a_step_that_others_wait_for():
    waited_for = next(key for one in JOINT for key in one["after"])

    assert problems(STANDARD, {"joint": {"drop": [waited_for]}})
