"""What clerks and officers do at the desk."""

from collections.abc import Mapping

from tongban.console.journeying.browser import Browser, Form, Page, Stuck


def claim(browser: Browser, number: str) -> Page:
    """Find the case and take it from the queue; gives its workbench."""
    page = browser.open(f"/desk/cases/{number}/")
    return browser.send(page, page.form(f"/cases/{number}/claim"))


def find_fault(browser: Browser, number: str) -> str:
    """Note a problem at the first check point one may judge; gives the material it is in."""
    page = browser.open(f"/desk/cases/{number}/")
    for form in page.forms:
        head, found, rest = form.action.partition("/checks/")
        spec, _, point = rest.partition("/")
        if found and head and point.strip("/") and ("good", "0") in form.buttons:
            browser.send(page, form, button=("good", "0"))
            return spec
    raise Stuck(f"{page.url}：没有可以记下问题的核查要点")


def find_all_good(browser: Browser, number: str) -> None:
    """Look at one material after another and find good what has not been noted yet."""
    page = browser.open(f"/desk/cases/{number}/")
    specs = [link.partition("paper=")[2] for link in page.links.values() if "?paper=" in link]
    for spec in dict.fromkeys(spec.partition("#")[0] for spec in specs):
        page = browser.open(f"/desk/cases/{number}/?paper={spec}")
        for form in page.forms:
            if form.action.endswith(f"/checks/{spec}/"):
                browser.send(page, form)


def receive(browser: Browser, number: str) -> Page:
    """Check the identity of somebody who stands there, and take the case in."""
    page = browser.open(f"/desk/cases/{number}/")
    form = page.form(f"/cases/{number}/receive")
    return browser.send(page, form, {"identity": form.choices["identity"][0]})


def act(browser: Browser, number: str, name: str, answers: Mapping[str, str] | None = None) -> Page:
    """An act that cannot be taken back: open its page, say what it asks, check, do it."""
    page = browser.open(f"/desk/cases/{number}/acts/{name}/")
    form = _act_form(page, name)
    typed = _words(form) | _ticks(form) | dict(answers or {})
    if ("stage", "check") in form.buttons:
        page = browser.send(page, form, typed, button=("stage", "check"))
        form, typed = _act_form(page, name), {}
    return browser.send(page, form, typed, button=("stage", "do"))


def _act_form(page: Page, name: str) -> Form:
    return page.form(f"/acts/{name}/")


def _ticks(form: Form) -> dict[str, str]:
    """Every box that confirms something; not those that take a fault off the list."""
    return {
        name: values[0]
        for name, values in form.choices.items()
        if len(values) == 1 and not name.endswith("-drop")
    }


def _words(form: Form) -> dict[str, str]:
    """Something for every fault that the page has not worded itself."""
    return {
        name: "照片看不清。请重新拍照上传" if name.endswith("mend") else "看不清"
        for name, value in form.values.items()
        if name.startswith("fault-") and name.endswith(("problem", "mend")) and not value
    }
