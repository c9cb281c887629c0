"""What is owed goes out by day, once, and again after a failure."""

from datetime import timedelta

import pytest

from tongban.basics.refusals import NotFound
from tongban.cases.notices import inbox, sending, telling
from tongban.cases.notices.models import Fate, Notice, Sending
from tongban.cases.notices.tests.conftest import proved
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY

pytestmark = pytest.mark.django_db
NIGHT = MONDAY + timedelta(hours=13)  # 22:12 in Beijing
MORNING = MONDAY.replace(day=17, hour=0, minute=0)


def told(at=MONDAY, kind="received"):
    case, filled = world.a_case()
    proved(filled.account)
    telling.tell(case=case, kind=kind, seq=2, at=at)
    return case, filled


def test_an_sms_says_that_there_is_news_and_nothing_of_whose_and_what(sms_only, gateway):
    case, filled = told(kind="not_accepted")
    assert sending.send_due(at=MONDAY) == 1
    ((channel, to, title, text),) = gateway.taken
    assert (channel, to, title) == ("sms", "13900000002", "")
    secrets = [
        filled.applicant.name,
        filled.applicant.number,
        "张三",
        "户口",
        "夫妻",
        "公安",
        "受理",
    ]
    assert not [one for one in secrets if one in text]
    assert case.number[-4:] in text
    assert case.number not in text


def test_what_was_sent_is_not_sent_again(sms_only, gateway):
    told()
    assert sending.send_due(at=MONDAY) == 1
    assert sending.send_due(at=MONDAY + timedelta(days=1)) == 0
    assert len(gateway.taken) == 1
    assert Sending.objects.get().fate == Fate.SENT


def test_nobody_is_disturbed_at_night(sms_only, gateway):
    told(at=NIGHT)
    assert sending.send_due(at=NIGHT) == 0
    assert sending.send_due(at=MORNING - timedelta(seconds=1)) == 0
    assert sending.send_due(at=MORNING) == 1


def test_what_fell_behind_into_the_night_waits_for_the_morning(sms_only, gateway):
    told(at=MONDAY)
    assert sending.send_due(at=NIGHT) == 0
    assert Sending.objects.get().attempts == 0
    assert sending.send_due(at=MORNING) == 1


def test_who_does_not_mind_is_told_at_night(sms_only, gateway):
    _case, filled = told(at=NIGHT)
    wishes = inbox.Wishes(by_sms=True, by_mail=False, mail="", is_quiet_at_night=False)
    inbox.keep_wishes(account=filled.account, wishes=wishes)
    Notice.objects.all().delete()
    telling.tell(case=_case, kind="received", seq=2, at=NIGHT)
    assert sending.send_due(at=NIGHT) == 1


def test_other_systems_know_no_night(all_ways, gateway):
    case, _filled = told(at=NIGHT)
    assert sending.send_due(at=NIGHT) == 1
    ((channel, to, _title, text),) = gateway.taken
    assert (channel, to) == ("webhook", "")
    assert case.number in text


def test_what_was_read_meanwhile_is_not_sent(sms_only, gateway):
    _case, filled = told(at=NIGHT)
    inbox.read_all(account=filled.account, before=NIGHT, at=NIGHT)
    assert sending.send_due(at=MORNING) == 0
    assert gateway.taken == []
    assert Sending.objects.get().fate == Fate.DROPPED


def test_what_is_not_wanted_any_more_is_not_sent(sms_only, gateway):
    _case, filled = told(at=NIGHT)
    wishes = inbox.Wishes(by_sms=False, by_mail=False, mail="", is_quiet_at_night=True)
    inbox.keep_wishes(account=filled.account, wishes=wishes)
    assert sending.send_due(at=MORNING) == 0
    assert Sending.objects.get().fate == Fate.DROPPED


def test_a_failure_is_tried_again_at_growing_distances_and_then_given_up(sms_only, gateway):
    told()
    gateway.broken = "对方没有接收"
    at, tries = MONDAY, 0
    while (row := Sending.objects.get()).fate == Fate.WAITING:
        assert tries <= len(sending.WAITS)
        at = max(row.next_at, at)
        sending.send_due(at=at)
        tries = Sending.objects.get().attempts or tries
    assert tries == row.attempts == len(sending.WAITS) + 1
    assert (row.fate, row.trouble) == (Fate.FAILED, "对方没有接收")
    assert at - MONDAY >= sum(sending.WAITS, timedelta())
    assert [one.pk for one in sending.sendings(fate="failed")] == [row.pk]
    assert sending.health(at=at).failed == 1


def test_a_failure_is_not_tried_before_its_time(sms_only, gateway):
    told()
    gateway.broken = "对方没有接收"
    sending.send_due(at=MONDAY)
    sending.send_due(at=MONDAY + timedelta(seconds=59))
    assert Sending.objects.get().attempts == 1
    sending.send_due(at=MONDAY + timedelta(seconds=60))
    assert Sending.objects.get().attempts == 2


def test_what_failed_is_sent_when_somebody_tries_again(sms_only, gateway):
    told()
    Sending.objects.update(fate=Fate.FAILED, ended_at=MONDAY, attempts=6, trouble="坏了")
    row = sending.retry(sending_id=Sending.objects.get().pk, at=MONDAY)
    assert sending.send_due(at=MONDAY) == 1
    row.refresh_from_db()
    assert (row.fate, row.attempts, row.trouble) == (Fate.SENT, 1, "")
    sending.retry(sending_id=row.pk, at=MONDAY)
    assert sending.retry_all(at=MONDAY) == 0
    assert sending.send_due(at=MONDAY) == 0
    with pytest.raises(NotFound):
        sending.retry(sending_id=10**9, at=MONDAY)


def test_what_a_dead_worker_held_is_sent_when_its_lease_is_over(sms_only, gateway):
    told()
    assert len(sending.claim(at=MONDAY)) == 1
    assert sending.send_due(at=MONDAY + sending.LEASE - timedelta(seconds=1)) == 0
    assert sending.send_due(at=MONDAY + sending.LEASE) == 1


def test_a_worker_that_took_too_long_does_not_write_over_the_one_after_it(sms_only, gateway):
    told()
    (slow,) = sending.claim(at=MONDAY)
    later = MONDAY + sending.LEASE
    assert sending.send_due(at=later) == 1
    sending._failed(slow, "太慢", at=later)
    assert Sending.objects.get().fate == Fate.SENT


def test_what_should_have_gone_shows_as_late(sms_only, gateway):
    told()
    assert sending.health(at=MONDAY).late == 0
    health = sending.health(at=MONDAY + sending.LATE_AFTER + timedelta(seconds=1))
    assert (health.waiting, health.late, health.failed) == (1, 1, 0)
