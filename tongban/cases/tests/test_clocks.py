"""Clocks: dates worked out by hand, properties that hold for every clock, two nodes, faulty questions."""

import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.basics import calendar, hours
from tongban.basics.tests.each import of_all
from tongban.cases.clocks import checking, counting, ledger, reading, rules, writing
from tongban.cases.clocks.reading import QuestionMalformed
from tongban.cases.clocks.values import Extension, Limit, Stop, Term, Unit
from tongban.cases.states import State

HISTORIES = json.loads((Path(__file__).parent / "clock_histories.json").read_text("utf-8"))
NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)


def test_there_are_enough_histories_worked_out_by_hand():
    assert len(HISTORIES) >= 60
    assert len({one["name"] for one in HISTORIES}) == len(HISTORIES)


@of_all("told", HISTORIES, called=lambda told: told["name"])
def test_a_clock_comes_to_the_day_that_was_worked_out_by_hand(told):
    answer = writing.reckoning(reading.from_dict(told["question"], now=NOW).answer())

    assert answer["due_on"] == told["due_on"], told["by_hand"]
    for key in ("provisional", "rolled_from", "state", "used", "left", "late", "light"):
        if key in told:
            assert answer[key] == told[key], key
    assert set(told["rules"]) <= {rule["key"] for rule in answer["rules"]}
    if "remark" in told:
        assert told["remark"] in "".join(answer["remarks"])


@of_all("told", HISTORIES, called=lambda told: told["name"])
def test_a_finger_on_the_calendar_comes_to_the_same_day(told):
    term = reading.from_dict(told["question"], now=NOW).term

    assert checking.by_finger(term) == (told["due_on"] and date.fromisoformat(told["due_on"]))


MOMENTS = st.datetimes(
    datetime.fromisoformat("2004-01-05"),
    datetime.fromisoformat("2027-06-30"),
    timezones=st.just(hours.BEIJING),
)
STOPS = st.lists(
    st.tuples(st.integers(0, 60 * 24), st.integers(1, 40 * 24), st.sampled_from(list(rules.STOPS))),
    max_size=4,
)
LIMITS = st.builds(Limit, st.integers(0, 45), st.sampled_from([Unit.WORKDAY, Unit.DAY, Unit.MONTH]))


def a_term(start, limit, stops=(), **more):
    made = tuple(
        Stop(start + timedelta(hours=a), start + timedelta(hours=a + n), rules.STOPS[rule])
        for a, n, rule in stops
    )
    return Term(
        start=start, limit=limit, rule=rules.OTHER, calendar=calendar.shipped(), stops=made, **more
    )


def due(term):
    return counting.reckon(term, at=term.start).due_on


@given(MOMENTS, LIMITS, STOPS)
def test_more_time_and_more_stops_are_never_due_earlier(start, limit, stops):
    term = a_term(start, limit, stops)

    assert due(term) <= due(a_term(start, replace(limit, count=limit.count + 1), stops))
    assert due(a_term(start, limit, stops[:-1])) <= due(term)
    longer = replace(term, extensions=(Extension(1, start, rules.EXTEND),))
    assert due(term) <= due(longer)
    assert due(a_term(start + timedelta(days=1), limit)) >= due(a_term(start, limit))


@given(MOMENTS, LIMITS, STOPS, st.randoms(use_true_random=False))
def test_the_order_in_which_stops_are_told_does_not_matter(start, limit, stops, chance):
    shuffled = chance.sample(stops, len(stops))

    assert due(a_term(start, limit, stops)) == due(a_term(start, limit, shuffled))


@given(MOMENTS, LIMITS, STOPS)
def test_overlapping_stops_are_the_stretch_they_cover(start, limit, stops):
    covered: list[tuple[int, int, str]] = []
    for a, n, rule in sorted(stops):
        if covered and a <= covered[-1][0] + covered[-1][1]:
            last = covered.pop()
            covered.append((last[0], max(last[0] + last[1], a + n) - last[0], rule))
        else:
            covered.append((a, n, rule))

    assert due(a_term(start, limit, stops)) == due(a_term(start, limit, covered))


@given(MOMENTS, LIMITS, STOPS, st.integers(0, 120 * 24))
def test_the_lines_of_a_ledger_leave_no_gap_and_sum_to_the_whole(start, limit, stops, hours_later):
    at = start + timedelta(hours=hours_later)
    found = counting.reckon(a_term(start, limit, stops), at=at)

    assert found.lines[0].since == start
    assert found.lines[-1].until == at
    for one, after in zip(found.lines, found.lines[1:], strict=False):
        assert one.until == after.since
    assert sum(line.seconds for line in found.lines) == (at - start).total_seconds()
    assert sum(line.used for line in found.lines) == found.used
    assert found.is_late == (found.due_on is not None and hours.day_in_beijing(at) > found.due_on)
    assert (found.left < 0) == found.is_late


@given(MOMENTS, st.integers(1, 60))
def test_the_last_day_is_a_working_day_whatever_the_unit(start, count):
    for unit in (Unit.WORKDAY, Unit.DAY, Unit.MONTH):
        assert calendar.is_working_day(due(a_term(start, Limit(count, unit))))


def test_two_nodes_agree_on_generated_histories_and_a_finger_agrees_with_both():
    report = checking.check(400, first_seed=1)

    assert report.differences == []
    assert report.events > 1500
    assert report.clocks > 800


