"""What an applicant does at the portal, page by page, as the main job asks."""

import re
from datetime import date
from typing import Any

from journeys.people import Person, expect
from journeys.systems import MEDICAL, MOVE_TO_SPOUSE, identity_number

# A day that is still to come, whenever this runs.
STARTS_ON = f"{date.today().year + 1}-06-01"  # noqa: DTZ011 - any day next year will do

# Pages of the form in their order, with good answers.
ANSWERS: dict[str, list[dict[str, str]]] = {
    MOVE_TO_SPOUSE: [
        {
            "spouse_name": "张三",
            "spouse_id_number": identity_number(77),
            "married_on": "2020-05-20",
        },
        {"from_division": "长春市朝阳区", "from_address": "示例街道示例路8号"},
        {
            "move_to_division": "350102",
            "move_to_address": "东街街道示例巷12号3单元501",
            "householder_name": "张三",
            "householder_relation": "spouse",
            "dwelling_kind": "consent",
        },
    ],
    MEDICAL: [
        {"insured_division": "350102", "insurance_kind": "employee"},
        {
            "stay_kind": "living",
            "treatment_division": "长春市朝阳区",
            "stay_address": "示例街道示例路8号2栋301",
            "starts_on": STARTS_ON,
        },
    ],
}
NAMES = {MOVE_TO_SPOUSE: "夫妻投靠户口迁移", MEDICAL: "异地就医结算备案"}
WORDS = {MOVE_TO_SPOUSE: "夫妻投靠", MEDICAL: "异地看病"}
HERE, THERE = "220100", "350100"
CASE_NUMBER = re.compile(r"/cases/([0-9A-Z]{21})")


def find(person: Person, item: str) -> None:
    """From the home page by everyday words to the guide of an item for two places."""
    person.open("/")
    person.fill(**{"from": HERE, "q": WORDS[item], "to": THERE})
    person.press("查能不能办")
    person.press(NAMES[item])
    expect(person.page.locator("h1")).to_have_text(NAMES[item])


def begin(person: Person, item: str, *, window: str = "", mode: str = "") -> None:
    """From the guide to the list of what is to be filled in, with nothing filled in yet.

    Whoever names a window lets it receive for the other place; an only way is not asked for.
    """
    guide = person.page.url
    person.press("开始办理")
    if chosen := mode or ("RECEIVED_FOR" if window else ""):
        person.fill(mode=chosen)
    if window:
        person.fill(window=window)
    person.press("开始填写")
    person.sees("检查、承诺、提交")
    if person.page.get_by_text("您在继续").count():
        # Left by a journey that did not come to its end.
        person.press("删除这份申请")
        person.press("删除")
        person.open(guide)
        begin(person, item, window=window, mode=mode)


def fill_in(person: Person, item: str) -> None:
    """All pages of the form, one after another."""
    person.sees("还没做")
    person.press("继续填写")
    for answers in ANSWERS[item]:
        person.fill(**answers)
        person.press("保存并继续")
    expect(person.page.locator("h1")).to_have_text("材料")


def hand_in_papers(person: Person, specs: tuple[str, ...], *, serial: int = 0) -> None:
    """A picture for each material, uploaded one by one as on a phone."""
    for place, spec in enumerate(specs):
        person.upload(spec, serial=serial + place)
    go_on_to_check(person)


def go_on_to_check(person: Person) -> None:
    """From the materials to the page that shows it all; how the result comes is left open."""
    person.press("保存并继续")
    expect(person.page).to_have_url(re.compile("/(check|delivery)/"))
    if person.page.url.endswith("/delivery/"):
        person.press("先不选")
    expect(person.page.locator("h1")).to_contain_text("检查一遍")


def submit(person: Person) -> str:
    """Look it all over, promise, hand in; gives the number of the case."""
    person.fill(is_true="on", may_use="on")
    person.page.get_by_role("button", name=re.compile("提交申请|交回")).click()
    expect(person.page).to_have_url(re.compile("/done/"))
    return number_on(person)


def number_on(person: Person) -> str:
    """The number of the case that a page leads to."""
    link = person.page.locator('main a[href^="/cases/2"], main a[href^="/cases/3"]').first
    found = CASE_NUMBER.search(link.get_attribute("href") or "")
    assert found, link.get_attribute("href")
    return found[1]


def track(person: Person, number: str, *words: str, **more: Any) -> None:
    """Look where the case is until the page says so: news travel for a moment."""
    person.open(f"/cases/{number}/")
    person.waits_for(*words, **more)
