"""The guide's checks (GUIDE §14) over any pages of any door.

    check_pages(browser, live_server.url, ["/", "/items/"], cookies=cookies)

Each page is opened as people open it: on a phone and at a desk, in large type, in the dark, by
keyboard alone, and without script. All problems of all pages come in one AssertionError.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Page,
    Playwright,
    Request,
    ViewportSize,
    expect,
)

from tongban.basics.tests import examples
from tongban.local.browser import of_the_system
from tongban.ui.frame import LARGE_TYPE_COOKIE

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
# What changes when the same page is shown in the dark or in large type.
LOOKS = {"type": "rule", "values": ["color-contrast", "target-size", "link-in-text-block"]}
PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 860}
NARROWEST: ViewportSize = {"width": 320, "height": 700}
# What comes at all comes within it, also beside much other work on a slow machine.
PATIENCE_MS = 90_000.0

# What passed is not written down, which is much of the work on a long page.
RUN_AXE = """async (rules) => {
  const answer = await axe.run(document, {runOnly: rules, resultTypes: ['violations']});
  return answer.violations.map(v => v.id + ' x' + v.nodes.length + ': '
    + v.nodes[0].html.slice(0, 160) + ' | ' + (v.nodes[0].failureSummary || '').slice(-200));
}"""
TOO_WIDE = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const wide = [...document.querySelectorAll('body *')].filter(e =>
    e.getBoundingClientRect().right > width + 1 && !e.closest('.vh, .skip'));
  return wide.slice(0, 4).map(e =>
    e.tagName + '.' + e.className + ' ' + (e.textContent || '').slice(0, 20));
}"""
# One radio button of a group is reached by Tab and the others by arrows, so they are left out.
CONTROLS = """() => [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter(e => !e.closest('details:not([open]) > :not(summary)') && e.offsetParent !== null
    && !e.disabled && e.type !== 'radio' && e.type !== 'hidden')"""
MISSED = f"() => ({CONTROLS})().filter(e => !e.dataset.seen).map(e => e.outerHTML.slice(0, 120))"
HOW_MANY = f"() => ({CONTROLS})().length"
# The page notes every stop itself, so that Tab can be pressed many times between two looks.
NOTE_STOPS = """() => {
  document.activeElement.blur();
  window.walk = {isRound: false, last: null, bare: []};
  document.addEventListener('focusin', event => {
    const e = event.target, walk = window.walk;
    // A field for a date keeps the focus while Tab goes through its year, month and day.
    if (walk.isRound || e === walk.last) return;
    if (e.dataset.seen) { walk.isRound = true; return; }
    walk.last = e;
    e.dataset.seen = '1';
    const s = getComputedStyle(e), box = e.getBoundingClientRect();
    const ring = s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2;
    if (!ring || !box.width || !box.height) walk.bare.push(e.outerHTML.slice(0, 120));
  }, true);
}"""
# What a reader can do or read: script may show more, but must not be needed for any of these.
COMPLETE = """() => ({
  title: document.title,
  heading: [...document.querySelectorAll('h1')].map(e => e.textContent.trim()),
  links: [...document.querySelectorAll('main a[href], header a[href]')]
    .map(e => e.getAttribute('href')),
  forms: [...document.querySelectorAll('form')].map(e =>
    (e.getAttribute('method') || 'get') + ' ' + (e.getAttribute('action') || '')),
  orphans: [...document.querySelectorAll('button[type=submit], button:not([type])')]
    .filter(e => !e.form && e.offsetParent !== null).map(e => e.outerHTML.slice(0, 120)),
})"""


# By browser and by whether script runs: tabs that nobody uses. A new one, with cookies of its own,
# takes the browser longer than all that is looked at in it.
_idle: dict[tuple[Browser, bool], list[Page]] = {}


@lru_cache
def _axe() -> str:
    return AXE.read_text(encoding="utf-8")


def start_chromium(playwright: Playwright) -> Browser:
    """The system's Chromium where it is, else the one that Playwright keeps."""
    expect.set_options(timeout=PATIENCE_MS)
    return playwright.chromium.launch(executable_path=of_the_system(), args=CHROMIUM_FLAGS)


def new_reader(browser: Browser, **options: Any) -> BrowserContext:
    """Somebody with tabs and cookies of his own, as patient as a slow machine needs."""
    context = browser.new_context(**{"locale": "zh-CN", **options})
    context.set_default_timeout(PATIENCE_MS)
    return context


