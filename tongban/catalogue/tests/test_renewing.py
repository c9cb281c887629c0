"""The lists renewed at the hub: what was stays findable, and leads to what is."""

from dataclasses import replace
from datetime import date

import pytest

from tongban.basics.refusals import FieldsRefused
from tongban.catalogue import queries, snapshot
from tongban.catalogue.messages import Signed
from tongban.catalogue.models import ItemChange, Loaded, Publication
from tongban.catalogue.operations import load_catalogue, renewing, taking
from tongban.catalogue.operations.renewing import (
    AlreadyRenewed,
    ItemHasEnded,
    NewItem,
    Renewal,
    Under,
)
from tongban.catalogue.permissions import OnlyAtTheHub
from tongban.catalogue.queries import NoSuchItem
from tongban.catalogue.tests import loaded, renewals
from tongban.catalogue.tests.managers import MONDAY, a_manager
from tongban.parties.models import Role
from tongban.parties.permissions import RoleMissing

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
UNDER = Under(DAY, "guobanfa-2022-34", "二（一）", "健全清单化管理和更新机制")
NEW = NewItem(
    list="2020",
    batch=1,
    number=58,
    name="测试用的第58项",
    lead="公安部",
    scenario="只在测试里有。",
    theme="户籍和身份证件",
    subjects=("person",),
)


@pytest.fixture(autouse=True)
def _catalogue():
    loaded.whole()


@pytest.fixture
def officer(settings):
    settings.NODE_ID, settings.IS_HUB = "00", True
    return a_manager("甲")


@pytest.fixture
def by(officer):
    return {"under": UNDER, "officer": officer, "at": MONDAY}


def test_an_item_is_added_to_a_batch_and_counted(by):
    renewals.add_item(item=NEW, **by)
    added = queries.item("2020-1-58")
    assert (added.name, added.batch.known_total) == ("测试用的第58项", 58)
    assert queries.declared_and_known("2020") == (140, 138)
    assert [one.kind for one in queries.history("2020-1-58")] == ["add"]
    found = queries.availability("2020-1-58", here="220104", there="350102", on=DAY)
    assert found.ruling.opening.from_day == date(2020, 12, 31)


def test_an_item_that_does_not_fit_is_refused_at_its_field(by):
    for wrong, field in (
        ({"number": 57}, "number"),
        ({"batch": 9}, "batch"),
        ({"batch": 3, "number": 9}, "batch"),
        ({"name": " "}, "name"),
        ({"lead": ""}, "lead"),
        ({"theme": "别的"}, "theme"),
        ({"subjects": ()}, "subjects"),
        ({"number": 100}, "number"),
        ({"scenario": " "}, "scenario"),
        ({"lead": "部" * 41}, "lead"),
        ({"cooperating": ("部" * 41,)}, "cooperating"),
    ):
        with pytest.raises(FieldsRefused) as refusal:
            renewals.add_item(item=replace(NEW, **wrong), **by)
        assert list(refusal.value.errors) == [field]
    assert not ItemChange.objects.exists()


def test_a_renamed_item_keeps_its_code_and_its_old_name_finds_it(by):
    renewals.rename_item(code="2020-2-06", name="夫妻相互投靠户口迁移", **by)
    assert queries.item("2020-2-06").name == "夫妻相互投靠户口迁移"
    assert queries.former_names("2020-2-06") == ["夫妻投靠户口迁移"]
    assert queries.ended("2020-2-06") is None
    assert queries.successors("2020-2-06") == (queries.item("2020-2-06"),)


def test_a_new_load_of_the_shipped_lists_keeps_what_was_renewed(by):
    renewals.add_item(item=NEW, **by)
    renewals.rename_item(code="2020-2-06", name="夫妻相互投靠户口迁移", **by)
    Loaded.objects.filter(file="items.json").update(digest="")
    assert load_catalogue().is_changed
    assert queries.item("2020-2-06").name == "夫妻相互投靠户口迁移"
    assert queries.declared_and_known("2020") == (140, 138)
    assert queries.sources("2020-1-58")


def test_merged_items_lead_to_what_they_became(by):
    renewals.merge_items(codes=["2020-2-08", "2020-2-09"], into="2020-2-08", **by)
    assert queries.ended("2020-2-08") is None
    assert queries.ended("2020-2-09").kind == "merge"
    assert [one.code for one in queries.successors("2020-2-09")] == ["2020-2-08"]
    assert queries.former_names("2020-2-08") == ["事实无人抚养儿童认定"]
    assert "2020-2-09" not in {one.code for one in queries.items()}
    assert queries.item("2020-2-09").name == "事实无人抚养儿童认定"


