"""The catalogue in the tables: loaded once, frozen, read back."""

import json
import shutil
import time
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from tongban.catalogue import queries
from tongban.catalogue.models import Batch, DocumentRelation, Item, ItemSource, ItemVersion
from tongban.catalogue.operations import VersionIsPublished, load_catalogue, loading
from tongban.catalogue.queries import NoSuchItem
from tongban.catalogue.reading import VersionBroken
from tongban.catalogue.versions import FILED

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def catalogue():
    return load_catalogue()


@pytest.fixture
def shipped(tmp_path):
    """A copy of the shipped files, to change."""
    return shutil.copytree(loading.DATA, tmp_path / "data")


def edit(path, **parts):
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | parts, ensure_ascii=False))


def test_all_items_documents_and_versions_are_loaded(catalogue):
    assert (catalogue.items, catalogue.documents) == (159, 15)
    assert catalogue.is_changed
    assert Item.objects.count() == ItemSource.objects.count() == 159
    # Five items have two versions.
    assert ItemVersion.objects.count() == catalogue.versions == 164
    assert DocumentRelation.objects.count() == 15


def test_loading_again_writes_nothing_and_is_quick(catalogue, django_assert_num_queries):
    with django_assert_num_queries(1):
        began = time.perf_counter()
        again = load_catalogue()
        took = time.perf_counter() - began
    assert not again.is_changed
    assert took < 0.5


def test_loading_a_corrected_list_keeps_the_items_that_cases_point_to(catalogue, shipped):
    before = set(Batch.objects.values_list("pk", flat=True))
    items = json.loads((shipped / "items.json").read_text("utf-8"))
    items["items"][0]["cooperating"] = ["教育部", "公安部"]
    (shipped / "items.json").write_text(json.dumps(items, ensure_ascii=False))
    assert load_catalogue(shipped).is_changed
    assert Item.objects.count() == 159
    assert queries.item("2020-1-01").cooperating == ["教育部", "公安部"]
    assert set(Batch.objects.values_list("pk", flat=True)) == before


def test_a_published_version_that_was_edited_is_refused_and_nothing_is_written(catalogue, shipped):
    edit(shipped / "versions" / "2020-2-06.json", consultation="别的")
    items = json.loads((shipped / "items.json").read_text("utf-8"))
    items["items"][0]["name"] = "改了名字"
    (shipped / "items.json").write_text(json.dumps(items, ensure_ascii=False))
    with pytest.raises(VersionIsPublished, match="事项2020-2-06第1版已经公布"):
        load_catalogue(shipped)
    assert Item.objects.get(pk="2020-1-01").name == "学历公证"


def test_a_new_version_comes_beside_the_old_one_from_its_day(catalogue, shipped):
    path = shipped / "versions" / "2020-2-06.3.json"
    shutil.copy(shipped / "versions" / "2020-2-06.2.json", path)
    edit(path, number=3, from_day="2027-01-01", consultation="户政大厅")
    load_catalogue(shipped)
    assert queries.version_in_force("2020-2-06", date(2026, 12, 31)).number == 2
    assert queries.version_in_force("2020-2-06", date(2027, 1, 1)).number == 3
    assert queries.version("2020-2-06", 2).consultation == "户政"


def test_a_broken_version_file_is_refused_with_its_place(shipped):
    edit(shipped / "versions" / "2020-2-06.json", department="公安")
    with pytest.raises(VersionBroken, match="2020-2-06 v1: /department"):
        load_catalogue(shipped)
    assert not Item.objects.exists()


def test_a_version_of_no_item_is_refused(shipped):
    edit(shipped / "versions" / "2020-2-06.json", item="2020-9-99")
    with pytest.raises(VersionBroken, match="/item is no item of the lists"):
        load_catalogue(shipped)


@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_refuses_to_change_what_is_published(catalogue, act):
    published = ItemVersion.objects.filter(item="2020-2-06")
    with pytest.raises(IntegrityError, match="published and frozen"), transaction.atomic():
        published.update(from_day=TODAY) if act == "update" else published.delete()


def test_declared_and_known_totals_are_told_apart(catalogue):
    assert queries.declared_and_known("2020") == (140, 137)
    assert queries.declared_and_known("2022") == (22, 22)
    gaps = {b.number: b.declared_total - b.known_total for b in queries.batches()[:3]}
    assert gaps == {1: 1, 2: 2, 3: 0}


def test_a_batch_cannot_know_more_than_it_declares(catalogue):
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.filter(number=3).update(known_total=9)


def test_themes_add_up_to_all_items(catalogue):
    themes = queries.themes()
    assert len(themes) == 12
    assert sum(theme.count for theme in themes) == len(queries.items()) == 159
    assert [one.theme for one in queries.items(theme="税费")] == ["税费"] * 9


def test_items_are_found_by_whom_they_serve(catalogue):
    organisations = queries.items(subject="organisation")
    assert "2020-1-31" in [one.code for one in organisations]
    assert "2020-2-06" not in [one.code for one in organisations]


def test_every_item_has_its_row_and_its_sentence(catalogue):
    for item in queries.items():
        (source,) = queries.sources(item.code)
        assert source.place.endswith(f"第{item.number}项")
        assert item.scenario.endswith("。")
    assert queries.sources("2020-2-06")[0].place == "附件二第6项"


def test_questions_are_answered_from_memory(catalogue, django_assert_num_queries):
    queries.item("2020-2-06")
    with django_assert_num_queries(0):
        queries.item("2020-2-06")
        queries.sources("2020-2-06")
        queries.version_in_force("2020-2-06", TODAY)
        queries.themes()
        queries.batches()


def test_only_what_a_document_lets_go_in_some_way_is_open(catalogue):
    wedding = queries.version_in_force("2020-3-03", TODAY)
    assert wedding.mode_names == ("ON_SITE",)
    assert wedding.filed_modes == ("ON_SITE",)
    open_here = {one.code for one in queries.open_items(TODAY)}
    rows = ItemSource.objects.filter(modes__overlap=sorted(FILED))
    stated = set(rows.values_list("item", flat=True))
    # Of these a document says that several places handle them, and nobody has written who does what.
    without_steps = {"2020-1-09", "2020-1-12", "2022-1-02", "2022-1-12"}
    # The licence of a firm and drawing on a housing fund were opened here by hand, as defaults.
    assert open_here == stated - without_steps | {"2020-1-31", "2020-2-45"}
    assert queries.open_items(date(2026, 8, 31)) == []


@pytest.mark.parametrize("ask", [queries.item, lambda code: queries.version(code, 7)])
def test_an_item_that_is_not_there_is_refused_by_code(catalogue, ask):
    with pytest.raises(NoSuchItem):
        ask("2020-9-99")


def test_documents_are_found_by_key(catalogue):
    assert queries.document("guobanfa-2022-34").number == "国办发〔2022〕34号"
    assert len(queries.documents()) == 15
    with pytest.raises(queries.NotFound):
        queries.document("nothing")