@dataclass
class Checks:
    """Opens pages in one browser and collects what is wrong with them."""

    browser: Browser
    base: str
    cookies: Sequence[dict[str, Any]] = ()
    problems: list[str] = field(default_factory=list)
    # By large type and script.
    _tabs: dict[tuple[bool, bool], Page] = field(default_factory=dict)
    _is_staying: bool = False

    @contextmanager
    def staying(self) -> Iterator[None]:
        """In this block one reader of each kind goes from page to page; else each has one page.

        The next block takes over the tabs, in which nothing is left of the reader before.
        """
        self._is_staying = True
        try:
            yield
        finally:
            self._is_staying = False
            while self._tabs:
                (_large, script), page = self._tabs.popitem()
                self._leave(page, script=script)

    @contextmanager
    def opened(
        self,
        path: str,
        *,
        size: ViewportSize = DESK,
        large: bool = False,
        dark: bool = False,
        script: bool = True,
    ) -> Iterator[Page]:
        """The page as one kind of reader sees it; its own faults are problems in any case."""
        how = f"{path} at {size['width']}px" + (" large" if large else "")
        how += (" dark" if dark else "") + ("" if script else " without script")
        with self._tab(large=large, script=script) as page, self._noting(page, how):
            page.set_viewport_size(size)
            page.emulate_media(color_scheme="dark" if dark else "light")
            answer = page.goto(self.base + path)
            if answer is None or answer.status != 200:
                self.wrong(how, f"answered {answer and answer.status}")
            yield page

    @contextmanager
    def _tab(self, *, large: bool, script: bool) -> Iterator[Page]:
        known = self._tabs.get((large, script)) or self._new_tab(large=large, script=script)
        if self._is_staying:
            self._tabs[large, script] = known
        try:
            yield known
        finally:
            if not self._is_staying:
                known.context.close()

    def _new_tab(self, *, large: bool, script: bool) -> Page:
        idle = _idle.get((self.browser, script)) if self._is_staying else None
        if idle:
            page = idle.pop()
        else:
            context = new_reader(self.browser, java_script_enabled=script)
            page = context.new_page()
        own = [{"url": self.base, **cookie} for cookie in self.cookies]
        if large:
            own.append({"url": self.base, "name": LARGE_TYPE_COOKIE, "value": "1"})
        if own:
            page.context.add_cookies(own)
        return page

    def _leave(self, page: Page, *, script: bool) -> None:
        """Keep a tab for others, without what this reader had; one in any doubt is closed."""
        try:
            if script:
                page.evaluate("localStorage.clear(); sessionStorage.clear()")
            # What the page asks for from time to time must not reach the server any more.
            page.goto("about:blank")
            page.context.clear_cookies()
        except Error:
            page.context.close()
        else:
            _idle.setdefault((self.browser, script), []).append(page)

    @contextmanager
    def _noting(self, page: Page, how: str) -> Iterator[None]:
        """What the page does wrong by itself while it is open."""

        def broke(error: Error) -> None:
            self.wrong(how, f"script error: {error}")

        def failed(request: Request) -> None:
            self._failed(how, request)

        def said(message: ConsoleMessage) -> None:
            self._heard(how, message.type, message.text)

        page.on("pageerror", broke)
        page.on("requestfailed", failed)
        page.on("console", said)
        try:
            yield
        finally:
            page.remove_listener("pageerror", broke)
            page.remove_listener("requestfailed", failed)
            page.remove_listener("console", said)

    def _failed(self, how: str, request: Request) -> None:
        # The browser's own PDF reader gives up requests of its own when a page is left, and takes
        # over the one for the document inside a page, which then counts as aborted.
        is_taken_over = request.is_navigation_request() and request.failure == "net::ERR_ABORTED"
        if not is_taken_over and not request.url.startswith("chrome-extension:"):
            self.wrong(how, f"failed: {request.url}")

    def _heard(self, how: str, kind: str, words: str) -> None:
        if kind == "error":
            self.wrong(how, f"console: {words}")

    def wrong(self, how: str, what: str) -> None:
        self.problems.append(f"{how}: {what}")

    def axe(self, path: str, **reader: Any) -> None:
        """No violation of WCAG 2.2 A and AA, nor of axe's best practices."""
        with self.opened(path, **reader) as page:
            self._judge_by_axe(page, f"{path} {reader}")

    def fits(self, path: str, **reader: Any) -> None:
        """Nothing is wider than the screen."""
        with self.opened(path, **reader) as page:
            self._measure(page, f"{path} {reader}")

    def keyboard(self, path: str) -> None:
        """Tab reaches every control, and each shows where the focus is."""
        with self.opened(path) as page:
            self._walk(page, path)

    def without_script(self, path: str) -> None:
        """Without script the page has the same title, heading, links and forms."""
        with self.opened(path) as page:
            scripted = page.evaluate(COMPLETE)
        self._compare_without_script(path, scripted)

    def on_a_phone(self, path: str) -> None:
        """For many pages made of the same parts: what two readers meet, on a page opened once."""
        with self.opened(path, size=PHONE) as page:
            self._judge_by_axe(page, f"{path} on a phone")
            with self._large(page):
                page.set_viewport_size(NARROWEST)
                self._measure(page, f"{path} at the narrowest, large")

    def in_brief(self, path: str) -> None:
        """For pages made of parts that are checked in full elsewhere: seen, narrow, and large."""
        with self.opened(path, size=PHONE) as page:
            self._judge_by_axe(page, f"{path} on a phone")
            page.set_viewport_size(DESK)
            self._judge_by_axe(page, f"{path} at a desk")
            with self._large(page):
                page.set_viewport_size(NARROWEST)
                self._measure(page, f"{path} at the narrowest, large")

    def of_known_parts(self, path: str) -> None:
        """In brief, and in full by `./run test --long`: no part of it is on this page alone."""
        (self.all_of if examples.TIMES > 1 else self.in_brief)(path)

    def all_of(self, path: str) -> None:
        """Every check of the guide on one page, which is opened once with and once without script."""
        with self.opened(path, size=PHONE) as page:
            scripted = page.evaluate(COMPLETE)
            self._judge_by_axe(page, f"{path} on a phone")
            with self._large(page):
                self._judge_by_axe(page, f"{path} on a phone, large", LOOKS)
                for size in (NARROWEST, DESK):
                    page.set_viewport_size(size)
                    self._measure(page, f"{path} at {size['width']}px, large")
            page.set_viewport_size(NARROWEST)
            self._measure(page, f"{path} at the narrowest")
            page.set_viewport_size(DESK)
            self._judge_by_axe(page, f"{path} at a desk")
            page.emulate_media(color_scheme="dark")
            self._judge_by_axe(page, f"{path} at a desk, dark", LOOKS)
            page.emulate_media(color_scheme="light")
            self._walk(page, path)
        self._compare_without_script(path, scripted)

    @contextmanager
    def _large(self, page: Page) -> Iterator[None]:
        """Large type as the button brings it, without fetching the page a second time.

        That the server writes the same for whoever has the cookie is tried by itself (test_pages.py).
        """
        page.evaluate("document.documentElement.dataset.type = 'large'")
        yield
        page.evaluate("delete document.documentElement.dataset.type")

    def _judge_by_axe(self, page: Page, how: str, rules: dict[str, Any] = RULES) -> None:
        if not page.evaluate("'axe' in window"):
            page.evaluate(_axe())
        for violation in page.evaluate(RUN_AXE, rules):
            self.wrong(how, f"axe {violation}")

    def _measure(self, page: Page, how: str) -> None:
        for element in page.evaluate(TOO_WIDE):
            self.wrong(how, f"too wide: {element}")

    def _walk(self, page: Page, path: str) -> None:
        page.evaluate(NOTE_STOPS)
        presses = page.evaluate(HOW_MANY) + 2
        # Further on than there are controls, since some have several stops.
        for more in (presses, 20, 20, 20):
            # Held down, as people do it too: each repeat goes one further, in half the messages.
            for _ in range(more):
                page.keyboard.down("Tab")
            page.keyboard.up("Tab")
            if page.evaluate("window.walk.isRound"):
                break
        for bare in page.evaluate("window.walk.bare"):
            self.wrong(path, f"no visible ring: {bare}")
        for element in page.evaluate(MISSED):
            self.wrong(path, f"Tab does not reach: {element}")

    def _compare_without_script(self, path: str, scripted: dict[str, Any]) -> None:
        with self.opened(path, script=False) as page:
            plain = page.evaluate(COMPLETE)
        for what in ("title", "heading", "links", "forms"):
            if plain[what] != scripted[what]:
                self.wrong(path, f"{what} without script {plain[what]}, with it {scripted[what]}")
        if len(plain["heading"]) != 1 or not plain["heading"][0]:
            self.wrong(path, f"one h1 expected, found {plain['heading']}")
        for button in plain["orphans"]:
            self.wrong(path, f"a submit button without a form: {button}")


def check_pages(
    browser: Browser,
    base_url: str,
    paths: Iterable[str],
    *,
    cookies: Sequence[dict[str, Any]] = (),
    only: Callable[[Checks, str], None] = Checks.all_of,
) -> None:
    """Check pages that answer 200 to whoever holds `cookies` (dicts with name and value).

    `only` picks a single check, for instance `Checks.keyboard`. Raises AssertionError that lists
    every problem of every page.
    """
    checks = Checks(browser, base_url.rstrip("/"), cookies)
    with checks.staying():
        for path in paths:
            only(checks, path)
    assert not checks.problems, "\n".join(dict.fromkeys(checks.problems))
