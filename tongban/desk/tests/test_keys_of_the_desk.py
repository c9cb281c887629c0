"""The desk by keyboard, in Chromium: a case from the queue to the other place without a mouse."""

import string
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tongban.cases.models import Case, Check
from tongban.cases.states import State
from tongban.cases.tests import world
from tongban.desk.keys import KEYS
from tongban.desk.tests import stages
from tongban.desk.tests.browsing import cookies_of
from tongban.ui.tests.page_checks import DESK, new_reader

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("country")]


@pytest.fixture
def sit_down(browser, live_server):
    """An officer's page in a browser; script errors fail the test."""
    contexts, errors = [], []

    def open_page(officer, path="/desk/"):
        context = new_reader(browser, viewport=DESK)
        contexts.append(context)
        cookies: Any = [{"url": live_server.url, **one} for one in cookies_of(officer)]
        context.add_cookies(cookies)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors


def settle(page):
    page.wait_for_load_state("networkidle")


def test_walking_claiming_and_opening_in_the_queue(sit_down):
    numbers = sorted(world.a_case(serial=serial)[0].number for serial in (1, 2, 3))
    clerk = world.a_clerk()
    page = sit_down(clerk)
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.getAttribute('href')").endswith(f"{numbers[2]}/")
    page.keyboard.press("k")
    page.keyboard.press("c")
    page.wait_for_url(f"**/cases/{numbers[1]}/")
    assert Case.objects.get(pk=numbers[1]).claimed_by == clerk
    assert Case.objects.exclude(claimed_by=None).count() == 1

    page.keyboard.press("]")
    page.wait_for_url(f"**/cases/{numbers[2]}/")
    page.keyboard.press("[")
    page.wait_for_url(f"**/cases/{numbers[1]}/")

    page.goto(page.url.split("/desk/")[0] + "/desk/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{numbers[1]}/")


def test_o_ticks_the_row_in_hand_and_unticks_it(sit_down):
    numbers = sorted(world.a_case(serial=serial)[0].number for serial in (1, 2))
    page = sit_down(world.a_clerk())
    boxes = "[...document.querySelectorAll('[data-js=tick]')].filter(b => b.checked).length"
    page.keyboard.press("j")
    page.keyboard.press("o")
    assert page.evaluate(boxes) == 1
    row = page.locator("tr[aria-current]")
    assert row.locator("[data-js=tick]").is_checked()
    assert numbers[1] in row.locator("a").first.get_attribute("href")
    page.keyboard.press("o")
    assert page.evaluate(boxes) == 0
    assert not Case.objects.exclude(claimed_by=None).exists()


def test_the_question_mark_shows_every_key_and_escape_leaves_a_field(sit_down):
    world.a_case()
    page = sit_down(world.a_clerk())
    assert not page.locator("#all-keys").evaluate("e => e.open")
    page.keyboard.press("?")
    shown = page.locator("#all-keys")
    assert shown.evaluate("e => e.open")
    printed = set(shown.locator("kbd").all_inner_texts())
    assert printed == {key for _title, keys in KEYS for key, _words in keys}
    assert shown.locator("kbd").first.is_visible()

    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "find"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") != "find"
    page.keyboard.press("j")
    assert page.locator("tr[aria-current]").count() == 1


def test_every_key_stands_on_the_page_of_keys_with_what_it_does(signed_in):
    page = signed_in(world.a_clerk()).get("/desk/keys/").text
    for _title, keys in KEYS:
        for key, words in keys:
            assert f"<kbd>{key}</kbd>" in page
            assert str(words) in page


def test_finding_and_typing_do_not_claim(sit_down):
    case, _ = world.a_case()
    page = sit_down(world.a_clerk())
    page.keyboard.press("/")
    page.keyboard.type("cjc")
    assert page.input_value("#find") == "cjc"
    assert Case.objects.get(pk=case.pk).claimed_by is None
    page.fill("#find", "李四")
    page.keyboard.press("Enter")
    page.wait_for_url("**find=*")
    assert case.number in page.content()


def test_keys_turned_off_do_nothing(sit_down):
    case, _ = world.a_case()
    page = sit_down(world.a_clerk())
    page.get_by_role("button", name="快捷键").click()
    for key in "jkc":
        page.keyboard.press(key)
    settle(page)
    assert page.url.endswith("/desk/")
    assert Case.objects.get(pk=case.pk).claimed_by is None


