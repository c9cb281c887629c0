"""An agent files and sees what the scope allows, while it stands, and nothing else."""

import io
from datetime import date, timedelta

import pytest
import time_machine

from tongban.basics.refusals import NotAllowed, NotFound
from tongban.cases import access, queries
from tongban.cases.models import Case
from tongban.cases.notices import inbox, telling
from tongban.cases.notices.tests.conftest import proved
from tongban.cases.operations import claims, drafts, requests, window
from tongban.cases.operations.window import Fault
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.parties.mandates import operations as mandates
from tongban.parties.mandates.models import Consent

pytestmark = pytest.mark.django_db
UNTIL = date(2026, 12, 31)
AFTER = MONDAY + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock():
    """Mandates are judged by the clock, so these tests have one that stands just after Monday."""
    with time_machine.travel(AFTER, tick=False):
        yield


def a_mandate(items=(world.MOVE_TO_SPOUSE,), serials=(1, 2)):
    giver, principal = world.a_person("张三", serial=serials[0])
    agent, _me = world.a_person("李四", serial=serials[1])
    mandate = mandates.give(
        account=giver, principal=principal, agent_name="李四",
        agent_number=world.identity_number(serials[1]), items=list(items), until_on=UNTIL,
        words="我同意由李四替我办理。", at=MONDAY,
    )  # fmt: skip
    mandates.accept(account=agent, mandate_id=mandate.pk, at=MONDAY)
    return giver, principal, agent, mandate


def a_draft(agent, principal, item=world.MOVE_TO_SPOUSE, at=AFTER):
    draft = drafts.start_draft(
        account=agent, applicant=principal, item=item, mode=Mode.RECEIVED_FOR,
        places=drafts.Places(world.CHAOYANG, world.CHAOYANG, world.JILIN_CITY), at=at,
    )  # fmt: skip
    filled = world.move_answers()
    version = queries.catalogue.version(draft.item, draft.item_version)
    for step in version.steps:
        mine = {field.key: filled[field.key] for field in step.fields if field.key in filled}
        drafts.save_step(draft_id=draft.pk, account=agent, step=step.key, answers=mine, at=at)
    for material in drafts.forms.materials(version, filled):
        if material.is_required:
            drafts.attach_paper(
                draft_id=draft.pk, account=agent, spec=material.spec, source=io.BytesIO(world.PNG),
                name="证明.png", size=len(world.PNG), at=at,
            )  # fmt: skip
    return draft


def filed():
    giver, principal, agent, mandate = a_mandate()
    draft = a_draft(agent, principal)
    taken = drafts.submit_draft(draft_id=draft.pk, account=agent, at=AFTER)
    return giver, principal, agent, mandate, Case.objects.get(pk=taken.number)


def numbers(account):
    return [case.number for case in queries.cases_of(account)]


def test_the_record_names_the_agent_beside_the_applicant():
    _giver, principal, _agent, mandate, case = filed()
    said = queries.particulars(case)["applicant"]
    assert (said["name"], said["id_number"]) == (principal.name, principal.number)
    assert said["agent_name"] == "李四"
    assert said["agent_id_number"] == world.identity_number(2)
    assert (said["agent_as"], said["agent_mandate"]) == ("agent", str(mandate.pk))


def test_what_one_files_for_oneself_names_no_agent():
    case, _filled = world.a_case()
    assert not [key for key in queries.particulars(case)["applicant"] if "agent" in key]


def test_both_follow_what_the_agent_filed():
    giver, _principal, agent, _mandate, case = filed()
    assert numbers(giver) == numbers(agent) == [case.number]
    assert queries.case_of(agent, case.number) == case


def test_the_agent_sees_nothing_that_the_principal_filed_himself():
    giver, principal, agent, _mandate = a_mandate()
    draft = a_draft(giver, principal)
    taken = drafts.submit_draft(draft_id=draft.pk, account=giver, at=AFTER)
    assert numbers(agent) == []
    with pytest.raises(NotFound):
        queries.case_of(agent, taken.number)


def test_beyond_the_scope_an_agent_begins_nothing():
    _giver, principal, agent, _mandate = a_mandate(items=[world.MEDICAL])
    with pytest.raises(NotAllowed):
        a_draft(agent, principal)


def test_a_stranger_begins_nothing_for_anybody():
    _giver, principal, _agent, _mandate = a_mandate()
    stranger, _other = world.a_person("孙八", serial=51)
    with pytest.raises(NotAllowed):
        a_draft(stranger, principal)


def unread(account, case):
    """How many notices of a case wait for somebody; those about mandates themselves aside."""
    return inbox.notices_of(account).filter(read_at=None, number=case.number).count()


