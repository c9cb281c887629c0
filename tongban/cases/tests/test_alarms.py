"""Alarms of an office: seen by it alone, acknowledged once with words, or handed to its leader."""

import threading
from contextlib import suppress
from datetime import datetime, time, timedelta

import pytest
from django.db import connection

from tongban.basics.hours import BEIJING
from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.basics.tests.races import at_once
from tongban.cases import alarms
from tongban.cases.alarms import Asked
from tongban.cases.models import Alarm, Case
from tongban.cases.operations import alarming, claims, expiring, review
from tongban.cases.operations.alarming import AcknowledgedByAnother
from tongban.cases.tests import world
from tongban.cases.tests.world import CHANGCHUN, MONDAY

in_database = pytest.mark.django_db


def reviewed(serial: int = 1):
    case, _ = world.a_case(serial=serial)
    officer = world.a_decider(name=f"王{serial}")
    world.handed_over(case, world.a_clerk(name=f"赵{serial}"))
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    review.accept_case(number=case.number, officer=officer, at=MONDAY)
    return Case.objects.get(pk=case.pk), officer


def red():
    case, officer = reviewed()
    at = last_day(case) + timedelta(days=1)
    assert expiring.act_on_expired(at=last_day(case)).reminded == 1
    assert expiring.act_on_expired(at=at).escalated == 1
    return case, officer, at


def last_day(case: Case) -> datetime:
    return datetime.combine(case.due_on, time(9), BEIJING)


@in_database
class TestSeen:
    """Which alarms an office is shown."""

    def test_amber_gives_way_to_red_and_is_not_shown_beside_it(self):
        _case, officer, _at = red()
        assert Alarm.objects.filter(light="red").count() == 1
        assert [row.light for row in alarms.alarms_of(officer)] == ["red"]

    def test_another_office_sees_none(self):
        red()
        assert not alarms.alarms_of(world.a_decider(CHANGCHUN, name="别处")).exists()

    def test_what_was_done_meanwhile_presses_no_more(self):
        case, officer, at = red()
        review.approve(number=case.number, officer=officer, note="", at=at)
        assert not alarms.alarms_of(officer).exists()
        assert alarms.alarms_of(officer, Asked(stand=alarms.ALL)).count() == 1

    def test_silence_that_counts_as_acceptance_is_an_alarm_of_its_own(self):
        case, _ = world.a_case()
        world.handed_over(case, world.a_clerk())
        expiring.act_on_expired(at=MONDAY + timedelta(days=10))
        officer = world.a_decider()
        (found,) = alarms.alarms_of(officer, Asked(kind=alarms.DEEMED))
        assert (found.case_id, found.clock, found.authority) == (
            case.number, "accept", case.decider_authority,
        )  # fmt: skip
        assert alarms.counts(officer)["deemed"] == 1


@in_database
class TestAcknowledged:
    """By a person, with words, once."""

    def test_it_says_who_and_what_and_twice_changes_nothing(self):
        _case, officer, at = red()
        (row,) = alarms.alarms_of(officer)
        done = alarming.acknowledge(alarm_id=row.pk, officer=officer, note="今天作决定", at=at)
        again = alarming.acknowledge(alarm_id=row.pk, officer=officer, note="别的话", at=at)
        assert (alarms.note(done), alarms.note(again)) == ("今天作决定", "今天作决定")
        assert "今天".encode() not in bytes(done.note)
        assert not alarms.alarms_of(officer).exists()

    def test_a_colleague_after_it_is_told_who_did(self):
        _case, officer, at = red()
        (row,) = alarms.alarms_of(officer)
        alarming.acknowledge(alarm_id=row.pk, officer=officer, note="今天作决定", at=at)
        with pytest.raises(AcknowledgedByAnother, match=officer.name):
            alarming.acknowledge(
                alarm_id=row.pk, officer=world.a_decider(name="陈三"), note="我来", at=at
            )

    def test_without_words_or_from_elsewhere_it_is_refused(self):
        _case, officer, at = red()
        (row,) = alarms.alarms_of(officer)
        for words in ("  ", "长" * 301):
            with pytest.raises(FieldsRefused):
                alarming.acknowledge(alarm_id=row.pk, officer=officer, note=words, at=at)
        stranger = world.a_decider(CHANGCHUN, name="别处")
        with pytest.raises(NotFound):
            alarming.acknowledge(alarm_id=row.pk, officer=stranger, note="我来", at=at)


@in_database
class TestEscalated:
    """What nobody acknowledged by the end of the next working day goes to the leader, once."""

    def test_after_a_whole_working_day_and_also_after_downtime(self):
        _case, officer, at = red()
        heard: list[int] = []
        alarming._LISTENERS.append(lambda alarm: heard.append(alarm.pk))
        try:
            looks = [alarming.escalate_due(at=at + timedelta(days=days)) for days in (0, 1, 9, 10)]
        finally:
            alarming._LISTENERS.pop()
        assert looks == [0, 0, 1, 0]
        assert len(heard) == 1
        assert alarms.counts(officer)["escalated"] == 1

    def test_what_was_acknowledged_or_done_stays_with_the_officer(self):
        case, officer, at = red()
        review.approve(number=case.number, officer=officer, note="", at=at)
        assert alarming.escalate_due(at=at + timedelta(days=9)) == 0

    def test_amber_never_goes_to_the_leader(self):
        case, _officer = reviewed()
        at = last_day(case)
        assert expiring.act_on_expired(at=at).reminded == 1
        assert alarming.escalate_due(at=at) == 0
        assert not alarms.to_escalate((at + timedelta(days=60)).date())


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("country")
def test_two_workers_hand_it_to_the_leader_once():
    _case, _officer, at = red()
    met, told = threading.Barrier(2), []

    def meet(alarm: Alarm) -> None:
        """Both come this far at once, unless the lock keeps one of them out."""
        told.append(alarm.pk)
        with suppress(threading.BrokenBarrierError):
            met.wait(timeout=1)

    def work() -> None:
        alarming.escalate_due(at=at + timedelta(days=9))
        connection.close()

    alarming._LISTENERS.append(meet)
    try:
        assert at_once(work, work) == [None, None]
    finally:
        alarming._LISTENERS.remove(meet)
    assert len(told) == 1
