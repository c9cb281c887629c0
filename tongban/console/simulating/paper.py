"""The national day on paper: what it brings, when, between whom, and what each case causes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from tongban.console.simulating import day as drawing
from tongban.console.simulating import days, demand, pairs
from tongban.console.simulating.day import Day, Tally
from tongban.console.simulating.demand import Stream
from tongban.console.simulating.figures import Figures
from tongban.console.simulating.pairs import Pairs
from tongban.console.simulating.tables import Table, percent
from tongban.local.provinces import node_name

SHARES = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0)


@dataclass(frozen=True)
class Paper:
    """A day of the country as the figures have it; what follows from cases is drawn once in a sample."""

    figures: Figures
    on: date
    seed: int
    one_in: float

    @cached_property
    def pairs(self) -> Pairs:
        """All pairs of provinces."""
        return pairs.national(self.figures)

    @cached_property
    def streams(self) -> list[Stream]:
        """All kinds of arrivals."""
        return demand.streams(self.figures)

    @cached_property
    def day(self) -> Day:
        """The sample."""
        return drawing.draw(
            self.figures, self.on, self.pairs, seed=self.seed, one_in=self.one_in
        )  # fmt: skip

    @cached_property
    def tally(self) -> Tally:
        """The sample, counted."""
        return drawing.tally(self.day)

    def expected(self, *, cases: bool) -> float:
        """Cases, or look-ups, that the day brings."""
        return sum(
            demand.on_day(one, self.on, self.figures)
            for one in self.streams
            if one.is_case == cases
        )

    def a_year(self, *, cases: bool) -> float:
        """The same of the year."""
        return sum(one.a_year for one in self.streams if one.is_case == cases)

    # --- as tables ---

    def tables(self) -> list[Table]:
        """All of them, in the order in which one understands them."""
        return [
            self.sourced(), self.assumed(), self.volumes(), self.hours(), self.courses(),
            self.provinces(), self.busiest_pairs(), self.if_more_were_cases(),
        ]  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """All of them for a machine, and by what they were made."""
        return {
            "day": self.on.isoformat(),
            "seed": self.seed,
            "one_in": self.one_in,
            "plan": self.day.digest,
            "tables": {table.name: table.as_dict() for table in self.tables()},
        }

    def sourced(self) -> Table:
        """Figures with a document or code behind them."""
        rows = [
            (row.key, row.value, row.unit, row.says, row.source)
            for row in self.figures.rows.values()
            if not row.is_assumption
        ]
        columns = ("figure", "value", "unit", "what", "source")
        return Table("sourced", "有出处的数", "Figures with a source", columns, rows)

    def assumed(self) -> Table:
        """All others."""
        rows = [
            (row.key, row.value, row.unit, row.says + (f" ({row.source})" if row.is_given else ""))
            for row in self.figures.rows.values()
            if row.is_assumption
        ]
        columns = ("assumption", "value", "unit", "what")
        return Table("assumed", "平台的假设", "Assumptions of the platform", columns, rows)

    def volumes(self) -> Table:
        """What comes, by kind: of the year, of this day, in the busiest hour and second of it."""
        shapes = demand.shapes(self.figures)
        rows: list[tuple[str, str, str, float, float, str, float]] = []
        for one in self.streams:
            today = demand.on_day(one, self.on, self.figures)
            hour, share = shapes[one.is_online].busiest_hour
            rows.append(
                (one.item, one.name if one.is_case else "all that is looked up", one.mode if one.is_case else "look-up",
                 one.a_year, today, f"{hour:02}–{hour + 1:02}", today * share / 3600)
            )  # fmt: skip
        columns = ("item", "name", "mode", "a year", "this day", "busiest hour", "a second then")
        return Table("volumes", "各类业务量", "Volumes by kind", columns, rows)

    def hours(self) -> Table:
        """Arrivals as expected in each hour, and the events and messages of the sample, multiplied."""
        shapes, found = demand.shapes(self.figures), self.tally
        rows = []
        for hour in range(24):
            comes = {True: 0.0, False: 0.0}
            for one in self.streams:
                today = demand.on_day(one, self.on, self.figures)
                comes[one.is_case] += today * shapes[one.is_online].hour(hour)
            rows.append(
                (f"{hour:02}–{hour + 1:02}", comes[False], comes[True],
                 found.events[hour] * self.one_in, found.messages[hour] * self.one_in)
            )  # fmt: skip
        columns = ("hour", "look-ups", "cases handed in", "events", "messages")
        return Table("hours", "一天之内", "Over the day", columns, rows)

    def courses(self) -> Table:
        """What one case causes, on average of the sample."""
        found = self.tally
        cases = max(sum(found.cases), 1)
        hour, share = found.busiest(found.events)
        rows: Sequence[tuple[str, str | float]] = [
            ("cases in the sample", float(cases)),
            ("cross a province border", percent(found.crossing / cases)),
            ("are closed on the same day", percent(found.same_day / cases)),
            ("events a case", found.events_a_case),
            ("of these acts of people", self.acts_a_case),
            ("messages a case, each with a receipt", found.messages_a_case),
            ("busiest hour of events", f"{hour:02}–{hour + 1:02}"),
            ("its share of the day", percent(share)),
        ]
        return Table("courses", "一件引起什么", "What a case causes", ("", "value"), rows)

    @property
    def acts_a_case(self) -> float:
        """Acts of people for a case: events without arrivals, which nodes write by themselves."""
        found = self.tally
        return (sum(found.events) - found.moves["arrive"]) / max(sum(found.cases), 1)

    def provinces(self) -> Table:
        """Who takes part in how many cases of the day."""
        cases, rows = self.expected(cases=True), []
        for node in self.pairs.nodes:
            here, there = self.pairs.part_of(node)
            rows.append(
                (node, node_name(node), cases * here, cases * there,
                 cases * self.pairs.involving(node), percent(self.pairs.involving(node)))
            )  # fmt: skip
        columns = ("node", "name", "applied for here", "decided here", "takes part in", "of all")
        return Table("provinces", "各节点", "By node", columns, rows)

    def busiest_pairs(self, most: int = 12) -> Table:
        """The pairs with the most cases."""
        cases = self.expected(cases=True)
        ordered = sorted(self.pairs.shares.items(), key=lambda one: (-one[1], one[0]))[:most]
        rows = [
            (f"{here} → {there}", cases * share, percent(share)) for (here, there), share in ordered
        ]
        return Table("pairs", "最忙的两地", "Busiest pairs", ("pair", "cases this day", "of all"), rows)  # fmt: skip

    def if_more_were_cases(self) -> Table:
        """The same day for other values of the assumption on which most depends."""
        rows = []
        events, messages = self.tally.events_a_case, self.tally.messages_a_case
        _, share = self.tally.busiest(self.tally.events)
        for one in SHARES:
            other = Paper(
                self.figures.with_assumptions({"case_share": one}), self.on, self.seed, self.one_in
            )
            cases = other.expected(cases=True)
            rows.append(
                (percent(one), cases, other.expected(cases=False), cases * events * share / 3600,
                 cases * messages * 2 * share / 3600, other.a_year(cases=True))
            )  # fmt: skip
        columns = ("case_share", "cases this day", "look-ups this day", "events a second, busiest hour",
                   "messages and receipts a second", "cases a year")  # fmt: skip
        return Table("case_share", "多少是要决定的件", "If more of it were cases", columns, rows)


def default_day() -> date:
    """A Monday that is worked, so that tables come out the same whenever they are made."""
    found = date(2026, 11, 23)
    if not days.is_worked(found):
        raise AssertionError("the day of docs/scale.md is no working day")
    return found
