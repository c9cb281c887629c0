"""`./run catalogue …` as somebody types it."""

import json

import pytest
from typer.testing import CliRunner

from tongban.catalogue.reader import listing
from tongban.catalogue.tests.conftest import SEEDS
from tongban.console import catalogue

RUNNER = CliRunner()


def run(*words):
    return RUNNER.invoke(catalogue.app, list(words))


@pytest.fixture
def loaded(db):
    catalogue.load()


def test_reading_compares_the_shipped_list_with_the_documents():
    assert SEEDS.is_dir(), f"the published documents are not at {SEEDS}"
    done = run("read", "--from", str(SEEDS), "--check")
    assert done.exit_code == 0, done.output
    assert "一致" in done.output


def test_a_shipped_list_that_is_out_of_date_fails_the_check_and_is_not_touched(
    tmp_path, monkeypatch
):
    old = tmp_path / "items.json"
    old.write_text("{}")
    monkeypatch.setattr(listing, "ITEMS", old)
    done = run("read", "--from", str(SEEDS), "--check")
    assert done.exit_code == 1
    assert "不一致" in done.output
    assert old.read_text() == "{}"


def test_documents_that_are_not_there_are_named(tmp_path):
    done = run("read", "--from", str(tmp_path))
    assert done.exit_code == 1
    assert "004_*.txt" in done.output


def test_loading_twice_says_that_nothing_changed(loaded):
    done = run("load")
    assert done.exit_code == 0
    assert "159" in done.output
    assert "没有变化" in done.output


def test_an_item_is_shown_with_its_source(loaded):
    shown = json.loads(run("show", "2020-2-06", "--json").output)
    assert shown["name"] == "夫妻投靠户口迁移"
    assert shown["sources"][0]["row"] == "附件二第6项"
    assert shown["modes"] == ["RECEIVED_FOR", "JOINT"]
    assert "夫妻投靠户口迁移" in run("show", "2020-2-06").output


def asked(item, applicant, deciding, *more):
    places = ("--item", item, "--applicant", applicant, "--deciding", deciding)
    return run("availability", *places, *more)


def test_availability_says_why_and_leaves_with_a_code(loaded):
    done = asked("2020-2-10", "220104", "220102", "--json")
    assert done.exit_code == 1
    assert json.loads(done.output)["kind"] == "same-place"


def test_availability_names_the_document_and_the_line_it_rests_on(loaded):
    done = asked("2020-3-03", "220104", "350102", "--on", "2023-06-01", "--json")
    found = json.loads(done.output)
    assert (found["verdict"], found["kind"], found["modes_said"]) == (
        "on-site",
        "on-site",
        ["ON_SITE"],
    )
    rests = found["rests_on"]
    assert (rests["rollout"], rests["line"]) == ("marriage-21", 31)
    assert rests["kind"] == "公开资料，非政策文件"
    assert found["instead"]["action"] == "visit"
    words = asked("2020-3-03", "220104", "350102", "--on", "2023-06-01").output
    assert "只能到现场" in words
    assert "原文第31行" in words
    assert "改办 Instead: 去之前先问" in words


def test_availability_before_the_start_says_when_it_begins(loaded):
    done = asked("2020-2-06", "220104", "210102", "--on", "2021-07-31", "--json")
    found = json.loads(done.output)
    assert (found["verdict"], found["begins"]) == ("not-yet", "2021-08-01")
    assert (
        "开始日 Begins: 2021-08-01"
        in asked("2020-2-06", "220104", "210102", "--on", "2021-07-31").output
    )


def test_availability_takes_a_window_in_another_place(loaded):
    done = asked("2020-3-02", "220104", "220104", "--receiving", "510302", "--json")
    found = json.loads(done.output)
    assert (found["receiving"], found["verdict"]) == ("510302", "yes")
    assert found["rests_on"]["rollout"] == "first-id-zigong"


def test_a_day_that_is_none_is_refused(loaded):
    done = asked("2020-2-06", "220104", "350102", "--on", "2026-02-30")
    assert done.exit_code == 2
    assert "2026-02-30" in done.output


def test_roll_outs_are_listed_by_item_place_and_day(loaded):
    every = json.loads(run("rollouts", "--json").output)
    assert every["total"] == 71
    cars = json.loads(run("rollouts", "--item", "2020-1-28", "--place", "120101", "--json").output)
    twenty = next(one for one in cars["rollouts"] if one["key"] == "used-car-20")
    assert (twenty["declared"], twenty["unknown_members"], twenty["members_known"]) == (
        20,
        16,
        False,
    )
    early = json.loads(run("rollouts", "--on", "2020-09-30", "--json").output)
    assert [one["key"] for one in early["rollouts"]] == ["maoming-for-yulin", "yulin-for-maoming"]
    words = run("rollouts", "--item", "2020-1-28").output
    assert "16个地方没有列名" in words
    assert "没有写日期" in run("rollouts").output


def test_documents_are_listed_with_what_is_not_known(loaded):
    found = json.loads(run("documents", "--json").output)
    by_key = {one["key"]: one for one in found["documents"]}
    assert found["total"] == 15
    assert by_key["baike-2024-12-12"]["kind"] == "secondary"
    assert by_key["zhuanqu-guifan"]["issued_on"] is None
    kinds = {one["kind"] for one in by_key["jiminfa-2021-10"]["relations"]}
    assert kinds == {"落实"}
    words = run("documents").output
    assert "没有写文号" in words
    assert "公开资料，非政策文件" in words


def test_search_prints_items_and_leaves_with_a_code(loaded):
    found = run("search", "落户", "--json")
    assert found.exit_code == 0
    assert "2020-2-06" in [item["code"] for item in json.loads(found.output)["items"]]
    none = run("search", "asdfgh")
    assert (none.exit_code, none.output.split()[0]) == (1, "0")
