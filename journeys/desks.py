"""Officers at their desks over HTTP, for tests where the load matters and not the looks.

The acts go through the very pages that people use; what people see is tried in the browser.
"""

from dataclasses import dataclass, field
from typing import Any

import httpx

from journeys.installation import Node
from journeys.systems import insist


@dataclass
class Desk:
    """One person of the sandbox, signed in at a node."""

    node: Node
    username: str
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.node.url, trust_env=False, timeout=httpx.Timeout(20))

    def __enter__(self) -> "Desk":
        self.sign_in()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def sign_in(self) -> None:
        insist(lambda: self.http.get("/sandbox/"))
        answer = self.post("/sandbox/sign-in/", username=self.username)
        assert answer.status_code == 302, answer.text

    def post(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form until there is an answer, as people press again when a page does not come."""
        token = self.http.cookies.get(f"csrf_{self.node.code}") or ""
        filled = {"csrfmiddlewaretoken": token, **fields}
        headers = {"Referer": f"{self.node.url}/"}
        return insist(lambda: self.http.post(path, data=filled, headers=headers))

    def act(self, number: str, path: str, **fields: Any) -> None:
        """An act on a case; one that was done already by a press without an answer is done."""
        answer = self.post(f"/desk/cases/{number}/{path}", **fields)
        assert answer.status_code in {302, 409}, f"{path}: {answer.status_code} {answer.text[:800]}"

    def hand_over(self, number: str, specs: tuple[str, ...]) -> None:
        """A clerk takes a case in, looks at every paper, and hands it over."""
        self.act(number, "claim")
        self.act(number, "receive", identity="in_person")
        for spec in specs:
            self.act(number, f"checks/{spec}/")
        self.act(number, "acts/hand-over/", note="")

    def decide(self, number: str) -> None:
        """An officer takes a case on, approves it, and sends the result off."""
        self.act(number, "claim")
        for act in ("accept", "approve", "issue", "deliver"):
            self.act(number, f"acts/{act}/", note="")
