"""The national day: the same for the same seed, the year's figures in sum, lawful courses."""

import json
import re
from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest

from tongban.cases import states
from tongban.catalogue.reader import listing
from tongban.catalogue.tests.conftest import SEEDS
from tongban.console.simulating import course, day, days, demand, figures, pairs
from tongban.console.simulating.demand import Arrival
from tongban.console.simulating.paper import Paper
from tongban.console.simulating.tables import Table, shown
from tongban.jurisdictions.offices import OFFICE_HOURS
from tongban.local.provinces import PROVINCES
from tongban.local.trouble import WrongWords

MONDAY, SUNDAY = date(2026, 11, 23), date(2026, 11, 22)
OURS = figures.shipped()
OFFICE = days.office_day(OURS)
TEXTS = {"baike-2024-12-12": "002"}


def small(seed=7, *, on=MONDAY, one_in=5000):
    return day.draw(OURS, on, pairs.national(OURS), seed=seed, one_in=one_in)


# --- what it rests on ---


@pytest.mark.parametrize("row", [r for r in OURS.rows.values() if r.document], ids=lambda r: r.key)
def test_a_figure_with_a_document_stands_in_its_line(row):
    lines = listing.find(SEEDS, TEXTS[row.document]).read_text("utf-8").splitlines()

    assert row.quote in lines[row.line - 1]
    sizes = {"亿": 1e8, "万": 1e4}
    assert any(
        re.search(rf"(?<!\d){row.value / size:g}余?{unit}", row.quote)
        for unit, size in sizes.items()
    )


def test_the_office_hours_are_those_of_the_platform():
    spans = [
        [f"{int(minute) // 60:02}:{int(minute) % 60:02}" for minute in span]
        for span in OFFICE.spans
    ]

    assert spans == OFFICE_HOURS["workdays"]


def test_the_police_figures_make_3_78_million():
    assert sum(OURS[kind.figure] for kind in OURS.police) == 3_780_000


def test_what_the_reader_assumes_takes_the_place_of_ours_and_says_so():
    other = OURS.with_assumptions(figures.read_given(["case_share=0.2"]))

    assert other["case_share"] == 0.2
    assert other.rows["case_share"].source == "given by the reader"
    assert OURS["case_share"] == 0.1


@pytest.mark.parametrize(
    "words",
    ["case_share", "case_share=much", "nothing=1", "case_share=1.5", "growth=-1", "growth=nan"],
)
def test_an_assumption_that_means_nothing_is_refused(words):
    with pytest.raises(WrongWords):
        OURS.with_assumptions(figures.read_given([words]))


# --- how much, when, between whom ---


@pytest.mark.parametrize("one_share", [OURS.insurance])
def test_the_kinds_of_one_sum_share_all_of_it(one_share):
    assert sum(kind.share for kind in one_share) == pytest.approx(1)


def test_all_days_of_the_year_make_the_figure_of_the_year():
    first = date(2026, 1, 1)
    all_days = [first + timedelta(days=n) for n in range(365)]
    streams = demand.streams(OURS)

    for stream in streams:
        whole = sum(demand.on_day(stream, one, OURS) for one in all_days)
        assert whole == pytest.approx(stream.a_year)
    insurance = [one.a_year for one in streams if one.business is demand.Business.INSURANCE]
    assert sum(insurance) == pytest.approx(1_600_000_000)


def test_windows_receive_in_office_hours_alone_and_online_peaks_within_them():
    shapes = demand.shapes(OURS)

    assert all(sum(one.weights) == pytest.approx(1) for one in shapes.values())
    for minute, weight in enumerate(shapes[False].weights):
        assert (weight > 0) == OFFICE.is_open(minute)
    hour, share = shapes[True].busiest_hour
    assert OFFICE.is_open(hour * 60)
    assert share > 2 / 24


def test_windows_are_closed_on_a_day_of_rest():
    for stream in demand.streams(OURS):
        assert (demand.on_day(stream, SUNDAY, OURS) > 0) == stream.is_online


def test_every_province_has_people_and_pairs_share_all_cases():
    assert set(PROVINCES) == set(OURS.people)
    for made in (pairs.across(OURS), pairs.within(OURS), pairs.national(OURS)):
        assert sum(made.shares.values()) == pytest.approx(1)
    assert all(here != there for here, there in pairs.across(OURS).shares)


def test_more_people_apply_where_work_is_than_are_decided_there():
    here, there = pairs.across(OURS).part_of("44")

    assert here > 3 * there


def test_the_share_that_crosses_is_the_one_assumed():
    half = pairs.national(OURS.with_assumptions({"crossing_share": 0.5}))

    crossing = sum(one for (here, there), one in half.shares.items() if here != there)
    assert crossing == pytest.approx(0.5)


def test_pairs_are_drawn_as_often_as_their_share_says():
    made, random = pairs.national(OURS).among(["22", "35", "44"]), Random(3)
    drawn = Counter(made.draw(random) for _ in range(20_000))

    for pair, share in made.shares.items():
        assert drawn[pair] / 20_000 == pytest.approx(share, abs=0.015)


def test_arrivals_are_as_many_as_expected_and_as_scattered_as_chance():
    shape = demand.shapes(OURS)[True]
    counts = [len(list(demand.moments(shape, 50, Random(n)))) for n in range(400)]
    mean = sum(counts) / len(counts)
    variance = sum((one - mean) ** 2 for one in counts) / len(counts)

    assert mean == pytest.approx(50, abs=1.5)
    assert variance == pytest.approx(50, rel=0.25)


