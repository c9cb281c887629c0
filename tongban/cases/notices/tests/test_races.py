"""Two workers at once: the lease and the row lock keep one message from going out twice."""

import threading

import pytest
from django.db import connection, transaction

from tongban.basics.tests.races import at_once
from tongban.cases.models import Case
from tongban.cases.notices import channels, sending, telling
from tongban.cases.notices.models import Notice, Sending
from tongban.cases.notices.tests.conftest import proved
from tongban.cases.operations import expiring
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("country")]


def told() -> None:
    case, filled = world.a_case()
    proved(filled.account)
    telling.tell(case=case, kind="received", seq=2, at=MONDAY)


def in_a_thread(work) -> list[object]:
    results: list[object] = []

    def run() -> None:
        try:
            results.append(work())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    return results


def test_while_one_worker_sends_the_other_finds_nothing(sms_only, monkeypatch):
    """Without the lease the second worker would send what the first has in hand."""
    told()
    sent, others = [], []

    def slow(channel, *, to, title, text):
        sent.append(to)
        if len(sent) == 1:
            # Nothing is written down yet: this is when the other worker comes round.
            others.extend(in_a_thread(lambda: sending.send_due(at=MONDAY)))

    monkeypatch.setattr(channels, "send", slow)
    assert sending.send_due(at=MONDAY) == 1
    assert (sent, others) == (["13900000002"], [0])


def test_while_one_worker_takes_a_message_the_other_passes_it_over(sms_only):
    """Without the row lock the second would take it, too: the first has not committed its lease."""
    told()
    with transaction.atomic():
        assert len(sending.claim(at=MONDAY)) == 1
        assert in_a_thread(lambda: len(sending.claim(at=MONDAY))) == [0]
    assert Sending.objects.get().attempts == 1


def test_two_who_tell_the_same_at_once_write_one_notice_and_owe_one_message(sms_only):
    case, filled = world.a_case()
    proved(filled.account)

    def tell() -> None:
        telling.tell(case=Case.objects.get(pk=case.pk), kind="received", seq=2, at=MONDAY)

    assert at_once(tell, tell, tell) == [None, None, None]
    assert (Notice.objects.count(), Sending.objects.count()) == (1, 1)


def test_two_workers_remind_once(sms_only):
    from tongban.cases.notices.tests.test_reminding import LATE, corrected

    corrected()
    Notice.objects.all().delete()

    def remind() -> None:
        expiring.act_on_expired(at=LATE)

    assert at_once(remind, remind) == [None, None]
    assert Notice.objects.filter(kind="correction_due").count() == 1
