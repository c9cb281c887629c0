"""`./run clock`, `./run calendar` and `./run case clock` as somebody types them."""

import json
from datetime import date, timedelta

import pytest
from typer.testing import CliRunner

from tongban.basics import calendar
from tongban.basics.tests.arranged import arrangement
from tongban.cases.models import Case
from tongban.cases.tests import world
from tongban.console import calendar as calendar_command
from tongban.console import case as case_command
from tongban.console import clock as clock_command
from tongban.jurisdictions import calendars

CORRECTED = {
    "start": "2026-11-16T09:00",
    "limit": 5,
    "rule": "accept",
    "stops": [{"from": "2026-11-18T10:00", "to": "2026-11-25T15:00", "rule": "correction"}],
}


def say(app, *words, **more):
    return CliRunner().invoke(app, list(words), **more)


def test_a_deadline_is_worked_out_from_standard_input_and_from_a_file(tmp_path):
    file = tmp_path / "question.json"
    file.write_text(json.dumps(CORRECTED), "utf-8")
    answers = [
        json.loads(say(clock_command.app, "compute", "-", "--json", input=file.read_text()).stdout),
        json.loads(say(clock_command.app, "compute", str(file), "--json").stdout),
    ]

    assert answers[0] == answers[1]
    assert answers[0]["due_on"] == "2026-11-30"
    assert [line["counts"] for line in answers[0]["lines"]] == [True, False, True]
    shown = say(clock_command.app, "compute", str(file)).stdout
    assert "2026-11-30" in shown
    assert "《行政许可法》第三十二条" in shown
    assert "国办发明电〔2025〕7号" in shown


def test_a_question_without_sense_is_refused_with_every_fault(tmp_path):
    refused = say(clock_command.app, "compute", "-", "--json", input='{"start": "x", "limit": -1}')

    assert refused.exit_code == 1
    assert '"where": "start"' in refused.stdout
    assert '"where": "limit"' in refused.stdout
    assert say(clock_command.app, "compute", str(tmp_path / "none")).exit_code == 2


def test_clocks_are_tried_on_histories_and_a_difference_leaves_with_code_1(monkeypatch):
    good = say(clock_command.app, "check", "--histories", "40", "--jobs", "1", "--json")
    assert good.exit_code == 0
    assert json.loads(good.stdout)["histories"] == 40

    from tongban.cases.clocks.checking import Difference, Report

    wrong = Report(histories=40, differences=[Difference(7, "two nodes", 1, 2)])
    monkeypatch.setattr(clock_command, "_all", lambda *_: iter([wrong]))
    bad = say(clock_command.app, "check", "--histories", "40")
    assert bad.exit_code == 1
    assert "种子 seed 7" in bad.stdout


@pytest.fixture
def _of_the_node(db):
    calendar.follow(calendars.of)
    yield
    calendar.follow(None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, tmp_path_factory):
    """Reference data once for all tests; each test's own rows are rolled back."""
    with django_db_blocker.unblock():
        world.load(tmp_path_factory.mktemp("world"))


@pytest.fixture
def number(_of_the_node):
    case, _ = world.a_case()
    later = world.MONDAY + timedelta(hours=2)
    return world.handed_over(case, world.a_clerk(), at=later).number


def test_the_ledger_of_a_case_is_printed_line_by_line(number):
    told = json.loads(say(case_command.app, "clock", number, "--json").stdout)
    shown = say(case_command.app, "clock", number).stdout

    case = Case.objects.get(pk=number)
    assert told["due_on"] == case.due_on.isoformat()
    assert [line["holder"] for line in told["lines"]] == ["receiver", "decider"]
    assert told["whole"] == sum(told["held"].values())
    assert "办理地（等受理）" in shown
    assert "收件地的服务时限" in shown
    assert "李四" not in shown
    assert say(case_command.app, "clock", "220104202611160004279").exit_code == 1


def test_a_dry_run_says_what_would_change_and_writes_nothing(number):
    dry = say(calendar_command.app, "load", "-", "--dry-run", input=arrangement())

    assert "将会新载入" in dry.stdout
    assert "2027-01-09 上班" in dry.stdout
    assert calendar.is_provisional(date(2027, 1, 9))


def test_days_off_that_come_to_be_known_move_what_is_due(number):
    """The case arrived on Monday 16 November 2026 and is due on the 23rd; then two days go off."""
    before = Case.objects.get(pk=number).due_on
    extra = arrangement(
        year=2026,
        number="示例发〔2026〕2号",
        whole_year=False,
        rest=[{"name": "示例节", "days": ["2026-11-18..2026-11-19"]}],
        work=[],
    )
    told = json.loads(say(calendar_command.app, "load", "-", "--json", input=extra).stdout)

    after = Case.objects.get(pk=number).due_on
    assert calendar.working_days_between(before, after) == 2
    assert told["cases"] == [{"number": number, "was": str(before), "is": str(after)}]
    again = json.loads(say(calendar_command.app, "load", "-", "--json", input=extra).stdout)
    assert (again["cases"], again["days"]) == ([], [])


@pytest.mark.usefixtures("_of_the_node")
def test_a_year_is_shown_with_its_document_and_a_later_one_as_provisional():
    known = json.loads(say(calendar_command.app, "show", "2026", "--json").stdout)
    shown = say(calendar_command.app, "show", "2027").stdout

    assert (known["working_days"], known["provisional"]) == (248, False)
    assert "2026-02-14" in known["work"]
    assert known["documents"][0]["number"] == "国办发明电〔2025〕7号"
    assert "暂定" in shown


@pytest.mark.usefixtures("_of_the_node")
def test_a_faulty_arrangement_is_refused_with_every_fault_and_nothing_of_it_is_kept():
    refused = say(
        calendar_command.app, "load", "-", input=arrangement(number="", work=["2027-01-06"])
    )

    assert refused.exit_code == 1
    assert "number：" in refused.stderr
    assert "不是周末" in refused.stderr
    assert calendar.is_provisional(date(2027, 1, 9))


@pytest.mark.usefixtures("_of_the_node")
def test_a_place_sets_when_its_lights_turn_amber_with_the_document_that_says_so(monkeypatch):
    monkeypatch.setattr(clock_command.acting, "set_up_django", lambda **_: None)
    assert "平台默认值" in say(clock_command.app, "lights", "350100").stdout
    assert say(clock_command.app, "lights", "350100", "--amber", "2").exit_code == 1
    said = say(clock_command.app, "lights", "350100", "--amber", "2", "--basis", "示例办法第3条")

    assert "剩2个以下亮黄灯" in said.stdout
    assert "示例办法第3条" in say(clock_command.app, "lights", "350102").stdout


@pytest.mark.usefixtures("_of_the_node")
def test_a_place_sets_what_silence_after_a_correction_may_lead_to(monkeypatch):
    monkeypatch.setattr(clock_command.acting, "set_up_django", lambda **_: None)
    default = say(clock_command.app, "corrections", "350100").stdout
    assert "补正给10个工作日，逾期可以终止（平台默认值" in default
    assert say(clock_command.app, "corrections", "350100", "--days", "15").exit_code == 1
    own = ("--days", "15", "--no-terminate", "--basis", "示例办法第3条")
    said = say(clock_command.app, "corrections", "350100", *own)

    assert "补正给15个工作日，逾期不终止（示例办法第3条）" in said.stdout
    found = json.loads(say(clock_command.app, "corrections", "350102", "--json").stdout)
    assert (found["days"], found["may_terminate"], found["is_default"]) == (15, False, False)