def test_arrivals_follow_the_hours():
    shape = demand.shapes(OURS)[False]
    hours = Counter(int(one) // 60 for one in demand.moments(shape, 20_000, Random(5)))

    for hour in range(24):
        assert hours[hour] / 20_000 == pytest.approx(shape.hour(hour), abs=0.01)


# --- the same seed ---


def test_the_same_seed_gives_the_same_day_and_another_one_another():
    assert small(1).digest == small(1).digest
    assert small(1).digest != small(2).digest


def test_what_comes_of_one_item_does_not_hang_on_the_others():
    streams = demand.streams(OURS)
    alone = demand.arrivals(streams[1:2], pairs.national(OURS), MONDAY, OURS, seed=1, one_in=5000)

    assert alone == [one.arrival for one in small(1).cases if one.arrival.stream == streams[1]]


# --- what a case causes ---


def many_courses(*, works=True):
    streams = [stream for stream in demand.streams(OURS) if stream.is_case]
    random = Random(11)
    for n in range(600):
        stream = streams[n % len(streams)]
        there = "35" if n % 3 else "22"
        arrival = Arrival(random.uniform(0, 1440), stream, "22", there)
        yield course.draw(arrival, OURS, OFFICE, random, works=works)


def test_every_course_is_lawful_by_the_table_of_moves_and_ends():
    for one in many_courses():
        state, channel = states.State.DRAFT, False
        for step in one.steps:
            if step.move == states.ARRIVE:
                assert channel
                channel = False
                if state is states.State.HANDED_OVER:
                    state = states.State.PENDING
                continue
            if not one.crosses and state is states.State.HANDED_OVER:
                state = states.State.PENDING
            assert not channel, one.steps
            move = states.BY_NAME[step.move]
            assert state in move.sources, (state, step)
            state = move.target
            channel = one.crosses and move.by is not move.to and _leaves(one, move)
        assert state is states.State.CLOSED


def _leaves(one, move):
    """Whether a move hands the case to the other node: between the decider and anybody else."""
    sides = {states.Party.DECIDER: "there"}
    to, by = sides.get(move.to, "here"), sides.get(move.by, "here")
    return to != by and move.to is not states.Party.NOBODY


def test_offices_act_in_office_hours_and_time_never_goes_back():
    for one in many_courses():
        moments = [(step.day, step.minute) for step in one.steps]
        assert moments == sorted(moments)
        for step in one.steps:
            assert step.who is not course.Who.OFFICE or OFFICE.is_open(step.minute), step


def test_on_a_day_of_rest_offices_begin_on_a_later_day():
    for one in many_courses(works=False):
        assert all(step.day > 0 for step in one.steps if step.who is course.Who.OFFICE)


def test_every_event_after_the_other_node_takes_part_is_one_message():
    for one in many_courses():
        told = list(one.messages())
        if not one.crosses:
            assert told == []
            continue
        before = {"submit", "return_for_form", "resubmit", "receive"}
        assert len(told) == sum(step.move not in before for step in one.steps)
        assert {(a, b) for _, a, b in told} == {("22", "35"), ("35", "22")}


@pytest.mark.parametrize(
    ("minute", "work", "expected"),
    [
        (0, 0, (0, 510)), (540, 60, (0, 600)), (700, 30, (0, 820)), (730, 10, (0, 820)),
        (1019, 2, (1, 511)), (1300, 0, (1, 510)), (510, 420, (1, 510)), (510, 1000, (2, 670)),
    ],
)  # fmt: skip
def test_office_minutes_step_over_lunch_and_night(minute, work, expected):
    assert OFFICE.after(minute, work) == expected


def test_the_tally_counts_all_steps_whichever_day_they_fall_on():
    drawn = small()
    found = day.tally(drawn)

    assert sum(found.events) == sum(len(one.steps) for one in drawn.cases)
    assert sum(found.cases) == len(drawn.cases)
    assert sum(found.look_ups) == len(drawn.look_ups)
    assert found.moves["accept"] == len(drawn.cases)
    hour, _ = found.busiest(found.events)
    assert OFFICE.is_open(hour * 60 + 30)


# --- what is shown ---


def test_a_paper_shows_the_year_and_can_be_read_by_a_machine():
    paper = Paper(OURS, MONDAY, 1, 5000)
    tables = {table.name: table for table in paper.tables()}

    def total(table: str, column: int) -> float:
        return sum(float(row[column]) for row in tables[table].rows)

    assert total("volumes", 3) == pytest.approx(1_603_780_000)
    assert total("hours", 1) == pytest.approx(paper.expected(cases=False))
    assert total("provinces", 2) == pytest.approx(paper.expected(cases=True))
    json.dumps([table.as_dict() for table in tables.values()])


def test_a_table_is_the_same_everywhere():
    table = Table("t", "表", "Table", ("what", "how many"), [("a|b", 1234.5), ("c", 0.01234)])

    assert table.as_markdown().splitlines() == [
        "| what | how many |", "| --- | --: |", "| a\\|b | 1,234 |", "| c | 0.0123 |",
    ]  # fmt: skip
    assert [shown(one) for one in (0, 7, 3.0, 2e-5, "x")] == ["0", "7", "3", "2.0e-05", "x"]
