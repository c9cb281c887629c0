"""People at screens: Chromium, signed in as somebody of the sandbox, doing what people do.

Controls are found by what stands on them. Whatever a page does wrong on the way (a script error, a
failed request, an answer of 500) is collected and fails the journey at its end.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, ViewportSize, expect

from journeys.installation import Node
from tongban.ui.tests.page_checks import DESK, PATIENCE_MS, PHONE, new_reader

__all__ = ["DESK", "PHONE", "Person", "expect"]

NO_ERRORS = ("Failed to load resource", "htmx:afterRequest", "htmx:sendAbort")
PATIENCE = PATIENCE_MS / 1000

# Links that lead nowhere, and what only the inside of the program should ever see.
FAULTS = """() => [
  ...[...document.querySelectorAll('a')].filter(e => !e.getAttribute('href'))
    .map(e => 'leads nowhere: ' + e.outerHTML.slice(0, 120)),
  ...(document.body.innerText.match(/\\{[{%]|[%}]\\}|%\\(\\w+\\)s|\\bNone\\b|\\bundefined\\b/g) || [])
    .map(word => 'shows ' + word),
]"""


PAPER = """<body style="margin:0;font:22px sans-serif;background:#fff;color:#222">
<div style="border:3px double #888;margin:28px;padding:48px;height:700px;position:relative">
<h1 style="text-align:center;font-size:38px">{title}</h1>
<p style="text-align:center;color:#666">示例，仅供演示，人物和内容均为虚构</p>
<p>姓名　李四</p><p>住址　示例街道示例路8号</p><p>编号　示例〔2026〕{serial}号</p>
<hr style="margin-top:40px"><p style="color:#666">此处是证件的内容。</p>
<div style="position:absolute;right:48px;bottom:48px;width:140px;height:140px;border:4px solid #a33;
border-radius:50%;color:#a33;display:grid;place-items:center">示例印章</div></div></body>"""


def paper(browser: Browser, title: str, serial: int) -> bytes:
    """A picture of a paper as somebody's phone would take it, plainly an example."""
    page = _camera(browser)
    page.set_content(PAPER.format(title=title, serial=serial))
    return page.screenshot()


@lru_cache(maxsize=1)
def _camera(browser: Browser) -> Page:
    """The page that pictures are taken of; a new one takes longer than the picture."""
    context = browser.new_context(viewport={"width": 640, "height": 860}, locale="zh-CN")
    return context.new_page()


@dataclass
class Person:
    """One of the sandbox at one screen, signed in at one node."""

    browser: Browser
    node: Node
    username: str
    size: ViewportSize = field(default_factory=lambda: DESK)
    problems: list[str] = field(default_factory=list)
    context: BrowserContext = field(init=False)
    page: Page = field(init=False)

    def __post_init__(self) -> None:
        self.context = new_reader(
            self.browser,
            viewport=self.size,
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            base_url=self.node.url,
        )
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self._wrong(f"script error: {error}"))
        self.page.on("console", lambda said: self._heard(said.type, said.text))
        self.page.on("response", lambda answer: self._answered(answer.status, answer.url))

    def __enter__(self) -> "Person":
        self.sign_in()
        return self

    def __exit__(self, *failed: object) -> None:
        self.context.close()
        if failed[0] is None:
            assert not self.problems, "\n".join(self.problems)

    def _wrong(self, what: str) -> None:
        self.problems.append(f"{self.username} at {self.page.url}: {what}")

    def _heard(self, kind: str, words: str) -> None:
        # A refusal is an answer with a page; Chromium reports its status as an error all the same.
        # A look ahead that nobody waits for, because the page is left meanwhile, is no error either.
        if kind == "error" and not words.startswith(NO_ERRORS):
            self._wrong(f"console: {words}")

    def _answered(self, status: int, url: str) -> None:
        if status >= 500:
            self._wrong(f"{status} from {url}")

    # --- what people do ---

    def sign_in(self) -> None:
        """The button beside one's name on the sandbox's page."""
        self.page.goto("/sandbox/")
        self.page.locator(f'form:has(input[value="{self.username}"]) button').click()
        expect(self.page).not_to_have_url(re.compile("/sandbox/"))

    def open(self, path: str) -> None:
        """Go somewhere by its address."""
        self.page.goto(path)
        self._look()

    def _look(self) -> None:
        """A page that leads nowhere or shows its own workings is wrong, whoever looks at it."""
        try:
            found = self.page.evaluate(FAULTS)
        except Error:
            # The press led on while we looked; the page it led to is looked at instead.
            self.page.wait_for_load_state()
            found = self.page.evaluate(FAULTS)
        for fault in found:
            self._wrong(fault)

    def press(self, words: str, *, within: str = "main, body > .bar-bottom") -> None:
        """A button or link, by the words on it."""
        self._control(words, within).click()
        self.page.wait_for_load_state()
        self._look()

    def _control(self, words: str, within: str) -> Locator:
        place = self.page.locator(within)
        button = place.get_by_role("button", name=words)
        link = place.get_by_role("link", name=words)
        return button.or_(link).locator("visible=true").first

    def fill(self, **answers: str) -> None:
        """Fields by their names, as a form has them; a choice is pressed, a place is typed."""
        for name, value in answers.items():
            self._answer(name, value)

    def _answer(self, name: str, value: str) -> None:
        field_ = self.page.locator(f'[name="{name}"]')
        expect(field_.first).to_be_visible()
        kind = field_.first.evaluate("e => e.tagName + ':' + (e.type || '')")
        if kind.startswith("SELECT"):
            field_.select_option(value)
        elif kind.endswith(":radio"):
            self.page.locator(f'[name="{name}"][value="{value}"]').check()
        elif kind.endswith(":checkbox"):
            field_.check()
        else:
            field_.fill(value)

    def upload(self, spec: str, *, serial: int) -> None:
        """Photograph what a material asks for, choose the picture, and send it."""
        section = self.page.locator(f'section.mat:has(input[name="paper-{spec}"])')
        title = section.locator("h2").inner_text()
        file: Any = {
            "name": f"{title}.png",
            "mimeType": "image/png",
            "buffer": paper(self.browser, title, serial),
        }
        section.locator(f'input[name="paper-{spec}"]').set_input_files(file)
        section.get_by_role("button", name="上传").click()
        expect(section).to_contain_text(f"{title}.png")

    # --- what people see ---

    def sees(self, *words: str) -> None:
        """The page says all of this."""
        for said in words:
            expect(self.page.locator("body")).to_contain_text(said)

    def waits_to_press(self, words: str, *, within: str = "main, body > .bar-bottom") -> None:
        """Look again and again until the page offers this, then press it; the words may stand elsewhere."""
        self.looks_until(self._control(words, within).count, what=f"{words} is offered")
        self.press(words, within=within)

    def waits_for(self, *words: str, patience: float = PATIENCE) -> None:
        """Look again and again until the page says all of this."""

        def says_all() -> bool:
            return all(said in self.page.locator("body").inner_text() for said in words)

        self.looks_until(says_all, what=f"{words} is said", patience=patience)

    def looks_until(
        self, there: Callable[[], object], *, what: str, patience: float = PATIENCE
    ) -> None:
        """Look at the page again and again until something is there, for news travel for a moment."""
        deadline = time.monotonic() + patience
        while not there():
            assert time.monotonic() < deadline, f"{self.page.url}: never {what}:\n" + (
                self.page.locator("main").first.inner_text()
            )
            self.page.wait_for_timeout(200)
            self.page.reload()

    def does_not_see(self, *words: str) -> None:
        for said in words:
            expect(self.page.locator("body")).not_to_contain_text(said)

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()
