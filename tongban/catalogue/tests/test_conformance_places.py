"""Differences of real places on a day: the province's, the city's, between two places, in all."""

from datetime import date

import pytest
from django.test import TestCase

from tongban.catalogue import conformance, queries
from tongban.catalogue.conformance import Kind
from tongban.catalogue.tests.local import an_implementation, few_reads, load_standards
from tongban.catalogue.tests.test_conformance import a_limit, a_material
from tongban.jurisdictions import snapshot as places
from tongban.jurisdictions.queries import NoSuchDivision

TODAY = date(2026, 11, 23)
MOVE, MEDICAL = "2020-2-06", "2020-2-61"
LEASE = {"put": [a_material("house-lease", name="租房合同")], "drop": []}
PHOTO = {"put": [a_material("photo", name="一寸照片")], "drop": []}
SHORT = {"decide": a_limit(3)}


def what(found):
    return [(one.section, one.change, one.key) for one in found]


class TestDifferencesOfPlaces(TestCase):
    @classmethod
    def setUpTestData(cls):
        load_standards()
        places.look_again()

    def test_a_place_without_a_list_of_its_own_differs_in_nothing(self):
        assert conformance.differences(MOVE, place="350100", on=TODAY) == ()
        assert conformance.between(MOVE, here="220104", there="350102", on=TODAY) == ()

    def test_a_city_has_what_its_province_changed_and_what_it_changed_itself(self):
        an_implementation(MOVE, "350000", {"materials": LEASE})
        an_implementation(MOVE, "350100", {"limits": SHORT})

        province = conformance.differences(MOVE, place="350000", on=TODAY)
        city = conformance.differences(MOVE, place="350102", on=TODAY)

        assert what(province) == [("materials", "added", "house-lease")]
        assert what(city) == [
            ("materials", "added", "house-lease"), ("limits", "shorter", "decide"),
        ]  # fmt: skip
        assert city[0].plain == "福建福州鼓楼区还要交“租房合同”，国家标准不要"

    def test_before_its_day_a_change_makes_no_difference(self):
        an_implementation(MOVE, "350000", {"materials": LEASE}, from_day=date(2026, 12, 1))

        assert conformance.differences(MOVE, place="350000", on=TODAY) == ()
        found = conformance.differences(MOVE, place="350000", on=date(2026, 12, 1))
        assert what(found) == [("materials", "added", "house-lease")]

    def test_before_the_standards_first_day_there_is_nothing_to_differ_from(self):
        an_implementation(MOVE, "350000", {"materials": LEASE}, from_day=date(2020, 1, 1))
        before = date(2020, 6, 1)

        assert conformance.differences(MOVE, place="350000", on=before) == ()
        assert conformance.between(MOVE, here="220100", there="350100", on=before) == ()

    def test_a_newer_version_takes_the_older_ones_place(self):
        an_implementation(MOVE, "350000", {"materials": LEASE}, from_day=date(2026, 10, 1))
        an_implementation(MOVE, "350000", {}, number=2, from_day=date(2026, 11, 1))

        assert conformance.differences(MOVE, place="350000", on=TODAY) == ()

    def test_a_name_and_a_code_of_the_list_itself_are_seen(self):
        an_implementation(MOVE, "350000", name="夫妻投靠落户")

        (one,) = conformance.differences(MOVE, place="350000", on=TODAY)

        assert (one.section, one.kind, one.local) == ("name", Kind.CONTRADICTORY, "夫妻投靠落户")

    def test_one_row_for_two_items_is_seen_from_both(self):
        task = "11350100003600371Y3000109001000"
        an_implementation(MOVE, "350100", task_code=task)
        an_implementation(MEDICAL, "350100", task_code=task)

        (one,) = conformance.differences(MOVE, place="350100", on=TODAY)
        (other,) = conformance.differences(MEDICAL, place="350100", on=TODAY)

        assert (one.change, other.change) == ("merged", "merged")
        assert queries.item(MEDICAL).name in one.sentence
        assert queries.item(MOVE).name in other.sentence

    def test_parts_of_an_item_are_seen(self):
        for part in ("01", "02"):
            an_implementation(MOVE, "350100", part=part, name=f"第{part}部分")

        assert what(conformance.differences(MOVE, place="350100", on=TODAY)) == [
            ("granularity", "split-loose", "parts")
        ]

    def test_a_retired_row_counts_no_more(self):
        row = an_implementation(MOVE, "350100", {"materials": LEASE})
        row.retired_on = date(2026, 11, 1)
        row.save()
        queries.snapshot.current().asked.clear()

        assert conformance.differences(MOVE, place="350100", on=TODAY) == ()
        assert conformance.summary("35", on=TODAY).carried_out == 0

    def test_the_applicant_reads_what_is_asked_there_and_not_here(self):
        an_implementation(MOVE, "350000", {"materials": LEASE})
        an_implementation(MOVE, "220000", {"limits": SHORT})

        there = conformance.between(MOVE, here="220104", there="350102", on=TODAY)
        back = conformance.between(MOVE, here="350102", there="220104", on=TODAY)

        assert [one.plain for one in there][:1] == ["福建还要交“租房合同”，吉林不要"]
        assert [(one.kind, one.section) for one in there] == [
            (Kind.STRICTER, "materials"), (Kind.STRICTER, "limits"),
        ]  # fmt: skip
        assert [one.kind for one in back] == [Kind.BETTER, Kind.BETTER]

    def test_a_rule_of_one_city_is_not_said_of_its_province(self):
        an_implementation(MOVE, "350100", {"materials": LEASE})

        (one,) = conformance.between(MOVE, here="220104", there="350100", on=TODAY)

        assert one.plain == "福建福州还要交“租房合同”，吉林长春朝阳区不要"

    def test_what_does_not_concern_applicants_is_not_told_them(self):
        an_implementation(MOVE, "350000", {"codes": {"handle_type": "9", "levels": ["3", "4"]}})
        an_implementation(MOVE, "220000", {"codes": {"handle_type": "2", "levels": ["3"]}})

        assert conformance.between(MOVE, here="220104", there="350102", on=TODAY) == ()

    def test_a_place_or_an_item_that_is_not_there_is_refused(self):
        with pytest.raises(queries.NoSuchItem):
            conformance.differences("2099-9-99", place="350000", on=TODAY)
        with pytest.raises(NoSuchDivision):
            conformance.differences(MOVE, place="999999", on=TODAY)
        with pytest.raises(NoSuchDivision):
            conformance.between(MOVE, here="220104", there="x", on=TODAY)
        with pytest.raises(NoSuchDivision):
            conformance.summary("99", on=TODAY)

    def test_a_province_is_summed_up_item_by_item(self):
        an_implementation(MOVE, "350000", {"materials": LEASE})
        an_implementation(MOVE, "350100", {"materials": PHOTO, "limits": SHORT})
        an_implementation(MEDICAL, "350000", name=queries.item(MEDICAL).name)

        found = conformance.summary("35", on=TODAY)
        move = next(one for one in found.items if one.item.code == MOVE)

        assert len(found.items) == len(queries.items())
        assert (move.places, move.has_standard) == (("350000", "350100"), True)
        assert (move.counts[Kind.STRICTER], move.counts[Kind.BETTER]) == (2, 1)
        assert found.counts == move.counts
        assert found.carried_out == 2
        assert [(one.place, one.difference.key) for one in conformance.placed("35", on=TODAY)] == [
            ("350000", "house-lease"),
            ("350100", "photo"),
            ("350100", "decide"),
        ]

    def test_a_summary_says_what_the_single_places_say(self):
        task = "11350100003600371Y3000109001000"
        an_implementation(MOVE, "350000", {"materials": LEASE}, name="夫妻投靠落户")
        an_implementation(MEDICAL, "350200", {"limits": SHORT}, task_code=task)
        an_implementation(MOVE, "350200", {"materials": PHOTO}, task_code=task)

        for one in conformance.placed("35", on=TODAY):
            assert one.difference in conformance.differences(
                one.item.code, place=one.place, on=TODAY
            )

    def test_all_provinces_that_have_lists_are_summed_up_with_few_reads(self):
        for province in ("220000", "350000"):
            for item in (MOVE, MEDICAL):
                an_implementation(item, province, {"limits": SHORT})
        queries.items()

        with few_reads(1 + 2 * 4):
            found = conformance.overall(on=TODAY)

        assert [one.province for one in found] == ["220000", "350000"]
        assert [sum(one.counts.values()) for one in found] == [2, 2]
        with few_reads(1 + 2 * 2):
            assert conformance.overall(on=TODAY) == found
