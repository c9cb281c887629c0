"""The keys of the desk (GUIDE §11)."""

import pytest

from tongban.ui.tests.page_checks import Checks, check_pages


@pytest.fixture
def desk(browser, pages):
    with Checks(browser, pages).opened("/desk/") as page:
        page.evaluate(
            "() => { window.claims = 0;"
            " document.querySelector('[data-js=claim]').onclick = () => { window.claims += 1; }; }"
        )
        yield page


def focused(page):
    return page.evaluate("document.activeElement.textContent")


def test_j_and_k_walk_through_the_queue(desk):
    for key, name in (("j", "甲"), ("j", "乙"), ("k", "甲"), ("k", "甲")):
        desk.keyboard.press(key)
        assert focused(desk) == name
    assert desk.locator("tr[aria-current]").count() == 1


def test_enter_opens_the_row(desk):
    desk.keyboard.press("j")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/case/*")


def test_a_key_printed_on_a_button_presses_it(desk):
    desk.keyboard.press("c")
    assert desk.evaluate("window.claims") == 1


def test_brackets_go_to_the_case_before_and_after(desk):
    desk.keyboard.press("]")
    desk.wait_for_url("**/go/after")


def test_keys_are_off_while_typing_and_escape_leaves(desk):
    desk.keyboard.press("/")
    desk.keyboard.type("cj")
    assert desk.input_value("#s") == "cj"
    assert desk.evaluate("window.claims") == 0

    desk.keyboard.press("Escape")
    desk.keyboard.press("c")
    assert desk.evaluate("window.claims") == 1


def test_the_switch_turns_keys_off_and_is_remembered(desk):
    desk.get_by_role("button", name="快捷键").click()
    desk.keyboard.press("c")
    assert desk.evaluate("window.claims") == 0

    desk.reload()
    assert desk.get_by_role("button", name="快捷键").get_attribute("aria-pressed") == "false"


def test_a_question_mark_shows_all_keys(desk):
    desk.keyboard.press("?")
    assert desk.locator("#all-keys[open]").count() == 1
    assert focused(desk) == "全部快捷键"


def test_the_desk_passes_every_check(browser, pages):
    check_pages(browser, pages, ["/desk/"])
