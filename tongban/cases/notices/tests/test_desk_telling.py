"""What officers are told at their desk: the right one, once, as she wants it, and nothing personal."""

from datetime import timedelta

import pytest

from tongban.basics.refusals import NotFound
from tongban.cases import news
from tongban.cases.models import Case
from tongban.cases.news import News
from tongban.cases.notices import desk_inbox, desk_wording
from tongban.cases.notices.models import DeskNotice
from tongban.cases.operations import (
    alarming,
    assigning,
    claims,
    countersigning,
    drafts,
    expiring,
    requests,
    review,
)
from tongban.cases.operations.requests import Wish
from tongban.cases.operations.window import Fault
from tongban.cases.tests import world
from tongban.cases.tests.world import CHANGCHUN, JILIN_CITY, MONDAY
from tongban.parties import absences
from tongban.parties.models import Role

pytestmark = pytest.mark.django_db
FAULT = Fault("owner-consent", "没有写到房号", "写到房号，例如12号3单元501")


def pending():
    case, filled = world.a_case()
    officer = world.a_decider()
    world.handed_over(case, world.a_clerk())
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    return Case.objects.get(pk=case.pk), filled, officer


def kinds(officer) -> list[str]:
    return [one.kind for one in desk_inbox.in_words(desk_inbox.notices_of(officer))]


def asked_to_mend():
    case, filled, officer = pending()
    review.ask_correction(number=case.number, officer=officer, faults=[FAULT], note="", at=MONDAY)
    return case, filled, officer


def test_whoever_asked_for_a_correction_hears_that_it_was_answered():
    case, filled, officer = asked_to_mend()
    colleague = world.a_decider(name="陈三")
    draft = drafts.take_up(number=case.number, account=filled.account, at=MONDAY)
    drafts.submit_draft(draft_id=draft.pk, account=filled.account, at=MONDAY)
    assert kinds(officer) == [desk_wording.BACK]
    assert kinds(colleague) == []


def test_a_lapse_is_told_once_to_whoever_asked():
    _case, _filled, officer = asked_to_mend()
    last = MONDAY.replace(day=30)
    for days in range(3):
        expiring.act_on_expired(at=last + timedelta(days=days))
    assert kinds(officer) == [desk_wording.LAPSED]


def test_a_withdrawal_is_told_to_both_offices():
    case, filled, officer = pending()
    requests.withdraw(number=case.number, account=filled.account, reason="不迁了", at=MONDAY)
    clerk = world.Officer.objects.get(name="赵六")
    assert kinds(officer) == kinds(clerk) == [desk_wording.WITHDRAWN]


def test_a_wish_for_a_signature_goes_to_the_leaders_and_its_answer_to_who_asked():
    case, _filled, officer = pending()
    review.accept_case(number=case.number, officer=officer, at=MONDAY)
    leader = world.an_officer(officer.authority, Role.LEADER, name="周负责")
    elsewhere = world.an_officer(
        world.places.competent_authority("gongan", CHANGCHUN), Role.LEADER, name="别处"
    )
    asked = countersigning.ask_countersignature(
        number=case.number, officer=officer, act="extend", reason="复杂", terms={"days": 3},
        at=MONDAY,
    )  # fmt: skip
    assert kinds(leader) == [news.TO_SIGN]
    assert kinds(elsewhere) == []
    countersigning.countersign(pk=asked.pk, leader=leader, at=MONDAY)
    assert kinds(officer) == [news.SETTLED]


def test_a_request_goes_to_whoever_has_the_case_and_a_case_to_whom_it_was_given():
    case, filled, officer = pending()
    requests.ask_as_applicant(
        number=case.number, account=filled.account, wish=Wish("urge", "急用"), at=MONDAY
    )
    colleague = world.a_decider(name="陈三")
    assigning.hand_on(
        number=case.number, having=officer, to=colleague, by=officer, note="", at=MONDAY
    )
    assert kinds(officer) == [news.ASKED]
    assert kinds(colleague) == [news.GIVEN]


def test_lights_go_to_the_officer_and_what_nobody_sees_to_goes_to_the_leader():
    case, _filled, officer = pending()
    review.accept_case(number=case.number, officer=officer, at=MONDAY)
    leader = world.an_officer(officer.authority, Role.LEADER, name="周负责")
    case.refresh_from_db()
    last = MONDAY + (case.due_on - MONDAY.date())
    for days in (0, 1, 9):
        expiring.act_on_expired(at=last + timedelta(days=days))
        alarming.escalate_due(at=last + timedelta(days=days))
    assert kinds(officer) == [desk_wording.RED, desk_wording.AMBER]
    assert kinds(leader) == [desk_wording.ESCALATED]


def test_what_is_not_wanted_is_not_told_and_what_nobody_else_saw_to_always_is():
    case, _filled, officer = pending()
    desk_inbox.want(officer=officer, groups=["signing"])
    assert "signing" not in desk_inbox.wish_of(officer).unwanted
    for kind in (desk_wording.AMBER, desk_wording.ESCALATED, news.TO_SIGN):
        news.tell(News(kind, officer, "1", MONDAY, case.number))
    assert set(kinds(officer)) == {desk_wording.ESCALATED, news.TO_SIGN}


def test_a_substitute_is_told_too():
    case, _filled, officer = pending()
    substitute = world.a_decider(name="陈三")
    absences.enter(
        officer=officer, from_on=MONDAY.date(), until_on=MONDAY.date(), substitute=substitute,
        by=world.an_officer(officer.authority, Role.LEADER, name="周负责"), at=MONDAY,
    )  # fmt: skip
    news.tell(News(news.ASKED, officer, "1", MONDAY, case.number))
    assert kinds(officer) == kinds(substitute) == [news.ASKED]


def test_reading_is_ones_own_and_ends_with_the_office():
    case, _filled, officer = pending()
    news.tell(News(news.ASKED, officer, "1", MONDAY, case.number))
    row = DeskNotice.objects.get()
    with pytest.raises(NotFound):
        desk_inbox.read_one(officer=world.a_decider(name="陈三"), notice_id=row.pk, at=MONDAY)
    assert desk_inbox.unread(officer) == 1
    desk_inbox.read_one(officer=officer, notice_id=row.pk, at=MONDAY)
    assert desk_inbox.unread(officer) == 0

    officer.authority = world.places.competent_authority("minzheng", JILIN_CITY)
    officer.save()
    assert kinds(officer) == []


def test_marking_all_leaves_what_came_after_the_page_was_made():
    case, _filled, officer = pending()
    news.tell(News(news.ASKED, officer, "1", MONDAY, case.number))
    news.tell(News(news.ASKED, officer, "2", MONDAY + timedelta(hours=1), case.number))
    assert desk_inbox.read_all(officer=officer, before=MONDAY, at=MONDAY) == 1
    assert desk_inbox.unread(officer) == 1


def test_no_words_name_a_person_and_every_kind_has_its_words():
    told = {*desk_wording.GROUP_OF, desk_wording.ESCALATED}
    assert told == set(desk_wording.WORDINGS)
    for wording in desk_wording.WORDINGS.values():
        assert str(wording.text) % {"item": "事项", "tail": "1234"}


def test_a_notice_keeps_nothing_but_numbers():
    case, filled, officer = asked_to_mend()
    draft = drafts.take_up(number=case.number, account=filled.account, at=MONDAY)
    drafts.submit_draft(draft_id=draft.pk, account=filled.account, at=MONDAY)
    (row,) = DeskNotice.objects.filter(officer=officer).values("kind", "number", "ref")
    assert row["number"] == case.number
    assert row["ref"].isdigit()
