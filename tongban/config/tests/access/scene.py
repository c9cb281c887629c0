"""One case with everything that can hang on it, and everybody who may come to look at it.

What is personal in it are words that stand nowhere else, so that a page that says one of them to
the wrong reader is found by its text, whatever page it is.
"""

import io
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from django.test import Client

from tongban.api.tests.caller import Caller, register
from tongban.cases.documents.models import IssuedDocument
from tongban.cases.inquiries import operations as inquiries
from tongban.cases.inquiries.operations import Attachment, Question
from tongban.cases.joint import operations as joint
from tongban.cases.joint.models import JointStep
from tongban.cases.models import Alarm, Case, Countersignature, Draft
from tongban.cases.notices import proving
from tongban.cases.notices.models import Channel, DeskNotice, Notice
from tongban.cases.operations import (
    claims,
    countersigning,
    drafts,
    requests,
    review,
    submission,
    window,
)
from tongban.cases.operations.requests import Handed, Wish
from tongban.cases.rules import HandedIn, Intake
from tongban.cases.states import Mode
from tongban.cases.tests import world
from tongban.cases.tests.world import CHANGCHUN, CHAOYANG, FUZHOU, JILIN_CITY, MONDAY
from tongban.catalogue import forms
from tongban.catalogue import queries as catalogue
from tongban.counters import booking
from tongban.counters.booking import Chosen, Visit
from tongban.counters.rules import Half
from tongban.delivery import couriers
from tongban.delivery.operations import addresses, packing
from tongban.delivery.operations.packing import Packed
from tongban.delivery.standing import Purpose
from tongban.desk.models import SavedQueue
from tongban.jurisdictions import queries as places
from tongban.parties import absences
from tongban.parties import operations as parties
from tongban.parties.mandates import operations as mandates
from tongban.parties.models import Account, Applicant, Capacity, Kind, Role

NAME, PHONE, HOME, SPOUSE = "欧阳谧", "13911110301", "谧语街道暗巷907号", "司徒谧"
NUMBER = world.identity_number(301)
QUESTION, ANSWER_PAPER = "谧问办到哪一步", "谧补的证明"
HANDED, INQUIRED, JOINED, PARCELLED, WHY = (
    "谧交接附言",
    "谧协查正文",
    "谧联办附言",
    "谧护照",
    "谧延期缘由",
)
WORDS = {
    "name": NAME, "phone": PHONE, "home": HOME, "number": NUMBER, "spouse": SPOUSE,
    "question": QUESTION, "paper": ANSWER_PAPER, "handed": HANDED, "inquired": INQUIRED,
    "joined": JOINED, "parcelled": PARCELLED, "why": WHY,
}  # fmt: skip
OFFICE = {"clerk", "decider", "leader"}
_CASE = {"applicant", "agent", *OFFICE, "system", "lead"}
# Who may read each word, wherever it stands. A partner is told what its step needs and no more.
MAY_READ: dict[str, set[str]] = {
    "name": _CASE | {"partner"},
    "phone": _CASE | {"partner"},
    "home": _CASE | {"partner"},
    "number": _CASE | {"partner"},
    "spouse": _CASE | {"partner"},
    "question": {"applicant", "agent", *OFFICE, "system"},
    "paper": {"applicant", "agent", *OFFICE, "system"},
    "handed": {"applicant", "agent", *OFFICE},
    "inquired": {"decider", "leader", "asked"},
    "joined": {"lead", "partner", "applicant"},
    "parcelled": {"applicant", "agent", *OFFICE},
    "why": {"decider", "leader"},
}


@dataclass
class Scene:
    """The case, what hangs on it by the name of a route's argument, and everybody."""

    case: Case
    joint: Case
    objects: dict[str, Any]
    readers: dict[str, Client | Caller] = field(default_factory=dict)


