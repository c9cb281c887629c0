"""Clocks that ran out: each thing happens once, late, twice, and with two workers at once."""

import threading
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection

from tongban.basics import calendar
from tongban.basics.tests.races import at_once
from tongban.cases import alarms, clocks_of_cases, queries
from tongban.cases.clocks import rules
from tongban.cases.models import Alarm, Case
from tongban.cases.operations import claims, expiring, moving, review
from tongban.cases.operations.expiring import Done
from tongban.cases.states import State
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.record import queries as recorded
from tongban.record.models import Entry

# Five working days after Monday 16 November.
LAST_DAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
DAY_AFTER = LAST_DAY + timedelta(days=1)


def a_pending_case() -> Case:
    case, _ = world.a_case()
    return world.handed_over(case, world.a_clerk())


@pytest.mark.django_db
class TestOnce:
    """Each thing happens once, whenever the worker comes."""

    def test_silence_past_the_legal_days_is_acceptance_from_the_day_of_arrival(self):
        case = a_pending_case()
        assert expiring.act_on_expired(at=LAST_DAY).deemed == 0
        assert expiring.act_on_expired(at=DAY_AFTER + timedelta(days=3)).deemed == 1
        assert expiring.act_on_expired(at=DAY_AFTER + timedelta(days=4)).deemed == 0

        case.refresh_from_db()
        assert (case.state, case.is_deemed) == (State.UNDER_REVIEW, True)
        assert case.accepted_at == case.arrived_at == MONDAY
        # The decision limit has run since the papers came, and the ledger says why.
        decide = case.limits["decide"]
        assert case.due_on == calendar.add_working_days(date(2026, 11, 16), decide)
        told = clocks_of_cases.ledger(case.number, at=DAY_AFTER + timedelta(days=4))
        assert told.due_on == case.due_on
        assert rules.DEEMED in told.running.reckoning.rules
        event = recorded.events(case.number)[-1]
        assert (event.kind, event.author.role, event.author.officer) == (
            "deem_accepted", "system", "",
        )  # fmt: skip

    def test_an_officer_decides_a_case_that_was_deemed_accepted(self):
        case = a_pending_case()
        expiring.act_on_expired(at=DAY_AFTER)
        officer = world.a_decider()
        claims.claim_case(number=case.number, officer=officer, at=DAY_AFTER)

        done = review.approve(number=case.number, officer=officer, note="", at=DAY_AFTER)
        assert done.state == State.APPROVED

    def test_a_case_that_is_not_overdue_is_left_alone_even_when_named(self):
        case = a_pending_case()

        assert not expiring.deem_accepted(number=case.number, at=LAST_DAY)
        assert Entry.objects.filter(kind="deem_accepted").count() == 0

    def test_a_case_with_the_applicant_is_never_deemed_accepted(self):
        case = a_pending_case()
        officer = world.a_decider()
        claims.claim_case(number=case.number, officer=officer, at=MONDAY)
        review.ask_correction(
            number=case.number, officer=officer, note="", at=MONDAY,
            faults=[review.Fault("home", "看不清", "重拍")],
        )  # fmt: skip

        later = DAY_AFTER + timedelta(days=60)
        assert expiring.act_on_expired(at=later).deemed == 0
        assert not expiring.deem_accepted(number=case.number, at=later)

    def test_amber_and_red_are_told_once_each_and_red_goes_to_the_leaders_office(self):
        case = a_pending_case()
        officer = world.a_decider()
        claims.claim_case(number=case.number, officer=officer, at=MONDAY)
        review.accept_case(number=case.number, officer=officer, at=MONDAY)
        case.refresh_from_db()
        due = datetime(case.due_on.year, case.due_on.month, case.due_on.day, 4, tzinfo=UTC)
        heard = []
        expiring._LISTENERS.append(lambda case, alarm: heard.append((case.number, alarm.light)))
        try:
            looks = [
                expiring.act_on_expired(at=at)
                for at in (
                    MONDAY,
                    due,
                    due,
                    due + timedelta(days=3),
                    due + timedelta(days=4),
                )
            ]
        finally:
            expiring._LISTENERS.pop()

        assert looks == [Done(), Done(reminded=1), Done(), Done(escalated=1), Done()]
        assert heard == [(case.number, "amber"), (case.number, "red")]
        (red,) = alarms.alarms_of(officer)
        assert (red.clock, red.due_on) == ("decide", case.due_on)

    def test_after_long_downtime_only_the_red_is_told(self):
        a_pending_case()
        at = DAY_AFTER + timedelta(days=120)

        assert expiring.act_on_expired(at=at) == Done(deemed=1, escalated=1)
        assert expiring.act_on_expired(at=at) == Done()

    def test_the_applicant_is_reminded_of_a_notice_that_nears_its_day(self):
        case = a_pending_case()
        officer = world.a_decider()
        claims.claim_case(number=case.number, officer=officer, at=MONDAY)
        review.ask_correction(
            number=case.number, officer=officer, note="", at=MONDAY,
            faults=[review.Fault("home", "看不清", "重拍")],
        )  # fmt: skip

        assert expiring.act_on_expired(at=datetime(2026, 11, 27, 4, tzinfo=UTC)) == Done(reminded=1)
        alarm = Alarm.objects.get()
        assert (alarm.clock, alarm.holder, alarm.authority) == ("correction", "applicant", "")

    def test_one_case_that_fails_holds_up_no_other(self, monkeypatch):
        clerk = world.a_clerk()
        first, second = (world.a_case(serial=serial)[0] for serial in (1, 2))
        for case in (first, second):
            world.handed_over(case, clerk)
        make = moving.make_move

        def fails(case, *args, **kwargs):
            if case.number == first.number:
                raise RuntimeError("a bug")
            return make(case, *args, **kwargs)

        monkeypatch.setattr(moving, "make_move", fails)
        done = expiring._each(expiring._overdue_acceptances(DAY_AFTER.date()),
                              expiring.deem_accepted, DAY_AFTER)  # fmt: skip
        assert done == [True]
        assert Case.objects.get(pk=second.pk).is_deemed


