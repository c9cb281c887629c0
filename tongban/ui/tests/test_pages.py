"""The components page and the frame, as readers meet them."""

import pytest

from tongban.ui.tests.page_checks import DESK, PHONE, Checks, check_pages


@pytest.mark.parametrize("path", ["/components/", "/accounts/password/reset/"])
def test_pages_of_the_frame_pass_every_check(browser, pages, path):
    check_pages(browser, pages, [path])


def test_large_type_is_kept_and_leaves_what_was_typed(browser, pages):
    with Checks(browser, pages).opened("/components/", size=PHONE) as page:
        page.fill("#id_more", "还没有保存的话")
        with page.expect_response("**/large-type/"):
            page.get_by_role("button", name="大字版").click()
        page.wait_for_selector("html[data-type=large]")
        assert page.input_value("#id_more") == "还没有保存的话"
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "21px"

        page.reload()
        assert page.get_attribute("html", "data-type") == "large"
        with page.expect_response("**/large-type/"):
            page.get_by_role("button", name="大字版").click()
        page.wait_for_selector("html:not([data-type])")


def test_large_type_works_without_script(browser, pages):
    with Checks(browser, pages).opened("/components/", script=False) as page:
        page.get_by_role("button", name="大字版").click()
        page.wait_for_url("**/components/")
        assert page.get_attribute("html", "data-type") == "large"


def test_a_pressed_form_goes_out_once(browser, pages):
    with Checks(browser, pages).opened("/components/", size=DESK) as page:
        page.evaluate(
            """() => {
              const form = document.createElement('form');
              form.method = 'post'; form.id = 'twice';
              form.innerHTML = '<button>交</button>';
              document.querySelector('main').append(form);
              window.went = 0;
              document.addEventListener('submit', e => {
                if (!e.defaultPrevented) window.went += 1;
                e.preventDefault();
              });
            }"""
        )
        page.click("#twice button")
        page.click("#twice button")
        assert page.evaluate("window.went") == 1


def test_buttons_that_need_script_show_where_it_runs(browser, pages):
    checks = Checks(browser, pages)
    with checks.opened("/components/") as page:
        assert page.get_by_role("button", name="打印").is_visible()
    with checks.opened("/components/", script=False) as page:
        assert not page.get_by_role("button", name="打印").is_visible()
    assert checks.problems == []
