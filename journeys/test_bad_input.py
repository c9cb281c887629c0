"""What bad input gets at a running node: a clear refusal, nothing written, nothing typed lost.

Every item of the promise is tried here or in one of these, where it is proved more closely:

- every sentence at every field, by page: tongban/portal/tests/test_applying.py, test_papers.py,
  test_submitting.py; by API: tongban/api/tests/test_submitting.py; the numbers themselves:
  tongban/basics/tests; places and modes: tongban/catalogue/tests
- wrong, old, early, repeated and foreign messages: journeys/test_bad_messages.py
- broker, partner node or database down: journeys/test_outages.py
"""

import re
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from playwright.sync_api import Route

from journeys import applying
from journeys.agreement import check_agreement, wait_until_settled
from journeys.desks import Visitor, said
from journeys.installation import Node
from journeys.people import PHONE, Person, expect
from journeys.systems import (
    CITY,
    COUNTY,
    MEDICAL,
    MOVE_TO_SPOUSE,
    System,
    identity_number,
    picture,
)
from journeys.test_outages import filled_draft, submit

RIGHT = identity_number(701)
WRONG_CHECK = RIGHT[:-1] + ("0" if RIGHT[-1] != "0" else "1")
NO_SUCH_DAY = "220104199902300013"


@pytest.fixture
def system(nodes):
    with System(nodes.jilin) as one:
        yield one


@pytest.fixture
def lisi(nodes):
    with Visitor(nodes.jilin, "lisi") as one:
        yield one


def written(node: Node) -> dict[str, int]:
    """How much there is of everything that a submission writes."""
    tables = ("record_entry", "cases_case", "cases_submission", "exchange_outgoing")
    return {table: node.count(f"SELECT count(*) FROM {table}") for table in tables}  # noqa: S608


# --- by API ---

REFUSED = {
    "a wrong check digit": ({"applicant.id_number": WRONG_CHECK}, "applicant.id_number", "校验位"),
    "an impossible birth date": (
        {"applicant.id_number": NO_SUCH_DAY},
        "applicant.id_number",
        "日期",
    ),
    "a place that is not competent": (
        {"answers.insured_division": "350200"},
        "answers.insured_division",
        "厦门",
    ),
    "a place that does not exist": ({"places.deciding": "999999"}, "places.deciding", "999999"),
    "a paper that nobody uploaded": ({"digest": "0" * 64}, "materials.id-card", "上传"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_system_is_told_at_the_field_what_is_wrong(nodes, system, what):
    changes, field, word = REFUSED[what]
    case = system.medical(serial=702)
    for path, value in changes.items():
        _change(case, path, value)
    before = written(nodes.jilin)

    answer = system.submit(case)

    assert answer.status_code == 422, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem["errors"]) == {field}, problem
    assert word in "".join(problem["errors"][field]), problem
    assert written(nodes.jilin) == before


def _change(case: dict[str, Any], path: str, value: str) -> None:
    if path == "digest":
        case["materials"][0]["digest"] = value
        return
    part, _, name = path.partition(".")
    case[part][name] = value


def test_a_system_is_told_that_an_item_is_not_open_for_two_places(nodes, system):
    before = written(nodes.jilin)
    case = system.medical(serial=703) | {"item": "2020-1-01"}

    answer = system.submit(case)

    assert answer.status_code in {409, 422}, answer.text
    assert answer.json()["code"] in {"not-open", "fields-refused"}
    assert "\u4e00" <= answer.json()["detail"][0] <= "\u9fff"
    assert written(nodes.jilin) == before


def test_one_key_stands_for_one_application(nodes, system):
    key = str(uuid.uuid4())
    case = system.medical(serial=704)
    first = system.submit(case, key)
    before = written(nodes.jilin)

    again, other = system.submit(case, key), system.submit(system.medical(serial=705), key)

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 422)
    assert first.json()["number"] == again.json()["number"]
    assert other.json()["code"] == "idempotency-key-used-otherwise"
    wait_until_settled(nodes)
    tables = ("cases_case", "cases_submission")
    assert {name: written(nodes.jilin)[name] for name in tables} == {
        name: before[name] for name in tables
    }


