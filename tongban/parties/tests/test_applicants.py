"""Applicants: found by their number, unreadable at rest, never two rows for one."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, close_old_connections, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tongban.basics import sealing
from tongban.basics.refusals import FieldsRefused
from tongban.parties import operations, queries, rules
from tongban.parties.models import Account, Acting, Applicant, Capacity, Kind
from tongban.sandbox import numbers

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
LISI = numbers.person_number("220104", "test")
FIRM = numbers.organisation_number("220104", "test")


def a_person(**changes):
    facts = {"kind": Kind.PERSON, "name": "李四", "number": LISI, "division_code": "220104"}
    return operations.keep_applicant(**(facts | changes), at=NOW)


def a_firm(**changes):
    return a_person(kind=Kind.ORGANISATION, name="长春示例科技有限公司", number=FIRM, **changes)


def test_an_applicant_is_found_by_number_and_shown_masked():
    person = a_person(phone="139 0000 0002")

    assert queries.find_applicant(LISI) == person
    found = queries.applicant(person.id)
    assert (found.name, found.number, found.phone) == ("李四", LISI, "13900000002")
    assert found.masked_number == f"2201**********{LISI[-4:]}"
    assert found.masked_phone == "139****0002"


def test_nothing_personal_stands_in_the_tables_or_in_logs():
    person = a_person(phone="13900000002")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(a)::text FROM parties_applicant a")
        row = cursor.fetchone()[0]

    def hexed(text):
        return text.encode().hex()

    for secret in ("李四", LISI, "13900000002"):
        assert secret not in row
        assert hexed(secret) not in row
    assert "李四" not in str(person)
    assert LISI not in repr(person)


def test_the_second_time_brings_the_same_row_up_to_date():
    first = a_person()
    # Written as people write it: blanks, a small x, full-width digits.
    spaced = f"{LISI[:6]} {LISI[6:14]} {LISI[14:].lower()}"
    second = a_person(number=spaced, name="李四 ", phone="13900000003", division_code="220100")

    assert second.id == first.id
    assert Applicant.objects.count() == 1
    assert (second.phone, second.division_code) == ("13900000003", "220100")


def test_what_was_sealed_for_one_row_does_not_open_in_another():
    person, firm = a_person(), a_firm()
    Applicant.objects.filter(pk=firm.pk).update(name_sealed=person.name_sealed)

    with pytest.raises(sealing.SealBroken):
        _ = queries.applicant(firm.pk).name


def test_all_wrong_fields_are_told_at_once():
    with pytest.raises(FieldsRefused) as refusal:
        operations.keep_applicant(
            kind=Kind.PERSON,
            name="李",
            number=LISI[:-1] + ("1" if LISI[-1] != "1" else "2"),
            phone="12",
            division_code="999999",
            at=NOW,
        )

    assert set(refusal.value.errors) == {"name", "number", "phone", "division_code"}
    assert not Applicant.objects.exists()


def test_a_number_of_the_wrong_kind_is_refused():
    for kind, number in [(Kind.PERSON, FIRM), (Kind.ORGANISATION, LISI)]:
        with pytest.raises(FieldsRefused) as refusal:
            a_person(kind=kind, number=number)
        assert list(refusal.value.errors) == ["number"]


def test_a_replaced_division_code_is_kept_as_the_place_of_today():
    assert a_person(division_code="370882").division_code == "370812"
    with pytest.raises(FieldsRefused) as refusal:
        a_person(division_code="500105")
    assert "江北区" in refusal.value.errors["division_code"][0]


def test_the_database_keeps_one_row_for_a_number():
    person = a_person()
    copy = Applicant(
        kind=person.kind, match=person.match, name_sealed=b"", number_sealed=b"",
        division_code="220104", created_at=NOW,
    )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_make_one_applicant():
    start, made, failed = threading.Barrier(4), [], []

    def keep():
        try:
            start.wait()
            made.append(a_person().id)
        except Exception as error:  # noqa: BLE001 - shown by the assertion below
            failed.append(error)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=keep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert len(set(made)) == 1
    assert Applicant.objects.count() == 1


def test_a_person_acts_for_himself_and_a_representative_for_the_firm():
    account = Account.objects.create(username="lisi")
    person, firm = a_person(), a_firm()
    later = NOW.replace(hour=3)

    operations.let_act(
        account=account, applicant=firm, capacity=Capacity.LEGAL_REPRESENTATIVE, at=NOW
    )
    for _ in range(2):  # the second time changes nothing
        operations.let_act(account=account, applicant=person, capacity=Capacity.SELF, at=later)

    assert queries.applicants_of(account) == [person, firm]
    assert queries.accounts_of(person) == [account]


def test_nobody_is_two_people_and_no_firm_is_itself():
    account = Account.objects.create(username="lisi")
    person, firm = a_person(), a_firm()
    other = a_person(number=numbers.person_number("220104", "another"))
    operations.let_act(account=account, applicant=person, capacity=Capacity.SELF, at=NOW)

    for applicant, capacity in [
        (other, Capacity.SELF),
        (firm, Capacity.SELF),
        (person, Capacity.LEGAL_REPRESENTATIVE),
    ]:
        with pytest.raises(operations.CapacityDoesNotFit):
            operations.let_act(account=account, applicant=applicant, capacity=capacity, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Acting.objects.create(
            account=account, applicant=other, capacity=Capacity.SELF, since_at=NOW
        )


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  李 四 ", "李四"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提・艾力", "买买提·艾力"),
        ("𠮷田一", "𠮷田一"),  # beyond the basic plane
        ("㛃文", "㛃文"),  # beyond GB 2312
        ("John  Smith", "John Smith"),
        ("示例（长春）有限公司", "示例（长春）有限公司"),
    ],
)
def test_names_are_compared_in_one_spelling(written, kept):
    assert rules.tidy_name(written) == kept


@pytest.mark.parametrize("written", ["", " ", "李", "李四\x00", "李\u202e四", "李" * 101])
def test_names_that_nobody_has_are_refused(written):
    with pytest.raises(rules.NameRefused):
        rules.tidy_name(written)


@given(st.text(max_size=120))
def test_a_tidy_name_stays_as_it_is(text):
    try:
        name = rules.tidy_name(text)
    except rules.NameRefused:
        return
    assert rules.tidy_name(name) == name
