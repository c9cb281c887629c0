"""Who in an office works on a case: leaders, colleagues, substitutes, and two of them at once."""

import threading
from contextlib import suppress
from datetime import date, timedelta

import pytest

from tongban.basics.refusals import FieldsRefused, NotAllowed, NotFound, Refused
from tongban.basics.tests.races import at_once
from tongban.cases import queries
from tongban.cases.models import Case, Handover
from tongban.cases.operations import assigning, claims, window
from tongban.cases.operations.assigning import Away, ClaimChanged, NotOfThisOffice
from tongban.cases.operations.claims import NotInHand
from tongban.cases.permissions import ClaimedByAnother
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.parties import absences
from tongban.parties.models import Absence, Officer, Role

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 16)


class Office:
    """One window: its leader, two clerks, and somebody elsewhere."""

    def __init__(self) -> None:
        self.zhao = world.a_clerk()
        self.sun = world.an_officer(self.zhao.authority, Role.RECEIVER, name="孙八")
        self.head = world.an_officer(self.zhao.authority, Role.LEADER, name="周一")
        self.stranger = world.a_clerk("220203", name="郑七")
        self.case, _ = world.a_case()

    def assign(self, to: Officer, by: Officer | None = None) -> Case:
        return assigning.assign(number=self.case.number, to=to, by=by or self.head, at=MONDAY)

    def hand_on(self, having: Officer, to: Officer, by: Officer, note: str = "") -> Case:
        return assigning.hand_on(
            number=self.case.number, having=having, to=to, by=by, note=note, at=MONDAY
        )

    def away(self, who: Officer, substitute: Officer | None = None, days: int = 0) -> Absence:
        return absences.enter(
            officer=who, from_on=TODAY, until_on=TODAY + timedelta(days=days),
            substitute=substitute, by=self.head, at=MONDAY,
        )  # fmt: skip


@pytest.fixture
def office():
    return Office()


def test_a_leader_gives_a_case_out_and_giving_it_twice_changes_nothing(office):
    assert office.assign(office.sun).claimed_by == office.sun
    assert office.assign(office.sun).claimed_at == MONDAY
    assert not Handover.objects.exists()


def test_only_the_leader_of_the_same_office_gives_cases_out(office):
    for by in (office.zhao, office.stranger):
        with pytest.raises(NotAllowed):
            office.assign(office.sun, by)
    elsewhere = world.an_officer(office.stranger.authority, Role.LEADER, name="吴二")
    with pytest.raises(NotAllowed):
        office.assign(office.sun, elsewhere)
    office.case.refresh_from_db()
    assert office.case.claimed_by is None


def test_a_case_goes_only_to_those_who_may_act_on_it(office):
    for to in (office.stranger, office.head, world.a_decider()):
        with pytest.raises(NotOfThisOffice):
            office.assign(to)
    office.away(office.sun)
    with pytest.raises(Away):
        office.assign(office.sun)


def test_what_somebody_has_is_not_given_out_but_handed_on(office):
    office.assign(office.zhao)
    with pytest.raises(ClaimedByAnother):
        office.assign(office.sun)
    office.hand_on(office.zhao, office.sun, office.zhao, "房主电话打过了")
    case = Case.objects.get(pk=office.case.pk)
    assert case.claimed_by == office.sun
    last = assigning.last_word(case)
    assert last
    row, said = last
    assert (row.was_with, row.by, said) == (office.zhao, office.zhao, "房主电话打过了")
    assert "房主".encode() not in bytes(row.note)
    window.receive_case(
        number=case.number, officer=office.sun, identity="in_person", at=MONDAY
    )  # the new one acts


def test_a_colleague_takes_nothing_from_another_and_an_old_page_does_nothing(office):
    office.assign(office.zhao)
    with pytest.raises(NotAllowed):
        office.hand_on(office.zhao, office.sun, office.sun)
    office.hand_on(office.zhao, office.sun, office.head)
    with pytest.raises(ClaimChanged):
        office.hand_on(office.zhao, office.sun, office.head)
    with pytest.raises(ClaimChanged):
        assigning.take_back(number=office.case.number, having=office.zhao, by=office.head)
    assert Handover.objects.count() == 1


