"""Calls to the API of a running node at its seats, as other systems make them, and how long they took."""

import asyncio
import itertools
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from tongban.local.trouble import Trouble

# Kept connections to each node, and how long an answer may take, in seconds.
CONNECTIONS, PATIENCE = 16, 30.0
TRIES, PAUSE = 4, 0.5


@dataclass
class Took:
    """Latencies of one kind of call in seconds, the wait for a free connection included."""

    seconds: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)


class Refused(Exception):
    """The node said no; `code` is the problem's."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{status} {code} {detail}")
        self.code = code or str(status)
        self.detail = detail


class Unanswered(Exception):
    """No answer came, however often it was asked."""


class Caller:
    """One node, with the tokens of its seats."""

    def __init__(self, code: str, url: str, seating: dict[str, Any]) -> None:
        self.code, self.city, self.county = code, seating["city"], seating["county"]
        self.took: dict[str, Took] = {}
        self._seats = {one["seat"]: one for one in seating["seats"]}
        self._tokens: dict[str, str] = {}
        self._signing_in = asyncio.Lock()
        self._keys = itertools.count(1)
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        # A proxy of the environment has no business between us and our own machine.
        self._http = httpx.AsyncClient(
            base_url=url, limits=limits, timeout=httpx.Timeout(PATIENCE, pool=None), trust_env=False
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def ask(self, kind: str, path: str, *, seat: str = "", **params: str) -> Any:
        """A GET; without a seat as everybody may. Raises Refused, Unanswered."""
        answer = await self._timed(kind, "GET", path, seat, params=params)
        return answer.json()

    async def read_page(self, path: str) -> str:
        """Something that is no part of the API, not counted: /metrics."""
        answer = await self._http.get(path)
        answer.raise_for_status()
        return answer.text

    async def tell(self, kind: str, path: str, body: Any, *, seat: str, key: str = "") -> Any:
        """A POST that is done once however often it must be sent. Raises Refused, Unanswered."""
        headers = {"Idempotency-Key": key} if key else {}
        answer = await self._timed(kind, "POST", path, seat, json=body, headers=headers)
        return answer.json()

    async def hand_paper(self, name: str, content: bytes) -> str:
        """Upload a paper once for all cases; its digest."""
        answer = await self._timed(
            "upload", "POST", "/materials", "applicant",
            files={"file": (name, content, "application/pdf")},
        )  # fmt: skip
        return str(answer.json()["digest"])

    async def _timed(
        self, kind: str, method: str, path: str, seat: str, **rest: Any
    ) -> httpx.Response:
        """Once more after a lost connection or a 503: what changes something carries a key."""
        took = self.took.setdefault(kind, Took())
        for attempt in range(TRIES):
            began = time.perf_counter()
            try:
                answer = await self._once(method, path, seat, rest)
            except httpx.TransportError as error:
                took.answers[type(error).__name__] += 1
            else:
                took.answers[str(answer.status_code)] += 1
                if answer.status_code < 300:
                    took.seconds.append(time.perf_counter() - began)
                    return answer
                if answer.status_code not in {502, 503, 504}:
                    raise _refused(answer)
            await asyncio.sleep(PAUSE * 2**attempt)
        raise Unanswered(f"{method} {path}")

    async def _once(
        self, method: str, path: str, seat: str, rest: dict[str, Any]
    ) -> httpx.Response:
        token = await self._token(seat)
        answer = await self._send(method, path, token, rest)
        if answer.status_code == 401 and seat:
            # It has lived its time: every seat gets a new one when it needs it.
            answer = await self._send(method, path, await self._token(seat, not_this=token), rest)
        return answer

    async def _send(
        self, method: str, path: str, token: str, rest: dict[str, Any]
    ) -> httpx.Response:
        headers = {
            **rest.get("headers", {}),
            **({"Authorization": f"Bearer {token}"} if token else {}),
        }
        return await self._http.request(method, f"/api/v1{path}", **{**rest, "headers": headers})

    async def _token(self, seat: str, *, not_this: str = "") -> str:
        if not seat:
            return ""
        async with self._signing_in:
            if self._tokens.get(seat, not_this) == not_this:
                self._tokens[seat] = await self._sign_in(self._seats[seat])
            return self._tokens[seat]

    async def _sign_in(self, seat: dict[str, str]) -> str:
        asked = {"grant_type": "client_credentials", "client_id": seat["client_id"],
                 "client_secret": seat["client_secret"]}  # fmt: skip
        if seat["officer"]:
            asked["officer"] = seat["officer"]
        answer = await self._http.post("/api/v1/token", data=asked)
        if answer.status_code != 200:
            raise Trouble(
                f"节点 {self.code} 没有发令牌：{answer.text[:200]}",
                f"Node {self.code} gave no token.",
            )
        return str(answer.json()["access_token"])


def _refused(answer: httpx.Response) -> Refused:
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    errors = problem.get("errors") or {}
    told = "；".join(f"{name}：{'，'.join(said)}" for name, said in errors.items())
    return Refused(answer.status_code, problem.get("code", ""), told or problem.get("detail", ""))
