"""Asking what can be done, and whether it can between two places."""

from datetime import date

import pytest
from django.utils.timezone import localdate

from tongban.api.tests.caller import problem
from tongban.catalogue import queries as catalogue
from tongban.catalogue.operations import renewing
from tongban.catalogue.tests import renewals
from tongban.catalogue.tests.managers import MONDAY, a_manager


def pages(jilin, **query):
    """All items of a question, page by page."""
    found, after = [], ""
    while True:
        page = jilin.get("/items", after=after, **query).json()
        found += page["items"]
        after = page["next"]
        if not after:
            return found


def test_all_items_come_page_by_page_each_once(jilin):
    codes = [item["code"] for item in pages(jilin, limit=50)]

    assert codes == [item.code for item in catalogue.items()]
    assert len(codes) == len(set(codes)) == 159


def test_items_of_one_theme(jilin):
    theme = catalogue.themes()[0]

    assert len(pages(jilin, theme=theme.name)) == theme.count


def test_an_item_is_found_by_a_word_and_in_pages(jilin):
    one = pages(jilin, q="户口迁移")
    assert "夫妻投靠" in "".join(item["name"] for item in one)
    assert [item["code"] for item in pages(jilin, q="户口迁移", limit=1)] == [
        i["code"] for i in one
    ]
    assert jilin.get("/items", q="没有这种事情的字zzz").json()["items"] == []


def test_a_page_that_does_not_exist_is_refused(jilin):
    errors = problem(jilin.get("/items", after="0000-0-00"), 422, "fields-refused")["errors"]

    assert list(errors) == ["after"]


def test_one_item_says_where_it_comes_from_and_what_to_hand_in(jilin):
    item = jilin.get("/items/2020-2-61").json()

    assert item["is_open"]
    assert item["sources"][0]["title"]
    assert item["version"]["answers"]["properties"]["insured_division"]
    assert item["version"]["materials"]
    assert item["availability"] is None


def test_an_item_that_cannot_be_filed_is_shown_with_its_rules_and_is_not_open(jilin):
    pension = jilin.get("/items/2020-1-12").json()

    assert not pension["is_open"]
    assert pension["version"]["modes"] == ["JOINT"]


def test_a_pair_of_places_is_answered_with_its_grounds(jilin):
    found = jilin.get("/items/2020-2-61", **{"from": "220104", "to": "350102"}).json()[
        "availability"
    ]

    assert (found["verdict"], found["modes"]) == ("ok", ["ONLINE"])
    assert found["decides"] == {"code": "350100", "name": "福建省福州市"}
    assert found["grounds"]
    assert found["on"] == localdate().isoformat()
    assert found["limits"]["decide"]["working_days"] > 0


def test_a_day_before_the_first_version_is_answered_with_that_day(jilin):
    query = {"from": "220104", "to": "350102", "on": "2026-01-05"}

    found = jilin.get("/items/2020-2-61", **query).json()["availability"]

    assert (found["kind"], found["modes"], found["on"]) == ("not-yet", [], "2026-01-05")


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"from": "220104"}, ["to"]),
        ({"to": "220104"}, ["from"]),
        ({"from": "999999", "to": "000000"}, ["from", "to"]),
        ({"from": "22010400", "to": "350102"}, ["from"]),
        ({"from": "220104", "to": "350102", "on": "2026-02-30"}, ["on"]),
        ({"from": "220104", "to": "350102", "on": "today"}, ["on"]),
    ],
)
def test_a_place_or_a_day_that_cannot_be_is_refused_at_its_name(jilin, query, fields):
    response = jilin.get("/items/2020-2-61", **query)

    assert list(problem(response, 422, "fields-refused")["errors"]) == fields


@pytest.mark.parametrize("code", ["2099-9-99", "x", "2020-2-61%00"])
def test_a_code_that_no_item_has_is_not_found(jilin, code):
    problem(jilin.get(f"/items/{code}"), 404, "no-such-item")


def test_an_ended_item_answers_with_what_it_became_and_cannot_be_filed(jilin, settings):
    settings.NODE_ID, settings.IS_HUB = "00", True
    under = renewing.Under(date(2026, 11, 20), "guobanfa-2022-34", "二（一）")
    codes = ["2020-2-06", "2020-2-09"]
    renewals.merge_items(
        codes=codes, into="2020-2-09", under=under, officer=a_manager("甲"), at=MONDAY
    )
    settings.NODE_ID, settings.IS_HUB = "22", False
    found = jilin.get("/items/2020-2-06").json()
    kept = jilin.get("/items/2020-2-09").json()

    assert found["is_open"] is False
    assert found["ended"] == {
        "on": "2026-11-20", "how": "merge", "document": "guobanfa-2022-34",
        "title": catalogue.document("guobanfa-2022-34").title, "place": "二（一）",
        "now": [{"code": "2020-2-09", "name": "事实无人抚养儿童认定"}],
    }  # fmt: skip
    assert (kept["ended"], kept["former_names"]) == (None, ["夫妻投靠户口迁移"])
