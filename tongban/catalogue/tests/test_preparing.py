"""The lists are renewed by two people: what one prepares changes nothing until another confirms."""

import threading
from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.catalogue import queries
from tongban.catalogue.models import Batch, ItemChange, PreparedRenewal, Publication
from tongban.catalogue.operations import preparing, renewing
from tongban.catalogue.operations.drafts import ReasonMissing
from tongban.catalogue.operations.preparing import NoLongerWaiting, PreparedAlready
from tongban.catalogue.operations.renewing import ItemHasEnded, NewBatch, NewItem, Renewal, Under
from tongban.catalogue.permissions import OnlyAtTheHub, PreparedByAnother, PreparedByYourself
from tongban.catalogue.tests import loaded
from tongban.catalogue.tests.managers import MONDAY, a_manager

pytestmark = pytest.mark.django_db
Kind = ItemChange.Kind
State = PreparedRenewal.State
UNDER = Under(date(2026, 11, 20), "guobanfa-2022-34", "二（一）", "健全清单化管理")
RETIRED = Renewal(Kind.RETIRE, UNDER, ("2020-2-09",))
NEW = NewItem(
    "2020", 1, 58, "测试用的第58项", "公安部", "只在测试里有。", "户籍和身份证件", ("person",)
)
BATCH = NewBatch("2026", 1, "测试批次", 3, "guobanfa-2022-34", date(2027, 6, 30))


@pytest.fixture
def two(settings):
    settings.NODE_ID, settings.IS_HUB = "00", True
    loaded.whole()
    return a_manager("甲"), a_manager("乙")


def prepare(officer, wanted=RETIRED):
    return preparing.prepare(wanted, officer=officer, at=MONDAY)


def confirm(officer, found):
    return preparing.confirm(prepared_id=found.pk, officer=officer, at=MONDAY)


def test_what_is_prepared_changes_nothing_until_another_confirms(two):
    first, second = two
    found = prepare(first)
    assert not ItemChange.objects.exists()
    assert not Publication.objects.exists()
    assert queries.ended("2020-2-09") is None

    done = confirm(second, found)
    assert (done.state, done.prepared_by, done.decided_by) == (
        State.CONFIRMED, first.pseudonym, second.pseudonym,
    )  # fmt: skip
    assert (done.change.by, done.change.confirmed_by) == (first.pseudonym, second.pseudonym)
    assert queries.ended("2020-2-09").kind == Kind.RETIRE
    [step] = Publication.objects.get().body["changes"]
    assert (step["by"], step["confirmed_by"]) == (first.pseudonym, second.pseudonym)


def test_nobody_confirms_what_he_prepared_himself(two):
    first, _second = two
    found = prepare(first)
    for act in (
        lambda: confirm(first, found),
        lambda: preparing.send_back(prepared_id=found.pk, why="x", officer=first, at=MONDAY),
        lambda: renewing.renew(RETIRED, prepared_by=first.pseudonym, officer=first, at=MONDAY),
        lambda: renewing.open_batch(BATCH, prepared_by=first.pseudonym, officer=first, at=MONDAY),
    ):
        with pytest.raises(PreparedByYourself):
            act()
    assert not ItemChange.objects.exists()
    found.refresh_from_db()
    assert found.state == State.WAITING


