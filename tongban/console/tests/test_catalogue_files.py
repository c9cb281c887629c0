"""`./run catalogue import`, `export` and `template` as somebody types them."""

import csv
import json

import pytest
from typer.testing import CliRunner

from tongban.catalogue.models import Implementation
from tongban.catalogue.tests.conftest import SEEDS
from tongban.catalogue.tests.rows import a_row
from tongban.catalogue.tests.test_importing import write
from tongban.console import catalogue
from tongban.console.benching import importing

RUNNER = CliRunner()


def run(*words):
    return RUNNER.invoke(catalogue.app, [str(word) for word in words])


@pytest.fixture
def loaded(db):
    from tongban.catalogue.operations import load_catalogue

    load_catalogue()


def ours():
    return Implementation.objects.filter(division_code="220221")


def test_an_import_shows_the_difference_and_writes_only_when_told(loaded, tmp_path):
    path = write(tmp_path / "清单.csv", a_row())
    for words in ((), ("--dry-run",), ("--dry-run", "--yes")):
        shown = run("import", path, *words)
        assert shown.exit_code == 0, shown.output
        assert "新增 added 1" in shown.output
        assert "吉林省吉林市永吉县" in shown.output
        assert not ours().exists()
    assert "已写入 1 行" in run("import", path, "--yes").output
    assert ours().exists()
    assert "不变 unchanged 1" in run("import", path, "--yes").output


def test_a_faulty_file_leaves_with_a_code_and_all_its_faults(loaded, tmp_path):
    path = write(tmp_path / "清单.csv", a_row(), a_row(place="350102"), a_row(place="999999"))
    every = tmp_path / "问题.csv"
    done = run("import", path, "--yes", "--show", "1", "--faults", every)
    assert done.exit_code == 1
    assert "第3行 C列 区划代码" in done.output
    assert "一行也没有写入" in done.output
    assert not ours().exists()
    with every.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert [row[1:3] for row in rows[1:]] == [
        ["place-not-served-here", "3"],
        ["unknown-place", "4"],
    ]


def test_a_machine_gets_the_plan_as_json_alone(loaded, tmp_path):
    done = run("import", write(tmp_path / "清单.xlsx", a_row(promised_days="7")), "--json")
    facts = json.loads(done.output.split("没有写入")[0])
    assert facts["counts"] == {"added": 1}
    assert facts["shown"][0]["changes"]["承诺办结时限"] == ["", "7"]


def test_what_is_no_table_is_refused_in_a_sentence(loaded, tmp_path):
    path = tmp_path / "清单.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)
    done = run("import", path)
    assert (done.exit_code, "去掉密码" in done.output) == (1, True)


def test_the_documents_of_the_lists_differ_in_nothing_from_what_is_loaded(loaded):
    for prefix, items in (("003", 22), ("004", 137)):
        done = run("import", next(SEEDS.glob(f"{prefix}_*.txt")))
        assert done.exit_code == 0, done.output
        assert f"{items} 项" in done.output
        assert "一致" in done.output


def test_the_lists_and_the_implementations_are_written_out(loaded, tmp_path):
    lists = tmp_path / "全国.csv"
    assert "159" in run("export", lists, "--lists").output
    row = next(line for line in lists.read_text("utf-8-sig").splitlines() if "2020-1-01" in line)
    assert row.split(",")[3:7] == ["1", "学历公证", "司法部", "教育部"]
    run("import", write(tmp_path / "清单.csv", a_row()), "--yes")
    for name in ("甲.csv", "甲.xlsx", "甲.json"):
        assert run("export", tmp_path / name, "--province", "22").exit_code == 0
        assert "修改 changed 0" in run("import", tmp_path / name).output
    assert run("export", tmp_path / "甲.doc").exit_code == 2


def test_a_template_is_written_without_a_database(tmp_path):
    assert run("template", tmp_path / "模板.xlsx").exit_code == 0
    assert run("template", tmp_path / "模板.csv").exit_code == 0
    assert "【说明】" in (tmp_path / "模板.csv").read_text("utf-8-sig")
    assert run("template", tmp_path / "模板.doc").exit_code == 2


@pytest.mark.django_db
def test_five_thousand_rows_come_in_within_a_minute_with_flat_memory(tmp_path):
    found = importing.run(5000)
    # A tenth of what the mark allows for a hundred thousand, for a machine that does other things.
    assert found["planned"] + found["written"] < 45
    assert found["peak"] - found["before"] < 120
    assert not Implementation.objects.filter(local_code__startswith="示例-").exists()
