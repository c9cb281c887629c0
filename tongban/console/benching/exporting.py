"""How long a long list takes as a file, and how much memory it needs above what was there.

Measured in a process of its own. The cases are copies of one that was really submitted, each with
its own sealed particulars, and all of it is undone at the end.
"""

import gc
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

import psutil

from tongban.console.benching.results import Results
from tongban.local.trouble import Trouble

CASES = 25_000
SECONDS, MEGABYTES = 10.0, 100.0  # issue 4 §4
KINDS = ("csv", "xlsx")
_CHUNK = 500
_CITY = "220200"
_EVERY = 0.02  # seconds between two looks at the memory


def measure(results: Results, *, cases: int = CASES) -> None:
    """Add the figures; needs the environment of a node that knows at least one case."""
    for kind in KINDS:
        done = subprocess.run(
            [sys.executable, "-m", "tongban.console.benching.exporting", kind, str(cases)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:]
            raise Trouble(f"导出测速失败：{' '.join(last)}", "The export could not be measured.")
        _add(results, kind, json.loads(done.stdout.splitlines()[-1]), cases)


def _add(results: Results, kind: str, found: dict[str, float], cases: int) -> None:
    whole = cases == CASES
    label = f"导出{cases:,}件 export of {cases:,} cases, {kind}"
    note = f"{found['size'] / 1024**2:.1f} MB"
    results.add(f"export_{kind}", label, found["seconds"], "s",
                mark=SECONDS if whole else None, note=note)  # fmt: skip
    label = f"导出时多用的内存 memory more for it, {kind}"
    note = f"{found['before']:.0f} MB before the first row"
    results.add(f"export_{kind}_memory", label, found["more"], "MB",
                mark=MEGABYTES if whole else None, note=note)  # fmt: skip


def run(kind: str, count: int) -> dict[str, float]:
    """Copy a case, export the queue of its window, undo; seconds, bytes and megabytes."""
    from django.db import transaction

    with transaction.atomic():
        listing = _listing(count)
        _write(kind, listing, most=_CHUNK)  # what any list of this process loads once
        gc.collect()
        with _watched() as seen:
            began = time.monotonic()
            size = _write(kind, listing)
            seconds = time.monotonic() - began
        transaction.set_rollback(True)
    return {
        "seconds": seconds, "size": size, "before": seen[0], "more": max(seen) - seen[0],
    }  # fmt: skip


@contextmanager
def _watched() -> Iterator[list[float]]:
    """Megabytes in use, looked at again and again until the block ends."""
    process, over = psutil.Process(), threading.Event()

    def now() -> float:
        return float(process.memory_info().rss) / 1024**2

    seen = [now()]

    def watch() -> None:
        while not over.wait(_EVERY):
            seen.append(now())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def _write(kind: str, listing: Any, *, most: int | None = None) -> int:
    """Write the list as its page would send it; returns how many bytes."""
    from tongban.cases import standing
    from tongban.desk import exporting

    today = standing.today()
    if kind == "csv":
        chunks = exporting.csv_chunks(listing, today=today)
        return sum(len(chunk) for chunk in islice(chunks, 2 if most else None))
    with tempfile.TemporaryFile() as target:
        if not most:
            exporting.write_xlsx(target, listing, today=today)
        return target.seek(0, 2)


def _listing(count: int) -> Any:
    """Everything of a window at which so many copies of the first case of this node lie."""
    from django.http import QueryDict

    from tongban.cases import standing
    from tongban.cases.models import Case
    from tongban.cases.states import Party
    from tongban.desk.listing import EVERYTHING, Listing
    from tongban.desk.narrowing import Narrowing
    from tongban.jurisdictions import queries as jurisdictions
    from tongban.parties.models import Account, Officer, Role

    first = Case.objects.exclude(receiver_authority="").first()
    if first is None:
        raise Trouble("没有可以复制的办件", "There is no case to copy.")
    office = jurisdictions.window_authority(_CITY)
    clerk = Officer.objects.create(
        account=Account.objects.create(username="bench-export"), name="测速员",
        staff_number="bench-export", pseudonym="bench-export", roles=[Role.RECEIVER],
        authority=office,
    )  # fmt: skip
    # At an office that has no other case, so that the list has as many as are asked for.
    first.receiver_authority = office.code
    _copy(first, count)
    return Listing(
        officer=clerk,
        colleagues=[clerk],
        sides=[Party.RECEIVER],
        side=Party.RECEIVER,
        shown=EVERYTHING,
        find="",
        narrowing=Narrowing(QueryDict(""), colleagues=[clerk], today=standing.today()),
    )


def _copy(first: Any, count: int) -> None:
    """Copies under numbers that no case has, each with particulars of its own."""
    from tongban.basics import sealing
    from tongban.cases.models import Case
    from tongban.record import chains
    from tongban.record import queries as recorded
    from tongban.record.models import Sealed

    said = recorded.part(first.particulars)
    fields = [field.attname for field in Case._meta.concrete_fields]
    kept = {name: getattr(first, name) for name in fields}
    for start in range(0, count, _CHUNK):
        cases, parts = [], []
        for serial in range(start, min(start + _CHUNK, count)):
            applicant = said["applicant"] | {"name": f"示例{serial}"}
            digest, plain = chains.sealed_part(said | {"applicant": applicant})
            parts.append(Sealed(digest=digest, data=sealing.seal(plain, context=digest.encode())))
            number = f"{first.number[:10]}{serial:011d}"
            cases.append(Case(**kept | {"number": number, "particulars": digest}))
        Sealed.objects.bulk_create(parts)
        Case.objects.bulk_create(cases, ignore_conflicts=True)


if __name__ == "__main__":
    from tongban.console import acting

    acting.set_up_django()
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]))))
