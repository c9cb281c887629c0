"""`./run catalogue renew …` as somebody types it."""

import json

import pytest
from typer.testing import CliRunner

from tongban.catalogue import queries
from tongban.catalogue.models import Batch, ItemChange
from tongban.catalogue.tests import managers
from tongban.console import catalogue_renewing

pytestmark = pytest.mark.django_db
UNDER = ("--document", "guobanfa-2022-34", "--place", "二（一）", "--on", "2026-11-20")


@pytest.fixture
def run(settings):
    settings.NODE_ID, settings.IS_HUB = "00", True
    with managers.few_standards():
        pass
    by = managers.a_manager("甲").pseudonym
    second = managers.a_manager("乙").pseudonym

    def go(*words, by=by):
        said = () if words[0] in {"history", "waiting"} else ("--by", by)
        return CliRunner().invoke(catalogue_renewing.app, [*words, *said])

    def confirmed(*words):
        """Prepared by the first and confirmed by the second."""
        done = go(*words, "--yes")
        assert done.exit_code == 0, done.output
        [found] = json.loads(go("waiting", "--json").output)
        done = go("confirm", str(found["prepared"]), "--yes", by=second)
        assert done.exit_code == 0, done.output

    go.confirmed = confirmed
    return go


def test_a_dry_run_says_what_follows_and_writes_nothing(run):
    done = run("merge", "2020-2-08", "2020-2-09", "--into", "2020-2-08", *UNDER, "--dry-run")
    assert done.exit_code == 0, done.output
    assert "2020-2-09 事实无人抚养儿童认定  不再办理 ends" in done.output
    assert "仍然查得到，指到“孤儿救助资格认定”" in done.output
    assert not ItemChange.objects.exists()


def test_nothing_is_written_unless_somebody_said_yes(run):
    done = run("retire", "2020-2-09", *UNDER)
    assert done.exit_code == 0
    assert "没有写入" in done.output
    assert not ItemChange.objects.exists()


def test_what_was_written_stands_in_the_history(run):
    assert "没有更新过" in run("history").output
    steps = (
        ("retire", "2020-2-09"),
        ("rename", "2020-2-06", "--name", "夫妻相互投靠户口迁移"),
        ("split", "2020-2-10", "--into", "2020-2-10", "--into", "2020-2-11"),
        ("add", "--batch", "2020-1", "--number", "58", "--name", "测试用的第58项", "--lead", "公安部",
         "--scenario", "只在测试里有。", "--theme", "户籍和身份证件", "--subject", "person"),
    )  # fmt: skip
    for step in steps:
        run.confirmed(*step, *UNDER)
    told = json.loads(run("history", "--json").output)
    assert [one["kind"] for one in told] == ["retire", "rename", "split", "add"]
    assert told[1]["names"] == {"before": "夫妻投靠户口迁移", "after": "夫妻相互投靠户口迁移"}
    one = run("history", "--item", "2020-2-06").output
    assert "2026-11-20  更名  2020-2-06 → 2020-2-06" in one
    assert "取消" not in one


def test_a_refusal_ends_with_code_1_and_its_reason(run):
    done = run("retire", "2020-2-09", "--document", "nothing", "--place", "二（一）", "--yes")
    assert (done.exit_code, "document: 选择依据的文件" in done.output) == (1, True)
    run.confirmed("retire", "2020-2-09", *UNDER)
    done = run("retire", "2020-2-09", *UNDER, "--yes")
    assert (done.exit_code, "不能再改" in done.output) == (1, True)
    assert run("retire", "2020-9-99", *UNDER, "--yes").exit_code == 1
    assert run("retire", "2020-2-08", *UNDER, "--yes", by="nobody").exit_code == 1
    assert ItemChange.objects.count() == 1


def test_a_batch_is_opened_and_json_says_whether_it_was_written(run):
    batch = ("open-batch", "--list", "2026", "--number", "1", "--name", "测试批次", "--declared", "3",
             "--document", "guobanfa-2022-34")  # fmt: skip
    assert run(*batch, "--dry-run").exit_code == 0
    assert not Batch.objects.filter(list_id="2026").exists()
    run.confirmed(*batch)
    assert queries.declared_and_known("2026") == (3, 0)
    said = json.loads(run("retire", "2020-2-09", *UNDER, "--dry-run", "--json").output)
    assert said["prepared"] is None
    assert said["items"][0]["ends"] is True


def test_what_is_prepared_waits_and_nobody_confirms_his_own(run):
    assert "没有等待确认的" in run("waiting").output
    said = json.loads(run("retire", "2020-2-09", *UNDER, "--yes", "--json").output)
    prepared = str(said["prepared"])
    assert not ItemChange.objects.exists()
    assert "2020-2-09" in run("waiting").output
    done = run("confirm", prepared, "--yes")
    assert (done.exit_code, "由另一位事项管理人员" in done.output) == (1, True)
    assert run("confirm", prepared).exit_code == 0
    assert not ItemChange.objects.exists()
    other = managers.a_manager("乙").pseudonym
    done = run("send-back", prepared, "--why", "依据写错了", by=other)
    assert done.exit_code == 0, done.output
    assert run("confirm", prepared, "--yes", by=other).exit_code == 1