def test_the_check_notices_when_a_rule_is_left_out(monkeypatch):
    monkeypatch.setattr(counting, "_gaps", lambda term: [])

    found = {difference.what for difference in checking.check(100).differences}
    assert "counting by finger" in found


def test_every_state_of_a_case_has_a_clock_or_is_known_to_have_none():
    """Whoever adds a state says in clocks/rules.py whose time runs in it, and under which rule."""
    clocked = {
        state for kind in rules.KINDS.values() for state, _ in (*kind.running, *kind.pausing)
    }

    assert clocked | rules.WITHOUT_CLOCK == set(State)
    assert not clocked & rules.WITHOUT_CLOCK


def test_rules_of_law_name_their_article_and_others_say_that_they_are_defaults():
    found = [value for value in vars(rules).values() if isinstance(value, rules.Rule)]

    for rule in found:
        if rule.mark in {rules.Mark.LAW, rules.Mark.UNVERIFIED}:
            assert "第" in rule.basis
            assert "条" in rule.basis
        else:
            assert "待牵头单位确认" in rule.source
    assert len({rule.key for rule in found}) == len(found) > 20


def test_a_case_ledger_names_holders_clocks_and_what_stopped_them():
    histories = (checking.a_history(random.Random(seed)) for seed in range(5000))
    wanted = {"ask_correction", "answer_correction", "approve"}
    ledgers = (
        ledger.of_events(events, at=events[-1].at + timedelta(days=2))
        for events in histories
        if wanted <= {event.kind for event in events}
    )
    told = next(
        found
        for found in ledgers
        if any(span.state is State.CORRECTION and span.seconds for span in found.spans)
    )
    kinds = {clock.kind.key for clock in told.clocks}

    assert {"accept", "correction", "decide"} <= kinds
    stopped = [line for line in told.lines if line.clock and not line.counts]
    assert rules.STOP_CORRECTION in {rule for line in stopped for rule in line.rules}
    assert sum(line.seconds for line in told.spans) == sum(told.held.values())
    written = writing.ledger(told)
    assert written == json.loads(json.dumps(written))


def fault(question):
    with pytest.raises(QuestionMalformed) as refused:
        reading.from_dict(question, now=NOW)
    return {one.where: one.words for one in refused.value.faults}


GOOD = {"start": "2026-11-16T09:00", "limit": 5}


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ({"start": None}, "start", "写日期"),
        ({"start": "2026-02-30"}, "start", "写日期"),
        ({"start": "1999-01-01"}, "start", "年份要在2004到2099"),
        ({"start": "tomorrow"}, "start", "写日期"),
        ({"limit": -1}, "limit", "写0到2000之间的整数"),
        ({"limit": 2.5}, "limit", "整数"),
        ({"limit": True}, "limit", "整数"),
        ({"limit": 5000}, "limit", "写0到2000"),
        ({"limit": 31, "unit": "year"}, "limit", "写0到30"),
        ({"unit": "week"}, "unit", "写其中之一：workday、day、month、year"),
        ({"rule": "beer"}, "rule", "写其中之一"),
        ({"place": "Jilin"}, "place", "六位行政区划代码"),
        ({"extra": 1}, "extra", "没有这一项"),
        ({"ended": "2026-11-01"}, "ended", "在开始以前"),
        ({"stops": "x"}, "stops", "写成列表"),
        ({"stops": [{"from": "2026-11-01"}]}, "stops.0.from", "不能早于开始"),
        ({"stops": [{"from": "2026-11-18", "to": "2026-11-18"}]}, "stops.0.to", "恢复要晚于停止"),
        ({"stops": [{"from": "2026-11-18", "rule": "rain"}]}, "stops.0.rule", "写其中之一"),
        ({"stops": [{"from": "2026-11-18", "why": ""}]}, "stops.0.why", "没有这一项"),
        ({"stops": [{"from": "2026-11-18"}] * 51}, "stops", "最多50项"),
        ({"extensions": [{"count": 0, "at": "2026-11-18"}]}, "extensions.0.count", "写1到2000"),
        ({"extensions": [{"count": 1, "at": "2026-11-18", "unit": "month"}]},
         "extensions.0.unit", "同一个单位"),
        ({"office_hours": {"workdays": [["17:00", "08:30"]]}}, "office_hours", "先开后关"),
        ({"office_hours": []}, "office_hours", "写成"),
        ({"lights": {"amber_share": 101}}, "lights.amber_share", "写0到100"),
        ({"least_left": 99}, "least_left", "写0到30"),
        ({"calendar": [{"year": 2027}]}, "calendar rest", "没有一个节日"),
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused_where_it_is_wrong(changes, where, words):
    assert words in fault(GOOD | changes)[where]


def test_all_faults_of_a_question_are_told_at_once():
    assert set(fault({"start": "x", "limit": "y", "unit": "z"})) == {"start", "limit", "unit"}


@pytest.mark.parametrize("text", ["", "[1]", "nonsense", "NaN", '{"start": NaN}', "[" * 100000])
def test_what_is_no_question_is_refused(text):
    with pytest.raises(QuestionMalformed):
        reading.read(text, now=NOW)


def test_a_basis_that_the_asker_names_is_not_taken_for_ours():
    stop = {"from": "2026-11-18", "rule": "special", "basis": "某规定第3条"}
    question = reading.from_dict(GOOD | {"stops": [stop]}, now=NOW)

    assert question.term.stops[0].rule.source == "某规定第3条，未核对原文"
