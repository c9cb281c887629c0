"""Working days, and the documents that say which they are."""

import json
from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongban.basics import arrangements, calendar
from tongban.basics.arrangements import ArrangementMalformed
from tongban.basics.calendar import Calendar
from tongban.basics.tests.arranged import arrangement


def test_make_up_days_of_2026_are_working_days_though_they_are_weekends():
    assert calendar.is_working_day(date(2026, 1, 4))  # Sunday
    assert calendar.is_working_day(date(2026, 2, 14))  # Saturday
    assert not calendar.is_working_day(date(2026, 10, 1))


def test_a_year_has_as_many_working_days_as_was_arranged():
    assert calendar.working_days_between(date(2025, 12, 31), date(2026, 12, 31)) == 248


def test_a_day_in_a_year_without_a_published_calendar_is_provisional():
    assert not calendar.is_provisional(date(2026, 12, 31))
    assert calendar.is_provisional(date(2027, 1, 4))
    assert calendar.is_working_day(date(2027, 1, 4))


def test_every_day_since_2004_is_what_an_outside_calendar_says():
    """One day differs: the notice for 2006 has Saturday 31 December 2005 worked; they left it out."""
    days = [date(2004, 1, 1) + timedelta(days=n) for n in range(23 * 366)]
    differing = {
        day
        for day in days
        if day.year <= 2026
        and calendar.is_working_day(day) != bool(chinese_calendar.is_workday(day))
    }
    assert differing == {date(2005, 12, 31)}
    assert calendar.of().said(date(2005, 12, 31)).arrangement.year == 2006


@given(st.dates(date(2005, 1, 1), date(2028, 12, 31)), st.integers(0, 60))
def test_adding_and_counting_working_days_agree(day, count):
    end = calendar.add_working_days(day, count)

    assert calendar.working_days_between(day, end) == count
    assert count == 0 or calendar.is_working_day(end)
    assert calendar.working_days_between(end, day) == -count


@given(st.dates(date(2003, 12, 1), date(2028, 1, 31)), st.integers(0, 800))
def test_counting_by_years_is_counting_day_by_day(start, length):
    end = start + timedelta(days=length)
    one_by_one = sum(
        calendar.is_working_day(start + timedelta(days=n)) for n in range(1, length + 1)
    )
    assert calendar.working_days_between(start, end) == one_by_one


def with_document(held_at=arrangements.NATION, /, **changes):
    loaded = arrangements.read(arrangement(**changes))
    return Calendar((*arrangements.shipped(), *loaded), held_at)


def test_a_year_is_settled_once_its_document_is_there():
    before, after = calendar.shipped(), with_document()

    assert before.is_provisional(date(2027, 1, 9))
    assert not after.is_provisional(date(2027, 1, 9))
    assert (before.is_working_day(date(2027, 1, 9)), after.is_working_day(date(2027, 1, 9))) == (
        False,
        True,
    )
    assert after.said(date(2027, 1, 1)).holiday == "元旦"
    assert after.digest != before.digest


def test_a_later_document_changes_days_of_the_year_and_settles_none():
    changed = with_document(
        whole_year=False, rest=[{"name": "示例节", "days": ["2027-03-03"]}], work=[]
    )

    assert not changed.is_working_day(date(2027, 3, 3))
    assert changed.is_provisional(date(2027, 3, 3))


def test_the_extension_of_2020_lies_over_the_notice_it_changes():
    # 1 February 2020 was to be worked; then the holiday was extended over it.
    assert calendar.of().said(date(2020, 2, 1)).arrangement.number == "国办发明电〔2020〕1号"
    assert not calendar.is_working_day(date(2020, 2, 1))


def test_a_place_has_its_own_days_off_and_nobody_else_has_them():
    own = {"place": "640000", "year": 2026, "whole_year": False, "work": []}
    own["rest"] = [{"name": "示例节", "days": ["2026-05-27..2026-05-28"]}]

    assert not with_document("640100", **own).is_working_day(date(2026, 5, 27))
    assert with_document("220100", **own).is_working_day(date(2026, 5, 27))
    assert with_document(**own).digest == calendar.shipped().digest


def test_calendars_of_the_same_documents_are_the_same_in_whatever_order_they_came():
    documents = arrangements.read(arrangement()) + arrangements.shipped()
    backwards = tuple(reversed(documents))

    assert Calendar(documents).digest == Calendar(backwards).digest
    again = arrangements.read(json.dumps({"arrangements": [d.as_dict() for d in backwards]}),
                              needs_source=False)  # fmt: skip
    assert Calendar(again).digest == Calendar(documents).digest


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ({"year": "2027"}, "year", "写年份"),
        ({"number": ""}, "number", "没有出处的放假安排不能载入"),
        ({"issuer": " "}, "issuer", "写发文机关"),
        ({"issued_on": "2026-13-01"}, "issued_on", "写日期"),
        ({"url": "gov.cn"}, "url", "写完整的网址"),
        ({"place": "22"}, "place", "六位行政区划代码"),
        ({"holidays": []}, "holidays", "没有这一项"),
        ({"whole_year": "yes"}, "whole_year", "写true"),
        ({"rest": []}, "rest", "没有一个节日"),
        ({"rest": [{"name": "", "days": ["2027-01-01"]}]}, "rest第1项", "写节日的名称"),
        ({"rest": [{"name": "元旦", "days": []}]}, "rest第1项", "至少一天"),
        ({"rest": [{"name": "元旦"}]}, "rest第1项", "写成"),
        ({"rest": [{"name": "元旦", "days": ["2027-01-03..2027-01-01"]}]}, "rest第1项", "先后相连"),
        ({"rest": [{"name": "元旦", "days": ["2027-01-01..2027-12-01"]}]}, "rest第1项", "先后相连"),
        ({"rest": [{"name": "元旦", "days": ["2028-01-01"]}]}, "rest第1项", "不在2027年"),
        ({"work": ["2027-01-06"]}, "work", "不是周末"),
        ({"work": "2027-01-09"}, "work", "写成"),
        ({"work": ["2027-01-02"]}, "work", "又放假又上班"),
    ],
)  # fmt: skip
def test_a_document_with_a_fault_says_where_and_how_to_mend_it(changes, where, words):
    with pytest.raises(ArrangementMalformed) as refused:
        arrangements.read(arrangement(**changes))

    assert any(one.where == where and words in one.words for one in refused.value.faults), [
        str(one) for one in refused.value.faults
    ]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"format": 2, "arrangements": []}', '{"arrangements": [3]}']
)
def test_what_is_no_document_is_refused(text):
    with pytest.raises(ArrangementMalformed):
        arrangements.read(text)


def test_calendars_come_from_whoever_keeps_the_documents():
    loaded = with_document()
    try:
        calendar.follow(lambda place: loaded)
        assert calendar.is_working_day(date(2027, 1, 9))
    finally:
        calendar.follow(None)
    assert not calendar.is_working_day(date(2027, 1, 9))
