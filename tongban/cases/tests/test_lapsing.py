"""A correction that nobody answered: it lapses once, after a reminder, and the office goes on."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from django.db import connection

from tongban.basics.refusals import FieldsRefused
from tongban.basics.tests.races import at_once
from tongban.cases import states
from tongban.cases.documents import shelf
from tongban.cases.judging import NotInTable
from tongban.cases.models import Case
from tongban.cases.notices import inbox
from tongban.cases.operations import (
    claims,
    countersigning,
    course,
    drafts,
    expiring,
    lapsing,
    moving,
    review,
)
from tongban.cases.operations.countersigning import CountersignatureNeeded
from tongban.cases.operations.lapsing import MayNotTerminate
from tongban.cases.operations.window import Fault
from tongban.cases.permissions import MoveNotPossible
from tongban.cases.states import Party, State
from tongban.cases.tests import world
from tongban.cases.tests.world import JILIN_CITY, MONDAY
from tongban.jurisdictions import corrections
from tongban.jurisdictions.corrections import CorrectionRuleRefused
from tongban.parties.models import Role
from tongban.record import queries as recorded
from tongban.record.models import Entry

FAULT = Fault("owner-consent", "没有写到房号", "写到房号，例如12号3单元501")
# Asked on Monday 16 November 2026, ten working days: Monday the 30th is the last.
LAST = MONDAY.replace(day=30)
DAY_AFTER = LAST + timedelta(days=1)
in_database = pytest.mark.django_db


def asked():
    case, filled = world.a_case()
    officer = world.a_decider()
    world.handed_over(case, world.a_clerk())
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    review.ask_correction(number=case.number, officer=officer, faults=[FAULT], note="", at=MONDAY)
    return Case.objects.get(pk=case.pk), filled, officer


def lapsed():
    case, filled, officer = asked()
    expiring.act_on_expired(at=LAST)
    assert expiring.act_on_expired(at=DAY_AFTER).lapsed == 1
    claims.claim_case(number=case.number, officer=officer, at=DAY_AFTER)
    return Case.objects.get(pk=case.pk), filled, officer


def signed_for(case, officer, days):
    leader = world.an_officer(officer.authority, Role.LEADER, name="周负责")
    asked_for = countersigning.ask_countersignature(
        number=case.number, officer=officer, act="give_more_time", reason="老人住院",
        terms={"days": days}, at=DAY_AFTER,
    )  # fmt: skip
    countersigning.countersign(pk=asked_for.pk, leader=leader, at=DAY_AFTER)


@in_database
class TestLapsing:
    """When it lapses, and what the case is then."""

    def test_the_day_after_the_last_one_it_is_back_with_the_office_and_everybody_is_told(self):
        case, filled, _officer = lapsed()
        event = recorded.events(case.number)[-1]
        assert (event.kind, event.author.role) == ("lapse_correction", "system")
        assert (case.state, case.holder) == (State.LAPSED, Party.DECIDER)
        # Five working days to end it or give more time: a default, and the office's own clock.
        assert case.due_on == (DAY_AFTER + timedelta(days=7)).date()
        told = inbox.in_words(inbox.notices_of(filled.account))[0]
        assert "转回" in told.text

    def test_it_lapses_once(self):
        case, _filled, _officer = lapsed()
        for days in range(4):
            assert expiring.act_on_expired(at=DAY_AFTER + timedelta(days=days)).lapsed == 0
        assert not lapsing.lapse(number=case.number, at=DAY_AFTER)

    def test_on_the_last_day_itself_nothing_lapses(self):
        case, _filled, _officer = asked()
        assert expiring.act_on_expired(at=LAST).lapsed == 0
        assert not lapsing.lapse(number=case.number, at=LAST)

    def test_a_node_that_was_down_reminds_first_and_waits_for_a_day(self):
        asked()
        late = DAY_AFTER + timedelta(days=3)
        first = expiring.act_on_expired(at=late)
        again = expiring.act_on_expired(at=late + timedelta(hours=2))
        assert (first.reminded, first.lapsed, again.lapsed) == (1, 0, 0)
        assert expiring.act_on_expired(at=late + timedelta(days=1)).lapsed == 1

    def test_whoever_answered_on_the_last_day_loses_nothing(self):
        case, filled, _officer = asked()
        expiring.act_on_expired(at=LAST)
        draft = drafts.take_up(number=case.number, account=filled.account, at=LAST)
        drafts.submit_draft(draft_id=draft.pk, account=filled.account, at=LAST)
        assert expiring.act_on_expired(at=DAY_AFTER).lapsed == 0
        case.refresh_from_db()
        assert case.state == State.PENDING

    def test_who_answers_after_it_lapsed_is_told_so_and_loses_no_paper(self):
        case, filled, _officer = asked()
        draft = drafts.take_up(number=case.number, account=filled.account, at=LAST)
        expiring.act_on_expired(at=LAST)
        expiring.act_on_expired(at=DAY_AFTER)
        with pytest.raises(MoveNotPossible):
            drafts.submit_draft(draft_id=draft.pk, account=filled.account, at=DAY_AFTER)
        assert drafts.draft_of(filled.account, draft.pk).papers.exists()

    def test_a_lapsed_case_is_never_deemed_accepted(self):
        lapsed()
        assert expiring.act_on_expired(at=DAY_AFTER + timedelta(days=90)).deemed == 0

    def test_no_node_may_let_a_correction_lapse_before_its_day(self):
        case, _filled, _officer = asked()
        with pytest.raises(NotInTable):
            moving.make_move(case, states.LAPSE_CORRECTION, by=moving.system_author(), at=LAST)
        with pytest.raises(NotInTable):
            moving.make_move(
                case, states.LAPSE_CORRECTION, by=moving.applicant_author(), at=DAY_AFTER
            )


@in_database
class TestTheOfficeGoesOn:
    """Ending it, giving a second date, or taking it on with papers that came late."""

    def test_it_may_be_ended_with_that_ground(self):
        case, _filled, officer = lapsed()
        done = course.terminate(
            number=case.number, officer=officer, ground="没有收到补正材料", basis="本地办法",
            at=DAY_AFTER,
        )  # fmt: skip
        assert done.state == State.TERMINATED

    def test_a_place_may_set_that_silence_ends_nothing(self):
        case, _filled, officer = lapsed()
        corrections.set_rule(
            place=JILIN_CITY, days=10, may_terminate=False, basis="示例办法第3条", at=MONDAY
        )
        with pytest.raises(MayNotTerminate, match="示例办法第3条"):
            course.terminate(
                number=case.number, officer=officer, ground="无", basis="无", at=DAY_AFTER
            )

    def test_a_second_date_wants_the_leaders_signature_for_just_so_many_days(self):
        case, _filled, officer = lapsed()
        said = {"number": case.number, "officer": officer, "reason": "老人住院", "at": DAY_AFTER}
        with pytest.raises(CountersignatureNeeded):
            lapsing.give_more_time(days=5, **said)
        signed_for(case, officer, 5)
        with pytest.raises(CountersignatureNeeded):
            lapsing.give_more_time(days=6, **said)
        with pytest.raises(FieldsRefused):
            lapsing.give_more_time(days=31, **said)

        done = lapsing.give_more_time(days=5, **said)
        assert (done.state, done.holder) == (State.CORRECTION, Party.APPLICANT)
        assert done.due_on == (DAY_AFTER + timedelta(days=7)).date()
        assert done.corrections == 1

    def test_the_second_date_names_all_that_was_asked_before_and_is_chased_again(self):
        case, filled, officer = lapsed()
        signed_for(case, officer, 5)
        lapsing.give_more_time(
            number=case.number, officer=officer, days=5, reason="老人住院", at=DAY_AFTER
        )
        assert lapsing.notice(case)["faults"][0]["problem"] == FAULT.problem
        assert shelf.documents_of(case)[0].title == "补正告知书"
        draft = drafts.take_up(number=case.number, account=filled.account, at=DAY_AFTER)
        assert draft.papers.exists()

        again = DAY_AFTER + timedelta(days=7)
        assert expiring.act_on_expired(at=again).reminded == 1
        assert expiring.act_on_expired(at=again + timedelta(days=1)).lapsed == 1

    def test_with_papers_that_came_late_it_is_taken_on(self):
        case, _filled, officer = lapsed()
        done = review.accept_case(number=case.number, officer=officer, at=DAY_AFTER)
        assert (done.state, done.accepted_at) == (State.UNDER_REVIEW, DAY_AFTER)


@in_database
class TestTheRuleOfAPlace:
    """How long an applicant has is the place's own, its city's, its province's, or the default."""

    def test_without_one_the_default_holds_and_says_so(self):
        assert corrections.of("350102").is_default
        corrections.set_rule(
            place="350100", days=15, may_terminate=True, basis="示例办法", at=MONDAY
        )
        found = corrections.of("350102")
        assert (found.days, found.basis, found.is_default) == (15, "示例办法", False)

    def test_a_notice_gives_the_days_of_its_place(self):
        corrections.set_rule(
            place=JILIN_CITY, days=15, may_terminate=True, basis="示例办法", at=MONDAY
        )
        case, _filled, _officer = asked()
        assert case.due_on == (MONDAY + timedelta(days=21)).date()

    @pytest.mark.parametrize(
        "said", [{"basis": " "}, {"place": "999999"}, {"days": 0}, {"days": 366}]
    )
    def test_a_rule_without_a_source_or_sense_is_not_taken(self, said):
        rule = {"place": JILIN_CITY, "days": 5, "may_terminate": True, "basis": "示例"} | said
        with pytest.raises(CorrectionRuleRefused):
            corrections.set_rule(at=MONDAY, **rule)
        assert corrections.of(JILIN_CITY).is_default


@pytest.fixture
def meeting(monkeypatch):
    """Both workers come this far before either writes, unless a lock keeps one of them out."""
    barrier = threading.Barrier(2)
    make = moving.make_move

    def met(*args, **kwargs):
        if args[1] is states.LAPSE_CORRECTION:
            with suppress(threading.BrokenBarrierError):
                barrier.wait(timeout=2)
        return make(*args, **kwargs)

    monkeypatch.setattr(moving, "make_move", met)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("country")
def test_two_workers_let_it_lapse_once(meeting):
    case, _filled, _officer = asked()
    expiring.act_on_expired(at=LAST)
    done: list[bool] = []

    def work() -> None:
        done.append(lapsing.lapse(number=case.number, at=DAY_AFTER))
        connection.close()

    assert at_once(work, work) == [None, None]
    assert sorted(done) == [False, True]
    assert Entry.objects.filter(kind="lapse_correction").count() == 1