def test_a_chain_of_changes_leads_to_the_last(by):
    renewals.merge_items(codes=["2020-2-08", "2020-2-09"], into="2020-2-08", **by)
    renewals.split_item(code="2020-2-08", into=["2020-2-10", "2020-2-11"], **by)
    assert [one.code for one in queries.successors("2020-2-09")] == ["2020-2-10", "2020-2-11"]
    assert queries.former_names("2020-2-10") == ["孤儿救助资格认定", "事实无人抚养儿童认定"]


def test_what_has_ended_is_answered_with_what_it_became(by):
    before = queries.availability("2020-2-09", here="220104", there="350102", on=DAY)
    assert before.kind != "ended"
    renewals.merge_items(codes=["2020-2-08", "2020-2-09"], into="2020-2-08", **by)
    found = queries.availability("2020-2-09", here="220104", there="350102", on=DAY)
    assert (found.verdict, found.kind, found.modes) == ("bad", "ended", ())
    assert found.reason == (
        "据国办发〔2022〕34号二（一），这个事项从2026年11月20日起合并，现在是“孤儿救助资格认定”"
    )
    assert (found.instead.action, found.instead.item) == ("other-item", "2020-2-08")
    assert "guobanfa-2022-34" in {ground.document for ground in found.grounds}
    eve = queries.availability("2020-2-09", here="220104", there="350102", on=date(2026, 11, 19))
    assert eve.kind != "ended"


def test_a_retired_item_says_that_nothing_took_its_place(by):
    renewals.retire_item(code="2020-2-09", **by)
    assert queries.successors("2020-2-09") == ()
    found = queries.availability("2020-2-09", here="220104", there="350102", on=DAY)
    assert (found.kind, found.instead.text) == ("ended", "没有别的事项代替它")
    assert "这个事项从2026年11月20日起取消" in found.reason


def test_what_has_ended_is_not_renewed_again(by):
    renewals.retire_item(code="2020-2-09", **by)
    for again in (
        lambda: renewals.retire_item(code="2020-2-09", **by),
        lambda: renewals.rename_item(code="2020-2-09", name="别的", **by),
        lambda: renewals.merge_items(codes=["2020-2-08", "2020-2-10"], into="2020-2-09", **by),
    ):
        with pytest.raises(ItemHasEnded):
            again()
    assert ItemChange.objects.count() == 1


def test_a_renewal_without_ground_day_or_items_is_refused(by):
    def refused(change):
        with pytest.raises(FieldsRefused) as refusal:
            change()
        return list(refusal.value.errors)

    def retire(**parts):
        under = replace(UNDER, **parts)
        return lambda: renewals.retire_item(code="2020-2-09", **(by | {"under": under}))

    assert refused(retire(document="nothing")) == ["document"]
    assert refused(retire(place=" ")) == ["place"]
    assert refused(retire(on=date(2026, 11, 24))) == ["on"]
    merged = {"codes": ["2020-2-08", "2020-2-08"], "into": "2020-2-09"}
    assert refused(lambda: renewals.merge_items(**merged, **by)) == ["before"]
    assert refused(lambda: renewals.split_item(code="2020-2-08", into=["2020-2-09"], **by)) == [
        "after"
    ]
    same = queries.item("2020-2-08").name
    assert refused(lambda: renewals.rename_item(code="2020-2-08", name=same, **by)) == ["name"]
    with pytest.raises(NoSuchItem):
        renewals.retire_item(code="2020-9-09", **by)


def test_a_second_item_of_the_same_row_of_a_document_is_refused(by):
    renewals.add_item(item=NEW, **by)
    batch = {"name": "测试批次", "declared_total": 60, "document": UNDER.document, "due_on": None}
    renewals.open_batch(list="2026", number=1, officer=by["officer"], at=by["at"], **batch)
    with pytest.raises(FieldsRefused) as refusal:
        renewals.add_item(item=replace(NEW, list="2026"), **by)
    assert list(refusal.value.errors) == ["number"]


