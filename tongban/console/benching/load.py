"""A load generator: so many connections, each sending its next request when it has its answer.

Or each some time after it, as people do who look at what they asked for.

One thread, plain sockets, requests made beforehand, so that on a machine of two cores as little
as possible is taken from what is measured; what it does take is part of its report.
"""

import heapq
import random
import re
import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_CHUNK = 1 << 16
_TIMING = re.compile(rb"(?i)server-timing: app;dur=([0-9.]+)")
# How long an answer may take before the run is called off, in seconds.
PATIENCE = 30.0


class LoadFailed(Exception):
    """The server closed a connection, or an answer never came."""


@dataclass
class Report:
    """What a run measured: latencies in seconds, in the order of the answers."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    bodies: list[bytes] = field(default_factory=list)
    # What the server says that its own work took (Server-Timing), in seconds.
    server_times: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    @property
    def cpu_share(self) -> float:
        """How much of one core the generator itself took."""
        return self.cpu_seconds / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """The latency that this share of the answers stayed within, in milliseconds."""
        return percentile(self.latencies, share) * 1000

    def server_percentile(self, share: float) -> float:
        """The same of the server's own times."""
        return percentile(self.server_times, share) * 1000


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[max(0, -(-int(share * 10_000) * len(ordered) // 10_000) - 1)]


class _Line:
    """One connection and the answer that it waits for."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent_at = 0.0
        self.answer = b""

    def send(self, request: bytes) -> None:
        self.answer = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> bool:
        """Take in what has come; whether the answer is whole."""
        piece = self.socket.recv(_CHUNK)
        if not piece:
            raise LoadFailed("the server closed a connection")
        self.answer += piece
        head, gap, body = self.answer.partition(b"\r\n\r\n")
        return bool(gap) and _is_whole(head, body)


def _is_whole(head: bytes, body: bytes) -> bool:
    low = head.lower()
    _, found, rest = low.partition(b"content-length:")
    if found:
        return len(body) >= int(rest.partition(b"\r\n")[0])
    if b"transfer-encoding: chunked" in low:
        return body.endswith(b"0\r\n\r\n")
    raise LoadFailed(f"an answer without a length: {head[:200]!r}")


def run(
    address: tuple[str, int],
    requests: Iterator[bytes],
    *,
    connections: int,
    seconds: float,
    keep_bodies: bool = False,
    pause: float = 0.0,
) -> Report:
    """Send requests over so many connections for so long; what was sent last is waited for.

    With `pause` each waits so many seconds on average before it asks again, and for a share of
    that before it asks first, so that they do not all ask at once. Ends early when the requests
    run out. Raises LoadFailed.
    """
    if pause:
        return _run_with_pauses(address, requests, connections, seconds, pause)
    report, selector = Report(), selectors.DefaultSelector()
    lines = [_Line(*address) for _ in range(connections)]
    began, cpu = time.perf_counter(), time.process_time()
    for fresh in lines:
        selector.register(fresh.socket, selectors.EVENT_READ, fresh)
        _go_on(fresh, requests, selector)
    while selector.get_map():
        ready = selector.select(PATIENCE)
        if not ready:
            raise LoadFailed(f"no answer for {PATIENCE:.0f} s")
        for key, _ in ready:
            line: _Line = key.data
            if not line.read():
                continue
            now = time.perf_counter()
            _note(report, line, now - line.sent_at, keep_bodies)
            _go_on(line, requests if now - began < seconds else iter(()), selector)
    report.seconds = time.perf_counter() - began
    report.cpu_seconds = time.process_time() - cpu
    for spent in lines:
        spent.socket.close()
    return report


def _run_with_pauses(
    address: tuple[str, int],
    requests: Iterator[bytes],
    connections: int,
    seconds: float,
    pause: float,
) -> Report:
    report, selector = Report(), selectors.DefaultSelector()
    pick = random.Random(connections)  # noqa: S311 - the same pauses in every run
    began, cpu = time.perf_counter(), time.process_time()
    # When each of those who wait asks again; the number keeps two of one moment apart.
    asleep = [(began + pick.random() * pause, n, _Line(*address)) for n in range(connections)]
    heapq.heapify(asleep)
    while asleep or selector.get_map():
        now = time.perf_counter()
        while asleep and asleep[0][0] <= now:
            line = heapq.heappop(asleep)[2]
            request = next(requests, None) if now - began < seconds else None
            if request is None:
                line.socket.close()
                continue
            selector.register(line.socket, selectors.EVENT_READ, line)
            line.send(request)
        if not asleep and not selector.get_map():
            break
        wait = max(asleep[0][0] - time.perf_counter(), 0) if asleep else PATIENCE
        ready = selector.select(wait)
        if not ready and not asleep:
            raise LoadFailed(f"no answer for {PATIENCE:.0f} s")
        for key, _ in ready:
            line = key.data
            if not line.read():
                continue
            now = time.perf_counter()
            _note(report, line, now - line.sent_at, keep_body=False)
            selector.unregister(line.socket)
            again = now + pick.expovariate(1 / pause)
            heapq.heappush(asleep, (again, len(report.latencies) + connections, line))
    report.seconds = time.perf_counter() - began
    report.cpu_seconds = time.process_time() - cpu
    return report


def _go_on(line: _Line, requests: Iterator[bytes], selector: selectors.BaseSelector) -> None:
    request = next(requests, None)
    if request is None:
        selector.unregister(line.socket)
        return
    line.send(request)


def _note(report: Report, line: _Line, latency: float, keep_body: bool) -> None:
    report.latencies.append(latency)
    report.statuses[int(line.answer[9:12])] += 1
    head, _, body = line.answer.partition(b"\r\n\r\n")
    if timing := _TIMING.search(head):
        report.server_times.append(float(timing[1]) / 1000)
    if keep_body:
        report.bodies.append(body)
