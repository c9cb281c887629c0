"""The measurements in their order; needs Django to be set up as the node that is measured."""

import itertools
import os
import secrets
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from django.utils.timezone import localdate, now
from rich.console import Console
from rich.progress import Progress

from tongban.cases.operations import uploads
from tongban.console.benching import (
    answers,
    applications,
    crossing,
    filling,
    limit,
    load,
    memory,
    pages,
    seeding,
)
from tongban.console.benching.applications import AT_WINDOW, Kind
from tongban.console.benching.calm import calm
from tongban.console.benching.filling import Filled
from tongban.console.benching.ground import HERE, THERE, Ground
from tongban.console.benching.growth import SMALL, Growth
from tongban.console.benching.results import Results
from tongban.exchange import queries as exchange
from tongban.exchange import reconciling
from tongban.local.trouble import Trouble
from tongban.record.chains import FileRef

CONNECTIONS = 16
ROUNDS = 3
MARKS = {"ratio": 0.20, "rate": 222.0, "crossing": 300.0, "page": 100.0, "long_page": 60.0}
# How many submissions a second are made ready beforehand.
_MOST = 3000
_DRAIN = 120.0
# From so many cases on a run also says how much more they cost than ten thousand.
MANY = 50_000


@dataclass
class Measuring:
    """One run: the nodes, what was found, and what the runs need."""

    nodes: Ground
    results: Results
    seconds: int
    say: Callable[[str], None]
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    filled: Filled = field(default_factory=Filled)
    _first: int = 10_000_000

    def prepare(self) -> None:
        """A paper, and tokens of both nodes."""
        self.file = self._paper()
        self._ask_for_tokens()
        # What nodes compare once a day is compared while there is nothing: cases that are filled in
        # carry no signatures, so the other node would refuse them all, one by one, meanwhile.
        for peer in reconciling.peers():
            reconciling.ask(peer, at=now())

    def _ask_for_tokens(self) -> None:
        self.token, self.other_token = self.nodes.token(HERE), self.nodes.token(THERE)

    def _fill(self, cases: int) -> None:
        self.say(f"装入 {cases:,} 件 Loading cases …")
        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("装入 Loading", total=1.0)

            def step(share: float) -> None:
                progress.update(task, completed=share)

            filling.fill(
                self.filled, upto=cases, file=self.file, there=THERE, at=seeding.moment(),
                processes=os.cpu_count() or 1, step=step,
            )  # fmt: skip
        # What was written goes on to the disk for minutes, beside whatever is measured meanwhile.
        calm(self.say)
        # A token holds for an hour, and a million cases may take longer.
        self._ask_for_tokens()

    # --- cases, among very many ---

    def cases(self, count: int) -> None:
        """Lists, cases and decisions among so many cases; from fifty thousand on, their growth.

        What is compared with is the same node while it had ten thousand.
        """
        growth = Growth(self.nodes, self.results, self.seconds, self.say)
        small = None
        if count >= MANY:
            self._fill(SMALL)
            small = growth.look(self.filled, self._submit_at_window)
        self._fill(count)
        looked = growth.look(self.filled, self._submit_at_window)
        self.results.machine |= {"cases": count, "events": self.filled.events}
        growth.tell(looked)
        if small:
            growth.compare(small, looked)

    def _submit_at_window(self) -> load.Report:
        return self._submit(AT_WINDOW)

    def _paper(self) -> FileRef:
        paper = applications.paper()
        size = len(applications.PDF)
        return uploads.keep_upload(
            owner="client:bench", source=paper, name="证明.pdf", size=size, at=now()
        )

    def _requests(self, kind: Kind, count: int) -> Iterator[bytes]:
        """Requests made beforehand, so that making them is not part of what is measured."""
        _, port = self.nodes.address(HERE)
        made = applications.requests(
            kind, self.file, token=self.token, port=port, run=self.run, first=self._first
        )
        self._first += count
        return iter(list(itertools.islice(made, count)))

    # --- pages ---

    def pages(self) -> None:
        """Item and search, over all connections at once."""
        for page in pages.PAGES:
            self.say(f"{page.label} …")
            report = pages.measure(
                page, self.nodes.node(HERE).url, connections=CONNECTIONS, seconds=self.seconds
            )
            note = (
                f"{report.rate:.0f}/s; as the client sees it, waiting for its turn included: "
                f"p50 {report.percentile(0.5):.0f}, p95 {report.percentile(0.95):.0f} ms"
            )
            self.results.add(
                f"{page.name}_p95", f"{page.label}, p95, server side",
                report.server_percentile(0.95), "ms", mark=MARKS["page"], note=note,
            )  # fmt: skip

    def long_page(self) -> None:
        """A page of a hundred results among all names of all places, one after the other."""
        page = pages.LONG
        self.say(f"{page.label} …")
        report = pages.measure(page, self.nodes.node(HERE).url, connections=1, seconds=self.seconds)
        self.results.add(
            "long_page_p99", f"{page.label}, p99, server side", report.server_percentile(0.99), "ms",
            mark=MARKS["long_page"], note=f"p50 {report.server_percentile(0.5):.0f} ms",
        )  # fmt: skip

    def answers(self) -> None:
        """Whether an item can be done between places, asked of this process alone."""
        self.say("能不能办 Availability …")
        answers.tell(self.results, on=localdate())

    # --- crossing ---

    def crossings(self, count: int) -> None:
        """One case after another over the border, with nothing else going on."""
        self.say("跨省传送 Crossing …")
        found = crossing.measure(
            self._requests(applications.online(), count), self.nodes.address(HERE),
            self.nodes.node(THERE).url, self.other_token, count=count,
        )  # fmt: skip
        label, polled = "跨省 border crossing, submit → visible there", crossing.LOOK_EVERY * 1000
        note = f"{count} crossings; polled, so at most {polled:.0f} ms and one request too long"
        for share, name in ((0.5, "p50"), (0.99, "p99")):
            self.results.add(
                f"crossing_{name}", f"{label}, {name}", load.percentile(found.seen, share) * 1000,
                "ms", mark=MARKS["crossing"] if name == "p99" else None, note=note,
            )  # fmt: skip
        self.results.add(
            "crossing_recorded_p99", "the same between the two signed moments, p99",
            load.percentile(found.recorded, 0.99) * 1000, "ms",
        )  # fmt: skip

    # --- submissions ---

    def submissions(self) -> None:
        """The database's limit and the API, turn by turn, so that both see the same machine."""
        values = limit.values_of(applications.intake(AT_WINDOW, 1, self.file))
        url = self.nodes.node(HERE).database_url
        limits, reports = [], []
        for turn in range(1, ROUNDS + 1):
            self.say(f"提交 Submissions {turn}/{ROUNDS} …")
            limits.append(
                limit.run(values, conninfo=url, connections=CONNECTIONS, seconds=self.seconds)
            )
            reports.append(self._submit(AT_WINDOW))
        limit.forget(url)
        ratios = [report.rate / most for report, most in zip(reports, limits, strict=True)]
        self._tell_submissions(limits, reports, ratios)

    def _submit(self, kind: Kind) -> load.Report:
        requests = self._requests(kind, self.seconds * _MOST)
        load.run(
            self.nodes.address(HERE), itertools.islice(requests, 200), connections=4, seconds=2
        )
        report = load.run(
            self.nodes.address(HERE), requests, connections=CONNECTIONS, seconds=self.seconds
        )
        if set(report.statuses) != {201}:
            raise Trouble(
                f"不是每份申请都收下了：{dict(report.statuses)}",
                f"Not every submission was taken: {dict(report.statuses)}",
            )
        return report

    def _tell_submissions(
        self, limits: list[float], reports: list[load.Report], ratios: list[float]
    ) -> None:
        turns = ", ".join(f"{one:.0f}" for one in limits)
        add = self.results.add
        add("limit", "数据库极限 pgbench, the same statement", statistics.median(limits), "/s",
            note=f"median of {turns}; {CONNECTIONS} connections, prepared")  # fmt: skip
        rates = [report.rate for report in reports]
        add("submissions", "接口提交 submissions through the API", statistics.median(rates), "/s",
            mark=MARKS["rate"], at_most=False,
            note=f"median of {', '.join(f'{rate:.0f}' for rate in rates)}")  # fmt: skip
        add("ratio", "两者之比 ratio of the two", statistics.median(ratios), "",
            mark=MARKS["ratio"], at_most=False,
            note=f"turns {', '.join(f'{ratio:.2f}' for ratio in ratios)}")  # fmt: skip
        for share, name in ((0.5, "p50"), (0.95, "p95"), (0.99, "p99")):
            value = statistics.median(report.percentile(share) for report in reports)
            add(f"submission_{name}", f"提交耗时 submission, {name}", value, "ms")
        share = statistics.median(report.cpu_share for report in reports)
        add("generator", "发压程序占一个核的份额 the generator's share of one core", share, "")

    def online_submissions(self) -> None:
        """Submissions that leave for the other node while they are taken, and until all arrived."""
        self.say("网办提交 Online submissions …")
        report = self._submit(applications.online())
        began = time.monotonic()
        while (waiting := exchange.outbox_depth().count) and time.monotonic() - began < _DRAIN:
            time.sleep(0.05)
        drained = time.monotonic() - began
        note = f"p99 {report.percentile(0.99):.0f} ms; both nodes' workers share the machine; " + (
            f"{waiting} still unsent after {_DRAIN:.0f} s"
            if waiting
            else f"all sent {drained:.1f} s later"
        )
        self.results.add(
            "online", "同时外发的网办提交 online submissions, sent on meanwhile", report.rate, "/s",
            note=note,
        )  # fmt: skip

    # --- memory ---

    def memory(self) -> None:
        """What each process takes, and a node in all."""
        taken = memory.by_process(self.nodes.demo.state.processes)
        for name, size in taken.items():
            self.results.add(f"memory_{name}", f"内存 memory (PSS): {name}", size / 1024**2, "MB")
        node = sum(size for name, size in taken.items() if name.endswith(f"-{HERE}"))
        self.results.add(
            "memory_node", "内存 memory (PSS): one node, web and worker", node / 1024**2, "MB"
        )
