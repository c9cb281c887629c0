"""What is told of rules that are to come, before anybody prepares papers."""

from datetime import date, timedelta

import pytest

from tongban.catalogue.models import ItemVersion
from tongban.catalogue.tests import loaded
from tongban.catalogue.tests.local import an_implementation
from tongban.catalogue.upcoming import upcoming

pytestmark = pytest.mark.django_db
ITEM, CITY, PROVINCE = "2020-2-06", "350100", "350000"
TODAY = date(2026, 11, 22)
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture(autouse=True)
def _catalogue():
    loaded.whole()


def asked_for(name="居住证明"):
    material = ItemVersion.objects.get(item=ITEM, number=1).content["materials"][0]
    return {"materials": {"put": [{**material, "spec": "local-1", "name": name}]}}


@pytest.fixture
def stricter():
    """福建 begins, and asks for one paper more from tomorrow on."""
    an_implementation(ITEM, PROVINCE, {"consultation": "办事大厅"}, from_day=TODAY, number=8)
    an_implementation(ITEM, PROVINCE, asked_for(), from_day=TOMORROW, number=9)


def test_a_stricter_rule_is_told_before_its_day(stricter):
    found = upcoming(ITEM, deciding=CITY, on=TODAY)
    assert found.from_day == TOMORROW
    assert found.is_stricter
    assert any("居住证明" in words and "到时候" in words for words in found.for_applicants)


def test_on_its_day_it_is_no_longer_to_come(stricter):
    assert upcoming(ITEM, deciding=CITY, on=TOMORROW) is None


def test_other_provinces_know_nothing_of_it(stricter):
    assert upcoming(ITEM, deciding="440100", on=TODAY) is None


def test_a_day_that_changes_nothing_is_passed_over():
    an_implementation(ITEM, PROVINCE, {}, from_day=TODAY, number=8)
    an_implementation(ITEM, PROVINCE, {"consultation": "别处"}, from_day=TOMORROW, number=9)
    an_implementation(ITEM, PROVINCE, asked_for(), from_day=TODAY + timedelta(days=9), number=10)
    assert upcoming(ITEM, deciding=CITY, on=TODAY).from_day == TODAY + timedelta(days=9)


def test_a_rule_that_ends_is_a_change_too(stricter):
    row = an_implementation(ITEM, PROVINCE)
    row.retired_on = TODAY + timedelta(days=5)
    row.save()
    an_implementation(ITEM, PROVINCE)
    found = upcoming(ITEM, deciding=CITY, on=TOMORROW)
    assert found.from_day == TODAY + timedelta(days=5)
    assert not found.is_stricter
    assert any("居住证明" in words for words in found.for_applicants)


def test_before_there_are_rules_there_is_nothing_to_compare():
    assert upcoming(ITEM, deciding=CITY, on=date(2000, 1, 1)) is None