@pytest.mark.parametrize("ending", ["ended", "lapsed"])
def test_after_the_end_an_agent_sees_nothing_of_it(ending):
    giver, principal, agent, mandate, case = filed()
    half = a_draft(agent, principal)
    telling.tell(case=case, kind="received", seq=2, at=AFTER)
    assert unread(agent, case) == 1
    with time_machine.travel(_over(ending, giver, mandate), tick=False):
        assert numbers(agent) == []
        assert list(queries.drafts_of(agent)) == []
        assert unread(agent, case) == 0
        assert access.applicants_for(agent, world.MOVE_TO_SPOUSE) != [principal]
        for look in (
            lambda: queries.case_of(agent, case.number),
            lambda: queries.lock_case_of(agent, case.number),
            lambda: drafts.draft_of(agent, half.pk),
            lambda: drafts.submit_draft(draft_id=half.pk, account=agent, at=AFTER),
            lambda: drafts.take_up(number=case.number, account=agent, at=AFTER),
            lambda: requests.withdraw(number=case.number, account=agent, reason="不办了", at=AFTER),
        ):
            with pytest.raises(NotFound):
                look()
        # What was done before stays done, and stays the principal's.
        assert numbers(giver) == [case.number]


def _over(ending, giver, mandate):
    if ending == "ended":
        mandates.end(account=giver, mandate_id=mandate.pk, at=AFTER)
        return AFTER
    return AFTER.replace(year=2027, month=1, day=1)


def test_a_new_mandate_does_not_bring_back_what_was_filed_by_an_old_one():
    giver, principal, agent, mandate, _case = filed()
    mandates.end(account=giver, mandate_id=mandate.pk, at=AFTER)
    later = AFTER + timedelta(hours=1)
    with time_machine.travel(later, tick=False):
        again = mandates.give(
            account=giver, principal=principal, agent_name="李四",
            agent_number=world.identity_number(2), items=[], until_on=UNTIL, words="同意", at=later,
        )  # fmt: skip
        mandates.accept(account=agent, mandate_id=again.pk, at=later)
        assert numbers(agent) == []


def test_an_agent_of_two_keeps_them_apart():
    _giver, _one, agent, _mandate, case = filed()
    giver, other = world.a_person("王小明", serial=31)
    second = mandates.give(
        account=giver, principal=other, agent_name="李四", agent_number=world.identity_number(2),
        items=[], until_on=UNTIL, words="同意", at=MONDAY,
    )  # fmt: skip
    mandates.accept(account=agent, mandate_id=second.pk, at=MONDAY)
    mandates.end(account=agent, mandate_id=_mandate.pk, at=AFTER)
    assert case.number not in numbers(agent)
    a_draft(agent, other)


def test_the_agent_is_told_and_mends_what_comes_back():
    giver, _principal, agent, _mandate, case = filed()
    clerk = world.a_clerk()
    claims.claim_case(number=case.number, officer=clerk, at=AFTER)
    fault = Fault("owner-consent", "没有写到房号", "请房主写到房号，重新签名")
    window.return_for_form(number=case.number, officer=clerk, faults=[fault], note="", at=AFTER)
    assert unread(agent, case) == unread(giver, case) == 1
    draft = drafts.take_up(number=case.number, account=agent, at=AFTER)
    assert draft.applicant.match == case.applicant_match
    drafts.submit_draft(draft_id=draft.pk, account=agent, at=AFTER)
    case.refresh_from_db()
    assert case.state == "submitted"
    assert queries.particulars(case)["applicant"]["agent_name"] == "李四"


def test_the_agent_is_rung_up_at_his_own_number():
    giver, _principal, agent, _mandate, case = filed()
    proved(agent, "13900000077")
    proved(giver)
    me = access.parties.applicants_of(agent)[0]
    world.parties.keep_applicant(
        kind="person", name=me.name, number=me.number, division_code=me.division_code,
        phone="13900000077", at=AFTER,
    )  # fmt: skip
    told = telling.tell(case=case, kind="received", seq=2, at=AFTER)
    phones = {one.account: telling.address(one, case, telling.Channel.SMS) for one in told}
    assert phones[agent] == "13900000077"
    assert set(phones.values()) == {"13900000077", "13900000002"}


def test_a_window_files_for_somebody_who_is_there_and_the_record_says_how_he_agreed():
    clerk = world.a_clerk()
    mandate = mandates.help_at_window(
        officer=clerk, name="周奶奶", number=world.identity_number(9), phone="13900000009",
        item=world.MOVE_TO_SPOUSE, words="读给本人听的话。", consent=Consent.SPOKEN, at=MONDAY,
    )  # fmt: skip
    draft = a_draft(clerk.account, mandate.principal)
    taken = drafts.submit_draft(draft_id=draft.pk, account=clerk.account, at=AFTER)
    case = Case.objects.get(pk=taken.number)
    said = queries.particulars(case)["applicant"]
    assert (said["name"], said["agent_as"], said["agent_consent"]) == ("周奶奶", "window", "spoken")
    assert said["agent_name"] == clerk.name
    assert said["agent_authority"] == clerk.authority.code
    # She has no account; the news goes to the number she left.
    assert access.accounts_of(case) == []
    with time_machine.travel(AFTER + timedelta(days=1), tick=False):
        assert numbers(clerk.account) == []
