"""What lists, cases, decisions and submissions cost, and whether that grows with the cases a node has."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import httpx
from django.urls import reverse

from tongban.console.benching import load, pages, plans
from tongban.console.benching.filling import DECIDER, Filled
from tongban.console.benching.ground import HERE, Ground
from tongban.console.benching.pages import CLERK, Page
from tongban.console.benching.plans import Plans
from tongban.console.benching.results import Results
from tongban.console.journeying import people
from tongban.console.journeying.browser import Browser
from tongban.local.trouble import Trouble

CONNECTIONS = 16
SMALL = 10_000
# Milliseconds, 95th percentile at the server, however many cases there are; and how much more the
# middle one may cost among a million than among ten thousand.
# Users look at a page before they ask for the next one; at a window it takes them much longer.
PAUSE = 1.0
MARKS = {"queue": 40.0, "lists": 40.0, "find": 40.0, "case": 100.0, "decision": 150.0}
BUSY = {"queue": 100.0}
FLAT = 1.2
_LABELS = {
    "queue": "窗口队列 queue of a window",
    "lists": "其他列表 its other lists",
    "find": "查办件 finding a case by number or name",
    "case": "办件页 page of a case",
    "decision": "作出决定 decision",
    "submission": "接口提交 submission",
}
_LISTS = ("late", "today", "claimed", "waiting", "passed", "all")
_LOOKED_UP = 200


@dataclass
class Looked:
    """One look at everything: the reports by name, and the plans behind the pages."""

    cases: int
    users: dict[str, load.Report] = field(default_factory=dict)
    reports: dict[str, load.Report] = field(default_factory=dict)
    plans: Plans = field(default_factory=dict)


@dataclass
class Growth:
    """Looks at a node that is filled more and more."""

    nodes: Ground
    results: Results
    seconds: int
    say: Callable[[str], None]

    def look(self, filled: Filled, submit: Callable[[], load.Report]) -> Looked:
        """Measure everything once among the cases there are."""
        looked = Looked(filled.cases)
        url = self.nodes.node(HERE).url
        cookies = pages.sign_in(url, CLERK)
        for page in _pages(filled):
            self.say(f"{filled.cases:,}件：{_LABELS[page.name]} …")
            looked.users[page.name] = pages.measure(
                page, url, connections=CONNECTIONS, seconds=self.seconds * 2, pause=PAUSE,
                cookies=cookies,
            )  # fmt: skip
            looked.reports[page.name] = pages.measure(
                page, url, connections=CONNECTIONS, seconds=self.seconds, cookies=cookies
            )
        paths = [path for page in _pages(filled) for path in page.paths[:8]]
        looked.plans = plans.of_pages(CLERK, paths)
        self.say(f"{filled.cases:,}件：{_LABELS['decision']} …")
        looked.users["decision"], looked.reports["decision"] = self._decide(filled)
        self.say(f"{filled.cases:,}件：{_LABELS['submission']} …")
        looked.reports["submission"] = submit()
        return looked

    def _decide(self, filled: Filled) -> tuple[load.Report, load.Report]:
        """Decide case after case at the desk, each only once."""
        node = self.nodes.node(HERE)
        address = httpx.URL(node.url)
        with Browser(node.url, DECIDER) as browser:
            people.sign_in(browser, DECIDER)
            # The token of a form stands on its page; any page of the desk sets its cookie.
            browser.open(reverse("desk:case", args=[filled.decidable[0]]))
            cookies = browser.cookies
        requests = _decisions(filled.decidable, f"{address.host}:{address.port}", cookies)
        where = (address.host, address.port or 80)
        load.run(where, _first(requests, 30), connections=2, seconds=2)
        users = load.run(
            where, requests, connections=CONNECTIONS, seconds=self.seconds * 2, pause=PAUSE
        )
        report = load.run(where, requests, connections=CONNECTIONS, seconds=self.seconds)
        del filled.decidable[:]
        if set(report.statuses) | set(users.statuses) != {302}:
            raise Trouble(
                f"不是每个决定都作出了：{dict(report.statuses)}",
                f"Not every decision was made: {dict(report.statuses)}",
            )
        return users, report

    def tell(self, looked: Looked) -> None:
        """The figures of one look, beside their marks."""
        for name, mark in MARKS.items():
            report, most = looked.users[name], looked.reports[name]
            self.results.add(
                f"{name}_users_p95", f"{_LABELS[name]}, {CONNECTIONS} users, p95, server side",
                report.server_percentile(0.95), "ms", mark=mark,
                note=f"among {looked.cases:,} cases; each asks again after {PAUSE:g} s on average; "
                f"p50 {report.server_percentile(0.5):.0f} ms; waiting for its turn included "
                f"p95 {report.percentile(0.95):.0f} ms",
            )  # fmt: skip
            self.results.add(
                f"{name}_p95", f"{_LABELS[name]}, {CONNECTIONS} connections without a pause, p95",
                most.server_percentile(0.95), "ms", mark=BUSY.get(name),
                note=f"server side; p50 {most.server_percentile(0.5):.0f} ms; {most.rate:.0f}/s",
            )  # fmt: skip
        read_whole = plans.whole(looked.plans)
        self.results.add(
            "whole_tables", "读全表的语句 statements that read a growing table whole",
            len(read_whole), "", mark=0.0,
            note=f"of {len(looked.plans)}" + "".join(f"; {sql[:120]}" for sql in read_whole),
        )  # fmt: skip

    def compare(self, small: Looked, large: Looked) -> None:
        """Whether anything costs more among many cases than among few, and why."""
        times = f"{large.cases:,} ÷ {small.cases:,}"
        for name, label in _LABELS.items():
            before, after = _middle(small.reports[name]), _middle(large.reports[name])
            self.results.add(
                f"growth_{name}", f"{label}: {times}", after / before, "", mark=FLAT,
                note=f"p50 {before:.1f} → {after:.1f} ms",
            )  # fmt: skip
        other = plans.changed(small.plans, large.plans)
        self.results.add(
            "plans_changed", "变了的执行计划 plans that are others among many", len(other), "",
            mark=0.0, note=f"of {len(large.plans)}" + "".join(f"; {sql[:120]}" for sql in other),
        )  # fmt: skip


def _middle(report: load.Report) -> float:
    """The middle one at the server; of the API, which is asked without waiting, the same."""
    return report.server_percentile(0.5)


def _pages(filled: Filled) -> list[Page]:
    queue = reverse("desk:queue")
    typed = [number[-6:] for number in filled.numbers[:_LOOKED_UP]] + filled.names[:_LOOKED_UP]
    return [
        Page("queue", _LABELS["queue"], [queue], CLERK),
        Page("lists", _LABELS["lists"], [f"{queue}?shown={one}" for one in _LISTS], CLERK),
        Page("find", _LABELS["find"], [f"{queue}?find={quote(one)}" for one in typed[::-1]], CLERK),
        Page(
            "case",
            _LABELS["case"],
            [reverse("desk:case", args=[number]) for number in filled.numbers[:_LOOKED_UP]],
            CLERK,
        ),
    ]


def _decisions(numbers: list[str], host: str, cookies: str) -> Iterator[bytes]:
    secret = next(one.partition("=")[2] for one in cookies.split("; ") if one.startswith("csrf_"))
    body = urlencode({"stage": "do", "note": "测速", "csrfmiddlewaretoken": secret}).encode()
    made = [
        f"POST {reverse('desk:act', args=[number, 'approve'])} HTTP/1.1\r\nHost: {host}\r\n"
        f"Cookie: {cookies}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
        for number in numbers
    ]
    return iter(made)


def _first(requests: Iterator[bytes], count: int) -> Iterator[bytes]:
    for _, request in zip(range(count), requests, strict=False):
        yield request
