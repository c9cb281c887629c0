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
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from tongban.console.benching import load
from tongban.console.benching.ground import free_ports
from tongban.console.benching.results import Results
from tongban.local.demo import Demo
from tongban.local.home import Home
from tongban.local.nodes import LocalNode
from tongban.local.provinces import HUB, PROVINCES
from tongban.local.trouble import Trouble

MESSAGES, ALONE = 3000, 100
PATIENCE = 180.0
# Seconds until the last of so many processes has read its code and waits for the start.
READY_IN, READY_EACH = 4.0, 0.8


def measure(results: Results, sizes: Sequence[int], *, say: Callable[[str], None]) -> None:
    """Note the figures of each size, smallest first; the nodes of one are kept for the next."""
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
                say(f"{size} 个节点之间 Between {size} nodes …")
                _note(results, demo, size, started)
            finally:
                demo.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _note(results: Results, demo: Demo, size: int, started: float) -> None:
    nodes = [node for node in demo.nodes if node.code != HUB]
    words = [nodes[1].code, "--count", str(ALONE), "--one-by-one"]
    alone = sorted(one["milliseconds"] for one in _ping(demo, nodes[0], words))
    rate, count = _under_load(demo, nodes)
    results.add(
        f"nodes_{size}_crossing", f"{size} nodes: one message alone, p99",
        load.percentile(alone, 0.99), "ms", note=f"p50 {load.percentile(alone, 0.5):.0f} ms",
    )  # fmt: skip
    results.add(
        f"nodes_{size}_rate", f"{size} nodes: messages between all of them", rate, "/s",
        note=f"{count:,} messages, every pair both ways; started in {started:.0f} s",
    )  # fmt: skip


def _under_load(demo: Demo, nodes: Sequence[LocalNode]) -> tuple[float, int]:
    """Messages a second from the first one written to the last one committed elsewhere."""
    each = max(MESSAGES // (len(nodes) * (len(nodes) - 1)), 1)
    begin = f"{time.time() + READY_IN + READY_EACH * len(nodes):.3f}"

    def send(node: LocalNode) -> list[dict[str, Any]]:
        others = [one.code for one in nodes if one is not node]
        return _ping(demo, node, [*others, "--count", str(each), "--begin-at", begin])

    with ThreadPoolExecutor(max_workers=len(nodes)) as pool:
        found = [one for answers in pool.map(send, nodes) for one in answers]
    first = min(datetime.fromisoformat(one["created_at"]) for one in found)
    last = max(datetime.fromisoformat(one["delivered_at"]) for one in found)
    return len(found) / (last - first).total_seconds(), len(found)


def _ping(demo: Demo, node: LocalNode, words: Sequence[str]) -> list[dict[str, Any]]:
    command = ["exchange", "ping", *words, "--patience", str(PATIENCE), "--json"]
    child = node.command(f"ping-{node.code}", command)
    child.log.unlink(missing_ok=True)
    demo.family.run(child, patience=2 * PATIENCE)
    for line in child.log.read_text("utf-8").splitlines():
        if line.startswith("["):
            found: list[dict[str, Any]] = json.loads(line)
            return found
    raise Trouble(f"{child.name} 没有说结果，见 {child.log}", f"{child.name} said nothing.")
