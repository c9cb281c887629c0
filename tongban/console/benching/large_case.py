"""A case with 500 MB of papers: handed in, carried over, and how much memory that took."""

import hashlib
import os
import secrets
import tempfile
import time
from typing import IO, Any

import httpx

from tongban.console.benching import applications
from tongban.console.benching.ground import HERE, THERE, Ground
from tongban.console.benching.memory import Peak
from tongban.console.benching.results import Results
from tongban.local.trouble import Trouble
from tongban.record.chains import FileRef

MIB = 1 << 20
PAPERS, SIZE = 25, 20 * MIB
PATIENCE = 300.0
# What a process may grow by: one paper is looked at as a whole when it is handed in (`inspection`), and
# none on its way between nodes.
MOST_AT_WEB, MOST_AT_WORKER = 192.0, 48.0


def measure(results: Results, nodes: Ground, *, token: str, papers: int = PAPERS) -> None:
    """Note MB a second and the growth of web and workers; `token` may hand in at the first node."""
    family = {one["name"]: one["pid"] for one in nodes.demo.state.processes}
    watched = {name: family[name] for name in (f"web-{HERE}", f"worker-{HERE}", f"worker-{THERE}")}
    peaks = {name: Peak(pid) for name, pid in watched.items()}
    began = time.perf_counter()
    refs = [_hand_in(nodes, token) for _ in range(papers)]
    handed_in = time.perf_counter() - began
    began = time.perf_counter()
    _submit(nodes, token, refs)
    _wait(nodes, refs, began)
    crossed = time.perf_counter() - began
    total = sum(ref.size for ref in refs) / MIB
    results.add(
        "files_in", "上传材料 papers handed in through the API", total / handed_in, "MB/s",
        note=f"{papers} of {refs[0].size / MIB:.0f} MB, one after another, each inspected",
    )  # fmt: skip
    results.add(
        "files_over", "材料跨省 papers to the other node, sealed and checked", total / crossed, "MB/s",
        note=f"one case of {total:.0f} MB, from its submission until all are there",
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


def _submit(nodes: Ground, token: str, refs: list[FileRef]) -> None:
    first, port = refs[0], nodes.node(HERE).port
    made = applications.body(applications.online(), 99_000_001, first)
    spec = made["materials"][0]["spec"]
    others: list[dict[str, Any]] = [
        {"spec": spec, "digest": ref.digest, "name": f"证明{number}.pdf"}
        for number, ref in enumerate(refs[1:], 2)
    ]
    made["materials"] += others
    answer = httpx.post(
        f"http://127.0.0.1:{port}/api/v1/cases", json=made, timeout=60,
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": secrets.token_hex(8)},
    )  # fmt: skip
    if answer.status_code != 201:
        raise Trouble(f"大件没有收下：{answer.text[:300]}", "The large case was not taken.")


def _wait(nodes: Ground, refs: list[FileRef], began: float) -> None:
    folder = nodes.demo.home.node(THERE) / "papers"
    while time.perf_counter() - began < PATIENCE:
        if all((folder / ref.digest[:2] / ref.digest).is_file() for ref in refs):
            return
        time.sleep(0.1)
    raise Trouble("材料没有传到。", "The papers did not arrive.")
