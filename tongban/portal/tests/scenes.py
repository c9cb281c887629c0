"""Cases in every state that an applicant can meet, made by the very operations of the main job."""

from datetime import datetime, time, timedelta
from itertools import count

from django.test import Client
from django.utils.timezone import now

from tongban.basics.hours import BEIJING
from tongban.cases.joint import operations as joint
from tongban.cases.models import Case
from tongban.cases.operations import (
    claims,
    countersigning,
    course,
    deciding,
    drafts,
    expiring,
    requests,
    review,
    window,
)
from tongban.cases.operations.window import Fault
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.world import Filled
from tongban.exchange.models import Outgoing
from tongban.parties.models import Officer, Role

FAULT = Fault("owner-consent", "没有写到房号", "请房主写到房号，重新签名")


_serials = count(100)


def a_case(**kwargs) -> tuple[Case, Filled]:
    """A case of somebody who has no other one, so that many scenes fit into one test."""
    return world.a_case(**{"serial": next(_serials), **kwargs})


def clerk(name: str = "赵六") -> Officer:
    known = Officer.objects.filter(name=name, authority__division_code=world.CHAOYANG).first()
    return known or world.a_clerk(name=name)


def decider(department: str) -> Officer:
    known = Officer.objects.filter(
        authority__department=department, authority__division_code=world.JILIN_CITY
    ).first()
    return known or world.a_decider(department=department)


def browser_of(filled: Filled) -> Client:
    """A browser in which the applicant of a case is signed in."""
    client = Client()
    client.force_login(filled.account)
    return client


def submitted(**kwargs):
    return a_case(**kwargs)


def received(**kwargs):
    case, filled = a_case(**kwargs)
    officer = clerk()
    claims.claim_case(number=case.number, officer=officer, at=now())
    window.receive_case(number=case.number, officer=officer, identity="in_person", at=now())
    return fresh(case), filled


def returned(**kwargs):
    case, filled = a_case(**kwargs)
    officer = clerk()
    claims.claim_case(number=case.number, officer=officer, at=now())
    window.return_for_form(
        number=case.number, officer=officer, faults=[FAULT], note="只差这一处", at=now()
    )
    return fresh(case), filled


def pending(**kwargs):
    case, filled = a_case(**kwargs)
    world.handed_over(case, clerk(), at=now())
    return fresh(case), filled


def decider_of(case: Case):
    officer = decider("gongan")
    claims.claim_case(number=case.number, officer=officer, at=now())
    return officer


def correction(**kwargs):
    case, filled = pending(**kwargs)
    review.ask_correction(
        number=case.number, officer=decider_of(case), faults=[FAULT], note="", at=now()
    )
    return fresh(case), filled


def lapsed(**kwargs):
    """Nobody answered in the time given; the last reminder came the day before."""
    case, filled = correction(**kwargs)
    for days in (0, 1):
        at = datetime.combine(case.due_on + timedelta(days=days), time(9), BEIJING)
        expiring.act_on_expired(at=at)
    return fresh(case), filled


def under_review(**kwargs):
    case, filled = pending(**kwargs)
    review.accept_case(number=case.number, officer=decider_of(case), at=now())
    return fresh(case), filled


def special(**kwargs):
    case, filled = under_review(**kwargs)
    course.begin_special(
        number=case.number, officer=case.claimed_by, kind="hearing", days=10,
        reason="利害关系人要求听证", at=now(),
    )  # fmt: skip
    return fresh(case), filled


def suspended(**kwargs):
    case, filled = under_review(**kwargs)
    ground = "要等法院的判决"
    course.suspend(number=case.number, officer=case.claimed_by, ground=ground, at=now())
    return fresh(case), filled


def proposed(**kwargs):
    """A case of an item that two officers decide, as its version may say."""
    case, filled = under_review(**kwargs)
    Case.objects.filter(pk=case.pk).update(is_two_person=True)
    deciding.propose(
        number=case.number, officer=case.claimed_by, decision="approve", note="", ground="",
        basis="", at=now(),
    )  # fmt: skip
    return fresh(case), filled


