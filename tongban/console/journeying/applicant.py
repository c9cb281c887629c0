"""What an applicant does at the portal."""

from collections.abc import Callable, Mapping

from tongban.console.journeying import papers
from tongban.console.journeying.browser import Browser, File, Form, Page, Stuck

_MOST_PAGES = 20


def begin(browser: Browser, item: str, here: str, there: str, *, mode: str) -> Page:
    """From the item's page for a pair of places to the list of what is to be filled in.

    `mode` is the way that is chosen where the item offers several.
    """
    page = browser.open(f"/items/{item}?from={here}&to={there}")
    page = browser.open(page.link("/apply/start/"))
    form = _with(page, "applicant")
    windows = [value for value in form.choices.get("window", []) if value]
    chosen = {"window": windows[0]} if windows else {}
    if mode in form.choices.get("mode", []):
        chosen["mode"] = mode
    return browser.send(page, form, chosen)


def fill_in(browser: Browser, tasks: Page, answers: Mapping[str, str]) -> Page:
    """Every page of the form, one after another; gives the page of materials.

    A page may grow by questions that an answer brings up, and then comes once more.
    """
    page = browser.open(next(link for link in tasks.links.values() if "/step/" in link))
    for _ in range(_MOST_PAGES):
        if page.path.endswith("/materials/"):
            return page
        form = _with(page, "_seen")
        page = browser.send(page, form, {n: v for n, v in answers.items() if n in form.names})
    raise Stuck(f"{page.url}：填了{_MOST_PAGES}页还没有填完")


def upload_all(browser: Browser, page: Page) -> Page:
    """A paper for everything asked, PDF and PNG by turns; gives the check page."""
    form = _with_files(page)
    makers: tuple[Callable[[str], File], ...] = (papers.a_pdf, papers.a_png)
    files = {name: makers[place % 2]("证明") for place, name in enumerate(form.files)}
    page = browser.send(page, form, files=files, button=("next", "1"))
    # How the result is wanted is asked next, and may stay open.
    return browser.open(page.link("/check/")) if page.path.endswith("/delivery/") else page


def replace(browser: Browser, page: Page, spec: str) -> Page:
    """Another paper for one thing; gives the check page."""
    form = _with_files(page)
    files = {f"paper-{spec}": papers.a_png("重拍")}
    return browser.send(page, form, files=files, button=("next", "1"))


def hand_in(browser: Browser, page: Page) -> Page:
    """Make all declarations and hand in; gives the page that says so."""
    form = next((form for form in page.forms if "is_true" in form.choices), None)
    if form is None:
        raise Stuck(f"{page.url}：这一页不能提交：{page.text[:300]}")
    return browser.send(page, form, {name: values[0] for name, values in form.choices.items()})


def number_on(page: Page) -> str:
    """The number of the case, as the link to it has it. Raises Stuck."""
    for link in page.links.values():
        head, _, rest = link.partition("/cases/")
        number = rest.strip("/")
        if not head and number.isalnum() and len(number) == 21:
            return number
    raise Stuck(f"{page.url}：页面上没有办件编号")


def mend(browser: Browser, number: str) -> Page:
    """Open a case that was sent back; gives its page of materials."""
    page = browser.open(f"/cases/{number}/")
    tasks = browser.send(page, page.form(f"/cases/{number}/mend/"))
    return browser.open(tasks.link("/materials/"))


def _with(page: Page, name: str) -> Form:
    for form in page.forms:
        if name in form.names:
            return form
    raise Stuck(f"{page.url}：没有问 {name} 的表单（{page.heading}）")


def _with_files(page: Page) -> Form:
    for form in page.forms:
        if form.files:
            return form
    raise Stuck(f"{page.url}：没有上传材料的地方（{page.heading}）")