FILES = {
    "empty": ("空的.png", b"", "空"),
    "of another type than it claims": ("其实是图片.pdf", picture(1), "PNG"),
    "of a type that nobody can read": ("程序.exe", b"MZ" + b"\0" * 200, "PDF、OFD、JPEG和PNG"),
    "cut off": ("没传完.png", picture(1)[:-12], "不完整"),
    "too large": ("很大.png", picture(1, size=20 * 1024 * 1024), "20MB"),
}


@pytest.mark.parametrize("what", FILES)
def test_a_file_is_refused_by_page_and_by_api(nodes, system, lisi, what):
    name, content, word = FILES[what]
    draft = lisi.begin(MEDICAL, here=COUNTY["22"], there=CITY["35"], mode="ONLINE")
    lisi.fill_in(draft, _insured())

    by_api = system.upload(content, name)
    by_page = lisi.send(f"{draft}materials/", files={"paper-id-card": (name, content, "image/png")})

    assert by_api.status_code in {413, 422}, by_api.text
    assert by_page.status_code in {413, 422}, said(by_page)
    assert word in by_api.json()["detail"]
    assert word in said(by_page)
    assert name not in said(lisi.http.get(f"{draft}materials/"))


@pytest.mark.parametrize("name", ["../../etc/passwd.png", "C:\\照片\\证.png", "a/../b.png"])
def test_a_path_in_a_file_s_name_is_refused_and_goes_nowhere(nodes, system, lisi, name):
    draft = lisi.begin(MEDICAL, here=COUNTY["22"], there=CITY["35"], mode="ONLINE")
    lisi.fill_in(draft, _insured())
    case = system.medical(serial=710)
    case["materials"][0]["name"] = name

    by_api = system.upload(picture(710), name)
    by_page = lisi.send(f"{draft}materials/", files={"paper-id-card": (name, picture(710))})
    later = system.submit(case)

    assert (by_api.status_code, by_page.status_code, later.status_code) == (422, 422, 422)
    assert "文件名里不能有路径" in by_api.json()["detail"]
    assert "文件名里不能有路径" in said(by_page)
    assert set(later.json()["errors"]) == {"materials.id-card"}
    assert [
        path for path in nodes.root.rglob("*.png") if path.name in {"passwd.png", "b.png"}
    ] == []


def _insured() -> dict[str, dict[str, str]]:
    return {"insurance": {"insured_division": "350102", "insurance_kind": "employee"}}


# --- by page ---


def test_a_wrong_number_is_said_at_its_field_and_stays_there(nodes, lisi):
    draft = lisi.begin(
        MOVE_TO_SPOUSE, here="220100", there=CITY["35"], mode="RECEIVED_FOR", window="220104"
    )
    for number, word in ((WRONG_CHECK, "校验位"), (NO_SUCH_DAY, "日期")):
        typed = {
            "spouse_name": "张三",
            "spouse_id_number": number,
            "married_on": "2020-05-20",
        }
        answer = lisi.send(f"{draft}step/spouse/", _seen=" ".join(typed), **typed)

        assert answer.status_code == 422, said(answer)
        assert 'role="alert"' in answer.text
        error = re.search(r'id="id_spouse_id_number-e".*?</p>', answer.text, re.DOTALL)
        assert error, said(answer)
        assert word in error[0]
        assert all(f'value="{value}"' in answer.text for value in typed.values())
        assert number in lisi.http.get(f"{draft}step/spouse/").text


def test_a_pair_of_places_that_is_not_open_leads_to_the_page_that_says_so(lisi):
    asked = {"item": MOVE_TO_SPOUSE, "from": "220100", "to": "110000"}

    answer = lisi.http.get("/apply/start/", params=asked, follow_redirects=True)

    assert answer.url.path == f"/items/{MOVE_TO_SPOUSE}"
    assert "还没有" in said(answer)


def test_pressing_twice_at_the_same_moment_makes_one_case(nodes, lisi):
    drafts = [filled_draft(lisi, serial=720)]
    together = threading.Barrier(4)

    def press(_: int) -> int:
        with Visitor(nodes.jilin, "lisi") as other:
            together.wait(30)
            return other.send(f"{drafts[0]}check/", is_true="on", may_use="on").status_code

    before = written(nodes.jilin)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(press, range(4)))

    assert answers == [302] * 4
    wait_until_settled(nodes)
    after = written(nodes.jilin)
    assert after["cases_case"] == before["cases_case"] + 1
    assert after["cases_submission"] == before["cases_submission"] + 1


