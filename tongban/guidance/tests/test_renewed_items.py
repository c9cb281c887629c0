"""Search after the lists were renewed: old names and old codes find what is."""

from datetime import date

from django.test import TestCase, override_settings

from tongban.catalogue.operations import load_catalogue
from tongban.catalogue.operations.renewing import Under
from tongban.catalogue.tests import renewals
from tongban.catalogue.tests.managers import MONDAY, a_manager
from tongban.guidance import operations
from tongban.guidance.queries import search


@override_settings(NODE_ID="00", IS_HUB=True)
class TestRenewedItems(TestCase):
    @classmethod
    def setUpTestData(cls):
        load_catalogue()
        operations.index_items()

    def renewed(self, change, **parts):
        under = Under(date(2026, 11, 20), "guobanfa-2022-34", "二（一）")
        with self.captureOnCommitCallbacks(execute=True):
            change(under=under, officer=a_manager("甲"), at=MONDAY, **parts)

    def test_the_old_name_of_a_merged_item_finds_what_it_became(self):
        assert next(one.code for one in search("事实无人抚养儿童认定")) == "2020-2-09"
        self.renewed(renewals.merge_items, codes=["2020-2-08", "2020-2-09"], into="2020-2-08")
        found = [one.code for one in search("事实无人抚养儿童认定")]
        assert found[0] == "2020-2-08"
        assert "2020-2-09" not in found

    def test_a_renamed_item_is_found_under_both_names(self):
        self.renewed(renewals.rename_item, code="2020-2-45", name="异地买房提取公积金")
        for name in ("购房提取住房公积金", "异地买房提取公积金"):
            assert "2020-2-45" in [one.code for one in search(name)]

    def test_the_code_of_an_ended_item_still_finds_it(self):
        self.renewed(renewals.retire_item, code="2020-2-09")
        assert [one.code for one in search("2020-2-09")] == ["2020-2-09"]
        assert "2020-2-09" not in [one.code for one in search("事实无人抚养儿童认定")]
