"""What may happen to a case beside its straight way: each act, its refusals, and what it leaves."""

import uuid
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tongban.basics import calendar
from tongban.basics.refusals import FieldsRefused, NotFound
from tongban.cases import clocks_of_cases, permissions, rules, standing, states
from tongban.cases.models import Case, Countersignature
from tongban.cases.operations import (
    claims,
    countersigning,
    course,
    deciding,
    moving,
    review,
    window,
)
from tongban.cases.operations.countersigning import CountersignatureNeeded, OwnSignature
from tongban.cases.operations.review import AskedOnce
from tongban.cases.operations.window import Fault
from tongban.cases.permissions import (
    MoveNotPossible,
    NotAsProposed,
    NotImpartial,
    NotPutBefore,
    TwoPeopleDecide,
)
from tongban.cases.states import State
from tongban.cases.tests import world
from tongban.cases.tests.world import MONDAY
from tongban.parties.absences import NotLeader
from tongban.parties.models import Acting, Capacity, Officer, Role
from tongban.record import queries as recorded
from tongban.record.models import Entry

pytestmark = pytest.mark.django_db


def days_later(days: int) -> datetime:
    return MONDAY + timedelta(days=days)


@pytest.fixture
def officer() -> Officer:
    return world.a_decider()


@pytest.fixture
def leader(officer) -> Officer:
    return world.an_officer(officer.authority, Role.LEADER, name="周负责")


@pytest.fixture
def pending(officer) -> Case:
    case, _ = world.a_case()
    world.handed_over(case, world.a_clerk())
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    return case


@pytest.fixture
def reviewed(pending, officer) -> Case:
    return review.accept_case(number=pending.number, officer=officer, at=MONDAY)


def act(operation, case, officer, *, at=MONDAY, **said) -> Case:
    done: Case = operation(number=case.number, officer=officer, at=at, **said)
    return done


def signed(case, officer, leader, what, **terms) -> Countersignature:
    asked = countersigning.ask_countersignature(
        number=case.number, officer=officer, act=what, reason="情况复杂", at=MONDAY, terms=terms
    )
    return countersigning.countersign(pk=asked.pk, leader=leader, at=MONDAY)


def closed(case, officer) -> Case:
    act(review.approve, case, officer, note="")
    act(review.issue_result, case, officer)
    act(review.deliver, case, officer)
    clerk = Officer.objects.get(name="赵六")
    claims.claim_case(number=case.number, officer=clerk, at=MONDAY)
    window.close_at_window(number=case.number, officer=clerk, taken_by="李四", at=MONDAY)
    return Case.objects.get(pk=case.pk)


def test_a_special_procedure_stops_the_decision_limit_and_tells_its_own_length(reviewed, officer):
    due = reviewed.due_on
    begun = act(
        course.begin_special, reviewed, officer, kind="hearing", days=5, reason="有人要求听证",
        at=days_later(2),
    )  # fmt: skip

    assert (begun.state, begun.due_on) == (State.SPECIAL, date(2026, 11, 25))
    assert begun.procedure["kind"] == "hearing"
    told = recorded.part(recorded.events(begun.number)[-1].sealed)
    assert told["reason"] == "有人要求听证"
    ended = act(course.end_special, reviewed, officer, outcome="听证完成", at=days_later(9))
    # Wednesday to Wednesday: five working days did not count.
    assert ended.state == State.UNDER_REVIEW
    assert ended.due_on == calendar.add_working_days(due, 5)
    assert ended.procedure == {}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "party", "days": 5, "reason": "好"}, "kind"),
        ({"kind": "hearing", "days": 0, "reason": "好"}, "days"),
        ({"kind": "hearing", "days": 366, "reason": "好"}, "days"),
        ({"kind": "hearing", "days": 5, "reason": " "}, "reason"),
    ],
)
def test_a_special_procedure_is_refused_where_something_is_not_told(reviewed, officer, said, field):
    with pytest.raises(FieldsRefused) as refused:
        act(course.begin_special, reviewed, officer, **said)
    assert set(refused.value.errors) == {field}
    assert Case.objects.get(pk=reviewed.pk).state == State.UNDER_REVIEW


