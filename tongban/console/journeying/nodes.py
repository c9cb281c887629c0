"""The nodes of the running demo: their pages, their people, their API, their command line."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from tongban.console.journeying.browser import Stuck
from tongban.local.home import Home, saved_settings

PATIENCE = 60.0
LOOK_EVERY = 0.05
CLIENT = "journey"


@dataclass
class Node:
    """One installation, and the token by which its API is asked what happened."""

    home: Home
    code: str
    name: str
    url: str
    _token: str = ""

    def account(self, group: str, office: str = "") -> dict[str, Any]:
        """Somebody of the sandbox: applicant, receiver or decider, of an office named so."""
        accounts = json.loads((self.home.node(self.code) / "accounts.json").read_bytes())
        for account in accounts:
            if account["group"] == group and office in account["office"]:
                found: dict[str, Any] = account
                return found
        raise Stuck(f"{self.name}的沙盒里没有“{office}”的人")

    def say(self, *words: str) -> str:
        """What a command of ours prints when it acts as this node. Raises Stuck on another code."""
        done = subprocess.run(
            [sys.executable, "-m", "tongban.console", *words],
            env={**os.environ, **saved_settings(self.home, self.code)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise Stuck(
                f"{self.name}：./run {' '.join(words)}：{(done.stderr or done.stdout).strip()}"
            )
        return done.stdout

    def open_api(self) -> None:
        """Register a system of this place for the time of the journey, and get its token."""
        scopes = [word for scope in ("cases", "events") for word in ("--scope", scope)]
        made = self.say("client", "register", CLIENT, "--place", self.code, *scopes, "--json")
        answer = httpx.post(
            f"{self.url}/api/v1/token",
            data={"grant_type": "client_credentials", **json.loads(made)},
        )
        answer.raise_for_status()
        self._token = answer.json()["access_token"]

    def close_api(self) -> None:
        """Stop that system again."""
        if self._token:
            self.say("client", "stop", CLIENT)

    def ask(self, path: str) -> Any:
        """An answer of the API; None while there is no such thing here."""
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = httpx.get(f"{self.url}/api/v1{path}", headers=headers, timeout=30)
        if answer.status_code == 404:
            return None
        if answer.status_code != 200:
            raise Stuck(f"{answer.url}：{answer.status_code}，{answer.text[:300]}")
        return answer.json()

    def case(self, number: str) -> dict[str, Any]:
        """A case as this node knows it. Raises Stuck."""
        found: dict[str, Any] | None = self.ask(f"/cases/{number}")
        if found is None:
            raise Stuck(f"{self.name}没有 {number}")
        return found

    def events(self, number: str) -> list[dict[str, Any]]:
        """The history of a case at this node; empty while it is not here."""
        found = self.ask(f"/cases/{number}/events")
        events: list[dict[str, Any]] = found["events"] if found else []
        return events

    def wait(
        self, number: str, is_so: Callable[[dict[str, Any]], bool], what: str
    ) -> dict[str, Any]:
        """Look at a case until something is so. Raises Stuck when it takes too long."""
        began = time.monotonic()
        while time.monotonic() - began < PATIENCE:
            found = self.ask(f"/cases/{number}")
            if found and is_so(found):
                case: dict[str, Any] = found
                return case
            time.sleep(LOOK_EVERY)
        raise Stuck(f"{self.name}等了{PATIENCE:.0f}秒，{number}还没有{what}")


def held_by(party: str) -> Callable[[dict[str, Any]], bool]:
    """That a party holds a case."""
    return lambda case: bool(case["holder"]["party"] == party)


def same_chain(nodes: Sequence[Node], number: str) -> list[str]:
    """The hashes of a case's events, the same at all nodes. Raises Stuck when they stay different."""
    began = time.monotonic()
    chains: list[list[str]] = []
    while time.monotonic() - began < PATIENCE:
        chains = [[event["hash"] for event in node.events(number)] for node in nodes]
        if chains[0] and all(chain == chains[0] for chain in chains):
            return chains[0]
        time.sleep(LOOK_EVERY)
    told = "；".join(
        f"{node.name}{len(chain)}条" for node, chain in zip(nodes, chains, strict=True)
    )
    raise Stuck(f"{number}的记录两边不一样：{told}")
