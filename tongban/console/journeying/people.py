"""Signing in as somebody of the sandbox, as anybody does who tries it."""

from tongban.console.journeying.browser import Browser, Page, Stuck


def sign_in(browser: Browser, username: str) -> Page:
    """Press the button beside a name on the sandbox's page; gives the page one comes to."""
    page = browser.open("/sandbox/")
    for form in page.forms:
        if form.values.get("username") == username:
            return browser.send(page, form)
    raise Stuck(f"{page.url}：沙盒里没有 {username}")
