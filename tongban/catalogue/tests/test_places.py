"""The catalogue over the real divisions; they take seconds to load, so they are loaded once."""

from datetime import date

import pytest
from django.test import TestCase
from django.utils.timezone import now

from tongban.basics.refusals import FieldsRefused
from tongban.catalogue import forms, queries
from tongban.catalogue.operations import load_catalogue
from tongban.jurisdictions import operations as jurisdictions
from tongban.jurisdictions import snapshot
from tongban.jurisdictions.queries import NoSuchDivision

TODAY = date(2026, 11, 23)
MOVE = "2020-2-06"


class TestCatalogueOverRealPlaces(TestCase):
    @classmethod
    def setUpTestData(cls):
        jurisdictions.load_reference(at=now())
        load_catalogue()

    def setUp(self):
        snapshot.look_again()

    def test_availability_names_places_and_organs(self):
        found = queries.availability(MOVE, here="220104", there="350102", on=TODAY)
        assert found.kind == "not-connected"
        assert found.reason.startswith("福建省福州市鼓楼区还没有接入本平台")
        assert "福州市公安" in found.reason

    def test_two_counties_of_a_city_are_one_place(self):
        found = queries.availability(MOVE, here="220104", there="220102", on=TODAY)
        assert found.kind == "same-place"

    def test_every_item_has_an_answer_with_grounds_for_every_direction(self):
        for item in queries.items():
            for here, there in (("220104", "350102"), ("350102", "220104"), ("110101", "460105")):
                found = queries.availability(item.code, here=here, there=there, on=TODAY)
                assert found.reason
                assert found.grounds
                for ground in found.grounds:
                    assert queries.document(ground.document).province in {
                        "",
                        here[:2],
                        there[:2],
                    }

    def test_before_its_day_a_version_opens_nothing(self):
        before = date(2026, 8, 31)
        found = queries.availability(MOVE, here="220104", there="350102", on=before)
        assert found.kind == "no-version"

    def test_a_place_that_is_not_there_is_refused(self):
        for place in ("999999", "abc", "", "35010", "350102'"):
            with pytest.raises(NoSuchDivision):
                queries.availability(MOVE, here="220104", there=place, on=TODAY)

    def test_a_form_takes_only_places_that_exist(self):
        version = queries.version(MOVE, 1)
        with pytest.raises(FieldsRefused) as refusal:
            forms.validate(version, {"from_division": "220199"}, "from", on=TODAY)
        assert refusal.value.errors["from_division"] == ["从列表里选一个地方"]
        kept = {"from_division": "220104", "from_address": "示例路8号"}
        assert forms.validate(version, kept, "from", on=TODAY) == kept

    def test_competence_follows_the_divisions(self):
        version = queries.version(MOVE, 1)
        answers = {"move_to_division": "350203"}
        assert queries.decides(version, answers).place == "350200"
        assert queries.check_competent(version, answers, deciding="350211").place == "350200"
        with pytest.raises(FieldsRefused):
            queries.check_competent(version, answers, deciding="350102")

    def test_a_municipality_decides_for_its_districts(self):
        version = queries.version(MOVE, 1)
        assert queries.decides(version, {"move_to_division": "310101"}).place == "310000"
