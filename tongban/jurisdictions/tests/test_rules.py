"""What follows from codes, names and hours alone."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tongban.basics import calendar
from tongban.jurisdictions import rules

BEIJING = ZoneInfo("Asia/Shanghai")
HOURS = {"workdays": [["08:30", "12:00"], ["13:30", "17:00"]]}


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("兖州市", "兖州"),
        ("沙县", "沙县"),
        ("沙县区", "沙县"),
        ("大兴安岭地区", "大兴安岭"),
        ("延边朝鲜族自治州", "延边"),
        ("黔东南苗族侗族自治州", "黔东南"),
        ("巴音郭楞蒙古自治州", "巴音郭楞"),
        ("黔江土家族苗族自治县", "黔江"),
        ("万山特区", "万山"),
        ("城区", "城区"),
    ],
)
def test_a_stem_is_the_name_without_its_kind(name, stem):
    assert rules.stem(name) == stem


@pytest.mark.parametrize(
    ("moment", "is_open", "changes_at"),
    [
        ("2026-11-20 08:29", False, "2026-11-20 08:30"),
        ("2026-11-20 08:30", True, "2026-11-20 12:00"),
        ("2026-11-20 12:00", False, "2026-11-20 13:30"),
        ("2026-11-20 16:59", True, "2026-11-20 17:00"),
        ("2026-11-20 17:00", False, "2026-11-23 08:30"),  # a Friday
        ("2026-02-14 09:00", True, "2026-02-14 12:00"),  # a Saturday made up for
        ("2026-10-01 09:00", False, "2026-10-08 08:30"),  # the national holiday
    ],
)
def test_an_office_opens_on_working_days(moment, is_open, changes_at):
    found = rules.opening(HOURS, at(moment), calendar.is_working_day)

    assert found == rules.Opening(is_open=is_open, changes_at=at(changes_at))


def test_an_office_without_known_hours_promises_nothing():
    assert rules.opening({}, at("2026-11-20 09:00"), calendar.is_working_day) is None
    assert rules.hours_text({}) == ""


def test_hours_are_said_in_words():
    assert rules.hours_text(HOURS) == "工作日8:30–12:00、13:30–17:00"
