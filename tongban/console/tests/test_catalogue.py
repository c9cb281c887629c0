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
    assert shown["modes"] == ["RECEIVED_FOR"]
    assert "夫妻投靠户口迁移" in run("show", "2020-2-06").output


def test_availability_says_why_and_leaves_with_a_code(loaded):
    done = run("availability", "2020-2-06", "220104", "220102", "--json")
    assert done.exit_code == 1
    assert json.loads(done.output)["kind"] == "same-place"


def test_a_day_that_is_none_is_refused(loaded):
    done = run("availability", "2020-2-06", "220104", "350102", "--on", "2026-02-30")
    assert done.exit_code == 2
    assert "2026-02-30" in done.output


def test_search_prints_items_and_leaves_with_a_code(loaded):
    found = run("search", "落户", "--json")
    assert found.exit_code == 0
    assert "2020-2-06" in [item["code"] for item in json.loads(found.output)["items"]]
    none = run("search", "asdfgh")
    assert (none.exit_code, none.output.split()[0]) == (1, "0")
