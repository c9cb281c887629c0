"""What the nation's volume needs: arithmetic alone, from the plan and from what was measured.

Each node carries its own province; the hub carries every message once and no case. So the largest
province and the hub are what counts, and the sum over all is told besides.
"""

import math
from dataclasses import dataclass

from tongban.console.simulating.figures import Figures
from tongban.console.simulating.measured import Measured

HOUR, GB, TB = 3600.0, 1e9, 1e12


@dataclass(frozen=True)
class Load:
    """What something carries: of a usual working day and of a year, and how the day's peaks lie.

    Cases are those it takes part in; `look_ups` those its own people make.
    """

    name: str
    look_ups_a_day: float
    cases_a_day: float
    look_ups_a_year: float
    cases_a_year: float


@dataclass(frozen=True)
class Course:
    """What one case causes, and the shares of a day that fall into the busiest hours."""

    events: float
    acts: float
    messages: float
    peak_of_events: float
    peak_of_look_ups: float


@dataclass(frozen=True)
class Need:
    """What a load needs in the busiest hour of the busiest day, and of room in a year."""

    load: Load
    reads_a_second: float
    writes_a_second: float
    events_a_second: float
    messages_a_second: float
    cores_by_part: dict[str, float]
    log_bytes_a_second: float
    database_bytes_a_year: float
    papers_bytes_a_year: float
    events_a_year: float
    messages_a_year: float

    @property
    def cores(self) -> float:
        """Cores fully used; what is bought must be more (`provided`)."""
        return sum(self.cores_by_part.values())

    def provided(self, figures: Figures) -> float:
        """Cores with room left, as `utilisation` says."""
        return self.cores / figures["utilisation"]

    def machines(self, figures: Figures) -> int:
        """Machines of `cores_a_machine` cores; two at least, since one may fail."""
        return max(2, math.ceil(self.provided(figures) / figures["cores_a_machine"]))

    def stored_a_year(self, figures: Figures) -> float:
        """Bytes on disks: databases as often as they are kept, and papers."""
        return (
            self.database_bytes_a_year * figures["copies_of_databases"] + self.papers_bytes_a_year
        )


def need(load: Load, course: Course, figures: Figures, measured: Measured) -> Need:
    """Of a node, or of all nodes together when the load counts a case once for each of its nodes.

    Events: each node that takes part in a case keeps all of its events, and works on each, whether it
    writes it or takes it in. Messages: those a node sends and takes in, a receipt for each besides.
    """
    busy = figures["busy_day"]
    events = load.cases_a_day * course.events * busy * course.peak_of_events / HOUR
    cases = events / course.events
    look_ups = load.look_ups_a_day * busy * course.peak_of_look_ups / HOUR
    # A case is read around at both of its nodes, half of it at each.
    reads = look_ups * figures["reads_a_lookup"] + cases * figures["reads_a_case"] / 2
    reading = measured.a_read()
    by_part = {part: events * measured.an_event(part) for part in ("worker", "postgresql")}
    by_part["web"] = events * measured.an_event("web")
    web_share = measured["cpu_ms_a_read_web"] / 1000
    by_part["web"] += reads * web_share
    by_part["postgresql"] += reads * (reading - web_share)
    papers = figures["documents_a_case"] * figures["bytes_a_document"]
    return Need(
        load=load,
        reads_a_second=reads,
        writes_a_second=cases * course.acts / 2,
        events_a_second=events,
        messages_a_second=2 * cases * course.messages,
        cores_by_part=by_part,
        log_bytes_a_second=events * measured["log_bytes_an_event"],
        database_bytes_a_year=load.cases_a_year * course.events * measured["database_bytes_an_event"],
        papers_bytes_a_year=load.cases_a_year * papers * figures["copies_of_papers"],
        events_a_year=load.cases_a_year * course.events,
        messages_a_year=2 * load.cases_a_year * course.messages,
    )  # fmt: skip


@dataclass(frozen=True)
class Hub:
    """What the broker of the hub must bear: every message of the country, and nobody's case."""

    messages_a_second: float
    messages_a_day: float
    disk_bytes_a_second: float
    cores: float
    largest_mailbox_bytes: float


def hub(
    crossing_cases_a_day: float,
    largest_cases_a_day: float,
    course: Course,
    figures: Figures,
    measured: Measured,
) -> Hub:
    """From the cases that cross, and those of the node whose mailbox fills fastest."""
    busy = figures["busy_day"]
    daily = crossing_cases_a_day * course.messages * 2 * busy
    second = daily * course.peak_of_events / HOUR
    a_message = measured["broker_bytes_a_message"]
    # A node takes in about half of the messages of its cases, and a receipt for each it sent.
    waiting = largest_cases_a_day * course.messages * busy * figures["outage_hours"] / 24
    # An event is kept at two nodes and travels in one message with its receipt.
    cores = second * measured.an_event("nats-server")
    return Hub(second, daily, second * a_message, cores, waiting * a_message)


@dataclass(frozen=True)
class Limit:
    """One thing that can give way: how much is needed of it, how much there was when measured."""

    what: str
    needed: float
    had: float
    unit: str
    source: str
    then: str

    @property
    def share(self) -> float:
        """How often what was measured is needed; above one it would give way."""
        return self.needed / self.had


@dataclass(frozen=True)
class Prices:
    """What the reader says things cost; nothing is known here."""

    core_a_year: float = 0.0
    tb_a_year: float = 0.0
    machine_a_year: float = 0.0
    currency: str = "元"

    @property
    def is_given(self) -> bool:
        """Whether there is any price."""
        return bool(self.core_a_year or self.tb_a_year or self.machine_a_year)

    def a_year(self, *, cores: float, stored: float, machines: int) -> float:
        """Of a first year; what is stored stays and is paid for again in the next."""
        return (
            cores * self.core_a_year + stored / TB * self.tb_a_year + machines * self.machine_a_year
        )
