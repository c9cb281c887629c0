"""A reminder before a correction's last day: once, in time, also after a day of downtime."""

from datetime import timedelta

import pytest

from tongban.cases.models import Case
from tongban.cases.notices import inbox, reminding
from tongban.cases.notices.models import Notice
from tongban.cases.operations import claims, drafts, review
from tongban.cases.operations.window import Fault
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY

FAULT = Fault("owner-consent", "没有写到房号", "请房主写到房号，重新签名")
# Asked on Monday 16 November 2026; ten working days end on Monday the 30th, two before it is
# Thursday the 26th.
DUE, EARLY, LATE = "2026-11-30", MONDAY.replace(day=25), MONDAY.replace(day=26)
in_database = pytest.mark.django_db


def corrected():
    case, filled = world.a_case()
    decider = world.a_decider()
    world.handed_over(case, world.a_clerk())
    claims.claim_case(number=case.number, officer=decider, at=MONDAY)
    review.ask_correction(number=case.number, officer=decider, faults=[FAULT], note="", at=MONDAY)
    return Case.objects.get(pk=case.pk), filled


def reminders():
    return list(Notice.objects.filter(kind=reminding.KIND))


@in_database
def test_a_reminder_comes_two_working_days_before_the_last_and_names_it():
    _case, filled = corrected()
    assert reminding.remind(at=EARLY) == 0
    assert reminding.remind(at=LATE) == 1
    told = inbox.in_words(inbox.notices_of(filled.account))[0]
    assert "2026年11月30日" in told.text
    assert told.asks


@in_database
def test_it_comes_once():
    corrected()
    assert reminding.remind(at=LATE) == 1
    assert reminding.remind(at=LATE + timedelta(days=1)) == 0
    assert [one.facts for one in reminders()] == [{"due": DUE}]


@in_database
def test_after_days_of_downtime_it_still_comes():
    corrected()
    assert reminding.remind(at=MONDAY + timedelta(days=20)) == 1


@in_database
def test_who_has_answered_is_not_reminded():
    case, filled = corrected()
    draft = drafts.take_up(number=case.number, account=filled.account, at=MONDAY)
    drafts.submit_draft(draft_id=draft.pk, account=filled.account, at=MONDAY)
    assert reminding.remind(at=LATE) == 0


@in_database
def test_only_the_applicants_node_reminds():
    case, _filled = corrected()
    Case.objects.filter(pk=case.pk).update(applicant_node="35")
    assert reminding.remind(at=LATE) == 0
