"""People at pages over HTTP, for tests where load, order or failure matters and not the looks.

What they do goes through the very pages that people use; what people see is tried in the browser.
"""

import html
import re
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from journeys.installation import Node
from journeys.systems import insist, picture

TAGS = re.compile(r"<script.*?</script>|<[^>]+>", re.DOTALL)
DRAFT = re.compile(r"/apply/([0-9a-f-]{36})/")


def said(answer: httpx.Response) -> str:
    """What an answer says, without its markup."""
    main = answer.text.partition("<main")[2] or answer.text
    words = " ".join(html.unescape(TAGS.sub(" ", main)).split())
    return f"{answer.status_code} {answer.url.path}: {words[:1500]}"


@dataclass
class Visitor:
    """One person of the sandbox, signed in at a node."""

    node: Node
    username: str
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.http = httpx.Client(base_url=self.node.url, trust_env=False, timeout=httpx.Timeout(60))

    def __enter__(self) -> Self:
        self.sign_in()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def sign_in(self) -> None:
        """The button beside one's name on the sandbox's page."""
        insist(lambda: self.http.get("/sandbox/"))
        answer = self.post("/sandbox/sign-in/", username=self.username)
        assert answer.status_code == 302, said(answer)

    def send(self, path: str, files: Any = None, **fields: Any) -> httpx.Response:
        """Send a form once, whatever comes back."""
        token = self.http.cookies.get(f"csrf_{self.node.code}") or ""
        filled = {"csrfmiddlewaretoken": token, **fields}
        headers = {"Referer": f"{self.node.url}/"}
        return self.http.post(path, data=filled, files=files, headers=headers)

    def post(self, path: str, **fields: Any) -> httpx.Response:
        """Send a form until there is an answer, as people press again when a page does not come."""
        return insist(lambda: self.send(path, **fields))

    # --- an application ---

    def begin(self, item: str, *, here: str, there: str, mode: str, window: str = "") -> str:
        """Begin an application; the path of its pages."""
        asked = {"item": item, "from": here, "to": there}
        page = self.http.get("/apply/start/", params=asked)
        applicant = re.search(r'name="applicant"[^>]*value="([^"]+)"', page.text)
        assert applicant, said(page)
        begun = self.post(
            "/apply/start/", applicant=applicant[1], mode=mode, window=window, **asked
        )
        found = DRAFT.search(begun.headers.get("Location", ""))
        assert found, said(begun)
        return found[0]

    def fill_in(self, draft: str, pages: dict[str, dict[str, str]]) -> None:
        """Save pages of the form."""
        for key, answers in pages.items():
            saved = self.post(f"{draft}step/{key}/", _seen=" ".join(answers), **answers)
            assert saved.status_code == 302, said(saved)

    def hand_in(self, draft: str, specs: tuple[str, ...], *, serial: int = 1) -> None:
        """Upload a picture for each material."""
        files = {
            f"paper-{spec}": (f"{spec}.png", picture(serial + place), "image/png")
            for place, spec in enumerate(specs)
        }
        taken = self.send(f"{draft}materials/", files=files, next="1")
        assert taken.status_code == 302, said(taken)


class Desk(Visitor):
    """An officer."""

    def act(self, number: str, path: str, **fields: Any) -> None:
        """An act on a case; one that was done already by a press without an answer is done."""
        answer = self.post(f"/desk/cases/{number}/{path}", **fields)
        assert answer.status_code in {302, 409}, f"{path}: {said(answer)}"

    def hand_over(self, number: str, specs: tuple[str, ...]) -> None:
        """A clerk takes a case in, looks at every paper, and hands it over."""
        self.act(number, "claim")
        self.act(number, "receive", identity="in_person")
        for spec in specs:
            self.act(number, f"checks/{spec}/")
        self.act(number, "acts/hand-over/", note="")
