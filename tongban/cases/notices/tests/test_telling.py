"""Who is told, of what, where: by the very operations that move a case."""

from datetime import timedelta

import pytest

from tongban.cases.models import Case
from tongban.cases.notices import inbox, proving, telling
from tongban.cases.notices.models import Notice, Preference, Sending
from tongban.cases.notices.tests.conftest import proved
from tongban.cases.notices.wording import WORDINGS
from tongban.cases.operations import claims, review, window
from tongban.cases.operations.window import Fault
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.parties import operations as parties
from tongban.parties.models import Account, Capacity
from tongban.record import queries as recorded

pytestmark = pytest.mark.django_db
FAULT = Fault("owner-consent", "没有写到房号", "请房主写到房号，重新签名")


def corrected():
    case, filled = world.a_case()
    decider = world.a_decider()
    world.handed_over(case, world.a_clerk())
    claims.claim_case(number=case.number, officer=decider, at=MONDAY)
    review.ask_correction(number=case.number, officer=decider, faults=[FAULT], note="", at=MONDAY)
    return Case.objects.get(pk=case.pk), filled


def test_each_step_that_others_make_lands_in_the_inbox_and_ones_own_does_not():
    _case, filled = corrected()
    kinds = [one.kind for one in inbox.notices_of(filled.account)]
    assert sorted(kinds) == ["correction", "handed_over", "received"]


def test_the_inbox_says_who_did_what_and_whose_turn_it_is():
    case, filled = corrected()
    told = {one.title: one for one in inbox.in_words(inbox.notices_of(filled.account))}
    asked = told[WORDINGS["correction"].title]
    assert asked.asks
    assert "夫妻投靠" in asked.text
    assert "吉林市公安局" in asked.text
    assert asked.number == case.number
    assert not told[WORDINGS["received"].title].asks


def test_an_event_that_is_kept_twice_is_told_once():
    case, filled = corrected()
    for event in recorded.events(case.number):
        telling.on_event(case, event)
    assert Notice.objects.filter(account=filled.account).count() == 3


def test_only_the_applicants_node_tells():
    case, _filled = corrected()
    Notice.objects.all().delete()
    case.applicant_node = "35"
    for event in recorded.events(case.number):
        telling.on_event(case, event)
    assert not Notice.objects.exists()


def test_what_is_undone_is_not_told(monkeypatch):
    case, _filled = world.a_case()
    clerk = world.a_clerk()
    claims.claim_case(number=case.number, officer=clerk, at=MONDAY)
    monkeypatch.setattr(window, "check_may_act", _refuse)
    with pytest.raises(RuntimeError):
        window.receive_case(number=case.number, officer=clerk, identity="in_person", at=MONDAY)
    assert not Notice.objects.exists()


def _refuse(*args):
    raise RuntimeError


def test_everybody_who_acts_for_the_applicant_is_told_and_nobody_else():
    case, filled = world.a_case()
    stranger, _other = world.a_person("孙八", serial=51)
    second = Account.objects.create(username="second")
    parties.let_act(account=second, applicant=filled.applicant, capacity=Capacity.SELF, at=MONDAY)
    telling.tell(case=case, kind="received", seq=2, at=MONDAY)
    assert inbox.unread(filled.account) == inbox.unread(second) == 1
    assert inbox.unread(stranger) == 0


def test_without_channels_there_is_the_inbox_alone():
    _case, _filled = corrected()
    assert Notice.objects.count() == 3
    assert not Sending.objects.exists()


def test_channels_are_owed_what_each_person_wants(all_ways):
    case, filled = world.a_case()
    telling.tell(case=case, kind="received", seq=2, at=MONDAY)
    assert owed() == ["webhook"], "nothing goes to a number that is not proved"
    Notice.objects.all().delete()
    proved(filled.account)
    telling.tell(case=case, kind="received", seq=2, at=MONDAY)
    assert owed() == ["sms", "webhook"]
    wishes = inbox.Wishes(by_sms=False, by_mail=True, mail="li@mail.test", is_quiet_at_night=True)
    inbox.keep_wishes(account=filled.account, wishes=wishes)
    for shown in (["webhook"], ["mail", "webhook"]):
        Notice.objects.all().delete()
        telling.tell(case=case, kind="received", seq=2, at=MONDAY)
        assert owed() == shown
        if len(shown) == 1:
            proved(filled.account, "li@mail.test", telling.Channel.MAIL)


def owed():
    return sorted(Sending.objects.values_list("channel", flat=True))


def test_another_system_hears_of_an_occasion_once_however_many_are_told(all_ways):
    case, filled = world.a_case()
    second = Account.objects.create(username="second")
    parties.let_act(account=second, applicant=filled.applicant, capacity=Capacity.SELF, at=MONDAY)
    proved(filled.account)
    proved(second)
    telling.tell(case=case, kind="received", seq=2, at=MONDAY)
    assert owed() == ["sms", "sms", "webhook"]


def test_somebody_without_an_account_is_told_at_the_number_he_left(all_ways):
    case, filled = world.a_case()
    filled.account.acting.all().delete()
    telling.tell(case=case, kind="received", seq=2, at=MONDAY)
    (notice,) = Notice.objects.all()
    assert notice.account is None
    assert telling.address(notice, case, telling.Channel.SMS) == "13900000002"
    telling.tell(case=case, kind="received", seq=2, at=MONDAY)
    assert Notice.objects.count() == 1


def test_nothing_personal_is_kept_with_a_notice():
    _case, filled = corrected()
    for row in Notice.objects.values():
        said = str(row)
        for secret in (filled.applicant.name, filled.applicant.number, filled.applicant.phone):
            assert secret not in said


def test_reading_one_and_reading_all():
    case, filled = corrected()
    first, *rest = inbox.notices_of(filled.account)
    later = MONDAY + timedelta(hours=1)
    inbox.read_one(account=filled.account, notice_id=first.pk, at=later)
    assert inbox.unread(filled.account) == len(rest) == 2
    telling.tell(case=case, kind="decided", seq=99, at=later)
    assert inbox.read_all(account=filled.account, before=MONDAY, at=later) == 2
    assert inbox.unread(filled.account) == 1
    first.refresh_from_db()
    assert first.read_at == later


def test_a_notice_of_somebody_else_does_not_exist():
    _case, filled = corrected()
    stranger, _other = world.a_person("孙八", serial=51)
    notice = inbox.notices_of(filled.account).first()
    with pytest.raises(inbox.NotFound):
        inbox.read_one(account=stranger, notice_id=notice.pk, at=MONDAY)


@pytest.mark.parametrize(
    "mail", ["", "li", "li@", "@mail.test", "li@mail test", "a" * 400 + "@b.cn"]
)
def test_a_mail_address_that_is_none_is_refused_in_words(mail):
    account, _applicant = world.a_person()
    wishes = inbox.Wishes(by_sms=True, by_mail=True, mail=mail, is_quiet_at_night=True)
    with pytest.raises(inbox.FieldsRefused) as refused:
        inbox.keep_wishes(account=account, wishes=wishes)
    assert set(refused.value.errors) == {"mail"}
    assert not Preference.objects.exists()


def test_an_address_lies_sealed():
    account, _applicant = world.a_person()
    wishes = inbox.Wishes(by_sms=True, by_mail=True, mail="li@mail.test", is_quiet_at_night=True)
    row = inbox.keep_wishes(account=account, wishes=wishes)
    row.refresh_from_db()
    assert b"mail.test" not in bytes(row.mail_sealed)
    assert row.mail == "li@mail.test"
    assert proving.masked("mail", row.mail) == "l***@mail.test"
