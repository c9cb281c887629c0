"""The catalogue over the real divisions and the offices of two provinces."""

from datetime import date
from uuid import uuid4

import pytest
from django.test import TestCase

from tongban.basics.refusals import FieldsRefused
from tongban.catalogue import forms, queries
from tongban.catalogue.operations import load_catalogue
from tongban.jurisdictions import snapshot
from tongban.jurisdictions.models import Authority, Node, Revision
from tongban.jurisdictions.queries import NoSuchDivision

TODAY = date(2026, 11, 23)
MOVE = "2020-2-06"


class TestCatalogueOverRealPlaces(TestCase):
    @classmethod
    def setUpTestData(cls):
        load_catalogue()
        # Tests of other domains connect nodes for good.
        Node.objects.update(base_url="", public_key="", key_id="")
        snapshot.look_again()

    def test_availability_names_places_and_organs(self):
        found = queries.availability(MOVE, here="220104", there="350102", on=TODAY)
        assert found.kind == "not-connected"
        assert found.reason.startswith("福建省福州市鼓楼区还没有接入本平台")
        assert "福州市公安局" in found.reason

    def test_where_no_organ_is_registered_the_line_of_work_is_named(self):
        found = queries.availability(MOVE, here="220104", there="440103", on=TODAY)
        assert "广州市公安主管部门" in found.reason

    def test_a_list_of_items_asks_the_database_once_for_each_line_of_work(self):
        for item in queries.items():
            queries.availability(item.code, here="220104", there="350102", on=TODAY)
        with self.assertNumQueries(0):
            for item in queries.items():
                queries.availability(item.code, here="220104", there="350102", on=TODAY)

    def test_an_organ_that_was_renamed_is_called_by_its_new_name(self):
        queries.availability(MOVE, here="220104", there="350102", on=TODAY)
        Authority.objects.filter(name="福州市公安局").update(name="福州市公安总局")
        Revision.objects.update(stamp=uuid4())
        snapshot.look_again()
        found = queries.availability(MOVE, here="220104", there="350102", on=TODAY)
        assert "福州市公安总局" in found.reason

    def test_two_counties_of_a_city_are_one_place(self):
        found = queries.availability("2020-2-10", here="220104", there="220102", on=TODAY)
        assert found.kind == "same-place"

    def test_every_item_has_an_answer_with_grounds_for_every_direction(self):
        for item in queries.items():
            for here, there in (("220104", "350102"), ("350102", "220104"), ("110101", "460105")):
                found = queries.availability(item.code, here=here, there=there, on=TODAY)
                assert found.reason
                assert found.grounds
                assert found.ruling.kind != "no-document"
                for ground in found.grounds:
                    assert queries.document(ground.document).province in {
                        "",
                        here[:2],
                        there[:2],
                    }

    def test_before_its_day_a_version_opens_nothing(self):
        before = date(2026, 8, 31)
        found = queries.availability(MOVE, here="220104", there="350102", on=before)
        assert (found.kind, found.begins) == ("not-yet", date(2026, 9, 1))
        assert not found.is_open
        # The documents had opened it long before.
        assert found.ruling.verdict == "yes"

    def test_a_place_that_is_not_there_is_refused(self):
        for place in ("999999", "abc", "", "35010", "350102'"):
            with pytest.raises(NoSuchDivision):
                queries.availability(MOVE, here="220104", there=place, on=TODAY)

    def test_a_form_takes_only_places_that_exist(self):
        version = queries.version_in_force(MOVE, TODAY)
        with pytest.raises(FieldsRefused) as refusal:
            forms.validate(version, {"from_division": "220199"}, "from", on=TODAY)
        assert refusal.value.errors["from_division"] == ["从列表里选一个地方"]
        kept = {"from_division": "220104", "from_address": "示例路8号"}
        assert forms.validate(version, kept, "from", on=TODAY) == kept

    def test_competence_follows_the_divisions(self):
        version = queries.version_in_force(MOVE, TODAY)
        answers = {"move_to_division": "350203"}
        assert queries.decides(version, answers).place == "350200"
        assert queries.check_competent(version, answers, deciding="350211").place == "350200"
        with pytest.raises(FieldsRefused):
            queries.check_competent(version, answers, deciding="350102")

    def test_the_sentence_of_competence_names_what_was_answered_and_who_decides(self):
        version = queries.version_in_force(MOVE, TODAY)
        said = queries.explain_competence(version, {"move_to_division": "350203"})
        assert "您填的迁入地是福建省厦门市思明区" in said
        assert said.endswith("所以由厦门市公安局决定")
        assert queries.explain_competence(version, {}) == ""

    def test_every_item_that_can_be_filed_explains_who_decides(self):
        for item in queries.open_items(TODAY):
            version = queries.version_in_force(item.code, TODAY)
            said = queries.explain_competence(version, {version.competence.field: "220104"})
            assert f"您填的{version.competence.place}是吉林省长春市朝阳区" in said

    def test_a_municipality_decides_for_its_districts(self):
        version = queries.version_in_force(MOVE, TODAY)
        assert queries.decides(version, {"move_to_division": "310101"}).place == "310000"
