"""What clerks and officers do at the desk, page by page, as the main job asks."""

import re

from journeys.people import Person, expect


def take_up(person: Person, number: str) -> None:
    """From the queue of one's own office to the case, and take it."""
    wait_for_case(person, number)
    person.page.locator(f'main a[href="/desk/cases/{number}/"]').first.click()
    expect(person.page).to_have_url(re.compile(f"/desk/cases/{number}/$"))
    # The address is there before the page is; what it lacks can be told when it is whole.
    person.page.wait_for_load_state()
    claim = person.page.locator('form[action$="/claim"] button')
    if claim.count():
        claim.first.click()
        person.sees("放回队列")


def wait_for_case(person: Person, number: str) -> None:
    """Look at the queue until the case has come; by its number, for the queue may be long."""
    link = person.page.locator(f'main a[href="/desk/cases/{number}/"]')
    person.open(f"/desk/?find={number}")
    person.looks_until(link.count, what=f"{number} came to {person.username}")


def receive(person: Person) -> None:
    """Look at the person and the identity card, then take the case in."""
    person.fill(identity="in_person")
    person.page.locator('form[action$="/receive"]').get_by_role("button", name="收件").click()
    person.sees("已收件")
    person.page.wait_for_load_state()


def find_fault(person: Person, spec: str, point: str) -> None:
    """Something is wrong at one check point of a material."""
    _open_paper(person, spec)
    person.page.locator(f"#bad-{spec}-{point}").click()
    expect(person.page.locator(f"#form-{spec}-{point}")).to_contain_text("改说明")


def find_good(person: Person, specs: tuple[str, ...]) -> None:
    """Everything at these materials is as it should be."""
    for spec in specs:
        _open_paper(person, spec)
        button = person.page.locator(f'form[action$="/checks/{spec}/"] button')
        if button.count():
            button.first.click()
            person.page.wait_for_load_state()


def _open_paper(person: Person, spec: str) -> None:
    number = re.search(r"/cases/([0-9A-Z]+)/", person.page.url)
    assert number, person.page.url
    person.open(f"/desk/cases/{number[1]}/?paper={spec}")


def act(person: Person, words: str, *, check: str = "", send: str = "", **said: str) -> None:
    """An act: its button on the bench, what it asks, what is read before it is sent, and sent."""
    person.press(words)
    person.fill(**said)
    if check:
        person.press(check)
    number = re.search(r"/cases/([0-9A-Z]+)/", person.page.url)
    person.press(send or words)
    assert number, person.page.url
    expect(person.page).to_have_url(re.compile(f"/desk/cases/{number[1]}/$"))
    person.sees("已办好")
