"""Sizing by hand: from volumes and measured figures to cores, bytes and what gives way first."""

from datetime import date

import pytest

from tongban.console.docs import GENERATED
from tongban.console.simulating import figures, measured, page, sizing
from tongban.console.simulating.measured import PARTS, Measured
from tongban.console.simulating.needs import Needs
from tongban.console.simulating.paper import Paper
from tongban.console.simulating.sizing import Course, Limit, Load, Prices
from tongban.local.home import PROJECT

ROUND = figures.shipped().with_assumptions(
    {
        "busy_day": 2, "reads_a_lookup": 3, "reads_a_case": 20, "documents_a_case": 2,
        "bytes_a_document": 1000, "copies_of_papers": 2, "copies_of_databases": 3,
        "utilisation": 0.5, "cores_a_machine": 4, "outage_hours": 48, "replicas": 3,
    }
)  # fmt: skip
COURSE = Course(events=10, acts=6, messages=8, peak_of_events=0.1, peak_of_look_ups=0.2)


def measures(**more):
    known = {f"cpu_ms_a_read_{part}": 1.0 for part in PARTS}
    known |= {f"cpu_ms_an_event_{part}": 10.0 for part in PARTS}
    known |= {
        "log_bytes_an_event": 5000, "database_bytes_an_event": 2000, "broker_bytes_a_message": 4000,
        "cases_measured": 20_000, "submissions_a_second": 284, "statements_a_second": 2275,
        "fold_us_an_event": 41, "summary_us_a_case": 5,
    }  # fmt: skip
    return Measured({key: (value, "", "") for key, value in (known | more).items()})


LOAD = Load("one", look_ups_a_day=36_000, cases_a_day=18_000, look_ups_a_year=1, cases_a_year=1e6)


def test_a_busy_hour_by_hand():
    need = sizing.need(LOAD, COURSE, ROUND, measures())

    # 18,000 cases × 10 events × twice × a tenth of them within 3,600 s.
    assert need.events_a_second == pytest.approx(10)
    # 36,000 × twice × a fifth / 3,600 s × 3, and one case a second × 20 reads, half of them here.
    assert need.reads_a_second == pytest.approx(4 * 3 + 10)
    assert need.writes_a_second == pytest.approx(1 * 6 / 2)
    assert need.messages_a_second == pytest.approx(1 * 8 * 2)
    assert need.log_bytes_a_second == pytest.approx(50_000)


def test_cores_by_hand():
    need = sizing.need(LOAD, COURSE, ROUND, measures())

    # 10 events of 10 ms; 22 reads of 1 ms at web, of 3 ms at all that stands behind it.
    assert need.cores_by_part == pytest.approx(
        {"web": 0.1 + 0.022, "worker": 0.1, "postgresql": 0.1 + 0.066}
    )
    assert need.provided(ROUND) == pytest.approx(2 * need.cores)
    assert need.machines(ROUND) == 2
    busy = sizing.need(Load("b", 0, 18_000 * 40, 0, 0), COURSE, ROUND, measures())
    assert busy.machines(ROUND) == -(-busy.cores * 2 // 4)


def test_room_by_hand():
    need = sizing.need(LOAD, COURSE, ROUND, measures())

    assert need.database_bytes_a_year == 1e6 * 10 * 2000
    assert need.papers_bytes_a_year == 1e6 * 2 * 1000 * 2
    assert need.stored_a_year(ROUND) == 3 * 2e10 + 4e9
    assert (need.events_a_year, need.messages_a_year) == (1e7, 1.6e7)


def test_the_hub_by_hand():
    hub = sizing.hub(18_000, 9_000, COURSE, ROUND, measures())

    assert hub.messages_a_day == 18_000 * 8 * 2 * 2
    assert hub.messages_a_second == pytest.approx(16)
    assert hub.disk_bytes_a_second == pytest.approx(64_000)
    assert hub.cores == pytest.approx(0.16)
    assert hub.largest_mailbox_bytes == 9_000 * 8 * 2 * 2 * 4000


def test_what_is_needed_more_often_gives_way_first():
    assert Limit("", 30, 10, "", "", "").share == 3


def small(*, price=0.0, **assumed):
    day = Paper(
        figures.shipped().with_assumptions(assumed), date(2026, 11, 23), seed=1, one_in=5000
    )
    return Needs(day, measures(), Prices(price, price, price))


def test_twice_the_volume_needs_twice_the_cores_and_the_room():
    one, two = small().all, small(growth=2).all

    assert two.cores / one.cores == pytest.approx(2, rel=0.05)
    assert two.papers_bytes_a_year / one.papers_bytes_a_year == pytest.approx(2, rel=0.01)


def test_both_provinces_of_a_case_carry_it_and_the_sum_says_so():
    found = small()

    assert found.all.load.cases_a_year == pytest.approx(2 * found.paper.a_year(cases=True))
    assert found.all.load.look_ups_a_year == pytest.approx(found.paper.a_year(cases=False))
    assert found.largest.cores < found.all.cores / 2
    nodes = found.paper.pairs.nodes
    assert sum(found.need(one, [one]).cores for one in nodes) == pytest.approx(found.all.cores)


def test_without_prices_there_is_no_cost_and_with_them_it_is_their_sum():
    assert "cost" not in [table.name for table in small().tables()]
    found = small(price=2.0)
    cost = next(table for table in found.tables() if table.name == "cost")
    for _name, cores, machines, stored, price in cost.rows:
        assert price == pytest.approx(2 * (cores + machines + stored))


def test_limits_stand_with_what_gives_way_first_at_the_top():
    limits = small().limits()

    shares = [row[4] for row in limits.rows]
    assert shares == sorted(shares, reverse=True)


def test_what_is_shipped_is_enough_to_size_by():
    assert measured.needed_figures() <= set(measured.shipped().rows)
    # A worker has no part in reading; all else takes something.
    nothing = {key for key, (value, _, _) in measured.shipped().rows.items() if value <= 0}
    assert nothing <= {"cpu_ms_a_read_worker", "cpu_ms_a_read_nats-server"}


def test_the_page_says_what_the_program_says():
    assert "docs/scale.md" in [one.path for one in GENERATED]
    written = (PROJECT / "docs" / "scale.md").read_text("utf-8")

    assert page.text() == written
    for name in page.tables():
        assert f"<!-- table: {name} -->" in written
