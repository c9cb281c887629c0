"""What managers of the catalogue do under oversight, page by page."""

import re
from datetime import date

from journeys.people import Person, expect


def begin(person: Person, item: str, place: str) -> str:
    """From the list of items to a draft of the next version; gives the draft's path."""
    person.open(f"/oversight/items/?words={item}")
    person.page.locator("main table a").first.click()
    person.fill(place=place)
    person.press("起草新版")
    expect(person.page).to_have_url(re.compile(r"/oversight/drafts/\d+/$"))
    return path_of(person)


def path_of(person: Person) -> str:
    """The path of the draft that a page belongs to."""
    found = re.search(r"/oversight/drafts/\d+/", person.page.url)
    assert found, person.page.url
    return found[0]


def ask_for(person: Person, name: str, *, basis: str) -> None:
    """One material more, which everybody has to hand in, with one check point."""
    person.press("申请材料")
    person.press("加一种材料")
    person.fill(**{"m-name": name, "m-hint": "原件拍照", "m-basis": basis})
    person.fill(
        **{
            "r-0-text": "盖有公章",
            "r-0-problem": "没有公章",
            "r-0-mend": "请出具单位盖章后重拍",
        }
    )
    person.page.get_by_role("button", name="保存", exact=True).last.click()
    person.sees("已保存", name, "本地加的")
    person.press("回到草案")


def from_day(person: Person, day: date, *, why: str) -> None:
    """From which day on the draft is to hold, and why."""
    person.press("修改")
    person.fill(from_day=day.isoformat(), why=why)
    person.press("保存")
    person.sees("已保存", why)


def hand_in(person: Person) -> None:
    """Give it to a second person; one's own draft has no button to publish it."""
    person.press("提交审核")
    person.sees("等待审核", "要由另一位事项管理人员审核、公布")
    assert person.page.get_by_role("link", name="公布", exact=True).count() == 0


def publish(person: Person, path: str, *seen: str) -> None:
    """Read what a draft changes, once more on the check page, and publish it."""
    person.open("/oversight/drafts/")
    person.page.locator(f'main a[href="{path}"]').first.click()
    person.sees("和施行中的不同", *seen)
    person.press("公布")
    person.sees("公布以前再看一遍", *seen)
    person.press("公布")
    person.sees("已公布", "将施行")
