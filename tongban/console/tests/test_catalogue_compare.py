"""`./run catalogue differences | compare | guide | worklist` as somebody types it."""

import json

import pytest
from typer.testing import CliRunner

from tongban.catalogue.tests.local import an_implementation
from tongban.catalogue.tests.test_conformance import a_limit, a_material
from tongban.console import catalogue

RUNNER = CliRunner()
CARE, MEDICAL, ON = "2020-2-10", "2020-2-61", ("--on", "2026-11-23")
PAIR = ("--here", "220104", "--there", "350102", *ON)


def run(*words):
    return RUNNER.invoke(catalogue.app, list(words))


def read(*words):
    return json.loads(run(*words, "--json").stdout)


@pytest.fixture(autouse=True)
def _fujian(db):
    """福建 asks for one more paper, decides sooner, and has its own name for the item."""
    catalogue.load()
    lease = a_material("house-lease", name="租房合同")
    an_implementation(
        CARE,
        "350000",
        {"materials": {"put": [lease], "drop": []}, "limits": {"decide": a_limit(1)}},
        name="两项补贴",
    )


def test_differences_are_said_with_their_kind_and_a_contradiction_fails():
    done = run("differences", "--item", CARE, "--place", "350000", *ON)
    facts = read("differences", "--item", CARE, "--place", "350000", *ON)

    assert done.exit_code == 1, done.output
    assert "更严  申请材料  多要一份必交材料“租房合同”" in done.output
    assert [one["kind"] for one in facts] == ["contradictory", "stricter", "better"]
    assert facts[1]["ground"]["document"] == "guobanfa-2022-34"
    # A place that keeps to the standard.
    assert run("differences", "--item", CARE, "--place", "440000", *ON).exit_code == 0


def test_the_lists_of_a_province_are_compared_with_what_is_not_known():
    done = run("compare", "--province", "35", *ON)
    facts = read("compare", "--province", "35", *ON)

    assert "共140项，已知137项" in done.output
    assert f"改名 renamed {CARE}" in done.output
    assert facts["standings"]["listed"] + facts["standings"]["absent"] == 137
    assert len(facts["items"]) == 159
    assert sum(n for counts in facts["by_lead"].values() for n in counts.values()) == 159


def test_the_guide_asks_for_the_situation_until_the_materials_are_exact():
    facts = read("guide", "--item", MEDICAL, *PAIR)
    answers = []
    while question := facts["situation"]["next"]:
        answers += ["--answer", f"{question['key']}:{question['options'][0]['value']}"]
        facts = read("guide", "--item", MEDICAL, *PAIR, *answers)
    said = run("guide", "--item", MEDICAL, *PAIR, *answers).output

    assert answers
    assert facts["situation"]["is_exact"]
    names = {one["spec"]: one["name"] for one in facts["version"]["materials"]}
    assert all(f"材料 {names[spec]}" in said for spec in facts["situation"]["asked"])
    assert "依据" in said


@pytest.mark.parametrize("answer", ["house", "house=1"])
def test_an_answer_of_another_form_is_refused_with_what_to_do(answer):
    done = run("guide", "--item", MEDICAL, *PAIR, "--answer", answer)

    assert done.exit_code == 2
    assert "写成“问题:选项”" in done.output


def test_the_guide_says_what_is_asked_there_and_not_here():
    assert "福建还要交“租房合同”，吉林不要" in run("guide", "--item", CARE, *PAIR).output


def test_the_worklist_has_the_worst_first_and_the_rest_when_asked_for():
    facts = read("worklist", "--province", "35", "--limit", "1000", *ON)
    everything = read("worklist", "--province", "35", "--limit", "1000", "--all", *ON)

    assert facts["total"] == len(facts["tasks"]) < everything["total"]
    assert facts["counts"] == everything["counts"]
    mine = [one["code"] for one in facts["tasks"] if one["item"] == CARE]
    assert mine[0] == "name-other"
    assert "materials-added" in mine
    assert "租房合同" in run("worklist", "--province", "35", "--limit", "1000", *ON).output


def test_a_day_is_written_as_a_day():
    done = run("compare", "--province", "35", "--on", "today")

    assert done.exit_code == 2
    assert "2026-11-23" in done.output
