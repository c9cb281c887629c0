"""The managers' list of what to look at: everything once, the worst first, page by page."""

from datetime import date

import pytest
from django.test import TestCase

from tongban.basics.refusals import FieldsRefused
from tongban.catalogue import conformance, worklist
from tongban.catalogue.tests.local import an_implementation, load_standards
from tongban.catalogue.tests.test_conformance import a_limit, a_material
from tongban.catalogue.worklist import Urgency
from tongban.jurisdictions import snapshot as places
from tongban.jurisdictions.queries import NoSuchDivision

TODAY = date(2026, 11, 23)
MOVE, MEDICAL = "2020-2-06", "2020-2-61"
ALL = tuple(Urgency)


def what(found):
    return [(one.urgency, one.item.code, one.place, one.code) for one in found.tasks]


def asked(**filters):
    return worklist.worklist("35", on=TODAY, **filters)


class TestWorklist(TestCase):
    @classmethod
    def setUpTestData(cls):
        load_standards()
        places.look_again()
        an_implementation(
            MOVE, "350000",
            {
                "materials": {"put": [a_material("lease", name="租房合同")], "drop": []},
                "limits": {"decide": a_limit(1)},
                "contact": {"consult": "87654321"},
            },
            name="夫妻投靠落户",
        )  # fmt: skip
        an_implementation(
            MEDICAL, "350100", {"contact": {"consult": "0591-87654321"}}, task_code="35-0815"
        )

    def test_differences_and_faults_are_one_list_with_the_worst_first(self):
        found = asked()

        assert what(found)[0][:3] == (Urgency.CONTRADICTORY, MOVE, "350000")
        ranks = [list(Urgency).index(one.urgency) for one in found.tasks]
        assert ranks == sorted(ranks)
        codes = [one.code for one in found.tasks]
        assert {"name-other", "materials-added", "phone-without-area"} <= set(codes)
        assert {one.origin for one in found.tasks} == {"difference", "quality"}
        assert any(one.place == "350100" for one in found.tasks)

    def test_what_is_better_than_the_standard_is_shown_only_when_asked_for(self):
        assert Urgency.BETTER not in {one.urgency for one in asked().tasks}
        better = asked(kinds=[Urgency.BETTER])
        assert [one.code for one in better.tasks] == ["limits-shorter"]
        assert better.counts == asked().counts
        assert better.counts[Urgency.BETTER] == 1

    def test_every_difference_that_places_have_is_in_it_once(self):
        found = asked(kinds=ALL, limit=1000)

        differences = [one for one in found.tasks if one.origin == "difference"]
        assert len(differences) == len(conformance.placed("35", on=TODAY))
        assert len({one.key for one in found.tasks}) == len(found.tasks) == found.total

    def test_the_standards_faults_are_not_the_places(self):
        an_implementation(MOVE, "350200", {"limits": {"decide": a_limit(9)}}, name="")
        nation = worklist.worklist("00", on=TODAY, kinds=ALL, limit=1000)

        known = {(one.item.code, one.code) for one in nation.tasks}
        faults = [one for one in asked(kinds=ALL, limit=1000).tasks if one.origin == "quality"]
        assert known
        assert {one.place for one in nation.tasks} == {"000000"}
        assert not {(one.item.code, one.code) for one in faults if one.place == "350200"} & known

    def test_the_list_is_the_same_page_by_page(self):
        whole = asked(kinds=ALL, limit=1000).tasks
        paged, after = [], ""
        while True:
            page = asked(kinds=ALL, limit=2, after=after)
            assert page.total == len(whole)
            paged += page.tasks
            after = page.next
            if not after:
                break

        assert paged == list(whole)

    def test_a_task_that_was_mended_between_two_pages_breaks_nothing(self):
        first = asked(kinds=ALL, limit=1)
        rest = asked(kinds=ALL, limit=1000).tasks[1:]
        an_implementation(MOVE, "350000", {}, number=2, from_day=date(2026, 11, 1))

        after = asked(kinds=ALL, limit=1000, after=first.next).tasks

        assert {one.key for one in after} <= {one.key for one in rest}

    def test_filters_narrow_by_item_place_and_section(self):
        assert {one.item.code for one in asked(item=MEDICAL, kinds=ALL).tasks} == {MEDICAL}
        assert {one.place for one in asked(place="350100", kinds=ALL).tasks} == {"350100"}
        whole = asked(kinds=ALL, limit=1000).total
        assert asked(place="350000", kinds=ALL, limit=1000).total == whole
        assert [one.code for one in asked(section="materials").tasks] == ["materials-added"]
        assert asked(item=MEDICAL).by_item == {MEDICAL: asked(item=MEDICAL).total}

    def test_another_province_has_its_own_list(self):
        assert worklist.worklist("22", on=TODAY, kinds=ALL).total == 0

    @pytest.mark.filterwarnings("error")
    def test_what_cannot_be_is_refused(self):
        with pytest.raises(NoSuchDivision):
            worklist.worklist("99", on=TODAY)
        for after in ("x", "1:2", "a:b:c:d:e"):
            with pytest.raises(FieldsRefused):
                asked(after=after)
