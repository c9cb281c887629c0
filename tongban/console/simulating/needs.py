"""What a day on paper needs of machines: largest province, all provinces, hub; and what gives way first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tongban.console.simulating import demand, sizing
from tongban.console.simulating.measured import PARTS, Measured
from tongban.console.simulating.paper import Paper
from tongban.console.simulating.sizing import GB, TB, Course, Hub, Limit, Load, Need, Prices
from tongban.console.simulating.tables import Cell, Table
from tongban.local.provinces import node_name


@dataclass(frozen=True)
class Needs:
    """Sizing of a day on paper, by what was measured and at the prices that the reader gives."""

    paper: Paper
    measured: Measured
    prices: Prices = field(default_factory=Prices)

    @cached_property
    def course(self) -> Course:
        """Of an average case of the sample."""
        found = self.paper.tally
        _, of_events = found.busiest(found.events)
        _, of_look_ups = demand.shapes(self.paper.figures)[True].busiest_hour
        return Course(
            found.events_a_case, self.paper.acts_a_case, found.messages_a_case, of_events,
            of_look_ups,
        )  # fmt: skip

    def _load(self, name: str, nodes: Sequence[str]) -> Load:
        cases = sum(map(self.paper.pairs.involving, nodes))
        applied = sum(self.paper.pairs.part_of(node)[0] for node in nodes)
        day, year = self.paper.expected, self.paper.a_year
        return Load(
            name, day(cases=False) * applied, day(cases=True) * cases, year(cases=False) * applied,
            year(cases=True) * cases,
        )  # fmt: skip

    def need(self, name: str, nodes: Sequence[str]) -> Need:
        """Of some nodes together."""
        return sizing.need(self._load(name, nodes), self.course, self.paper.figures, self.measured)

    @cached_property
    def largest(self) -> Need:
        """Of the province that takes part in most cases."""
        code = self.paper.pairs.nodes[0]
        return self.need(f"{node_name(code)} {code}, the largest", [code])

    @cached_property
    def middle(self) -> Need:
        """Of the province in the middle."""
        nodes = self.paper.pairs.nodes
        code = nodes[len(nodes) // 2]
        return self.need(f"{node_name(code)} {code}, in the middle", [code])

    @cached_property
    def all(self) -> Need:
        """Of all provinces together."""
        return self.need("all provinces", self.paper.pairs.nodes)

    @cached_property
    def hub(self) -> Hub:
        """Of the hub."""
        crossing = sum(
            share for (here, there), share in self.paper.pairs.shares.items() if here != there
        )
        return sizing.hub(
            self.paper.expected(cases=True) * crossing, self.largest.load.cases_a_day, self.course,
            self.paper.figures, self.measured,
        )  # fmt: skip

    # --- as tables ---

    def tables(self) -> list[Table]:
        """In the order in which one understands them."""
        found = [self.measured_table(), self.needed(), self.hub_table(), self.limits()]
        return [*found, self.cost()] if self.prices.is_given else found

    def measured_table(self) -> Table:
        """What sizing rests on."""
        rows = [
            (key, value, unit, source) for key, (value, unit, source) in self.measured.rows.items()
        ]
        columns = ("figure", "value", "unit", "measured by")
        return Table("measured", "量得的数", "Measured figures", columns, rows)

    def machines(self, need: Need) -> int:
        """Of one need; of all provinces, the sum of what each must have by itself."""
        if need is not self.all:
            return need.machines(self.paper.figures)
        return sum(
            self.need(code, [code]).machines(self.paper.figures) for code in self.paper.pairs.nodes
        )

    def needed(self) -> Table:
        """By whom; a second is of the busiest hour of the busiest day."""
        figures = self.paper.figures
        shown = (self.largest, self.middle, self.all)
        lines: list[tuple[str, list[Cell]]] = [
            ("cases on a usual working day", [one.load.cases_a_day for one in shown]),
            ("cases a year", [one.load.cases_a_year for one in shown]),
            ("reading requests a second", [one.reads_a_second for one in shown]),
            ("acts and submissions a second", [one.writes_a_second for one in shown]),
            ("events kept a second", [one.events_a_second for one in shown]),
            ("messages and receipts a second", [one.messages_a_second for one in shown]),
            *self._cores_used(shown),
            ("cores with room left", [one.provided(figures) for one in shown]),
            ("machines", [self.machines(one) for one in shown]),
            ("log of the database, MB a second", [one.log_bytes_a_second / 1e6 for one in shown]),
            ("events a year, millions", [one.events_a_year / 1e6 for one in shown]),
            ("tables and record a year, GB", [one.database_bytes_a_year / GB for one in shown]),
            ("papers a year with backup, TB", [one.papers_bytes_a_year / TB for one in shown]),
            ("on all disks after a year, TB", [one.stored_a_year(figures) / TB for one in shown]),
        ]
        rows = [(name, *values) for name, values in lines]
        columns = ("", *(one.load.name for one in shown))
        return Table("needed", "需要多少", "What is needed", columns, rows)

    def _cores_used(self, shown: Sequence[Need]) -> list[tuple[str, list[Cell]]]:
        return [
            (f"cores used: {part}", [one.cores_by_part[part] for one in shown])
            for part in PARTS
            if part in self.all.cores_by_part
        ]

    def hub_table(self) -> Table:
        """The broker's part, and nothing of the cases'."""
        hub, figures = self.hub, self.paper.figures
        rows: list[tuple[str, Cell]] = [
            ("messages and receipts a second", hub.messages_a_second),
            ("the same on the busiest day, millions", hub.messages_a_day / 1e6),
            ("written to the disk of each server, MB a second", hub.disk_bytes_a_second / 1e6),
            ("cores used by one server", hub.cores),
            ("servers", figures["replicas"]),
            ("fullest mailbox after an outage, GB", hub.largest_mailbox_bytes / GB),
        ]
        return Table("hub", "枢纽和消息服务器", "The hub", ("", "value"), rows)

    def limits(self) -> Table:
        """What is needed beside what was measured, that which gives way first at the top."""
        rows = [
            (one.what, one.needed, one.had, one.unit, one.share, one.source, one.then)
            for one in sorted(self._limits(), key=lambda one: -one.share)
        ]
        columns = ("what", "needed", "measured", "unit", "times", "source", "what then")
        return Table("limits", "先到哪个头", "What gives way first", columns, rows)

    def _handed_in_a_second(self, code: str) -> float:
        """Cases handed in at a node in the busiest hour of the busiest day."""
        applied, _decided = self.paper.pairs.part_of(code)
        daily = self.paper.expected(cases=True) * applied * self.paper.figures["busy_day"]
        return daily * self.course.peak_of_look_ups / 3600

    def _limits(self) -> list[Limit]:
        figures, measured, big = self.paper.figures, self.measured, self.largest
        kept = big.load.cases_a_year * figures["years_kept"]
        handed_in = self._handed_in_a_second(self.paper.pairs.nodes[0])
        core, run = "./run simulate: one core's worth", "docs/performance.md"
        a_machine = figures["cores_a_machine"] * figures["utilisation"]
        fold = big.events_a_year * figures["years_kept"] * measured["fold_us_an_event"] / 1e6 / 3600
        return [
            Limit("cases in the tables of one node", kept, measured["cases_measured"], "cases",
                  measured.rows["cases_measured"][2], "measure with as many; divide tables by year"),
            Limit("one worker", big.events_a_second, 1 / measured.an_event("worker"), "events/s", core,
                  "run several workers; each takes its part of the cases"),
            Limit("one web process", big.cores_by_part["web"], 1.0, "cores", core,
                  "run more; they keep nothing"),
            Limit("the primary database on one machine", big.cores_by_part["postgresql"], a_machine,
                  "cores", "assumption: cores_a_machine, utilisation", "reading from a standby; a node for each city"),
            Limit("submissions to one node", handed_in, measured["submissions_a_second"], "a second",
                  run, "more web machines"),
            Limit("statements that the database takes", handed_in, measured["statements_a_second"],
                  "a second", run, "a machine with more cores and faster disks"),
            Limit("broker of the hub", self.hub.messages_a_second, 1 / measured.an_event("nats-server"),
                  "messages/s", core, "streams on several servers, each node's mailbox on one"),
            Limit("making all tables anew in a night", fold / 2, figures["rebuild_hours"], "hours",
                  "41 µs an event, two processes", "more processes; parts of it at a time"),
            Limit("nightly comparison between nodes", kept * measured["summary_us_a_case"] / 1e6, 3600,
                  "seconds", "docs/adr/0025", "compare by month; leave out what was compared and closed"),
        ]  # fmt: skip

    def cost(self) -> Table:
        """At the reader's prices; none is known here."""
        figures, rows = self.paper.figures, []
        for one in (self.largest, self.all):
            cores, stored = one.provided(figures), one.stored_a_year(figures)
            machines = self.machines(one)
            price = self.prices.a_year(cores=cores, stored=stored, machines=machines)
            rows.append((one.load.name, cores, machines, stored / TB, price))
        columns = ("", "cores", "machines", "TB", f"{self.prices.currency} in the first year")
        return Table("cost", "费用（按您给的价格）", "Cost, at the prices given", columns, rows)

    def as_dict(self) -> dict[str, Any]:
        """For a machine."""
        found = self.paper.as_dict()
        return found | {
            "tables": found["tables"] | {one.name: one.as_dict() for one in self.tables()}
        }
