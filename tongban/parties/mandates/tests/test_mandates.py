"""Who may give a mandate, who may accept it, and from when until when it binds."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from stdnum.iso7064 import mod_11_2

from tongban.basics.refusals import FieldsRefused, NotAllowed, NotFound
from tongban.parties import operations as parties
from tongban.parties.mandates import operations, queries
from tongban.parties.mandates.models import Consent, Mandate, MandateEntry
from tongban.parties.models import Account, Capacity, Kind, Role
from tongban.parties.permissions import RoleMissing

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 16, 1, 12, tzinfo=UTC)
UNTIL = date(2026, 12, 31)
FIRM = "91220101MA84P67R0T"


@pytest.fixture(autouse=True)
def clock():
    """The moment of these tests is now: a mandate is judged by the clock."""
    with time_machine.travel(AT, tick=False):
        yield


def number(serial: int) -> str:
    body = f"22010419900101{serial:03d}"
    return body + mod_11_2.calc_check_digit(body)


def a_person(name: str, serial: int):
    account = Account.objects.create(username=f"p{serial}")
    applicant = parties.keep_applicant(
        kind=Kind.PERSON, name=name, number=number(serial), division_code="220104", at=AT,
        phone="13900000002",
    )  # fmt: skip
    parties.let_act(account=account, applicant=applicant, capacity=Capacity.SELF, at=AT)
    return account, applicant


def offer(giver, applicant, agent_name="李四", agent=2, items=(), until=UNTIL, at=AT):
    return operations.give(
        account=giver, principal=applicant, agent_name=agent_name, agent_number=number(agent),
        items=items, until_on=until, words="我同意由李四替我办理。", at=at,
    )  # fmt: skip


@pytest.fixture
def two():
    mother, child = a_person("张三", 1), a_person("李四", 2)
    return (*mother, *child)


def test_it_binds_from_the_moment_it_is_accepted_and_not_before(two):
    mother, who, child, _me = two
    mandate = offer(mother, who)
    assert queries.held_by(child) == []
    assert queries.offered_to(child) == [mandate]
    operations.accept(account=child, mandate_id=mandate.pk, at=AT)
    assert queries.held_by(child) == [mandate]
    assert queries.offered_to(child) == []
    assert list(queries.in_force(AT - timedelta(seconds=1))) == []


def test_it_ends_with_its_last_day_in_beijing(two):
    mother, who, child, _me = two
    mandate = offer(mother, who)
    operations.accept(account=child, mandate_id=mandate.pk, at=AT)
    midnight = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
    assert list(queries.in_force(midnight - timedelta(seconds=1))) == [mandate]
    assert list(queries.in_force(midnight)) == []


@pytest.mark.parametrize("by", ["mother", "child"])
def test_either_ends_it_at_any_time(two, by):
    mother, who, child, _me = two
    mandate = offer(mother, who)
    operations.accept(account=child, mandate_id=mandate.pk, at=AT)
    ender = mother if by == "mother" else child
    operations.end(account=ender, mandate_id=mandate.pk, at=AT)
    assert queries.held_by(child) == []
    again = operations.end(account=ender, mandate_id=mandate.pk, at=AT + timedelta(hours=1))
    assert again.ended_at == AT
    whats = list(MandateEntry.objects.order_by("id").values_list("what", flat=True))
    ended = "ended_by_principal" if by == "mother" else "ended_by_agent"
    assert whats == ["given", "accepted", ended]


def test_what_is_ended_cannot_be_accepted(two):
    mother, who, child, _me = two
    mandate = offer(mother, who)
    operations.end(account=mother, mandate_id=mandate.pk, at=AT)
    with pytest.raises(NotFound):
        operations.accept(account=child, mandate_id=mandate.pk, at=AT)


def test_an_offer_can_be_declined(two):
    mother, who, child, _me = two
    mandate = offer(mother, who)
    operations.end(account=child, mandate_id=mandate.pk, at=AT)
    assert queries.offered_to(child) == []
    assert MandateEntry.objects.filter(what="declined", by=child).exists()


def test_accepting_twice_changes_nothing(two):
    mother, who, child, _me = two
    mandate = offer(mother, who)
    operations.accept(account=child, mandate_id=mandate.pk, at=AT)
    again = operations.accept(account=child, mandate_id=mandate.pk, at=AT + timedelta(hours=1))
    assert again.accepted_at == AT
    assert MandateEntry.objects.filter(what="accepted").count() == 1


def test_who_gave_it_cannot_accept_it_himself(two):
    mother, who, _child, _me = two
    mandate = offer(mother, who)
    with pytest.raises(NotAllowed):
        operations.accept(account=mother, mandate_id=mandate.pk, at=AT)


def test_a_slip_in_the_number_shows_no_stranger_whose_mandate_it_is(two):
    mother, who, _child, _me = two
    stranger, _other = a_person("孙八", 3)
    mandate = offer(mother, who, agent_name="李四", agent=3)
    assert queries.offered_to(stranger) == []
    with pytest.raises(NotFound):
        operations.accept(account=stranger, mandate_id=mandate.pk, at=AT)


def test_who_only_holds_a_mandate_gives_none_for_the_principal(two):
    mother, who, child, _me = two
    operations.accept(account=child, mandate_id=offer(mother, who).pk, at=AT)
    a_person("孙八", 3)
    with pytest.raises(NotAllowed):
        offer(child, who, agent_name="孙八", agent=3)


def test_a_company_gives_one_through_its_representative(two):
    mother, _who, child, _me = two
    firm = parties.keep_applicant(
        kind=Kind.ORGANISATION, name="示例有限公司", number=FIRM, division_code="220104", at=AT
    )
    parties.let_act(account=mother, applicant=firm, capacity=Capacity.LEGAL_REPRESENTATIVE, at=AT)
    mandate = offer(mother, firm)
    operations.accept(account=child, mandate_id=mandate.pk, at=AT)
    assert queries.holding(child, firm, "2020-1-31") == mandate
    assert queries.holding(child, _who, "2020-1-31") is None


def test_scope_is_the_items_named_or_all(two):
    mother, who, child, _me = two
    some = offer(mother, who, items=["2020-2-06"])
    operations.accept(account=child, mandate_id=some.pk, at=AT)
    assert queries.holding(child, who, "2020-2-06") == some
    assert queries.holding(child, who, "2020-2-61") is None
    whole = offer(mother, who)
    operations.accept(account=child, mandate_id=whole.pk, at=AT)
    assert queries.holding(child, who, "2020-2-61") == whole


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"agent": 1, "agent_name": "张三"}, "agent_number"),
        ({"agent_name": "李"}, "agent_name"),
        ({"until": date(2026, 11, 15)}, "until_on"),
        ({"until": date(2028, 1, 1)}, "until_on"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(two, change, field):
    mother, who, _child, _me = two
    with pytest.raises(FieldsRefused) as refused:
        offer(mother, who, **change)
    assert set(refused.value.errors) == {field}
    assert not Mandate.objects.exists()


def test_all_that_is_wrong_is_said_at_once(two):
    mother, who, _child, _me = two
    with pytest.raises(FieldsRefused) as refused:
        operations.give(
            account=mother, principal=who, agent_name="", agent_number="12", items=[],
            until_on=date(2020, 1, 1), words="同意", at=AT,
        )  # fmt: skip
    assert set(refused.value.errors) == {"agent_name", "agent_number", "until_on"}


def test_who_the_agent_is_lies_sealed(two):
    mother, who, _child, _me = two
    row = Mandate.objects.values().get(pk=offer(mother, who).pk)
    assert "李四".encode() not in bytes(row["agent_name_sealed"])
    assert number(2).encode() not in bytes(row["agent_number_sealed"])
    assert number(2) not in str(row)


@pytest.mark.django_db(transaction=True)
def test_two_presses_give_one_mandate():
    """Without the lock on the principal both would find none standing and write one each."""
    mother, who = a_person("张三", 1)
    barrier, made = threading.Barrier(3), []

    def press() -> None:
        try:
            barrier.wait(5)
            made.append(offer(mother, who).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(made) == 3
    assert len(set(made)) == Mandate.objects.count() == 1


def an_officer(*roles):
    from tongban.jurisdictions import queries as places

    office = places.window_authority("220104")
    return parties.appoint_officer(
        account=Account.objects.create(username="officer"), name="赵六", staff_number="6",
        authority=office, roles=roles,
    )  # fmt: skip


def helped(officer, **change):
    given = {
        "officer": officer, "name": "周奶奶", "number": number(9), "phone": "13900000009",
        "item": "2020-2-06", "words": "读给本人听的话。", "consent": Consent.SPOKEN, "at": AT,
    }  # fmt: skip
    return operations.help_at_window(**given | change)


def test_a_window_may_help_today_with_one_item_after_consent_was_recorded():
    officer = an_officer(Role.RECEIVER)
    mandate = helped(officer)
    assert queries.holding(officer.account, mandate.principal, "2020-2-06") == mandate
    assert queries.holding(officer.account, mandate.principal, "2020-2-61") is None
    tonight = datetime(2026, 11, 16, 16, 0, tzinfo=UTC)
    assert list(queries.in_force(tonight)) == []
    assert (mandate.consent, mandate.words) == ("spoken", "读给本人听的话。")
    assert helped(officer).pk == mandate.pk
    assert MandateEntry.objects.filter(mandate=mandate, what="given").count() == 1


def test_only_a_receiving_officer_helps():
    with pytest.raises(RoleMissing):
        helped(an_officer(Role.DECIDER))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": ""}, "phone"),
        ({"phone": "123"}, "phone"),
        ({"number": "123"}, "number"),
        ({"name": ""}, "name"),
        ({"consent": Consent.ONLINE}, "consent"),
    ],
)
def test_a_window_cannot_leave_out_what_makes_consent(change, field):
    officer = an_officer(Role.RECEIVER)
    with pytest.raises(FieldsRefused) as refused:
        helped(officer, **change)
    assert field in refused.value.errors
    assert not Mandate.objects.exists()


def test_a_window_does_not_rename_whom_it_helps_nor_change_his_phone():
    _account, known = a_person("张三", 1)
    officer = an_officer(Role.RECEIVER)
    with pytest.raises(FieldsRefused) as refused:
        helped(officer, name="李四", number=number(1))
    assert set(refused.value.errors) == {"name"}
    helped(officer, name="张三", number=number(1), phone="13900000009")
    known.refresh_from_db()
    assert (known.name, known.phone) == ("张三", "13900000002")
