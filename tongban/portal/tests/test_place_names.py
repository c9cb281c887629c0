"""Places as people write them."""

from datetime import date

import pytest
from django.test import Client

from tongban.jurisdictions import queries as jurisdictions
from tongban.portal import placenames

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    "written",
    ["吉林省长春市朝阳区", "长春市朝阳区", "长春朝阳区", "长春 朝阳区", "长春朝阳"],
)
def test_a_district_is_known_however_it_is_written(written):
    assert placenames.find(written, on=TODAY) == ["220104"]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("长春市", "220100"),
        ("长春", "220100"),
        ("北京市", "110000"),
        ("仙桃市", "429004"),
        ("福州市鼓楼区", "350102"),
    ],
)
def test_cities_municipalities_and_counties_under_a_province_are_known(written, code):
    assert placenames.find(written, on=TODAY) == [code]


def test_a_name_that_several_places_have_finds_them_all():
    names = [jurisdictions.full_name(code) for code in placenames.find("鼓楼区", on=TODAY)]
    assert {"福建省福州市鼓楼区", "江苏省南京市鼓楼区"} <= set(names)
    short = [jurisdictions.full_name(code) for code in placenames.find("朝阳", on=TODAY)]
    assert {"辽宁省朝阳市", "北京市朝阳区", "吉林省长春市朝阳区"} <= set(short)


@pytest.mark.parametrize("written", ["", "长", "月球市", "示例大街"])
def test_what_is_no_place_finds_none(written):
    assert placenames.find(written, on=TODAY) == []


def test_a_place_that_is_no_more_is_not_found():
    assert placenames.find("山东省莱芜市", on=TODAY) == []


def test_every_full_name_leads_back_to_its_own_place():
    for province in jurisdictions.provinces(TODAY):
        for city in jurisdictions.cities(province.code, TODAY):
            assert placenames.find(jurisdictions.full_name(city.code), on=TODAY) == [city.code]


def test_names_come_up_while_somebody_types():
    for typed in ("长春朝", "长春市朝阳"):
        said = Client().get(f"/places?from_division={typed}").content.decode()
        assert '<option value="吉林省长春市朝阳区">' in said
    assert "option" not in Client().get("/places?from_division=").content.decode()
