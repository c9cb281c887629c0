"""The rules that a city ran over its rows, one by one."""

import json

import pytest

from tongban.catalogue import quality, reading
from tongban.catalogue.models import Implementation, Item
from tongban.catalogue.operations.loading import DATA

CONTENT = json.loads((DATA / "versions" / "2020-2-06.json").read_text("utf-8"))


def found(**sections) -> set[str]:
    content = {**CONTENT, **sections}
    return {one.code for one in quality.judge_facts(quality.facts_of_content(content))}


BASE = found()


def visits(times, why="", mode="RECEIVED_FOR"):
    return {mode: {"times": times, "why": why, "basis": ""}}


def fee(**parts):
    return {"is_charged": True, "text": "工本费10元", "basis": "示例文件", **parts}


def limits(promised, note="", **legal):
    told = {"legal": {"kind": "legal", "basis": "示例", **legal}} if legal else {}
    decide = {"days": promised, "kind": "promised", "basis": "", "note": note}
    return {**CONTENT["limits"], "decide": decide, **told}


STEPS = [{"name": name} for name in ("受理", "审查", "审批", "办结", "送达")]
BY_WINDOW = [{"mode": "RECEIVED_FOR", "basis": "", "province": ""}]
PERMIT = {"codes": {"item_type": "01"}, "process": STEPS}


@pytest.mark.parametrize(
    ("code", "broken", "kept"),
    [
        ("at-once-but-promised", {"codes": {"handle_type": "2"}, "limits": limits(1, "当场办结")},
         {"codes": {"handle_type": "1"}, "limits": limits(1, "当场办结")}),
        ("immediate-with-days", {"codes": {"handle_type": "1"}, "limits": limits(5)},
         {"codes": {"handle_type": "2"}, "limits": limits(5)}),
        ("promised-over-legal", {"limits": limits(21, days=20, unit="workday")},
         {"limits": limits(20, days=20, unit="workday")}),
        ("promised-over-legal", {"limits": limits(32, days=1, unit="month")},
         {"limits": limits(22, days=1, unit="month")}),
        ("visit-without-reason", {"visits": visits(1)}, {"visits": visits(1, "核对原件")}),
        ("reason-without-visit", {"visits": visits(0, "核对原件")}, {"visits": visits(1, "核对")}),
        ("online-with-visit", {"visits": visits(1, "核对", "ONLINE")},
         {"visits": visits(0, "", "ONLINE")}),
        ("no-visit-no-way", {"visits": visits(0), "modes": BY_WINDOW},
         {"visits": visits(0), "materials": [{"form": "original-by-post"}]}),
        ("fee-without-basis", {"fee": fee(basis="")}, {"fee": fee()}),
        ("fee-without-items", {"fee": fee(text="")}, {"fee": fee()}),
        ("free-with-amount", {"fee": fee(is_charged=False)}, {"fee": fee()}),
        ("same-phone", {"contact": {"consult": "0431-1234567", "complain": "0431-1234567"}},
         {"contact": {"consult": "0431-1234567", "complain": "12345"}}),
        ("phone-without-area", {"contact": {"consult": "81234567"}},
         {"contact": {"consult": "0431-81234567"}}),
        ("permit-without-questions", {**PERMIT, "questions": []}, PERMIT),
        ("permit-steps", {**PERMIT, "process": STEPS[:4]}, PERMIT),
        ("result-without-sample", {"result": {"title": "准予迁入证明", "kind": "certificate"}},
         {"result": {"title": "准予迁入证明", "kind": "certificate", "sample": "样本一"}}),
        ("result-kind", {"result": {"title": "居住证", "kind": "notice"}},
         {"result": {"title": "居住证", "kind": "certificate"}}),
        ("result-kind", {"result": {"title": "关于示例的批复", "kind": "certificate"}},
         {"result": {"title": "关于示例的批复", "kind": "notice"}}),
    ],
)  # fmt: skip
def test_each_rule_finds_what_breaks_it_and_lets_the_rest_be(code, broken, kept):
    assert code in found(**broken)
    assert code not in found(**kept)


def test_a_finding_says_where_what_and_how_to_mend_it():
    facts = quality.facts_of_content({**CONTENT, "visits": visits(2)})
    (one,) = [f for f in quality.judge_facts(facts) if f.code == "visit-without-reason"]
    assert (one.place, one.severity) == ("/visits/RECEIVED_FOR/why", quality.ASK)
    assert one.sentence == "要到现场2次，没有写为什么必须去"
    assert one.mend


def test_a_version_that_was_read_is_judged_like_its_content():
    version = reading.read(CONTENT, name="夫妻投靠户口迁移")
    assert {one.code for one in quality.judge(version)} == BASE


def test_a_row_is_judged_with_its_codes_and_its_subjects():
    version = reading.read(CONTENT, name="夫妻投靠户口迁移")
    row = Implementation(
        item=Item(code="2020-2-06", subjects=["organisation"]), catalog_code="3701230200", level="3"
    )
    codes = {one.code for one in quality.judge(version, row)} - BASE
    assert codes == {"catalog-code-old-length", "subjects-differ"}


def test_the_rule_that_no_document_states_says_so():
    facts = quality.facts_of_content({**CONTENT, "limits": limits(30, days=20, unit="day")})
    (one,) = [f for f in quality.judge_facts(facts) if f.code == "promised-over-legal"]
    assert not one.is_verified
