"""Where a joint step stands, as a fold of its chain; the same judge on every node.

The lead asks, the step travels to the partner, and the partner answers: done, or refused with the
ground and a person to ask. Where only a fact is looked up, done says that it is as the applicant
says, and a third answer says that it is not. When the case fails after a step was done, the lead asks to take it
back and the partner says when that has happened. One side holds a step at a time; the lead's wish
to stop an unanswered step is answered by the partner's node, which holds it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from tongban.basics import calendar
from tongban.exchange.shared_chains import NotInTable
from tongban.record.chains import Author, Event

BEIJING = ZoneInfo("Asia/Shanghai")

ASK, ARRIVE, DONE, CONTRADICT, REFUSE, STOP, UNDO, UNDONE = (
    "ask", "arrive", "done", "contradict", "refuse", "stop", "undo", "undone",
)  # fmt: skip


class StepState(StrEnum):
    """Where a joint step stands."""

    ASKED = "asked"
    ARRIVED = "arrived"
    DONE = "done"
    CONTRADICTED = "contradicted"
    REFUSED = "refused"
    STOPPED = "stopped"
    UNDO_ASKED = "undo_asked"
    UNDO_ARRIVED = "undo_arrived"
    UNDONE = "undone"


class Side(StrEnum):
    """Who holds a step; the channel and nobody as with cases."""

    LEAD = "lead"
    PARTNER = "partner"
    CHANNEL = "channel"
    NOBODY = "nobody"


STATE_LABELS: dict[StepState, str] = {
    StepState.ASKED: "已发出，等送达",
    StepState.ARRIVED: "等办理",
    StepState.DONE: "已办好",
    StepState.CONTRADICTED: "核对不符",
    StepState.REFUSED: "不予办理",
    StepState.STOPPED: "已停办",
    StepState.UNDO_ASKED: "已请撤销，等送达",
    StepState.UNDO_ARRIVED: "等撤销",
    StepState.UNDONE: "已撤销",
}
SIDE_LABELS: dict[Side, str] = {
    Side.LEAD: "牵头地",
    Side.PARTNER: "联办地",
    Side.CHANNEL: "传送中",
    Side.NOBODY: "没有人",
}
# The partner has to act; what is in the channel for it comes to this as soon as it is there.
IN_HAND = frozenset({StepState.ARRIVED, StepState.UNDO_ARRIVED})
UNANSWERED = frozenset({StepState.ASKED, StepState.ARRIVED})
# Answers with which nothing was done; the lead may ask once more.
NOT_DONE = frozenset({StepState.REFUSED, StepState.CONTRADICTED})


@dataclass(frozen=True, slots=True)
class StepStanding:
    """Everything a node's row says about a joint step; `days` are working days."""

    chain: str
    number: str
    item: str
    key: str
    name: str
    place: str
    round: int
    lead_node: str
    lead_authority: str
    partner_node: str
    partner_authority: str
    partner_place: str
    applicant_node: str
    days: int
    undo_days: int
    has_undo: bool
    state: str
    holder: str
    asked_at: datetime
    arrived_at: datetime | None = None
    answered_at: datetime | None = None
    undo_asked_at: datetime | None = None
    settled_at: datetime | None = None
    due_on: date | None = None
    asked: str = ""
    answer: str = ""
    undo: str = ""

    @property
    def nodes(self) -> frozenset[str]:
        """Who is told: lead and partner, and the applicant's node, where its progress is shown."""
        return frozenset({self.lead_node, self.partner_node, self.applicant_node})

    @property
    def is_settled(self) -> bool:
        """Whether nothing of this step stands in the way when the case fails."""
        state = StepState(self.state)
        if state is StepState.DONE:
            return not self.has_undo
        return state in NOT_DONE | {StepState.STOPPED, StepState.UNDONE}

    @property
    def due(self) -> date:
        """By when it should be answered, also while it is still on its way."""
        return self.due_on or _due(self.asked_at, self.days)


def apply(before: StepStanding | None, event: Event) -> StepStanding:
    """Where a step stands after one more event; raises NotInTable."""
    if before is None:
        return _asked(event)
    judge = _JUDGES.get(event.kind)
    if judge is None:
        raise NotInTable(f"unknown event {event.kind}")
    return judge(before, event)


def _asked(event: Event) -> StepStanding:
    if event.kind != ASK:
        raise NotInTable(f"a joint step does not begin with {event.kind}")
    content, step = event.content, event.content["step"]
    nodes, authorities = content["nodes"], content["authorities"]
    asked = StepStanding(
        chain=event.chain,
        number=content["number"],
        item=content["item"],
        key=step["key"],
        name=step["name"],
        place=step["place"],
        round=_count(content["round"]),
        lead_node=nodes["lead"],
        lead_authority=authorities["lead"],
        partner_node=nodes["partner"],
        partner_authority=authorities["partner"],
        partner_place=content["place"],
        applicant_node=nodes["applicant"],
        days=_count(step["days"]),
        undo_days=_count(step["undo_days"]),
        has_undo=step["has_undo"] is True,
        state=StepState.ASKED,
        holder=Side.CHANNEL,
        asked_at=event.at,
        asked=event.sealed,
    )
    _check_lead(asked, event.author)
    return asked


