"""How long a file of very many implementations takes, and how much memory at most.

Measured in a process of its own, whose peak is nobody else's, and undone at the end: what is
published can never be deleted, so it is not left in the database either.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tongban.console.benching.results import Results
from tongban.local.trouble import Trouble

ROWS = 100_000
MARK = 90.0  # seconds, issue 3 §3
_MEGABYTE = 1024  # ru_maxrss counts kilobytes on Linux


def measure(results: Results, *, rows: int = ROWS) -> None:
    """Add the figures; needs the environment of the node whose database is used."""
    done = subprocess.run(
        [sys.executable, "-m", "tongban.console.benching.importing", str(rows)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        raise Trouble(f"导入测速失败：{' '.join(last)}", "The import could not be measured.")
    found = json.loads(done.stdout.splitlines()[-1])
    label = f"导入{rows:,}条实施清单 import of {rows:,} implementations"
    note = (
        f"CSV of {found['size'] / 1024**2:.0f} MB; planned in {found['planned']:.1f} s, "
        f"written in {found['written']:.1f} s"
    )
    results.add("import", label, found["planned"] + found["written"], "s",
                mark=MARK if rows == ROWS else None, note=note)  # fmt: skip
    grown = f"{found['before']:.0f} MB before the first row"
    results.add("import_memory", "导入时内存峰值 peak memory of the import", found["peak"], "MB",
                note=grown)  # fmt: skip


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _MEGABYTE


def run(rows: int) -> dict[str, float]:
    """Make the file, take it in, and undo it; seconds, bytes, and megabytes at the peak."""
    from django.db import transaction
    from django.utils.timezone import now

    from tongban.catalogue.operations import importing, load_catalogue

    load_catalogue()
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        path = Path(folder) / "implementations.csv"
        _make(path, rows)
        before, began = _peak(), time.monotonic()
        with importing.plan(path, None, now()) as plan:
            planned = time.monotonic()
            if plan.writes != rows:
                raise Trouble(f"只有{plan.writes}行可以写入", f"only {plan.writes} rows to write")
            importing.apply(plan, None, now())
        ended = time.monotonic()
        transaction.set_rollback(True)
        size = path.stat().st_size
    return {
        "planned": planned - began, "written": ended - planned, "size": size, "before": before,
        "peak": _peak(),
    }  # fmt: skip


def _make(path: Path, count: int) -> None:
    from django.utils.timezone import localdate

    from tongban.catalogue import queries
    from tongban.catalogue.interchange import sample
    from tongban.jurisdictions import queries as jurisdictions

    today = localdate()
    places = [
        place.code
        for prefix in jurisdictions.this_node().prefixes
        for city in jurisdictions.cities(f"{prefix}0000", today)
        for place in (city, *jurisdictions.counties(city.code, today))
    ]
    items = [(item.code, item.name) for item in queries.items()]
    sample.write(path, sample.rows(count, items=items, places=places))


if __name__ == "__main__":
    from tongban.console import acting

    acting.set_up_django()
    print(json.dumps(run(int(sys.argv[1]))))
