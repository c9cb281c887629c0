"""What an applicant reads about an item that was merged, split or retired."""

from datetime import date

import pytest

from tongban.catalogue.operations import renewing
from tongban.catalogue.tests import renewals
from tongban.catalogue.tests.managers import MONDAY, a_manager

pytestmark = pytest.mark.django_db
PAIR = "from=220100&to=350100"
UNDER = renewing.Under(date(2026, 11, 20), "guobanfa-2022-34", "二（一）")


@pytest.fixture
def by(settings):
    settings.NODE_ID, settings.IS_HUB = "00", True
    return {"under": UNDER, "officer": a_manager("甲"), "at": MONDAY}


@pytest.fixture
def page(client, settings):
    def get(path):
        settings.NODE_ID, settings.IS_HUB = "22", False
        answer = client.get(path)
        assert answer.status_code == 200, answer
        return answer.content.decode()

    return get


def test_an_item_that_was_split_leads_to_each_part_with_and_without_places(by, page):
    renewals.split_item(code="2020-2-06", into=["2020-2-10", "2020-2-11"], **by)
    asked, answered = page("/items/2020-2-06"), page(f"/items/2020-2-06?{PAIR}")

    for text in (asked, answered):
        assert "这个事项不再办理" in text
        for heir in ("2020-2-10", "2020-2-11"):
            assert f'href="/items/{heir}?' in text
    assert "先选两个地方" not in asked
    assert "开始办理" not in answered
    assert f'href="/items/2020-2-10?{PAIR.replace("&", "&amp;")}"' in answered


def test_an_item_that_was_retired_says_that_nothing_took_its_place(by, page):
    renewals.retire_item(code="2020-2-06", **by)

    for path in ("/items/2020-2-06", f"/items/2020-2-06?{PAIR}"):
        assert "没有别的事项代替它" in page(path)


def test_a_renamed_item_keeps_its_address_and_shows_its_new_name(by, page):
    renewals.rename_item(code="2020-2-06", name="夫妻相互投靠户口迁移", **by)

    text = page(f"/items/2020-2-06?{PAIR}")
    assert "夫妻相互投靠户口迁移" in text
    assert "这个事项不再办理" not in text
