"""The deadline calculator as people use it, with and without sense."""

import os
from datetime import date

import pytest
from django.test import Client

from tongban.basics import calendar
from tongban.cases.clocks import picture, reading
from tongban.portal.tests.test_pages_are_usable import picture as keep_picture
from tongban.ui.tests.page_checks import check_pages

ASKED = {
    "start": "2026-02-12T10:00",
    "limit": "5",
    "unit": "workday",
    "kind": "accept",
    "rows": "2",
    "since_0": "2026-02-13T10:00",
    "until_0": "2026-02-24T10:00",
    "reason_0": "correction",
    "since_1": "",
    "until_1": "",
    "reason_1": "special",
}


def ask(**changes):
    return Client().get("/clock/", ASKED | changes)


@pytest.mark.django_db
def test_the_answer_is_a_day_a_calendar_and_lines_with_their_rules():
    answered = ask()
    page = answered.content.decode()

    assert answered.status_code == 200
    assert "2026年2月28日（周六）到期" in page
    assert 'data-d="stopped"' in page
    assert "第4<" in page.replace(" 班", "<")
    assert "请申请人补正期间停止计时" in page
    assert "《行政许可法》第三十二条" in page
    assert "国办发明电〔2025〕7号" in page


@pytest.mark.django_db
def test_one_more_stop_is_asked_for_without_script_and_nothing_typed_is_lost():
    page = ask(add="1").content.decode()

    assert "第3段" in page
    assert 'value="2026-02-13T10:00"' in page
    assert "有" not in page.split("<title>")[1].split("</title>")[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"start": ""}, "start"),
        ({"start": "昨天"}, "start"),
        ({"limit": "很久"}, "limit"),
        ({"limit": "99999999"}, "limit"),
        ({"limit": ""}, "limit"),
        ({"unit": "week"}, "unit"),
        ({"kind": "<script>"}, "kind"),
        ({"until_0": "2026-02-13T09:00"}, "until_0"),
        ({"since_0": "2026-02-01T09:00"}, "since_0"),
        ({"until_1": "2026-02-25T09:00"}, "since_1"),
        ({"reason_0": "weather"}, "reason_0"),
        ({"closes": "25:00"}, "closes"),
        ({"more_count": "3"}, "more_on"),
        ({"at": "2026-99-01"}, "at"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_field(changes, field):
    refused = ask(**changes)
    page = refused.content.decode()

    assert refused.status_code == 422
    assert f'href="#id_{field}"' in page
    assert f'id="id_{field}-e"' in page
    assert "<script>" not in page.split("<main")[1].split("</main>")[0]


@pytest.mark.django_db
@pytest.mark.parametrize("rows", ["-1", "x", "9" * 50, "500"])
def test_a_wild_number_of_stops_does_no_harm(rows):
    assert Client().get("/clock/", {"rows": rows, "add": "1"}).status_code == 200


@pytest.mark.django_db
def test_a_clock_that_stands_has_no_last_day_and_says_so():
    page = ask(until_0="").content.decode()

    assert "现在停着，没有到期日" in page


@pytest.mark.django_db
def test_a_year_without_a_published_calendar_is_marked():
    page = ask(start="2026-12-24T10:00", limit="10", since_0="", until_0="").content.decode()

    assert "2027年1月7日（周四）到期" in page
    assert "暂定" in page


def drawn(**question):
    answer = reading.from_dict(question, now=reading.datetime.now(reading.BEIJING)).answer()
    return answer, list(picture.days(answer))


def test_the_days_of_the_picture_are_those_that_were_counted():
    stop = {"from": "2026-02-13T10:00", "to": "2026-02-24T10:00"}
    answer, days = drawn(start="2026-02-12T10:00", limit=5, stops=[stop])

    assert [day.day for day in days if day.kind == "counted"] == [
        date(2026, 2, 13),
        date(2026, 2, 25),
        date(2026, 2, 26),
        date(2026, 2, 27),
        date(2026, 2, 28),
    ]
    assert [day.count for day in days if day.kind == "counted"] == [1, 2, 3, 4, 5]
    assert days[-1].is_due
    assert days[-1].is_made_up
    assert days[0].kind == "start"
    assert calendar.is_working_day(answer.due_on)


def test_of_a_long_limit_the_first_and_the_last_months_are_drawn():
    answer, _ = drawn(start="2026-02-12T10:00", limit=2, unit="year")
    months, is_long = picture.months(answer)

    assert is_long
    assert (len(months), months[0].first, months[-1].first) == (
        picture.MOST_MONTHS,
        date(2026, 2, 1),
        date(2028, 2, 1),
    )


def test_the_page_is_usable(browser, live_server):
    query = "&".join(f"{key}={value}" for key, value in ASKED.items())
    pages = {
        "clock": "/clock/",
        "clock-answer": f"/clock/?{query}",
        "clock-faults": "/clock/?limit=x&rows=2&since_0=2026-01-01",
    }
    if os.environ.get("SCREENS"):
        keep_picture(browser, live_server.url, pages)
    check_pages(browser, live_server.url, [pages["clock"], pages["clock-answer"]])