@pytest.fixture
def meeting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both workers come this far before either writes, unless a lock keeps one of them out."""
    barrier = threading.Barrier(2)
    make = moving.make_move

    def met(*args: object, **kwargs: object) -> object:
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=3)
        return make(*args, **kwargs)

    monkeypatch.setattr(moving, "make_move", met)


def two_workers() -> tuple[list[Exception | None], list[bool]]:
    case = a_pending_case()
    said: list[bool] = []

    def work() -> None:
        said.append(expiring.deem_accepted(number=case.number, at=DAY_AFTER))

    return at_once(work, work), sorted(said)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("country", "meeting")
class TestAtOnce:
    """Two workers at once."""

    def test_two_workers_accept_a_case_once_and_neither_stumbles(self):
        raised, said = two_workers()

        assert raised == [None, None]
        assert said == [False, True]
        assert Entry.objects.filter(kind="deem_accepted").count() == 1

    def test_without_the_lock_one_of_them_runs_into_the_record(self, monkeypatch):
        monkeypatch.setattr(queries, "lock_case", lambda number: Case.objects.get(pk=number))
        raised, _ = two_workers()

        assert sum(error is not None for error in raised) == 1

    def test_two_workers_tell_of_a_red_light_once(self):
        case = a_pending_case()
        Case.objects.filter(pk=case.pk).update(claimed_by=None)
        at = DAY_AFTER + timedelta(days=120)
        expiring.deem_accepted(number=case.number, at=at)
        lights: list[str] = []

        def work() -> None:
            lights.append(expiring._ring(number=case.number, at=at))
            connection.close()

        assert at_once(work, work) == [None, None]
        assert sorted(lights) == ["", "red"]
        assert sorted(Alarm.objects.values_list("light", flat=True)) == ["deemed", "red"]
