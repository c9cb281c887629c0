"""Names of appointments go some time after their day, once, and nothing else of them does."""

import threading
from datetime import datetime, time, timedelta

import pytest
from django.db import connection, transaction

from tongban.basics.hours import BEIJING
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.counters import forgetting, queries
from tongban.counters.models import Appointment
from tongban.counters.tests.scene import TUESDAY, booked

LAST_DAY = datetime.combine(TUESDAY, time(9), BEIJING) + timedelta(days=forgetting.DAYS)
DAY_AFTER = LAST_DAY + timedelta(days=1)


@pytest.fixture
def made(db):
    account, _applicant = world.a_person()
    return booked(account)


def test_a_name_is_kept_for_thirty_days_and_then_forgotten_once(made):
    assert forgetting.forget_due(at=LAST_DAY) == 0
    assert [forgetting.forget_due(at=DAY_AFTER) for _ in range(2)] == [1, 0]
    kept = Appointment.objects.get(pk=made.pk)
    assert kept.who == ("", "")
    assert (kept.slot, kept.item, kept.state) == (made.slot, made.item, made.state)
    assert queries.taken(kept.slot) == 1


def test_a_node_may_keep_them_for_another_time(made, settings):
    settings.APPOINTMENT_NAMES_DAYS = 3
    assert forgetting.forget_due(at=MONDAY + timedelta(days=4)) == 0
    assert forgetting.forget_due(at=MONDAY + timedelta(days=5)) == 1


def test_however_many_there_are_all_of_them_go(made, monkeypatch):
    monkeypatch.setattr(forgetting, "BATCH", 2)
    rows = [
        Appointment(
            slot=made.slot, home="22", item=made.item, deciding_place=made.deciding_place,
            who_sealed=made.who_sealed, made_at=MONDAY, changed_at=MONDAY,
        )
        for _ in range(4)
    ]  # fmt: skip
    Appointment.objects.bulk_create(rows)
    assert forgetting.forget_due(at=DAY_AFTER) == 5


@pytest.mark.django_db(transaction=True)
def test_what_another_worker_has_in_hand_is_left_to_it(country):
    del country  # for a test that commits
    account, _applicant = world.a_person()
    booked(account)
    held, ended = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            list(Appointment.objects.select_for_update())
            held.set()
            ended.wait(60)
        connection.close()

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(60)
    try:
        assert forgetting.forget_due(at=DAY_AFTER) == 0
    finally:
        ended.set()
        other.join()
    assert forgetting.forget_due(at=DAY_AFTER) == 1