def build() -> Scene:
    """Everything, made by the operations that make it in life."""
    who = _people()
    officers = _officers()
    case, paper = _filed(who)
    _under_review(case, officers)
    objects = {"number": case.number, "digest": paper, **_hung_on(case, who, officers)}
    led, step = _joint(officers)
    objects |= {"joint": step}
    objects |= _own(who, officers, case)
    everybody: dict[str, Client | Caller] = {"nobody": Client(raise_request_exception=False)}
    for name, one in {
        **who.accounts,
        **{key: one.account for key, one in officers.items()},
    }.items():
        client = Client(raise_request_exception=False)
        client.force_login(one)
        everybody[name] = client
    everybody |= _systems(case)
    return Scene(Case.objects.get(pk=case.pk), led, objects, everybody)


def _people() -> SimpleNamespace:
    account = Account.objects.create(username="matrix-own")
    principal = parties.keep_applicant(
        kind=Kind.PERSON, name=NAME, number=NUMBER, division_code=CHAOYANG, phone=PHONE, at=MONDAY
    )
    parties.let_act(account=account, applicant=principal, capacity=Capacity.SELF, at=MONDAY)
    accounts = {"applicant": account}
    found = {}
    for serial, name in enumerate(("other", "agent", "agent_beside", "agent_before"), 310):
        accounts[name], _me = world.a_person("代办" + "甲乙丙丁"[serial - 310], serial=serial)
        if name != "other":
            item = world.MEDICAL if name == "agent_beside" else world.MOVE_TO_SPOUSE
            found[name] = _mandate(account, principal, accounts[name], serial, item)
    return SimpleNamespace(accounts=accounts, principal=principal, mandates=found)


def _mandate(giver: Account, principal: Applicant, agent: Account, serial: int, item: str) -> Any:
    given = mandates.give(
        account=giver, principal=principal, agent_name="代办" + "甲乙丙丁"[serial - 310],
        agent_number=world.identity_number(serial), items=[item], until_on=date(2026, 12, 31),
        words="我同意代我办理。", at=MONDAY,
    )  # fmt: skip
    return mandates.accept(account=agent, mandate_id=given.pk, at=MONDAY)


def _officers() -> dict[str, Any]:
    police = places.competent_authority("gongan", JILIN_CITY)
    beside = places.competent_authority("minzheng", JILIN_CITY)
    leads = places.competent_authority("gongan", CHANGCHUN)
    return {
        "clerk": world.a_clerk(name="周一"),
        "decider": world.a_decider(name="吴二"),
        "leader": world.an_officer(police, Role.LEADER, name="郑三"),
        "third_clerk": world.a_clerk("220203", name="王四"),
        "third_decider": world.a_decider(department="minzheng", name="冯五"),
        "third_leader": world.an_officer(beside, Role.LEADER, name="陈六"),
        "far": world.a_decider(FUZHOU, name="褚七"),
        "asked": world.a_decider(department="yibao", name="卫八"),
        "lead": world.an_officer(leads, Role.DECIDER, name="蒋九"),
        "partner": world.a_decider(CHANGCHUN, "minzheng", name="沈十"),
        "manager": world.an_officer(police, Role.MANAGER, name="韩甲"),
        "operator": parties.appoint_officer(
            account=Account.objects.create(username="matrix-operator"), name="杨乙",
            staff_number="M-1", authority=None, roles=[Role.OPERATOR],
        ),
    }  # fmt: skip


def _begun(account: Account, principal: Applicant) -> Draft:
    """An application of the principal, filled in with the words that are looked for."""
    draft = drafts.start_draft(
        account=account, applicant=principal, item=world.MOVE_TO_SPOUSE, mode=Mode.RECEIVED_FOR,
        places=drafts.Places(CHAOYANG, CHAOYANG, JILIN_CITY), at=MONDAY,
    )  # fmt: skip
    filled = _answers()
    version = catalogue.version(draft.item, draft.item_version)
    for step in version.steps:
        mine = {one.key: filled[one.key] for one in step.fields if one.key in filled}
        assert not drafts.save_step(
            draft_id=draft.pk, account=account, step=step.key, answers=mine, at=MONDAY
        )
    for asked in forms.materials(version, filled):
        if asked.is_required:
            drafts.attach_paper(
                draft_id=draft.pk, account=account, spec=asked.spec, source=io.BytesIO(world.PNG),
                name="证明.png", size=len(world.PNG), at=MONDAY,
            )  # fmt: skip
    return draft