def test_a_suspended_case_has_no_due_day_until_it_goes_on(reviewed, officer):
    due = reviewed.due_on
    assert act(course.suspend, reviewed, officer, ground="等法院", at=days_later(1)).due_on is None
    with pytest.raises(MoveNotPossible):
        act(review.approve, reviewed, officer, note="")
    resumed = act(course.resume, reviewed, officer, note="", at=days_later(3))
    assert resumed.due_on == calendar.add_working_days(due, 2)
    with pytest.raises(MoveNotPossible):
        act(course.resume, reviewed, officer, note="")


def test_more_time_is_given_once_with_a_signature_for_just_so_many_days(reviewed, officer, leader):
    due = reviewed.due_on
    with pytest.raises(CountersignatureNeeded):
        act(course.extend, reviewed, officer, days=10, reason="要核实")
    signed(reviewed, officer, leader, "extend", days=5)
    with pytest.raises(CountersignatureNeeded):
        act(course.extend, reviewed, officer, days=10, reason="要核实")
    extended = act(course.extend, reviewed, officer, days=5, reason="要核实")

    assert extended.due_on == calendar.add_working_days(due, 5)
    event = recorded.events(reviewed.number)[-1]
    assert event.content["days"] == 5
    assert event.content["countersigned_by"] == leader.pseudonym
    with pytest.raises(MoveNotPossible):
        act(course.extend, reviewed, officer, days=5, reason="要核实")


def test_an_extension_beyond_the_law_is_not_even_put_before_the_leader(reviewed, officer):
    with pytest.raises(FieldsRefused) as refused:
        countersigning.ask_countersignature(
            number=reviewed.number, officer=officer, act="extend", reason="忙",
            terms={"days": 11}, at=MONDAY,
        )  # fmt: skip
    assert refused.value.errors == {"days": ["写1到10个工作日"]}


