"""The guide's checks over every page of the portal, in the states that people meet them in.

Set SCREENS to a folder to keep a picture of each page on a phone and at a desk.
"""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tongban.cases.tests import world
from tongban.portal.tests import scenes
from tongban.portal.tests.test_papers import PDF
from tongban.ui.tests.page_checks import DESK, PHONE, Checks, check_pages, new_reader

PAIR = "from=220100&to=350100"
OPEN_TO_ALL = {
    "home": "/",
    "windows": "/windows/",
    "evidence": "/evidence/",
    "search": f"/search?q=户口&{PAIR}",
    "item": f"/items/{world.MOVE_TO_SPOUSE}?{PAIR}",
    "item-asks": f"/items/{world.MEDICAL}?to=unsure",
}
# The same search and the same guide with another answer.
ANSWERED_OTHERWISE = {
    "search-nothing": f"/search?q=宇宙飞船&{PAIR}",
    "search-mended": f"/search?q=户藉&{PAIR}&lead=公安部",
    "item-differs": f"/items/{world.MEDICAL}?{PAIR}",
    "item-absent": f"/items/2020-1-14?{PAIR}",
    "item-not-open": f"/items/2020-3-03?{PAIR}",
}
# One of each kind of page: a notice to mend, something late, a refusal, a result to sign for.
CASES = {
    scenes.returned: Checks.all_of,
    scenes.late_crossing: Checks.of_known_parts,
    scenes.not_accepted: Checks.of_known_parts,
    scenes.to_be_signed: Checks.all_of,
}


def signed_in(filled) -> list[dict[str, str]]:
    cookie = next(iter(scenes.browser_of(filled).cookies.values()))
    return [{"name": cookie.key, "value": cookie.value}]


def cookie_at(base: str, cookie: dict[str, str]) -> Any:
    return {"url": base, **cookie}


def picture(browser: Browser, base: str, pages: dict[str, str], cookies=()) -> None:
    """Keep how the pages look, for the eyes of whoever set SCREENS."""
    if not (folder := os.environ.get("SCREENS")):
        return
    for size in (PHONE, DESK):
        context = new_reader(browser, viewport=size)
        if cookies:
            context.add_cookies([cookie_at(base, cookie) for cookie in cookies])
        page = context.new_page()
        for name, path in pages.items():
            page.goto(base + path)
            page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png", full_page=True)
        context.close()


def try_pages(
    browser, live_server, pages: dict[str, str], cookies=(), *, only=Checks.all_of
) -> None:
    picture(browser, live_server.url, pages, cookies)
    check_pages(browser, live_server.url, list(pages.values()), cookies=cookies, only=only)


@pytest.mark.django_db(transaction=True)
def test_pages_for_everybody_are_usable(browser, live_server, country):
    try_pages(browser, live_server, OPEN_TO_ALL)
    try_pages(browser, live_server, ANSWERED_OTHERWISE, only=Checks.of_known_parts)


@pytest.mark.django_db(transaction=True)
def test_pages_of_an_application_are_usable(browser, live_server, country):
    filled = world.a_draft(deciding=world.FUZHOU, serial=60)
    half = world.a_draft(
        item=world.MEDICAL,
        mode=world.Mode.ONLINE,
        deciding=world.FUZHOU,
        answers=world.medical_answers("350102"),
        serial=61,
    )
    wrong = {"treatment_division": "朝阳区", "starts_on": "2026-13-40", "stay_kind": "transfer"}
    world.drafts.save_step(
        draft_id=half.draft.pk, account=half.account, step="treatment", answers=wrong,
        at=world.MONDAY,
    )  # fmt: skip
    start = f"/apply/start/?item=2020-2-10&{PAIR}"
    base = f"/apply/{filled.draft.pk}/"
    pages = {"start": start, "tasks": base, "step": f"{base}step/move/"}
    pages |= {"materials": f"{base}materials/", "check": f"{base}check/"}
    try_pages(browser, live_server, pages, signed_in(filled))
    pages = {"drop": f"{base}drop/"}
    try_pages(browser, live_server, pages, signed_in(filled), only=Checks.of_known_parts)
    base = f"/apply/{half.draft.pk}/"
    try_pages(browser, live_server, {"step-faulty": f"{base}step/treatment/"}, signed_in(half))
    pages = {"check-faulty": f"{base}check/"}
    try_pages(browser, live_server, pages, signed_in(half), only=Checks.of_known_parts)


@pytest.mark.django_db(transaction=True)
def test_pages_of_a_case_are_usable_in_its_states(browser, live_server, country):
    for scene, check in CASES.items():
        case, filled = scene()
        pages = {f"case-{scene.__name__}": f"/cases/{case.number}/"}
        try_pages(browser, live_server, pages, signed_in(filled), only=check)


@pytest.mark.django_db(transaction=True)
def test_pages_around_a_case_are_usable(browser, live_server, country):
    case, filled = scenes.submitted()
    _mended, mender = scenes.being_mended()
    base = f"/cases/{case.number}/"
    pages = {"withdraw": f"{base}withdraw/", "cases": "/cases/"}
    try_pages(browser, live_server, pages, signed_in(filled))
    pages = {"done": f"/apply/{filled.draft.pk}/done/", "receipt": f"{base}receipt/"}
    try_pages(browser, live_server, pages, signed_in(filled), only=Checks.of_known_parts)
    base = f"/apply/{mender.draft.pk}/"
    pages = {"tasks-mending": base, "materials-mending": f"{base}materials/"}
    try_pages(browser, live_server, pages, signed_in(mender), only=Checks.of_known_parts)


@pytest.mark.django_db(transaction=True)
def test_a_file_is_uploaded_with_script_and_focus_stays_on_the_page(
    browser, live_server, country, tmp_path
):
    filled = world.a_draft(deciding=world.FUZHOU, serial=60)
    filled.draft.papers.all().delete()
    paper = tmp_path / "房主同意书.pdf"
    paper.write_bytes(PDF)
    context = new_reader(browser, viewport=PHONE)
    context.add_cookies([cookie_at(live_server.url, one) for one in signed_in(filled)])
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{live_server.url}/apply/{filled.draft.pk}/materials/")
    page.set_input_files("#id_paper-owner-consent", paper)
    page.get_by_role("button", name=re.compile("上传.*房主同意落户书")).click()
    page.get_by_text("已上传1份").wait_for()
    assert page.get_by_role("link", name="房主同意书.pdf").is_visible()
    assert page.url.endswith("/materials/")
    page.get_by_role("button", name="保存并继续").click()
    page.get_by_role("alert").wait_for()
    assert "上传居民身份证" in page.get_by_role("alert").inner_text()
    context.close()
    assert problems == []


@pytest.mark.django_db(transaction=True)
def test_a_choice_brings_up_its_question_with_script(browser, live_server, country):
    filled = world.a_draft(deciding=world.FUZHOU, serial=60)
    context = new_reader(browser, viewport=PHONE)
    context.add_cookies([cookie_at(live_server.url, one) for one in signed_in(filled)])
    page = context.new_page()
    page.goto(f"{live_server.url}/apply/{filled.draft.pk}/step/move/")
    page.get_by_label("其他").check()
    page.get_by_label("具体是什么关系").fill("户主的孙媳")
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_url("**/materials/")
    context.close()