def _answers(to: str = "220202") -> dict[str, Any]:
    return world.move_answers(to) | {
        "spouse_name": SPOUSE, "householder_name": SPOUSE, "move_to_address": HOME,
    }  # fmt: skip


def _filed(who: SimpleNamespace) -> tuple[Case, str]:
    """The case, filed by the agent; what another agent filed and lost with the mandate besides."""
    agent = who.accounts["agent"]
    draft = _begun(agent, who.principal)
    taken = drafts.submit_draft(draft_id=draft.pk, account=agent, at=MONDAY + timedelta(minutes=1))
    before = who.accounts["agent_before"]
    _begun(before, who.principal)
    mandates.end(account=before, mandate_id=who.mandates["agent_before"].pk, at=MONDAY)
    case = Case.objects.get(pk=taken.number)
    return case, case.materials.first().digest


def _under_review(case: Case, officers: dict[str, Any]) -> None:
    clerk, decider, at = officers["clerk"], officers["decider"], MONDAY + timedelta(minutes=2)
    claims.claim_case(number=case.number, officer=clerk, at=at)
    window.receive_case(number=case.number, officer=clerk, identity="in_person", at=at)
    world.check_everything(case, clerk, at=at)
    window.hand_over(number=case.number, officer=clerk, note=HANDED, at=at)
    claims.claim_case(number=case.number, officer=decider, at=at)
    review.accept_case(number=case.number, officer=decider, at=at)


def _hung_on(case: Case, who: SimpleNamespace, officers: dict[str, Any]) -> dict[str, Any]:
    """A request with a paper, an inquiry, a parcel, a wish for a signature, documents."""
    at = MONDAY + timedelta(minutes=3)
    brought, enclosed = world.a_paper(), world.a_paper()
    wish = Wish("add_paper", QUESTION, papers=[Handed(ANSWER_PAPER, brought)])
    request = requests.ask_as_applicant(
        number=case.number, account=who.accounts["applicant"], wish=wish, at=at
    )
    inquiry = inquiries.ask(
        officer=officers["decider"], to=officers["asked"].authority, number=case.number, at=at,
        question=Question("核实", INQUIRED, [Attachment("附件", enclosed)]),
    )  # fmt: skip
    parcel = packing.pack(
        key=uuid4(), officer=officers["clerk"], to=case.decider_authority, purpose=Purpose.PAPERS,
        papers=[Packed(case.number, PARCELLED, is_original=True)], address=None,
        courier=couriers.BY_HAND, at=at,
    )  # fmt: skip
    signature: Countersignature = countersigning.ask_countersignature(
        number=case.number, officer=officers["decider"], act="extend", reason=WHY, at=at,
        terms={"days": 5},
        draft=countersigning.Draft([("days", "5"), ("reason", WHY)], {"days": 5, "reason": WHY}),
    )  # fmt: skip
    document = IssuedDocument.objects.filter(case_number=case.number).latest("seq")
    return {
        "request_paper": brought.digest, "inquiry_paper": enclosed.digest,
        "request_id": request.pk, "chain": inquiry.pk, "parcel": parcel.number,
        "signature": signature.pk, "seq": document.seq, "document": document.kind,
        "document_id": document.pk,
    }  # fmt: skip


