"""A case with 500 MB of papers: handed in, carried over, and how much memory that took.

An applicant hands in one paper for each thing that is asked. A case grows so large at a window, which
scans until the papers are good: each scan takes the place of the one before, and all stay on the record
and go over with the case.
"""

import hashlib
import os
import secrets
import tempfile
import time
from collections.abc import Sequence
from typing import IO

import httpx
from django.utils.timezone import now

from tongban.cases import queries
from tongban.cases.models import Case
from tongban.cases.operations import claims, scanning, window
from tongban.cases.states import Party
from tongban.console.benching import applications
from tongban.console.benching.ground import HERE, THERE, Ground
from tongban.console.benching.memory import Peak
from tongban.console.benching.results import Results
from tongban.local.trouble import Trouble
from tongban.parties.models import Officer
from tongban.record import papers
from tongban.record.chains import FileRef

MIB = 1 << 20
PAPERS, SIZE = 25, 20 * MIB
PATIENCE = 300.0
# What a process may grow by: one paper is looked at as a whole when it is handed in (`inspection`), and
# none on its way between nodes.
MOST_AT_WEB, MOST_AT_WORKER = 192.0, 48.0


def measure(results: Results, nodes: Ground, *, token: str, count: int = PAPERS) -> None:
    """Note MB a second and the growth of web and workers; `token` may hand in at the first node.

    The window's acts are done here, by this process, which acts for the first node.
    """
    family = {one["name"]: one["pid"] for one in nodes.demo.state.processes}
    watched = {name: family[name] for name in (f"web-{HERE}", f"worker-{HERE}", f"worker-{THERE}")}
    peaks = {name: Peak(pid) for name, pid in watched.items()}
    began = time.perf_counter()
    refs = [_hand_in(nodes, token) for _ in range(count)]
    handed_in = time.perf_counter() - began
    number, asked = _submit(nodes, token, refs)
    clerk = _scan(number, asked, refs[len(asked) :])
    if any(_is_there(nodes, ref) for ref in refs):
        raise Trouble("材料还没移交就传过去了。", "Papers went over before the case did.")
    began = time.perf_counter()
    window.hand_over(number=number, officer=clerk, note="", at=now())
    _wait(nodes, refs, began)
    crossed = time.perf_counter() - began
    _tell(results, peaks, refs, handed_in=handed_in, crossed=crossed)


def _tell(
    results: Results,
    peaks: dict[str, Peak],
    refs: Sequence[FileRef],
    *,
    handed_in: float,
    crossed: float,
) -> None:
    total = sum(ref.size for ref in refs) / MIB
    results.add(
        "files_in", "上传材料 papers handed in through the API", total / handed_in, "MB/s",
        note=f"{len(refs)} of {refs[0].size / MIB:.0f} MB, one after another, each inspected",
    )  # fmt: skip
    results.add(
        "files_over", "材料跨省 papers to the other node, sealed and checked", total / crossed, "MB/s",
        note=f"one case of {total:.0f} MB, from its hand-over until all are there",
    )  # fmt: skip
    for name, peak in peaks.items():
        results.add(
            f"files_memory_{name}", f"{total:.0f} MB 一件 one case, memory of {name} grew by",
            peak.growth() / MIB, "MB",
            mark=MOST_AT_WEB if name.startswith("web") else MOST_AT_WORKER,
            note=f"at most {peak.most() / MIB:.0f} MB resident",
        )  # fmt: skip


def _hand_in(nodes: Ground, token: str) -> FileRef:
    """One paper of random bytes, so that nothing on the way can make it smaller."""
    with tempfile.TemporaryFile() as file:
        digest = _write_pdf(file)
        size = file.tell()
        file.seek(0)
        answer = httpx.post(
            f"{nodes.node(HERE).url}/api/v1/materials",
            files={"file": ("证明.pdf", file, "application/pdf")},
            headers={"Authorization": f"Bearer {token}"}, timeout=60,
        )  # fmt: skip
    if answer.status_code != 201 or answer.json()["digest"] != digest:
        raise Trouble(f"材料没有收下：{answer.text[:300]}", "A paper was not taken.")
    return FileRef(digest=digest, size=size, media_type="application/pdf")


def _write_pdf(file: IO[bytes]) -> str:
    """A PDF of one page that carries a large stream; gives its digest."""
    head, tail = applications.PDF.split(b"trailer", 1)
    noise = SIZE - len(applications.PDF) - 100
    digest = hashlib.sha256()
    pieces = [head, f"4 0 obj<</Length {noise}>>stream\n".encode()]
    pieces += [os.urandom(min(MIB, noise - at)) for at in range(0, noise, MIB)]
    pieces += [b"\nendstream endobj\n", b"trailer", tail]
    for piece in pieces:
        digest.update(piece)
        file.write(piece)
    return digest.hexdigest()


def _submit(nodes: Ground, token: str, refs: Sequence[FileRef]) -> tuple[str, list[str]]:
    """Hand the case in at the window: its number, and what is asked, each with a paper of its own."""
    port = nodes.node(HERE).port
    made = applications.body(applications.AT_WINDOW, 99_000_001, refs[0])
    for material, ref in zip(made["materials"], refs, strict=False):
        material["digest"] = ref.digest
    answer = httpx.post(
        f"http://127.0.0.1:{port}/api/v1/cases", json=made, timeout=60,
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": secrets.token_hex(8)},
    )  # fmt: skip
    if answer.status_code != 201:
        raise Trouble(f"大件没有收下：{answer.text[:300]}", "The large case was not taken.")
    return answer.json()["number"], [material["spec"] for material in made["materials"]]


def _scan(number: str, asked: Sequence[str], refs: Sequence[FileRef]) -> Officer:
    """What a window does with a case before it hands it over; gives the clerk who did it."""
    case = Case.objects.get(number=number)
    clerk = Officer.objects.filter(
        authority__code=case.receiver_authority, roles__contains=["receiver"]
    )[0]
    claims.claim_case(number=number, officer=clerk, at=now())
    window.receive_case(number=number, officer=clerk, identity="in_person", at=now())
    for place, ref in enumerate(refs):
        with papers.open(ref.digest) as content:
            scanning.add_scan(
                number=number, officer=clerk, spec=asked[place % len(asked)],
                sheets=[scanning.Sheet(content, "扫描件.pdf", ref.size)],
                source="scan", made_from="original", at=now(),
            )  # fmt: skip
    for material in queries.version_of(case).materials:
        for point in material.points:
            if material.spec in asked and point.judged_by == Party.RECEIVER:
                window.note_check(
                    number=number, officer=clerk, spec=material.spec, point=point.key,
                    is_good=True, note="", at=now(),
                )  # fmt: skip
    return clerk


def _wait(nodes: Ground, refs: Sequence[FileRef], began: float) -> None:
    while time.perf_counter() - began < PATIENCE:
        if all(_is_there(nodes, ref) for ref in refs):
            return
        time.sleep(0.1)
    raise Trouble("材料没有传到。", "The papers did not arrive.")


def _is_there(nodes: Ground, ref: FileRef) -> bool:
    folder = nodes.demo.home.node(THERE) / "papers"
    return (folder / ref.digest[:2] / ref.digest).is_file()
