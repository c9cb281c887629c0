"""How fast the tables of all cases are made from their record: compared first, then lost and made."""

import json
import os
import subprocess
import sys
from typing import Any

from django.db import connection

from tongban.console.benching.results import Results
from tongban.local.nodes import LocalNode
from tongban.local.trouble import Trouble

# Ten million events, what a province writes in a year, within five minutes.
MARK = 10_000_000 / 300


def measure(results: Results, node: LocalNode) -> None:
    """Add the figures. Leaves the node's cases as their record has them, and nothing beside them."""
    compared = _rebuild(node)
    if compared["different"] or compared["faults"]:
        wrong = [*compared["differences"], *compared["faults"]][:1]
        raise Trouble(f"数据表和记录不一致：{wrong}", f"The tables are not the record: {wrong}")
    _add(results, "rebuild", "按记录核对全部办件 every case folded and compared", compared)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE cases_case CASCADE")
    made = _rebuild(node, "--write")
    _add(results, "rebuild_lost", "数据表全失后重建 lost tables made anew", made)


def _add(results: Results, name: str, label: str, found: dict[str, Any]) -> None:
    rate = found["events"] / found["seconds"]
    note = f"{found['cases']:,} cases, {found['events']:,} events in {found['seconds']:.1f} s"
    results.add(name, f"{label}, events a second", rate, "/s", mark=MARK, at_most=False, note=note)


def _rebuild(node: LocalNode, *words: str) -> dict[str, Any]:
    """What `case rebuild --all` says; it ends with 1 where it found differences."""
    done = subprocess.run(
        [sys.executable, "-m", "tongban.console", "case", "rebuild", "--all", "--json", *words],
        env=os.environ | node.settings(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode not in {0, 1} or not done.stdout.startswith("{"):
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise Trouble(f"重建没有完成：{last}", f"The rebuild did not end well: {last}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