def _joint(officers: dict[str, Any]) -> tuple[Case, str]:
    """Another case of the same person, whose steps other offices take."""
    answers = _answers(CHAOYANG) | {"from_division": "350102"}
    version = catalogue.version(world.MOVE_TO_SPOUSE, 1)
    file = world.a_paper()
    specs = [one.spec for one in forms.materials(version, answers) if one.is_required]
    intake = Intake(
        item=world.MOVE_TO_SPOUSE, mode=Mode.JOINT,
        applicant={"kind": "person", "name": NAME, "id_number": NUMBER, "phone": PHONE},
        applicant_place=CHAOYANG, receiving_place="", deciding_place=CHANGCHUN, answers=answers,
        papers=tuple(HandedIn(spec, file, "证明.png") for spec in specs),
    )  # fmt: skip
    number = submission.submit(intake=intake, owner="t", key="matrix", at=MONDAY).number
    lead = officers["lead"]
    claims.claim_case(number=number, officer=lead, at=MONDAY)
    review.accept_case(number=number, officer=lead, at=MONDAY)
    joint.begin(number=number, officer=lead, note=JOINED, at=MONDAY)
    step = JointStep.objects.get(
        number=number, partner_authority=officers["partner"].authority.code
    )
    return Case.objects.get(pk=number), step.pk


def _own(who: SimpleNamespace, officers: dict[str, Any], case: Case) -> dict[str, Any]:
    """What belongs to single readers: a draft, a notice, a mandate, an absence, a saved list."""
    account = who.accounts["applicant"]
    leader, decider = officers["leader"], officers["decider"]
    absence = absences.enter(
        officer=decider, from_on=date(2026, 11, 18), until_on=date(2026, 11, 19),
        substitute=None, by=leader, at=MONDAY,
    )  # fmt: skip
    saved = SavedQueue.objects.create(
        officer=decider, side="decider", name="我的", filters={"shown": "all"}, saved_at=MONDAY
    )
    alarm = Alarm.objects.create(
        case=case, clock="decide", since=MONDAY, light="red", holder="decider",
        authority=case.decider_authority, due_on=date(2026, 12, 14), at=MONDAY,
    )  # fmt: skip
    told = DeskNotice.objects.create(
        officer=decider, kind="amber", number=case.number, ref=str(alarm.pk), at=MONDAY
    )
    notice = Notice.objects.filter(account=account, number=case.number).earliest("seq")
    draft = _begun(account, who.principal)
    return {
        "draft_id": draft.pk, "draft_spec": draft.papers.first().spec,
        "step": catalogue.version(draft.item, draft.item_version).steps[0].key, "applicant_id": who.principal.pk,
        "mandate_id": who.mandates["agent"].pk, "notice_id": notice.pk,
        "channel": "sms", "proof_id": proving.begin(account=account, channel=Channel.SMS, address=PHONE, at=MONDAY).pk,
        "address_id": addresses.keep(account=account, address=couriers.Address(NAME, PHONE, HOME), at=MONDAY).pk,
        "appointment": _appointment(account), "authority": officers["clerk"].authority.code,
        "window": 3, "absence_id": absence.pk, "officer_id": decider.pk, "saved_id": saved.pk,
        "alarm_id": alarm.pk, "desk_notice_id": told.pk,
    }  # fmt: skip


def _appointment(account: Account) -> Any:
    """Somebody comes to the window of the clerk, without a case."""
    return booking.book(
        account=account,
        visit=Visit(world.MEDICAL, CHANGCHUN, NAME, PHONE),
        chosen=Chosen(places.receiving_windows(CHAOYANG)[0], date(2026, 11, 17), Half.MORNING),
        at=MONDAY,
    ).pk


def _systems(case: Case) -> dict[str, Client | Caller]:
    """Systems of other programs: of a place of the case, of another one, of an office beside it."""
    police = places.competent_authority("gongan", case.deciding_place)
    beside = places.competent_authority("minzheng", case.deciding_place)
    return {
        "system": register("matrix-in", "22", authority=police),
        "system_away": register("matrix-away", "44"),
        "system_beside": register("matrix-beside", "22", authority=beside),
    }
