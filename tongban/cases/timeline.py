"""The history of a case as people read it: who did what, where, when, and how it travelled."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from tongban.cases import messages, standing, states
from tongban.cases.models import Case
from tongban.cases.permissions import authority_name
from tongban.cases.standing import Standing
from tongban.cases.states import Party
from tongban.exchange import queries as exchange
from tongban.jurisdictions import queries as jurisdictions
from tongban.record import queries as recorded
from tongban.record.chains import Event

# What each event says in the timeline; {who} acts, {there} is where the baton goes.
SENTENCES = {
    "submit": "申请人提交申请",
    "submit_online": "申请人提交申请，直接交给{there}",
    "receive": "{who}收件，已核对身份",
    "return_for_form": "{who}请申请人修改",
    "resubmit": "申请人改好后再次提交",
    "hand_over": "{who}移交{there}",
    "arrive": "{place}的系统收妥",
    "accept": "{who}受理",
    "refuse_acceptance": "{who}不予受理",
    "ask_correction": "{who}一次性告知补正",
    "answer_correction": "申请人交来补正材料",
    "lapse_originals": "寄原件的时间过了，没有收到原件，转回{there}",
    "lapse_correction": "补正的时间过了，没有收到补正材料，转回{there}",
    "give_more_time": "{who}另给补正期限，科室负责人已签字",
    "approve": "{who}准予",
    "deny": "{who}决定不予批准",
    "issue_result": "{who}制作结果文书",
    "deliver_to_window": "{who}把结果送往{there}",
    "deliver_online": "{who}网上送达结果",
    "deliver_by_post": "结果已经寄出",
    "post_failed": "结果没有寄到",
    "close_by_post": "邮寄的结果已签收，办结",
    "return_result": "{who}把结果退回{there}",
    "close_at_window": "{who}登记领取，办结",
    "close_online": "申请人签收，办结",
    "withdraw": "申请人撤回申请",
    "change_rules": "规定有变化，对申请人更有利，改按新规定办理",
    "answer_request": "没有同意撤回：已经作出决定",
    "add_paper": "{who}收下申请人补交的材料",
    "change_contact": "申请人变更联系电话",
    "answer_request:urge": "{who}答复催办",
    "answer_request:ask": "{who}答复询问",
    "answer_request:add_paper": "{who}没有收下补交的材料",
    "deem_accepted": "办理机关逾期没有告知，视为受理",
    "ask_originals": "{who}请申请人寄来原件",
    "originals_arrived": "原件寄到{there}",
    "begin_special": "{who}开始特别程序，暂停计时",
    "end_special": "{who}结束特别程序，继续计时",
    "suspend": "{who}中止办理，暂停计时",
    "resume": "{who}恢复办理，继续计时",
    "extend": "{who}延长办理时限，科室负责人已签字",
    "begin_joint": "{who}开始联办",
    "end_joint": "{who}结束联办",
    "terminate": "{who}终止办理",
    "propose": "{who}提出决定意见，等另一位审批人员复核",
    "send_back_proposal": "{who}退回决定意见",
    "correct_decision": "{who}更正决定书的文字，科室负责人已签字",
    "reissue_result": "{who}重新制作结果文书",
    "reopen": "{who}重新打开这件，科室负责人已签字",
    "attempt_delivery": "{who}登记一次送达",
    "delivery_noted": "寄递进度更新",
}


@dataclass(frozen=True)
class Truths:
    """Sent, delivered and answered are three things; None where it is not so yet."""

    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Step:
    """One entry of the timeline."""

    seq: int
    kind: str
    party: str
    title: str
    at: datetime
    author: str
    personal: dict[str, Any] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)
    truths: Truths | None = None


def steps(case: Case, *, with_personal: bool = True) -> list[Step]:
    """The whole history of a case, oldest first."""
    events = recorded.events(case.number)
    parts = recorded.parts(event.sealed for event in events) if with_personal else {}
    sent = {move.seq: move for move in _transfers(case)}
    found = []
    before = Standing(number=case.number)
    for index, event in enumerate(events):
        after = standing.apply(before, event)
        crossing = after.holder == Party.CHANNEL
        found.append(
            Step(
                seq=event.seq,
                kind=event.kind,
                party=_party(event, before),
                title=_title(event, before, after),
                at=event.at,
                author=_author(event),
                personal=parts.get(event.sealed, {}),
                content=event.content,
                truths=_truths(event, events[index + 1 :], after, sent) if crossing else None,
            )
        )
        before = after
    return found


@dataclass(frozen=True)
class _Sent:
    seq: int
    sent_at: datetime | None
    delivered_at: datetime | None


def _transfers(case: Case) -> list[_Sent]:
    return [
        _Sent(transfer.sequence or 0, transfer.sent_at, transfer.delivered_at)
        for transfer in exchange.transfers(case.number)
        if transfer.type == messages.EVENTS
    ]


def _truths(
    event: Event, later: Sequence[Event], after: Standing, sent: dict[int, _Sent]
) -> Truths:
    arrived = next((one for one in later if one.kind == states.ARRIVE), None)
    answer = next((one for one in later if one.author.role == after.bound_for), None)
    ours = sent.get(event.seq) if event.author.node == settings.NODE_ID else None
    delivered = ours.delivered_at if ours else None
    return Truths(
        # What another node wrote reached us, so it was sent.
        sent_at=ours.sent_at if ours else event.at,
        delivered_at=delivered or (arrived.at if arrived else None),
        answered_at=answer.at if answer else None,
    )


def _party(event: Event, before: Standing) -> str:
    if event.kind == states.ARRIVE:
        return before.bound_for
    return event.author.role if event.author.role in set(Party) else Party.CHANNEL


def _title(event: Event, before: Standing, after: Standing) -> str:
    target = after.bound_for or after.holder
    # What was answered stands in the event; the first ones answered withdrawals and did not say so.
    kind = f"{event.kind}:{event.content.get('kind', '')}"
    return SENTENCES.get(kind, SENTENCES[event.kind]).format(
        who=_author(event),
        there=place_of(after, target),
        place=place_of(before, before.bound_for),
    )


def _author(event: Event) -> str:
    return authority_name(event.author.authority) if event.author.authority else ""


def place_of(case: Case | Standing, party: str) -> str:
    """The place of a party of a case, by its own name."""
    code = {
        Party.APPLICANT: case.applicant_place,
        Party.RECEIVER: case.receiving_place,
        Party.DECIDER: case.deciding_place,
    }.get(Party(party) if party else Party.NOBODY, "")
    return jurisdictions.short_name(code) if code else ""
