"""Reminders of a correction's last day: before it and on it, once each, also after downtime."""

from datetime import timedelta

import pytest

from tongban.cases.models import Case
from tongban.cases.notices import inbox, reminding
from tongban.cases.notices.models import Notice
from tongban.cases.operations import claims, drafts, expiring, review
from tongban.cases.operations.window import Fault
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY

FAULT = Fault("owner-consent", "没有写到房号", "请房主写到房号，重新签名")
# Asked on Monday 16 November 2026; ten working days end on Monday the 30th, two before it is
# Thursday the 26th.
DUE, EARLY, LATE = "2026-11-30", MONDAY.replace(day=25), MONDAY.replace(day=26)
LAST = MONDAY.replace(day=30)
in_database = pytest.mark.django_db


def corrected():
    case, filled = world.a_case()
    decider = world.a_decider()
    world.handed_over(case, world.a_clerk())
    claims.claim_case(number=case.number, officer=decider, at=MONDAY)
    review.ask_correction(number=case.number, officer=decider, faults=[FAULT], note="", at=MONDAY)
    return Case.objects.get(pk=case.pk), filled


def reminders():
    kinds = reminding.KINDS.values()
    return list(Notice.objects.filter(kind__in=kinds).order_by("at").values_list("kind", "facts"))


@in_database
def test_one_reminder_comes_two_working_days_before_and_one_on_the_last_day():
    _case, filled = corrected()
    for at in (EARLY, LATE, LATE + timedelta(days=1), LAST, LAST + timedelta(hours=3)):
        expiring.act_on_expired(at=at)

    assert reminders() == [("correction_due", {"due": DUE}), ("correction_last", {"due": DUE})]
    for told in inbox.in_words(inbox.notices_of(filled.account))[:2]:
        assert "2026年11月30日" in told.text
        assert told.asks


@in_database
def test_before_that_nobody_is_reminded():
    corrected()
    assert expiring.act_on_expired(at=EARLY).reminded == 0
    assert reminders() == []


@in_database
def test_after_days_of_downtime_the_last_one_still_comes_and_no_other():
    corrected()
    expiring.act_on_expired(at=MONDAY + timedelta(days=20))
    assert [kind for kind, _facts in reminders()] == ["correction_last"]


@in_database
def test_who_has_answered_is_not_reminded():
    case, filled = corrected()
    draft = drafts.take_up(number=case.number, account=filled.account, at=MONDAY)
    drafts.submit_draft(draft_id=draft.pk, account=filled.account, at=MONDAY)
    expiring.act_on_expired(at=LATE)
    assert reminders() == []


@in_database
def test_only_the_applicants_node_reminds():
    case, _filled = corrected()
    Case.objects.filter(pk=case.pk).update(applicant_node="35")
    expiring.act_on_expired(at=LATE)
    assert reminders() == []