@pytest.mark.parametrize("state", [State.CONFIRMED, State.SENT_BACK])
def test_the_database_refuses_the_same_person_twice(two, state):
    found = prepare(two[0])
    rows = PreparedRenewal.objects.filter(pk=found.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(state=state, decided_by=two[0].pseudonym, decided_at=MONDAY)
    confirm(two[1], found)
    with pytest.raises(IntegrityError), transaction.atomic():
        ItemChange.objects.update(confirmed_by=two[0].pseudonym)


def test_prepared_and_confirmed_twice_it_is_one_renewal(two):
    first, second = two
    found = prepare(first)
    assert prepare(first) == found
    with pytest.raises(PreparedAlready):
        prepare(second)
    assert confirm(second, found) == confirm(second, found)
    assert (ItemChange.objects.count(), Publication.objects.count()) == (1, 1)
    with pytest.raises(ItemHasEnded):
        prepare(first)


@pytest.mark.parametrize(
    "wanted",
    [
        RETIRED,
        Renewal(Kind.MERGE, UNDER, ("2020-2-08", "2020-2-09"), ("2020-2-08",)),
        Renewal(Kind.SPLIT, UNDER, ("2020-2-10",), ("2020-2-10", "2020-2-11")),
        Renewal(Kind.RENAME, UNDER, ("2020-2-06",), ("2020-2-06",), "夫妻相互投靠户口迁移"),
        Renewal(Kind.ADD, UNDER, after=(NEW.code,), item=replace(NEW, cooperating=("民政部",))),
        BATCH,
        replace(BATCH, due_on=None),
    ],
)
def test_what_is_confirmed_is_what_was_prepared(two, wanted):
    found = prepare(two[0], wanted)
    found.refresh_from_db()
    assert preparing.wanted_of(found) == wanted
    assert confirm(two[1], found).state == State.CONFIRMED
    assert Publication.objects.count() == 1
    assert Batch.objects.filter(list_id="2026").exists() == isinstance(wanted, NewBatch)


def test_what_could_not_be_done_is_not_prepared(two):
    with pytest.raises(FieldsRefused) as refused:
        prepare(two[0], replace(RETIRED, under=replace(UNDER, document="nothing")))
    assert list(refused.value.errors) == ["document"]
    with pytest.raises(FieldsRefused):
        prepare(two[0], replace(BATCH, list="x"))
    assert not PreparedRenewal.objects.exists()


def test_what_was_overtaken_is_refused_and_goes_on_waiting(two):
    first, second = two
    merged = Renewal(Kind.MERGE, UNDER, ("2020-2-08", "2020-2-09"), ("2020-2-08",))
    waiting, found = prepare(first, merged), prepare(first)
    confirm(second, found)
    with pytest.raises(ItemHasEnded):
        confirm(second, waiting)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.change) == (State.WAITING, None)


def test_it_goes_back_with_a_reason_and_can_be_prepared_again(two):
    first, second = two
    found = prepare(first)
    with pytest.raises(ReasonMissing):
        preparing.send_back(prepared_id=found.pk, why=" ", officer=second, at=MONDAY)
    sent = preparing.send_back(prepared_id=found.pk, why="依据写错了", officer=second, at=MONDAY)
    assert (sent.state, sent.why, sent.decided_by) == (
        State.SENT_BACK, "依据写错了", second.pseudonym,
    )  # fmt: skip
    with pytest.raises(NoLongerWaiting):
        confirm(second, found)
    assert prepare(first) != found
    assert not ItemChange.objects.exists()


def test_only_who_prepared_it_withdraws_it_once(two):
    first, second = two
    found = prepare(first)
    with pytest.raises(PreparedByAnother):
        preparing.withdraw(prepared_id=found.pk, officer=second, at=MONDAY)
    for _press in range(2):
        row = preparing.withdraw(prepared_id=found.pk, officer=first, at=MONDAY)
        assert row.state == State.WITHDRAWN
    with pytest.raises(NoLongerWaiting):
        confirm(second, found)


def test_the_second_person_is_a_manager_of_the_hub_too(two, settings):
    found = prepare(two[0])
    settings.NODE_ID, settings.IS_HUB = "22", False
    with pytest.raises(OnlyAtTheHub):
        confirm(two[1], found)
    settings.NODE_ID, settings.IS_HUB = "00", True
    with pytest.raises(NotFound):
        preparing.confirm(prepared_id=found.pk + 1, officer=two[1], at=MONDAY)


@pytest.mark.django_db(transaction=True)
def test_confirmed_by_two_at_once_it_is_written_once(two):
    first, second = two
    third, found = a_manager("丙"), prepare(two[0])
    start, ended = threading.Barrier(2), []

    def press(officer):
        try:
            start.wait(60)
            ended.append(confirm(officer, found).state)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(one,)) for one in (second, third)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(30)
    assert ended == [State.CONFIRMED, State.CONFIRMED]
    assert (ItemChange.objects.count(), Publication.objects.count()) == (1, 1)
    assert first.pseudonym == ItemChange.objects.get().by
