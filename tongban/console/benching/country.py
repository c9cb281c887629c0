"""What more nodes cost: messages a second and crossings with two, eight and thirty-two of them.

All stand on the one machine that is measured, each with its database, its keys and its worker. Messages
are pings: they go the whole way of any other, signed and encrypted, from one node's outbox to the
other's record and its receipt back. Every node writes to every other, the same number in all.
"""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tongban.console import together
from tongban.console.benching import load
from tongban.console.benching.calm import calm
from tongban.console.benching.ground import free_ports
from tongban.console.benching.results import Results
from tongban.local.children import Child
from tongban.local.demo import Demo
from tongban.local.home import Home
from tongban.local.nodes import LocalNode
from tongban.local.provinces import HUB, PROVINCES
from tongban.local.trouble import Trouble

MESSAGES, ALONE = 3000, 100
# Seconds for a start to settle, for one message after another, for all processes to be there, and for
# everything to arrive; with the start itself a size takes eight minutes at the very most.
SETTLED, ALONE_IN, READY_IN, ARRIVED_IN = 60.0, 60.0, 120.0, 120.0


@dataclass(frozen=True)
class Crossed:
    """What became of the messages between all nodes: moments as the nodes signed them."""

    sent: int
    arrived: int
    # From the first one written to the last one committed elsewhere, and to the last one written.
    seconds: float
    written_in: float

    @classmethod
    def of(cls, found: Sequence[dict[str, Any]]) -> "Crossed":
        """From what `exchange ping --json` said at every node."""
        written = [datetime.fromisoformat(one["created_at"]) for one in found]
        there = [datetime.fromisoformat(d) for one in found if (d := one["delivered_at"])]
        first = min(written)
        return cls(
            len(found), len(there),
            (max(there, default=first) - first).total_seconds(),
            (max(written) - first).total_seconds(),
        )  # fmt: skip

    @property
    def rate(self) -> float:
        """Messages a second, of those that arrived."""
        return self.arrived / self.seconds if self.seconds else 0.0


def measure(results: Results, sizes: Sequence[int], *, say: Callable[[str], None]) -> None:
    """Note the figures of each size, smallest first; the nodes of one are kept for the next.

    Each figure is noted as soon as it is there, so that what comes later can take none away.
    """
    order = ["22", "35", *(code for code in PROVINCES if code not in {"22", "35"})]
    folder = Path(tempfile.mkdtemp(prefix="tongban-bench-"))
    try:
        for size in sorted(sizes):
            codes = [HUB, *order[:size]]
            os.environ.update(free_ports(codes))
            demo = Demo(Home(folder), codes, webs=[], say=say)
            try:
                began = time.monotonic()
                demo.start(fresh=False)
                started = time.monotonic() - began
                results.add(f"nodes_{size}_start", f"{size} nodes: start", started, "s")
                calm(say, SETTLED)
                say(f"{size} 个节点之间 Between {size} nodes …")
                _note(results, demo, size)
            finally:
                demo.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _note(results: Results, demo: Demo, size: int) -> None:
    nodes = [node for node in demo.nodes if node.code != HUB]
    words = [nodes[1].code, "--count", str(ALONE), "--one-by-one", "--patience", str(ALONE_IN)]
    tried = _ping(demo, nodes[0], words)
    alone = [one["milliseconds"] for one in tried if one["milliseconds"] is not None]
    if alone:
        results.add(
            f"nodes_{size}_crossing", f"{size} nodes: one message alone, p99",
            load.percentile(alone, 0.99), "ms",
            note=f"p50 {load.percentile(alone, 0.5):.0f} ms, {len(alone)} of {ALONE}",
        )  # fmt: skip
    found = _under_load(demo, nodes)
    results.add(
        f"nodes_{size}_rate", f"{size} nodes: messages between all of them", found.rate, "/s",
        note=f"{found.sent:,} messages, every pair both ways, written in {found.written_in:.1f} s",
    )  # fmt: skip
    results.add(
        f"nodes_{size}_arrived", f"{size} nodes: of these arrived within {ARRIVED_IN:.0f} s",
        found.arrived / found.sent, "", mark=1.0, at_most=False,
        note=f"{found.arrived:,}, the last after {found.seconds:.1f} s",
    )  # fmt: skip


def _under_load(demo: Demo, nodes: Sequence[LocalNode]) -> Crossed:
    """All nodes write to all others at one moment: when the last of their processes is there."""
    each = max(MESSAGES // (len(nodes) * (len(nodes) - 1)), 1)
    sign = demo.home.root / "begin"
    # Those of a smaller size say that they were ready, too.
    for file in (sign, *(_child(node, []).log for node in nodes)):
        file.unlink(missing_ok=True)

    def send(node: LocalNode) -> list[dict[str, Any]]:
        others = [one.code for one in nodes if one is not node]
        words = [*others, "--count", str(each), "--begin-with", str(sign)]
        return _ping(demo, node, [*words, "--patience", str(ARRIVED_IN)])

    with ThreadPoolExecutor(max_workers=len(nodes)) as pool:
        pings = [pool.submit(send, node) for node in nodes]
        try:
            _wait_until_ready(demo, nodes, pings)
        finally:
            sign.touch()
        return Crossed.of([one for ping in pings for one in ping.result()])


def _wait_until_ready(demo: Demo, nodes: Sequence[LocalNode], pings: Sequence[Future[Any]]) -> None:
    logs = [_child(node, []).log for node in nodes]

    def all_ready() -> bool:
        # One that has ended has failed; its result says how.
        return any(ping.done() for ping in pings) or all(together.is_ready(log) for log in logs)

    demo.family.wait_until(all_ready, what="exchange ping", log=logs[-1], patience=READY_IN)


def _child(node: LocalNode, words: Sequence[str]) -> Child:
    return node.command(f"ping-{node.code}", ["exchange", "ping", *words, "--json"])


def _ping(demo: Demo, node: LocalNode, words: Sequence[str]) -> list[dict[str, Any]]:
    """What became of the messages, also of those that did not arrive; Trouble when none is told."""
    child = _child(node, words)
    child.log.unlink(missing_ok=True)
    trouble = Trouble(f"{child.name} 没有说结果，见 {child.log}", f"{child.name} said nothing.")
    try:
        demo.family.run(child, patience=READY_IN + ARRIVED_IN + 30)
    except Trouble as failed:
        # With code 1 it says all the same what arrived and what did not.
        trouble = failed
    for line in child.log.read_text("utf-8").splitlines():
        if line.startswith("["):
            found: list[dict[str, Any]] = json.loads(line)
            return found
    raise trouble