def at_several_places(**kwargs):
    """A joint case whose first steps have been asked of the places that take part."""
    case, filled = a_case(mode=Mode.JOINT, **kwargs)
    officer = decider_of(case)
    review.accept_case(number=case.number, officer=officer, at=now())
    joint.begin(number=case.number, officer=officer, note="", at=now())
    return fresh(case), filled


def terminated(**kwargs):
    case, filled = under_review(**kwargs)
    course.terminate(
        number=case.number, officer=case.claimed_by, ground="申请人已经去世",
        basis="示例规定第九条", at=now(),
    )  # fmt: skip
    return fresh(case), filled


def reopened(**kwargs):
    case, filled = closed(**kwargs)
    officer = decider("gongan")
    asked = countersigning.ask_countersignature(
        number=case.number, officer=officer, act="reopen", reason="证号印错了", at=now()
    )
    leader = world.an_officer(officer.authority, Role.LEADER, name="周负责")
    countersigning.countersign(pk=asked.pk, leader=leader, at=now())
    deciding.reopen(number=case.number, officer=officer, reason="证号印错了", at=now())
    return fresh(case), filled


def not_accepted(**kwargs):
    case, filled = pending(**kwargs)
    review.refuse_acceptance(
        number=case.number,
        officer=decider_of(case),
        ground="配偶的户口不在本市",
        right_organ="四平市公安局",
        at=now(),
    )
    return fresh(case), filled


def approved(**kwargs):
    case, filled = under_review(**kwargs)
    review.approve(number=case.number, officer=case.claimed_by, note="", at=now())
    return fresh(case), filled


def denied(**kwargs):
    case, filled = under_review(**kwargs)
    review.deny(
        number=case.number,
        officer=case.claimed_by,
        ground="住所证明和房主的登记不一致",
        basis="示例规定第八条",
        at=now(),
    )
    return fresh(case), filled


def result_issued(**kwargs):
    case, filled = approved(**kwargs)
    review.issue_result(number=case.number, officer=case.claimed_by, at=now())
    return fresh(case), filled


def at_the_window(**kwargs):
    case, filled = result_issued(**kwargs)
    review.deliver(number=case.number, officer=case.claimed_by, at=now())
    return fresh(case), filled


def closed(**kwargs):
    case, filled = at_the_window(**kwargs)
    officer = case_clerk(case)
    window.close_at_window(number=case.number, officer=officer, taken_by="本人", at=now())
    return fresh(case), filled


def case_clerk(case: Case):
    officer = clerk("钱七")
    claims.claim_case(number=case.number, officer=officer, at=now())
    return officer


def withdrawn(**kwargs):
    case, filled = a_case(**kwargs)
    requests.withdraw(number=case.number, account=filled.account, reason="不迁了", at=now())
    return fresh(case), filled


def online(**kwargs):
    """An online case, just arrived at the deciding office of this node."""
    answers = world.medical_answers()
    return a_case(item=world.MEDICAL, mode=Mode.ONLINE, answers=answers, **kwargs)


def to_be_signed(**kwargs):
    """An online case whose result has been delivered."""
    case, filled = online(**kwargs)
    officer = decider("yibao")
    claims.claim_case(number=case.number, officer=officer, at=now())
    review.accept_case(number=case.number, officer=officer, at=now())
    review.approve(number=case.number, officer=officer, note="", at=now())
    review.issue_result(number=case.number, officer=officer, at=now())
    review.deliver(number=case.number, officer=officer, at=now())
    return fresh(case), filled


def crossing(**kwargs):
    """A case handed over to the other province, which has not confirmed it yet."""
    case, filled = a_case(deciding=world.FUZHOU, **kwargs)
    world.handed_over(case, clerk(), at=now())
    return fresh(case), filled


def late_crossing(**kwargs):
    """The same, and it has been on its way for an hour."""
    case, filled = crossing(**kwargs)
    Outgoing.objects.filter(subject=case.number).update(created_at=now() - timedelta(hours=1))
    return case, filled


def being_mended(**kwargs):
    """A returned case that its applicant has opened to mend it."""
    case, filled = returned(**kwargs)
    draft = drafts.take_up(number=case.number, account=filled.account, at=now())
    return case, Filled(draft, filled.account, filled.applicant)


def fresh(case: Case) -> Case:
    return Case.objects.select_related("claimed_by__authority", "claimed_by__account").get(
        pk=case.pk
    )