def test_only_the_leader_of_the_deciding_office_signs_and_not_what_she_asked(reviewed, officer):
    asked = countersigning.ask_countersignature(
        number=reviewed.number, officer=officer, act="extend", reason="忙", terms={"days": 1},
        at=MONDAY,
    )  # fmt: skip
    with pytest.raises(NotLeader):
        countersigning.countersign(pk=asked.pk, leader=officer, at=MONDAY)
    elsewhere = world.a_decider(department="yibao", name="别处")
    elsewhere.roles = [Role.LEADER]
    elsewhere.save()
    with pytest.raises(NotFound):
        countersigning.countersign(pk=asked.pk, leader=elsewhere, at=MONDAY)
    officer.roles = [Role.DECIDER, Role.LEADER]
    officer.save()
    with pytest.raises(OwnSignature):
        countersigning.countersign(pk=asked.pk, leader=officer, at=MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Countersignature.objects.filter(pk=asked.pk).update(signed_by=officer)


def test_new_reasons_take_the_old_signature_away(reviewed, officer, leader):
    signed(reviewed, officer, leader, "extend", days=3)
    countersigning.ask_countersignature(
        number=reviewed.number, officer=officer, act="extend", reason="另一个理由",
        terms={"days": 3}, at=MONDAY,
    )  # fmt: skip

    with pytest.raises(CountersignatureNeeded) as refused:
        act(course.extend, reviewed, officer, days=3, reason="要核实")
    assert refused.value.facts()["asked"]
    assert [one.act for one in countersigning.waiting_for(leader)] == ["extend"]


def test_a_refused_signature_says_why_and_the_officer_may_ask_again(reviewed, officer, leader):
    asked = countersigning.ask_countersignature(
        number=reviewed.number, officer=officer, act="extend", reason="忙", terms={"days": 3},
        at=MONDAY,
    )  # fmt: skip
    with pytest.raises(FieldsRefused):
        countersigning.refuse_countersignature(pk=asked.pk, leader=leader, reason=" ", at=MONDAY)
    no = countersigning.refuse_countersignature(
        pk=asked.pk, leader=leader, reason="时间够用", at=MONDAY
    )
    assert countersigning.words(no) == ("忙", "时间够用")
    with pytest.raises(countersigning.AlreadySettled):
        countersigning.countersign(pk=asked.pk, leader=leader, at=MONDAY)
    signed(reviewed, officer, leader, "extend", days=3)
    assert act(course.extend, reviewed, officer, days=3, reason="要核实").extended == 3


FAULTS = [Fault("home", "看不清", "重拍")]


def test_a_second_notice_of_correction_wants_a_signature(pending, officer, leader):
    act(review.ask_correction, pending, officer, faults=FAULTS, note="")
    case = Case.objects.get(pk=pending.pk)
    _answer(case)
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    with pytest.raises(AskedOnce):
        act(review.ask_correction, case, officer, faults=FAULTS, note="")
    signed(case, officer, leader, "ask_correction")
    again = act(review.ask_correction, case, officer, faults=FAULTS, note="")

    assert (again.state, again.corrections) == (State.CORRECTION, 2)
    content = recorded.events(case.number)[-1].content
    assert content["countersigned_by"] == leader.pseudonym


def _answer(case: Case) -> None:
    moving.make_move(case, states.ANSWER_CORRECTION, by=moving.applicant_author(), at=MONDAY)


def test_a_case_that_cannot_be_decided_ends_with_ground_and_basis(reviewed, officer):
    with pytest.raises(FieldsRefused):
        act(course.terminate, reviewed, officer, ground="申请人已去世", basis="")
    ended = act(course.terminate, reviewed, officer, ground="申请人已去世", basis="示例规定第一条")

    assert (ended.state, ended.holder, ended.due_on) == (State.TERMINATED, "nobody", None)
    with pytest.raises(MoveNotPossible):
        act(review.approve, reviewed, officer, note="")


@pytest.fixture
def two_person(monkeypatch) -> None:
    """The item under test wants two people, as its version may say."""
    before = rules.route

    def route(*args, **kwargs):
        found = before(*args, **kwargs)
        return replace(found, version=replace(found.version, decision="two_person"))

    monkeypatch.setattr(rules, "route", route)


@pytest.mark.usefixtures("two_person")
def test_where_two_decide_one_proposes_and_another_decides_just_that(officer):
    case, _ = world.a_case()
    world.handed_over(case, world.a_clerk())
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    act(review.accept_case, case, officer)
    with pytest.raises(TwoPeopleDecide):
        act(review.approve, case, officer, note="")
    proposed = act(
        deciding.propose, case, officer, decision="approve", note="", ground="", basis=""
    )
    assert (proposed.state, proposed.claimed_by) == (State.PROPOSED, None)

    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    with pytest.raises(NotImpartial):
        act(review.approve, case, officer, note="")
    claims.release_case(number=case.number, officer=officer)
    second = world.a_decider(name="第二人")
    claims.claim_case(number=case.number, officer=second, at=MONDAY)
    with pytest.raises(NotAsProposed):
        act(review.deny, case, second, ground="甲", basis="乙")
    assert act(review.approve, case, second, note="").state == State.APPROVED
    assert Entry.objects.filter(kind__in=["approve", "deny"]).count() == 1


@pytest.mark.usefixtures("two_person")
def test_a_proposal_that_is_sent_back_is_nobodys_until_it_is_claimed(officer):
    case, _ = world.a_case()
    world.handed_over(case, world.a_clerk())
    claims.claim_case(number=case.number, officer=officer, at=MONDAY)
    due = act(review.accept_case, case, officer).due_on
    with pytest.raises(FieldsRefused):
        act(deciding.propose, case, officer, decision="deny", note="", ground="", basis="乙")
    act(deciding.propose, case, officer, decision="deny", note="", ground="甲", basis="乙")
    second = world.a_decider(name="第二人")
    claims.claim_case(number=case.number, officer=second, at=MONDAY)
    back = act(deciding.send_back_proposal, case, second, reason="理由不足")

    assert (back.state, back.proposal, back.claimed_by) == (State.UNDER_REVIEW, {}, None)
    assert back.due_on == due


def test_where_one_decides_nothing_is_proposed(reviewed, officer):
    with pytest.raises(NotPutBefore):
        act(deciding.propose, reviewed, officer, decision="approve", note="", ground="", basis="")


def test_who_received_a_case_or_applies_for_it_does_not_decide_it(reviewed, officer):
    reviewed.receivers = [officer.pseudonym]
    with pytest.raises(NotImpartial) as receiver:
        permissions.check_impartial(officer, reviewed)
    assert receiver.value.facts()["why"] == "receiver"
    applicant = Acting.objects.get(applicant__match=reviewed.applicant_match).applicant
    Acting.objects.update(account=officer.account, capacity=Capacity.SELF)
    assert applicant.match == reviewed.applicant_match
    with pytest.raises(NotImpartial) as own:
        act(review.approve, Case.objects.get(pk=reviewed.pk), officer, note="")
    assert own.value.facts()["why"] == "applicant"


def test_other_nodes_refuse_a_decision_by_the_receiver(reviewed, officer):
    held = replace(reviewed.standing(), receivers=[officer.pseudonym])
    act(review.approve, reviewed, officer, note="")
    with pytest.raises(standing.NotInTable, match="received"):
        standing.apply(held, recorded.events(reviewed.number)[-1])


def test_the_words_of_a_decision_are_mended_and_its_result_made_again(reviewed, officer, leader):
    act(review.deny, reviewed, officer, ground="甲", basis="乙")
    act(review.issue_result, reviewed, officer)
    signed(reviewed, officer, leader, "correct_decision")
    mended = act(deciding.correct_decision, reviewed, officer, wrong="李司", right="李四")

    # A denial stays one; what was printed is void.
    assert (mended.state, mended.decision, mended.result) == (State.DENIED, "deny", {})
    again = act(review.issue_result, reviewed, officer)
    assert again.state == State.RESULT_ISSUED
    assert Entry.objects.filter(kind__in=["approve", "deny"]).count() == 1


def test_a_lost_result_is_made_again_and_names_the_one_it_replaces(reviewed, officer):
    act(review.approve, reviewed, officer, note="")
    first = act(review.issue_result, reviewed, officer).result["digest"]
    act(deciding.reissue_result, reviewed, officer, reason="打印损坏", at=days_later(1))

    event = recorded.events(reviewed.number)[-1]
    assert event.content["replaces"] == first
    assert event.content["result"]["digest"] != first


def test_a_closed_case_is_opened_again_only_with_a_signature(reviewed, officer, leader):
    case = closed(reviewed, officer)
    with pytest.raises(CountersignatureNeeded):
        act(deciding.reopen, case, officer, reason="证号印错")
    signed(case, officer, leader, "reopen")
    opened = act(deciding.reopen, case, officer, reason="证号印错", at=days_later(1))

    assert (opened.state, opened.holder, opened.ended_at) == (State.REOPENED, "decider", None)
    assert opened.claimed_by == officer
    assert opened.due_on == calendar.add_working_days(date(2026, 11, 17), 10)
    with pytest.raises(MoveNotPossible):
        act(review.approve, case, officer, note="")
    act(deciding.reissue_result, case, officer, reason="证号印错", at=days_later(1))
    assert act(review.deliver, case, officer, at=days_later(1)).state == State.IN_DELIVERY
    told = clocks_of_cases.ledger(case.number, at=days_later(3))
    assert sum(told.held.values()) == timedelta(days=3).total_seconds()


def test_every_try_to_deliver_is_written_down_by_who_has_the_result(reviewed, officer):
    with pytest.raises(MoveNotPossible):
        act(deciding.attempt_delivery, reviewed, officer, outcome="absent", note="")
    act(review.approve, reviewed, officer, note="")
    act(review.issue_result, reviewed, officer)
    with pytest.raises(FieldsRefused):
        act(deciding.attempt_delivery, reviewed, officer, outcome="eaten", note="")
    tried = act(deciding.attempt_delivery, reviewed, officer, outcome="absent", note="明天再去")

    assert (tried.state, tried.attempts) == (State.RESULT_ISSUED, 1)
    act(review.deliver, reviewed, officer)
    with pytest.raises(permissions.WrongRole):
        act(deciding.attempt_delivery, reviewed, officer, outcome="absent", note="")
    clerk = Officer.objects.get(name="赵六")
    claims.claim_case(number=reviewed.number, officer=clerk, at=MONDAY)
    assert act(deciding.attempt_delivery, reviewed, clerk, outcome="refused", note="").attempts == 2


def test_what_is_not_there_cannot_be_signed(leader):
    with pytest.raises(NotFound):
        countersigning.countersign(pk=uuid.uuid4(), leader=leader, at=MONDAY)