def test_a_split_that_keeps_the_item_is_written_once_a_day(by):
    into = {"code": "2020-2-08", "into": ["2020-2-08", "2020-2-10"]}
    renewals.split_item(**into, **by)
    with pytest.raises(AlreadyRenewed):
        renewals.split_item(**into, **by)
    assert ItemChange.objects.count() == 1


def test_two_renamings_of_one_day_both_reach_a_node(by):
    for name in ("夫妻相互投靠户口迁移", "夫妻户口迁移"):
        renewals.rename_item(code="2020-2-06", name=name, **by)
    steps = [one.body["changes"][0] for one in Publication.objects.order_by("number")]
    ItemChange.objects.all().delete()
    for number, change in enumerate(steps, 1):
        taking._apply(change, Signed("00", number, "", MONDAY, [change], ""))
    assert [one.names["after"] for one in ItemChange.objects.order_by("pk")] == [
        "夫妻相互投靠户口迁移",
        "夫妻户口迁移",
    ]
    assert queries.item("2020-2-06").name == "夫妻户口迁移"


def test_a_renewal_is_checked_without_being_written(by):
    checked = Renewal(ItemChange.Kind.RETIRE, UNDER, ("2020-2-09",))
    renewing.check_renewal(checked, officer=by["officer"], at=MONDAY)
    assert not ItemChange.objects.exists()
    renewing.renew(checked, prepared_by=renewals.ANOTHER, officer=by["officer"], at=MONDAY)
    with pytest.raises(ItemHasEnded):
        renewing.check_renewal(checked, officer=by["officer"], at=MONDAY)


def test_only_a_manager_of_the_hub_renews_the_lists(settings):
    settings.NODE_ID, settings.IS_HUB = "22", False
    with pytest.raises(OnlyAtTheHub):
        renewals.retire_item(code="2020-2-09", under=UNDER, officer=a_manager("甲"), at=MONDAY)
    settings.NODE_ID, settings.IS_HUB = "00", True
    nobody = a_manager("乙", roles=(Role.RECEIVER,))
    with pytest.raises(RoleMissing):
        renewals.retire_item(code="2020-2-09", under=UNDER, officer=nobody, at=MONDAY)


def test_a_new_batch_is_opened_and_filled(by):
    renewals.open_batch(
        list="2026",
        number=1,
        name="测试批次",
        declared_total=1,
        document="guobanfa-2022-34",
        due_on=date(2027, 6, 30),
        officer=by["officer"],
        at=MONDAY,
    )
    renewals.add_item(item=replace(NEW, list="2026", batch=1, number=1), **by)
    assert queries.declared_and_known("2026") == (1, 1)
    found = queries.availability("2026-1-01", here="220104", there="350102", on=DAY)
    assert (found.kind, found.begins) == ("not-yet", date(2027, 6, 30))
    with pytest.raises(FieldsRefused):
        renewals.add_item(item=replace(NEW, list="2026", batch=1, number=2), **by)
    with pytest.raises(FieldsRefused):
        renewals.open_batch(
            list="2026",
            number=1,
            name="",
            declared_total=1,
            document="nothing",
            due_on=None,
            officer=by["officer"],
            at=MONDAY,
        )


def test_a_node_takes_the_hubs_renewals_once(by):
    renewals.add_item(item=NEW, **by)
    renewals.merge_items(codes=["2020-2-08", "2020-2-09"], into="2020-2-08", **by)
    steps = [one.body["changes"][0] for one in Publication.objects.order_by("number")]
    assert [one["kind"] for one in steps] == ["renewal", "renewal"]
    ItemChange.objects.all().delete()
    snapshot.look_again()
    item = queries.item("2020-1-58")
    item.sources.all().delete()
    item.batch.known_total -= 1
    item.batch.save()
    item.delete()
    snapshot.look_again()
    for _ in range(2):
        for number, change in enumerate(steps, 1):
            taking._apply(change, Signed("00", number, "", MONDAY, [change], ""))
    assert queries.item("2020-1-58").name == "测试用的第58项"
    assert [one.code for one in queries.successors("2020-2-09")] == ["2020-2-08"]
    assert ItemChange.objects.count() == 2


def test_who_keeps_names_is_told_after_a_renewal(by, django_capture_on_commit_callbacks):
    told = []

    def watcher():
        told.append(1)

    renewing.after_renewal(watcher)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            renewals.retire_item(code="2020-2-09", **by)
    finally:
        renewing._watchers.remove(watcher)
    assert told == [1]