def test_looking_through_the_papers_and_handing_over_by_keyboard(sit_down):
    case, _ = world.a_case()
    clerk = world.a_clerk()
    stages.received(case, clerk)
    page = sit_down(clerk, reverse("desk:case", args=[case.number]))
    for _material in case.materials.all():
        with page.expect_navigation():
            page.keyboard.press("y")
    expect(page.get_by_text("核查要点都看过了。")).to_be_visible()
    assert not Check.objects.filter(case=case, is_good=False).exists()

    page.keyboard.press("t")
    page.wait_for_url("**/acts/hand-over/")
    for key in string.ascii_letters + string.digits + " ":
        page.keyboard.press(key if key != " " else "Space")
    settle(page)
    assert Case.objects.get(pk=case.pk).state == State.RECEIVED
    page.get_by_role("button", name="移交吉林市").press("Enter")
    page.wait_for_url(f"**/cases/{case.number}/")
    assert Case.objects.get(pk=case.pk).state == State.PENDING


def test_a_check_point_is_noted_in_place_and_said_aloud(sit_down):
    case, _ = world.a_case()
    clerk = world.a_clerk()
    stages.received(case, clerk)
    page = sit_down(clerk, reverse("desk:case", args=[case.number]))
    first = page.locator("#points button[value='1']").first
    point = first.get_attribute("id")
    page.evaluate("window.stays = true")
    first.press("Enter")
    page.wait_for_selector(f"#{point}", state="detached")
    assert page.evaluate("window.stays")
    expect(page.locator("#live")).to_contain_text("合格")
    expect(page.locator("[name=good]:focus")).to_have_count(1)
    page.locator("#points button[value='0']").last.press("Enter")
    page.wait_for_selector("#points textarea, #points input[name=note]")
    expect(page.locator("#materials")).to_contain_text("1处问题")
    page.locator("#points input[name=note]").fill("右下角缺了一块")
    page.keyboard.press("Enter")
    page.locator("#points").get_by_text("右下角缺了一块").wait_for()
    assert Check.objects.get(case=case, is_good=False).note == "右下角缺了一块"

    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("x")
    page.wait_for_url("**/acts/return/")
    assert "右下角缺了一块" in page.content()


def test_b_opens_the_correction_notice_and_a_the_contact(sit_down):
    case, _ = world.a_case()
    clerk, officer = world.a_clerk(), world.a_decider()
    stages.pending(case, clerk, officer)
    page = sit_down(officer, reverse("desk:case", args=[case.number]))
    page.keyboard.press("a")
    # The browser tells of a new address after it has answered the key.
    page.wait_for_url("**/#other-side")
    page.keyboard.press("b")
    page.wait_for_url("**/acts/correction/")
    assert Case.objects.get(pk=case.pk).state == State.PENDING


def test_a_double_click_on_a_final_button_does_it_once(sit_down):
    case, _ = world.a_case()
    clerk, officer = world.a_clerk(), world.a_decider()
    before = stages.pending(case, clerk, officer).head_seq
    page = sit_down(officer, reverse("desk:act", args=[case.number, "accept"]))
    page.get_by_role("button", name="受理", exact=True).dblclick()
    page.wait_for_url(f"**/cases/{case.number}/")
    settle(page)
    after = Case.objects.get(pk=case.pk)
    assert after.state == State.UNDER_REVIEW
    assert after.head_seq == before + 1


def test_a_picture_turns_and_grows(sit_down):
    case, _ = world.a_case()
    page = sit_down(world.a_clerk(), reverse("desk:case", args=[case.number]))
    picture = page.locator(".sheet img")
    page.get_by_role("button", name="旋转").click()
    assert "rotate(90deg)" in picture.get_attribute("style")
    before = picture.evaluate("e => e.getBoundingClientRect().width")
    page.get_by_role("button", name="放大").click()
    assert picture.evaluate("e => e.getBoundingClientRect().width") > before
    page.get_by_role("button", name="适合宽度").click()
    assert picture.evaluate("e => e.getBoundingClientRect().width") == pytest.approx(before)
