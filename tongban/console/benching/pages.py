"""Pages under load, as people open them: signed in by the sandbox's own button."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import quote

import httpx

from tongban.console.benching import load
from tongban.console.benching.applications import DECIDED_FOR, HOME
from tongban.console.journeying import people
from tongban.console.journeying.browser import Browser
from tongban.local.trouble import Trouble

CLERK = "zhaoliu"
WARM_UP = 2.0
_WORDS = ("户口迁移", "医保", "公积金证明", "残疾人补贴", "营业执照", "hkqy", "异地就医备案怎么办")
_ITEMS = ("2020-2-06", "2020-2-61", "2020-1-31")


@dataclass(frozen=True)
class Page:
    """A page to be measured: its name, its addresses, and who opens it."""

    name: str
    label: str
    paths: Sequence[str]
    username: str = ""


PAGES = (
    Page(
        "item",
        "事项页 item page",
        [f"/items/{code}?from={HOME}&to={DECIDED_FOR}" for code in _ITEMS],
    ),
    Page("search", "搜索 search", [f"/search?q={quote(word)}" for word in _WORDS]),
)

# What a search for nearly everything answers, a hundred items at once, for a pair of places.
LONG = Page(
    "long_page",
    "一页100条 page of 100 results",
    [f"/search?from={HOME}&to={DECIDED_FOR}&size=100&q={quote(word)}" for word in ("登记", "证")],
)


def measure(
    page: Page,
    url: str,
    *,
    connections: int,
    seconds: float,
    pause: float = 0.0,
    cookies: str = "",
) -> load.Report:
    """Open a page over so many connections; every answer must be the page itself.

    Somebody who is to open it signs in first, unless `cookies` say that he has.
    """
    cookies = cookies or (sign_in(url, page.username) if page.username else "")
    address = httpx.URL(url)
    host, port = address.host, address.port or 80
    # Each process reads its templates and each of its connections prepares its statements only once.
    load.run(
        (host, port), _requests(page, host, port, cookies), connections=connections, seconds=WARM_UP
    )
    report = load.run(
        (host, port), _requests(page, host, port, cookies), connections=connections,
        seconds=seconds, pause=pause,
    )  # fmt: skip
    if set(report.statuses) != {200}:
        raise Trouble(
            f"{page.label} 的回答不都是 200：{dict(report.statuses)}",
            f"{page.name}: not every answer was the page: {dict(report.statuses)}",
        )
    return report


def _requests(page: Page, host: str, port: int, cookies: str) -> Iterator[bytes]:
    made = [
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookies}\r\n\r\n".encode()
        for path in page.paths
    ]
    return cycle(made)


def sign_in(url: str, username: str) -> str:
    """The cookies of somebody who signed in at the sandbox's page."""
    with Browser(url, username) as browser:
        people.sign_in(browser, username)
        return browser.cookies
