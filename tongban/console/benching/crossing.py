"""How long a case takes across the border: submitted at one node until seen at the other."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from tongban.local.trouble import Trouble

# Between two looks at the other node: what a crossing may seem longer than it was, in seconds.
LOOK_EVERY = 0.005
PATIENCE = 30.0


@dataclass
class Crossings:
    """Seconds per case, measured in two ways."""

    # From sending the submission until the other node's API shows the case arrived.
    seen: list[float] = field(default_factory=list)
    # From the submission's moment to the arrival's, as the two signed events have them.
    recorded: list[float] = field(default_factory=list)


def measure(
    requests: Iterator[bytes], here: tuple[str, int], there: str, token: str, *, count: int
) -> Crossings:
    """Submit one case after another here and wait for each to have arrived there."""
    crossings = Crossings()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=there, headers=headers) as other, _Line(here) as line:
        for _, request in zip(range(count), requests, strict=False):
            began = time.perf_counter()
            number = line.submit(request)
            recorded = _wait(other, number, began)
            crossings.seen.append(time.perf_counter() - began)
            crossings.recorded.append(recorded)
    return crossings


class _Line:
    """A kept connection on which ready-made submissions go out."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._client = httpx.Client(base_url=f"http://{address[0]}:{address[1]}")

    def __enter__(self) -> "_Line":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def submit(self, request: bytes) -> str:
        head, _, body = request.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")[1:]
        headers = dict(line.split(": ", 1) for line in lines)
        headers.pop("Host")
        answer = self._client.post("/api/v1/cases", content=body, headers=headers)
        if answer.status_code != 201:
            raise Trouble(f"提交没有成功：{answer.text[:300]}", "A submission was refused.")
        number: str = answer.json()["number"]
        return number


def _wait(other: httpx.Client, number: str, began: float) -> float:
    """Wait until the other node shows the arrival; the time between the two signed moments."""
    while time.perf_counter() - began < PATIENCE:
        answer = other.get(f"/api/v1/cases/{number}/events")
        if answer.status_code == 200:
            moments = {e["kind"]: datetime.fromisoformat(e["at"]) for e in answer.json()["events"]}
            if "arrive" in moments:
                return (moments["arrive"] - moments["submit_online"]).total_seconds()
        time.sleep(LOOK_EVERY)
    raise Trouble(
        f"{number} 过了 {PATIENCE:.0f} 秒还没有到另一个节点。", f"{number} did not arrive."
    )