def test_going_back_after_handing_in_changes_nothing(nodes, browser, lisi):
    draft = filled_draft(lisi, serial=730)
    with Person(browser, nodes.jilin, "lisi", size=PHONE) as person:
        person.open(f"{draft}check/")
        second = person.context.new_page()
        second.goto(f"{draft}check/")
        number = applying.submit(person)
        before = written(nodes.jilin)["cases_case"]

        person.page.go_back()
        if person.page.url.endswith("/check/"):
            person.fill(is_true="on", may_use="on")
            person.press("提交申请")
        assert applying.number_on(person) == number

        for box in ("is_true", "may_use"):
            second.locator(f'[name="{box}"]').check()
        second.get_by_role("button", name="提交申请").click()
        expect(second).to_have_url(re.compile("/done/"))
        second.wait_for_load_state()
        assert number in second.content()
        assert written(nodes.jilin)["cases_case"] == before


def test_a_session_that_ends_in_the_middle_of_a_form_costs_nothing_typed(nodes, browser, lisi):
    draft = lisi.begin(
        MOVE_TO_SPOUSE, here="220100", there=CITY["35"], mode="RECEIVED_FOR", window="220104"
    )
    with Person(browser, nodes.jilin, "lisi", size=PHONE) as person:
        person.open(f"{draft}step/from/")
        person.fill(from_division="长春市朝阳区", from_address="示例街道示例路12号")
        person.context.clear_cookies(name="session_22")
        person.press("保存并继续")
        person.sees("登录已经过期", "刚才填的内容留着")
        person.page.locator('form:has(input[value="lisi"]) button').click()
        person.page.wait_for_load_state()
        person.open(f"{draft}step/from/")
        expect(person.page.locator('[name="from_address"]')).to_have_value("示例街道示例路12号")


def test_two_tabs_do_not_overwrite_each_other_unseen(nodes, browser, lisi):
    draft = lisi.begin(
        MOVE_TO_SPOUSE, here="220100", there=CITY["35"], mode="RECEIVED_FOR", window="220104"
    )
    with Person(browser, nodes.jilin, "lisi", size=PHONE) as person:
        person.open(f"{draft}step/from/")
        second = person.context.new_page()
        second.goto(f"{draft}step/from/")
        second.locator('[name="from_division"]').fill("长春市朝阳区")
        second.locator('[name="from_address"]').fill("另一个窗口里的地址5号")
        second.get_by_role("button", name="保存并继续").click()
        expect(second).not_to_have_url(re.compile("/from/"))

        person.fill(from_division="长春市朝阳区", from_address="这个窗口里的地址6号")
        person.press("保存并继续")

        person.sees("这一页在别的窗口里改过", "另一个窗口里的地址5号")
        expect(person.page.locator('[name="from_address"]')).to_have_value("这个窗口里的地址6号")


def test_what_is_typed_while_questions_are_fetched_over_a_slow_line_stays(nodes, browser, lisi):
    draft = lisi.begin(
        MOVE_TO_SPOUSE, here="220100", there=CITY["35"], mode="RECEIVED_FOR", window="220104"
    )

    def slowly(route: Route) -> None:
        if "_look" in (route.request.post_data or ""):
            time.sleep(1)
        route.continue_()

    with Person(browser, nodes.jilin, "lisi", size=PHONE) as person:
        person.open(f"{draft}step/move/")
        person.page.route("**/step/move/", slowly)
        person.fill(householder_relation="other")
        person.fill(householder_name="张大", dwelling_kind="owned", move_to_address="示例巷9号")
        expect(person.page.locator('[name="householder_relation_other"]')).to_be_visible()
        expect(person.page.locator('[name="householder_name"]')).to_have_value("张大")
        expect(person.page.locator('[name="move_to_address"]')).to_have_value("示例巷9号")
        expect(person.page.locator('[name="dwelling_kind"][value="owned"]')).to_be_checked()


def test_what_was_refused_here_reached_nobody(nodes, lisi):
    """After all of the above both nodes hold the same, and only what was taken."""
    number = submit(lisi, filled_draft(lisi, serial=740))
    wait_until_settled(nodes)

    assert check_agreement(nodes) > 0
    assert nodes.fujian.count("SELECT count(*) FROM cases_case WHERE number = %s", number) == 1
