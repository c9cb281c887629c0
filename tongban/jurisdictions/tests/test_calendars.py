"""Documents about working days that an operator loads, and when lights turn amber."""

import json
from datetime import UTC, date, datetime

import pytest

from tongban.basics import calendar
from tongban.basics.tests.arranged import arrangement
from tongban.jurisdictions import calendars
from tongban.jurisdictions.calendars import CalendarDiffers, CalendarRefused
from tongban.jurisdictions.models import WorkingDays

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 30, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _of_the_node():
    calendar.follow(calendars.of)
    yield
    calendar.follow(None)


def a_file(**changes):
    return calendars.read(arrangement(**changes))


def test_a_dry_run_says_which_days_change_and_writes_nothing():
    planned = calendars.plan(a_file())

    assert [(one.day, one.works) for one in planned.days] == [
        (date(2027, 1, 1), False),
        (date(2027, 1, 9), True),
    ]
    assert (planned.settled, planned.since) == ((2027,), date(2027, 1, 1))
    assert not WorkingDays.objects.exists()
    assert calendar.is_provisional(date(2027, 1, 4))


def test_a_loaded_year_is_no_longer_provisional_and_counts_as_its_document_says():
    before = calendar.add_working_days(date(2026, 12, 31), 6)
    calendars.load(a_file(), at=NOW)

    assert not calendar.is_provisional(date(2027, 1, 4))
    assert before == date(2027, 1, 8)
    assert calendar.add_working_days(date(2026, 12, 31), 6) == date(2027, 1, 9)


def test_loading_the_same_file_twice_changes_nothing():
    calendars.load(a_file(), at=NOW)
    again = calendars.load(a_file(), at=NOW)

    assert (again.new, again.changed, len(again.same), again.days) == ((), (), 1, ())
    assert WorkingDays.objects.count() == 1


def test_another_text_under_the_same_number_replaces_only_when_told_to():
    calendars.load(a_file(), at=NOW)
    with pytest.raises(CalendarDiffers):
        calendars.load(a_file(work=[]), at=NOW)
    calendars.load(a_file(work=[]), at=NOW, replace=True)

    assert not calendar.is_working_day(date(2027, 1, 9))
    assert WorkingDays.objects.count() == 1


def test_a_shipped_document_is_corrected_by_loading_it_anew():
    shipped = next(one for one in calendar.shipped().documents if one.year == 2026)
    corrected = shipped.as_dict() | {"work": ["2026-01-04"]}
    documents = calendars.read(json.dumps(corrected, ensure_ascii=False))

    with pytest.raises(CalendarDiffers):
        calendars.load(documents, at=NOW)
    calendars.load(documents, at=NOW, replace=True)
    assert not calendar.is_working_day(date(2026, 2, 14))


def test_days_of_a_province_hold_in_its_places_only():
    own = {"place": "350000", "year": 2026, "whole_year": False, "work": []}
    calendars.load(a_file(**own, rest=[{"name": "示例节", "days": ["2026-12-01"]}]), at=NOW)

    assert not calendar.of("350102").is_working_day(date(2026, 12, 1))
    assert calendar.of("220104").is_working_day(date(2026, 12, 1))
    assert calendar.of("220104") is calendar.of()


def test_a_faulty_file_is_refused_whole_with_every_fault():
    with pytest.raises(CalendarRefused) as refused:
        a_file(number="", rest=[{"name": "元旦", "days": ["2028-01-01"]}])

    assert {fault["where"] for fault in refused.value.facts()["faults"]} == {"number", "rest第1项"}
    with pytest.raises(CalendarRefused, match="没有区划代码"):
        a_file(place="999999")


def test_lights_are_the_places_own_or_its_provinces_or_the_platforms_default():
    assert calendars.lights("350100").is_default
    rule = {"amber_share": 20, "basis": "示例办法第3条", "at": NOW}
    calendars.set_lights(place="350000", amber_left=2, **rule)
    calendars.set_lights(place="350100", amber_left=3, **rule)

    assert calendars.lights("350100").amber_left == 3
    assert calendars.lights("350200").amber_left == 2
    assert calendars.lights("220104").is_default


@pytest.mark.parametrize(
    "wrong", [{"basis": " "}, {"place": "999999"}, {"amber_share": 101}, {"amber_left": -1}]
)
def test_thresholds_without_a_basis_or_beyond_reason_are_refused(wrong):
    given = {"place": "350000", "amber_left": 2, "amber_share": 0, "basis": "示例办法"} | wrong
    with pytest.raises(CalendarRefused):
        calendars.set_lights(**given, at=NOW)
