"""The national lists beside a province's: what is missing, added, renamed, and what nobody knows."""

from collections import Counter
from datetime import date

import pytest
from django.test import TestCase

from tongban.catalogue import comparison, queries, snapshot
from tongban.catalogue.comparison import Carried, Standing
from tongban.catalogue.models import Batch, Item, ItemList, PolicyDocument
from tongban.catalogue.tests.local import an_implementation, few_reads, load_standards
from tongban.jurisdictions import snapshot as places
from tongban.jurisdictions.queries import NoSuchDivision

TODAY = date(2026, 11, 23)
MOVE = "2020-2-06"


class TestLists(TestCase):
    @classmethod
    def setUpTestData(cls):
        load_standards()
        places.look_again()

    def setUp(self):
        self.addCleanup(self.forget)

    def forget(self):
        """What a test wrote without a load must not be remembered after it."""
        snapshot._memory.snapshot = None

    def test_fujian_lists_137_of_140_and_nobody_says_which_are_missing(self):
        found = comparison.compare("35", on=TODAY)

        assert found.document.key == "minzhengban-2020-11-27"
        assert [(gap.batch.number, gap.declared, gap.known, gap.missing) for gap in found.gaps] == [
            (1, 58, 57, 1), (2, 74, 72, 2),
        ]  # fmt: skip
        assert found.standings[Standing.LISTED] + found.standings[Standing.ABSENT] == 137
        assert found.standings[Standing.LATER] == 22
        assert len(found.rows) == 159
        said = "".join(found.why)
        assert "共140项，已知137项" in said
        assert "民政部无关" in said
        # Guesses which items are missing are nothing that a page may say.
        for guess in ("保健食品", "药品广告", "计量器具"):
            assert guess not in said

    def test_a_province_whose_list_was_not_received_is_not_guessed_at(self):
        found = comparison.compare("220000", on=TODAY)

        assert found.document is None
        assert found.standings[Standing.UNKNOWN] == 159
        assert not any("福建" in words for words in found.why)

    def test_fujians_one_absent_item_is_named_with_its_wording(self):
        (row,) = comparison.compare("35", on=TODAY).of(Standing.ABSENT)

        assert row.form == "我省无该事项，外省人社部门提供互联网渠道自助办理"

    def test_a_row_of_the_place_counts_before_the_standard(self):
        an_implementation(MOVE, "350100", name="夫妻投靠（本市）")

        found = comparison.compare("35", on=TODAY)

        assert [row.item.code for row in found.rows if row.carried == Carried.OWN] == [MOVE]
        assert found.carried[Carried.OWN] == 1
        assert sum(found.carried.values()) == 159
        # A city's name is not the province's.
        assert found.renamed == []

    def test_an_item_that_the_province_calls_otherwise_is_renamed(self):
        an_implementation(MOVE, "350000", name="夫妻投靠落户")

        (row,) = comparison.compare("35", on=TODAY).renamed

        assert (row.item.code, row.local_name) == (MOVE, "夫妻投靠落户")

    def test_a_name_in_another_width_is_the_same_name(self):
        name = queries.item(MOVE).name
        an_implementation(MOVE, "350000", name=f" {name} ")

        assert comparison.compare("35", on=TODAY).renamed == []

    def test_an_item_of_the_provinces_own_list_is_added(self):
        own = ItemList.objects.create(
            code="F001", name="福建增加的事项",
            document=PolicyDocument.objects.get(pk="minzhengban-2020-11-27"),
        )  # fmt: skip
        batch = Batch.objects.create(
            list=own, number=1, name="增加", declared_total=1, known_total=1, document=own.document
        )
        one = Item.objects.get(pk=MOVE)
        one.pk, one.batch, one.number = "2020-9-01", batch, 1
        one.save(force_insert=True)
        self.forget()

        fujian, jilin = (comparison.compare(code, on=TODAY) for code in ("35", "22"))

        assert [row.item.code for row in fujian.of(Standing.ADDED)] == ["2020-9-01"]
        assert jilin.of(Standing.ADDED) == []

    def test_items_are_counted_by_lead_mode_and_deadline(self):
        found = comparison.compare("35", on=TODAY)

        leads, deadlines = found.by_lead(), found.by_deadline()
        assert next(iter(leads)) == "人力资源社会保障部"
        assert leads["人力资源社会保障部"] == Counter(
            {Standing.LISTED: 32, Standing.ABSENT: 1, Standing.LATER: 2}
        )
        for counted in (leads, deadlines):
            assert sum((one for one in counted.values()), Counter()).total() == 159
        assert deadlines["2020年底前"].total() == 57
        assert sum(one.total() for one in found.by_mode().values()) >= 159
        assert comparison.mode_name("") == "文件没有写实现形式"

    def test_the_matrix_has_every_item_and_every_province(self):
        an_implementation(MOVE, "350100")
        queries.items()

        with few_reads(1):
            found = comparison.matrix(on=TODAY)

        assert len(found.rows) == 159
        assert all(len(cells) == len(found.provinces) for _item, cells in found.rows)
        mine = next(cells for item, cells in found.rows if item.code == MOVE)
        cells = dict(zip(found.provinces, mine, strict=True))
        assert cells["350000"] == (Carried.OWN, Standing.LISTED)
        assert cells["220000"] == (Carried.STANDARD, Standing.UNKNOWN)

    def test_a_province_that_is_not_there_is_refused(self):
        with pytest.raises(NoSuchDivision):
            comparison.compare("99", on=TODAY)
