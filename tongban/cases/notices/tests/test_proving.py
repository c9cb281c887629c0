"""A number is one's own once its code came back: few tries, little time, and nothing else is sent."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.cases.notices import channels, proving
from tongban.cases.notices.models import Channel, ContactProof
from tongban.cases.notices.proving import MOST_A_DAY, PAUSE, TRIES, VALID, TooMany, TooSoon
from tongban.cases.tests import world
from tongban.cases.tests.test_races import at_once
from tongban.cases.tests.world import MONDAY

pytestmark = pytest.mark.django_db

PHONE = "13900000002"
SECOND = timedelta(seconds=1)


@pytest.fixture
def account():
    made, _applicant = world.a_person()
    return made


def begin(account, at=MONDAY, address=PHONE):
    return proving.begin(account=account, channel=Channel.SMS, address=address, at=at)


def prove(account, row, code, at=MONDAY):
    return proving.prove(account=account, proof_id=row.pk, code=code, at=at)


def refused(account, row, code, at=MONDAY):
    with pytest.raises(FieldsRefused) as refusal:
        prove(account, row, code, at=at)
    return refusal.value.errors["code"][0]


def wrong(row):
    return "000000" if row.code != "000000" else "111111"


def is_proved(account):
    return proving.is_proved(account, Channel.SMS, PHONE)


def test_the_code_that_came_proves_the_number_and_lies_sealed_until_then(account):
    row = begin(account)
    assert len(row.code) == 6
    stored = ContactProof.objects.values().get()
    assert row.code not in str(stored)
    assert PHONE not in str(stored)
    assert not is_proved(account)
    prove(account, row, f" {row.code[:3]} {row.code[3:]}")
    assert is_proved(account)
    assert bytes(ContactProof.objects.get().code_sealed) == b""
    assert begin(account, at=MONDAY + SECOND).proved_at == MONDAY
    assert not proving.is_proved(account, Channel.SMS, "13900000003")
    assert not proving.is_proved(account, Channel.MAIL, PHONE)


def test_after_five_wrong_tries_the_right_code_is_void(account):
    row = begin(account)
    for _try in range(TRIES):
        with pytest.raises(FieldsRefused):
            prove(account, row, wrong(row))
    assert "作废" in refused(account, row, row.code)
    assert not is_proved(account)
    again = begin(account, at=MONDAY + PAUSE)
    prove(account, again, again.code, at=MONDAY + PAUSE)
    assert is_proved(account)


def test_a_code_is_over_after_ten_minutes(account):
    row = begin(account)
    assert "过期" in refused(account, row, row.code, at=MONDAY + VALID)
    prove(account, row, row.code, at=MONDAY + VALID - SECOND)


def test_another_code_waits_a_minute_voids_the_one_before_and_is_not_had_all_day(account):
    first = begin(account)
    with pytest.raises(TooSoon) as refusal:
        begin(account, at=MONDAY + PAUSE - SECOND)
    assert refusal.value.facts()["seconds"] == 2
    codes = {first.code}
    for number in range(1, MOST_A_DAY):
        codes.add(begin(account, at=MONDAY + number * PAUSE).code)
    at = MONDAY + MOST_A_DAY * PAUSE
    with pytest.raises(TooMany):
        begin(account, at=at)
    last = ContactProof.objects.get()
    for code in codes - {last.code}:
        with pytest.raises(FieldsRefused):
            prove(account, last, code, at=at)
    begin(account, at=MONDAY + timedelta(days=1))


def test_nobody_proves_for_somebody_else(account):
    row = begin(account)
    stranger, _other = world.a_person("孙八", serial=51)
    with pytest.raises(NotFound):
        prove(stranger, row, row.code)
    with pytest.raises(FieldsRefused):
        begin(account, address="")


def test_the_code_goes_out_once_by_its_channel_and_again_only_after_a_failure(
    account, sms_only, gateway
):
    row = begin(account)
    gateway.broken = "对方没有接收"
    assert proving.send_due(at=MONDAY) == 0
    gateway.broken = ""
    assert proving.send_due(at=MONDAY) == 1
    assert proving.send_due(at=MONDAY) == 0
    ((channel, to, _title, text),) = gateway.taken
    assert (channel, to) == ("sms", PHONE)
    assert row.code in text
    begin(account, at=MONDAY + PAUSE)
    assert proving.send_due(at=MONDAY + PAUSE + VALID) == 0, "a code that is over is not sent"


def test_without_a_channel_no_code_goes_anywhere(account, settings, gateway):
    settings.NOTICE_CHANNELS = {}
    begin(account)
    assert proving.send_due(at=MONDAY) == 0
    assert gateway.taken == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("country")
def test_a_burst_of_guesses_at_once_is_still_five_tries():
    """Without the row lock several would read the same count of tries and all be judged."""
    account, _applicant = world.a_person()
    row = begin(account)
    attempts = [lambda: prove(account, row, wrong(row))] * 8
    assert all(isinstance(one, FieldsRefused) for one in at_once(*attempts))
    assert ContactProof.objects.get().tries == TRIES
    with pytest.raises(FieldsRefused):
        prove(account, row, row.code)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("country", "sms_only")
def test_two_workers_send_one_code_once(monkeypatch):
    """Without SKIP LOCKED on the row the second worker would send what the first has in hand."""
    account, _applicant = world.a_person()
    begin(account)
    sent, others = [], []

    def slow(_channel, *, to, title, text):
        sent.append(to)
        if len(sent) == 1:
            others.extend(at_once(lambda: proving.send_due(at=MONDAY)))

    monkeypatch.setattr(channels, "send", slow)
    assert proving.send_due(at=MONDAY) == 1
    assert (sent, others) == ([PHONE], [None])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_contactproof WHERE sent_at IS NOT NULL")
        assert cursor.fetchone() == (1,)