def test_a_leader_takes_a_case_back_into_the_queue(office):
    office.assign(office.zhao)
    with pytest.raises(NotAllowed):
        assigning.take_back(number=office.case.number, having=office.zhao, by=office.sun)
    assigning.take_back(number=office.case.number, having=office.zhao, by=office.head)
    assert Case.objects.get(pk=office.case.pk).claimed_by is None


def test_what_has_left_the_office_is_no_longer_given_to_anybody(office):
    world.handed_over(office.case, office.zhao)
    with pytest.raises(NotInHand):
        office.assign(office.sun)


def test_a_substitute_takes_over_what_the_absent_one_has_and_nobody_else_does(office):
    other = world.an_officer(office.zhao.authority, Role.RECEIVER, name="冯三")
    office.assign(office.zhao)
    office.away(office.zhao, office.sun)
    with pytest.raises(ClaimedByAnother):
        claims.claim_case(number=office.case.number, officer=other, at=MONDAY)
    with pytest.raises(ClaimedByAnother):
        claims.claim_case(
            number=office.case.number, officer=office.sun, at=MONDAY + timedelta(days=1)
        )
    taken = claims.claim_case(number=office.case.number, officer=office.sun, at=MONDAY)
    assert taken.claimed_by == office.sun


@pytest.mark.parametrize(
    ("from_on", "until_on", "field"),
    [
        (TODAY, TODAY - timedelta(days=1), "until_on"),
        (TODAY - timedelta(days=9), TODAY - timedelta(days=1), "until_on"),
        (TODAY, TODAY + timedelta(days=366), "until_on"),
        (TODAY + timedelta(days=3), TODAY + timedelta(days=9), "from_on"),
    ],
)
def test_days_that_cannot_be_are_refused_at_their_field(office, from_on, until_on, field):
    office.away(office.zhao, days=3)
    with pytest.raises(FieldsRefused) as refusal:
        absences.enter(
            officer=office.zhao, from_on=from_on, until_on=until_on, substitute=None,
            by=office.head, at=MONDAY,
        )  # fmt: skip
    assert list(refusal.value.errors) == [field]
    assert Absence.objects.count() == 1


def test_a_substitute_is_a_colleague_with_the_same_work_who_is_there(office):
    office.away(office.sun)
    unfit = [office.zhao, office.sun, office.stranger, office.head]
    for one in unfit:
        with pytest.raises(FieldsRefused) as refusal:
            office.away(office.zhao, one)
        assert list(refusal.value.errors) == ["substitute"]


def test_only_the_leader_enters_and_cancels_absences_of_her_own_office(office):
    row = office.away(office.zhao)
    with pytest.raises(NotAllowed):
        absences.cancel(absence_id=row.pk, by=office.sun)
    elsewhere = world.an_officer(office.stranger.authority, Role.LEADER, name="吴二")
    with pytest.raises(NotAllowed):
        absences.cancel(absence_id=row.pk, by=elsewhere)
    with pytest.raises(NotFound):
        absences.officer_here(office.zhao.pk, elsewhere)
    absences.cancel(absence_id=row.pk, by=office.head)
    absences.cancel(absence_id=row.pk, by=office.head)
    assert not absences.is_away(office.zhao, MONDAY)


@pytest.fixture
def meeting(monkeypatch):
    """Both leaders come this far before either gives, unless a lock keeps one of them out."""
    barrier = threading.Barrier(2)
    give = assigning._give

    def met(*args):
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=1)
        give(*args)

    monkeypatch.setattr(assigning, "_give", met)


def two_assign() -> tuple[list[Exception | None], Case]:
    office = Office()
    raised = at_once(lambda: office.assign(office.zhao), lambda: office.assign(office.sun))
    return raised, Case.objects.get(pk=office.case.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("country", "meeting")
def test_of_two_assignments_at_once_one_holds_and_the_other_is_told_whose_it_is():
    raised, case = two_assign()
    assert raised.count(None) == 1
    (refusal,) = (error for error in raised if error)
    assert isinstance(refusal, ClaimedByAnother)
    assert case.claimed_by is not None
    assert case.claimed_by.name in refusal.message


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("country", "meeting")
def test_without_the_lock_both_leaders_would_believe_that_theirs_holds(monkeypatch):
    monkeypatch.setattr(
        queries,
        "lock_case",
        lambda number: Case.objects.select_related("claimed_by").get(pk=number),
    )
    raised, _case = two_assign()
    assert not any(isinstance(error, Refused) for error in raised)
