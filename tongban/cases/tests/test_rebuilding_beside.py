"""Rows of chains beside the cases, and the register of documents: damaged, found, made right again."""

import pytest

from tongban.basics.refusals import NotFound
from tongban.cases.documents import shelf
from tongban.cases.documents.models import DocumentCounter, IssuedDocument
from tongban.cases.inquiries import operations as inquiries
from tongban.cases.inquiries.models import Inquiry
from tongban.cases.inquiries.operations import Question
from tongban.cases.models import Case
from tongban.cases.operations import claims, recounting, reregistering, review
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.delivery.models import Parcel
from tongban.delivery.tests import scenes
from tongban.exchange import rebuilding
from tongban.exchange.models import Outgoing
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db


def columns(chain, **how):
    return {one.column for one in rebuilding.rebuild(chain=chain, **how)}


@pytest.fixture
def inquiry():
    return inquiries.ask(
        officer=world.a_decider(), to=world.a_decider(department="yibao", name="卫八").authority,
        question=Question("核实", "请核实"), at=MONDAY,
    )  # fmt: skip


@pytest.fixture
def parcel():
    return scenes.packed(scenes.handed_over())


def test_rows_that_went_their_way_are_what_their_chains_say(inquiry, parcel):
    assert set(rebuilding.chains()) >= {inquiry.pk, parcel.pk}
    assert [columns(name) for name in rebuilding.chains()] == [set(), set()]


def test_a_changed_column_of_an_inquiry_is_found_and_only_mended_when_asked(inquiry):
    Inquiry.objects.filter(pk=inquiry.pk).update(state="answered", due_on="2030-01-01")

    assert columns(inquiry.pk) == {"state", "due_on"}
    assert columns(inquiry.pk, write=True) == {"state", "due_on"}
    assert columns(inquiry.pk) == set()
    assert Inquiry.objects.get(pk=inquiry.pk).state == "arrived"


def test_a_lost_row_of_an_inquiry_is_made_again_and_found_in_its_list(inquiry):
    Inquiry.objects.all().delete()

    assert columns(inquiry.pk, write=True) == {"row"}
    assert Inquiry.objects.get(pk=inquiry.pk).standing() == inquiry.standing()


def test_a_lost_parcel_with_its_papers_is_made_again_and_nobody_is_told(parcel):
    told, record = Outgoing.objects.count(), len(recorded.events(parcel.pk))
    before = parcel.standing()
    Parcel.objects.all().delete()

    assert columns(parcel.pk, write=True) == {"row"}
    assert Parcel.objects.get(pk=parcel.pk).standing() == before
    assert (Outgoing.objects.count(), len(recorded.events(parcel.pk))) == (told, record)


def test_papers_of_a_parcel_that_were_lost_added_or_changed_are_put_right(parcel):
    first = parcel.rows.first()
    parcel.rows.exclude(pk=first.pk).delete()
    parcel.rows.create(key="none", case=first.case, is_original=True, count=1, origin="x")
    parcel.rows.filter(pk=first.pk).update(count=99)

    assert columns(parcel.pk, write=True) == {"sheets"}
    assert columns(parcel.pk) == set()


def test_a_name_without_a_chain_and_a_case_are_no_chains(inquiry):
    case, _ = world.a_case()
    for name in ("i22-none", "x22-1", case.number):
        with pytest.raises(NotFound):
            rebuilding.rebuild(chain=name)


def accepted() -> Case:
    case, _ = world.a_case()
    world.handed_over(case, world.a_clerk())
    decider = world.a_decider()
    claims.claim_case(number=case.number, officer=decider, at=MONDAY)
    return review.accept_case(number=case.number, officer=decider, at=MONDAY)


def documents(case, **how):
    return {one.column for one in reregistering.rebuild(number=case.number, **how)}


def said(case):
    rows = IssuedDocument.objects.filter(case_number=case.number).order_by("seq", "kind")
    return [
        (row.seq, row.kind, row.number, row.serial, shelf.issuing.unsealed(row)) for row in rows
    ]


def test_the_register_of_a_case_is_what_its_record_gives():
    assert documents(accepted()) == set()


def test_lost_documents_are_given_again_with_their_numbers_and_words():
    case = accepted()
    before = said(case)
    IssuedDocument.objects.all().delete()

    found = documents(case, write=True)

    assert {one.partition("@")[0] for one in found} == {
        "document consent", "document receipt", "document acceptance",
    }  # fmt: skip
    assert said(case) == before
    assert documents(case) == set()


def test_changed_unreadable_and_invented_documents_are_found_and_put_right():
    case = accepted()
    before = said(case)
    rows = {row.kind: row for row in IssuedDocument.objects.all()}
    first = rows["consent"]
    IssuedDocument.objects.filter(pk=rows["acceptance"].pk).update(facts=b"nonsense")
    IssuedDocument.objects.filter(pk=rows["receipt"].pk).update(number="假〔2026〕1号")
    first.pk, first.seq, first.serial = None, 99, None
    first.save(force_insert=True)

    found = documents(case)

    assert len(found) == 3
    assert len(said_or_not(case)) == 4
    assert documents(case, write=True) == found
    assert said(case) == before


def said_or_not(case):
    return IssuedDocument.objects.filter(case_number=case.number)


def test_a_document_that_was_handed_out_stays_the_same_bytes():
    case = accepted()
    row = IssuedDocument.objects.get(kind="acceptance")
    _given, digest = shelf.open_document(case, seq=row.seq, kind="acceptance")
    IssuedDocument.objects.filter(pk=row.pk).update(facts=b"nonsense")

    documents(case, write=True)

    assert shelf.open_document(case, seq=row.seq, kind="acceptance")[1] == digest


def test_a_counter_that_fell_behind_never_gives_a_number_twice():
    case = accepted()
    DocumentCounter.objects.all().delete()

    assert any(one.startswith("counter ") for one in documents(case, write=True))
    assert documents(case) == set()
    accepted_again = world.a_case(serial=2)[0]
    world.handed_over(accepted_again, world.an_officer(
        case_office(case), "receiver", name="另一位",
    ))  # fmt: skip
    numbers = list(IssuedDocument.objects.values_list("number", flat=True))
    assert len(set(numbers)) == len(numbers)


def case_office(case):
    return world.places.authority(case.receiver_authority)


def test_cases_folded_before_there_were_clocks_get_theirs_batch_after_batch(monkeypatch):
    monkeypatch.setattr(recounting, "BATCH", 2)
    made = [world.a_case(serial=serial)[0] for serial in range(1, 6)]
    clocks = {case.number: case.clocks for case in made}
    assert all(clocks.values())
    Case.objects.update(clocks={}, due_on=None)
    heard = []

    assert recounting.fill_clocks(tell=heard.append) == 5
    assert heard == [2, 4, 5]
    assert {case.number: case.clocks for case in Case.objects.all()} == clocks
    assert recounting.fill_clocks() == 0


def test_filling_clocks_goes_on_where_it_was_stopped(monkeypatch):
    monkeypatch.setattr(recounting, "BATCH", 1)
    for serial in range(1, 4):
        world.a_case(serial=serial)
    Case.objects.update(clocks={})

    def stop(_done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recounting.fill_clocks(tell=stop)

    assert Case.objects.exclude(clocks={}).count() == 1
    assert recounting.fill_clocks() == 2