def _count(value: object) -> int:
    if type(value) is not int or not 0 < value < 10_000:
        raise ValueError(value)
    return value


def _check_lead(step: StepStanding, author: Author) -> None:
    """The lead's officer, or its node going on with the plan that an officer began."""
    is_officer = author.role == "decider" and author.authority == step.lead_authority
    if author.node != step.lead_node or not (is_officer or author.role == "system"):
        raise NotInTable(f"this belongs to the lead of step {step.chain}")


def _check_partner(step: StepStanding, author: Author) -> None:
    is_officer = author.role == "partner" and author.authority == step.partner_authority
    if author.node != step.partner_node or not is_officer:
        raise NotInTable(f"this belongs to the partner of step {step.chain}")


def _check_partner_node(step: StepStanding, author: Author) -> None:
    if author.node != step.partner_node or author.role != "system":
        raise NotInTable(f"this belongs to the partner's node of step {step.chain}")


def _from(step: StepStanding, *states: StepState) -> None:
    if StepState(step.state) not in states:
        raise NotInTable(f"not possible while step {step.chain} is {step.state}")


def _arrived(step: StepStanding, event: Event) -> StepStanding:
    _check_partner_node(step, event.author)
    _from(step, StepState.ASKED, StepState.UNDO_ASKED)
    undoing = step.state == StepState.UNDO_ASKED
    return replace(
        step,
        state=StepState.UNDO_ARRIVED if undoing else StepState.ARRIVED,
        holder=Side.PARTNER,
        arrived_at=step.arrived_at if undoing else event.at,
        due_on=_due(event.at, step.undo_days if undoing else step.days),
    )


def _done(step: StepStanding, event: Event) -> StepStanding:
    _check_partner(step, event.author)
    _from(step, StepState.ARRIVED)
    return _answered(step, event, StepState.DONE, Side.LEAD)


def _refused(step: StepStanding, event: Event) -> StepStanding:
    _check_partner(step, event.author)
    _from(step, StepState.ARRIVED)
    if not event.sealed:
        raise NotInTable("a refusal says why, and whom to ask")
    return replace(_answered(step, event, StepState.REFUSED, Side.NOBODY), settled_at=event.at)


def _contradicted(step: StepStanding, event: Event) -> StepStanding:
    _check_partner(step, event.author)
    _from(step, StepState.ARRIVED)
    if step.has_undo:
        raise NotInTable(f"step {step.chain} does something, it does not look up a fact")
    if not event.sealed:
        raise NotInTable("whoever contradicts says what the record says")
    return replace(_answered(step, event, StepState.CONTRADICTED, Side.NOBODY), settled_at=event.at)


def _answered(step: StepStanding, event: Event, state: StepState, holder: Side) -> StepStanding:
    return replace(
        step, state=state, holder=holder, answered_at=event.at, answer=event.sealed, due_on=None
    )


def _stopped(step: StepStanding, event: Event) -> StepStanding:
    _check_partner_node(step, event.author)
    _from(step, StepState.ASKED, StepState.ARRIVED)
    return replace(
        step, state=StepState.STOPPED, holder=Side.NOBODY, settled_at=event.at, due_on=None
    )


def _undo_asked(step: StepStanding, event: Event) -> StepStanding:
    _check_lead(step, event.author)
    _from(step, StepState.DONE)
    if not step.has_undo:
        raise NotInTable(f"step {step.chain} changed nothing that could be taken back")
    return replace(
        step,
        state=StepState.UNDO_ASKED,
        holder=Side.CHANNEL,
        undo_asked_at=event.at,
        undo=event.sealed,
    )


def _undone(step: StepStanding, event: Event) -> StepStanding:
    _check_partner(step, event.author)
    _from(step, StepState.UNDO_ARRIVED)
    return replace(
        step, state=StepState.UNDONE, holder=Side.NOBODY, settled_at=event.at, due_on=None
    )


def _due(at: datetime, days: int) -> date:
    """Counted from the day after, in working days, as every limit of a case."""
    return calendar.add_working_days(at.astimezone(BEIJING).date(), days)


_JUDGES: dict[str, Callable[[StepStanding, Event], StepStanding]] = {
    ARRIVE: _arrived,
    DONE: _done,
    CONTRADICT: _contradicted,
    REFUSE: _refused,
    STOP: _stopped,
    UNDO: _undo_asked,
    UNDONE: _undone,
}
