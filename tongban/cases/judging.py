"""What makes an event lawful besides state, holder and office: who, how often, with whose signature.

Every node judges what others write by these; operations refuse earlier and in words.
"""

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from tongban.basics import hours
from tongban.basics.hours import HoursMalformed, day_in_beijing
from tongban.cases import states
from tongban.cases.states import Move, State
from tongban.record.chains import Event

if TYPE_CHECKING:
    from tongban.cases.standing import Standing

SYSTEM = "system"
# 行政许可法 art. 42: ten days more, fifteen where several handle it together; once.
MOST_EXTENSION, MOST_JOINT_EXTENSION = 10, 15
MOST_SPECIAL_DAYS = 365
_DECISIONS = frozenset({states.APPROVE.name, states.DENY.name})
_CLOSED_BY_PARCEL = frozenset({states.CLOSE_BY_POST, states.CLOSE_AT_WINDOW, states.CLOSE_ONLINE})
_POSTING = _CLOSED_BY_PARCEL | {
    states.DELIVER_BY_POST,
    states.DELIVER_TO_WINDOW,
    states.POST_FAILED,
    states.RETURN_RESULT,
}
_DELIVERABLE = frozenset({State.RESULT_ISSUED, State.IN_DELIVERY})


# What the applicant's node writes when nobody answered, each with the clock that has run out.
LAPSES = {states.LAPSE_CORRECTION: "correction", states.LAPSE_ORIGINALS: "originals"}


class NotInTable(Exception):
    """An event that the table of moves does not allow at this point of its case."""


@cache
def roles(move: Move) -> frozenset[str]:
    """As whom the author of a move stands in the record: its party, or the node by itself."""
    if move in {states.DEEM_ACCEPTED, *LAPSES}:
        return frozenset({SYSTEM})
    if move in {states.DELIVER_BY_POST, states.POST_FAILED}:
        return frozenset({SYSTEM})
    if move in {states.ORIGINALS_ARRIVED, *_CLOSED_BY_PARCEL}:
        return frozenset({move.by.value, SYSTEM})
    return frozenset({move.by.value})


def check_note(standing: "Standing", event: Event) -> None:
    """What is written down without moving a case has its time, too; raises NotInTable."""
    state = State(standing.state)
    if event.kind == states.ADD_PAPER and state not in states.UNDECIDED:
        raise NotInTable(f"no paper is added to case {standing.number} after the decision")
    if event.kind == states.CHANGE_CONTACT and not event.sealed:
        raise NotInTable("a change of particulars brings the new ones")
    if event.kind == states.ATTEMPT_DELIVERY and state not in _DELIVERABLE:
        raise NotInTable(f"there is nothing to deliver of case {standing.number}")


def check_move(standing: "Standing", move: Move, event: Event) -> None:
    """The rules of single moves; raises NotInTable, KeyError for content that is not there."""
    content = event.content
    again = move is states.ASK_CORRECTION and standing.corrections > 0
    if move in states.COUNTERSIGNED or again:
        _check_countersigned(move, event)
    if move in {states.APPROVE, states.DENY, states.PROPOSE}:
        _check_decider(standing, move, event)
    if move in {states.ACCEPT, states.DEEM_ACCEPTED} and "hours" in content:
        _check_hours(content["hours"])
    if move is states.EXTEND:
        _check_extension(standing, content)
    if move is states.BEGIN_SPECIAL:
        _check_special(content)
    if move in _POSTING:
        _check_posting(standing, move, event)
    if move in LAPSES:
        _check_lapsed(standing, LAPSES[move], event)
    if move is states.GIVE_MORE_TIME and not content["answer_by"] > _day(event):
        raise NotInTable(f"not a later day: {content['answer_by']}")
    if move is states.END_JOINT and content["outcome"] not in {"done", "refused"}:
        raise NotInTable(f"not an outcome of joint steps: {content['outcome']}")


def _check_lapsed(standing: "Standing", key: str, event: Event) -> None:
    """The time that a notice gave has passed; ISO days compare as text."""
    clock = standing.clocks.get(key, {})
    if not clock.get("given") or _day(event) <= clock["given"]:
        raise NotInTable(f"the {key} asked of case {standing.number} are not overdue")


def _day(event: Event) -> str:
    return day_in_beijing(event.at).isoformat()


def _check_countersigned(move: Move, event: Event) -> None:
    signed_by = event.content.get("countersigned_by")
    if not isinstance(signed_by, str) or not signed_by or signed_by == event.author.officer:
        raise NotInTable(f"{move.name} wants the signature of somebody else")


def _check_hours(told: object) -> None:
    """Hours by which an instant item is counted: such that every node can count by them."""
    try:
        known = hours.read(told) if isinstance(told, dict) else None
    except HoursMalformed as malformed:
        raise NotInTable(f"no hours of an office: {malformed}") from malformed
    if known is None:
        raise NotInTable("no hours of an office")


def _check_decider(standing: "Standing", move: Move, event: Event) -> None:
    officer = event.author.officer
    if officer and officer in standing.receivers:
        raise NotInTable(f"who received case {standing.number} does not decide it")
    decision = event.content["decision"] if move is states.PROPOSE else move.name
    if decision == states.APPROVE.name and not may_approve(standing.mode, standing.joint):
        raise NotInTable(f"the joint steps of case {standing.number} are not done")
    if move is states.PROPOSE:
        if event.content["decision"] not in _DECISIONS:
            raise NotInTable(f"not a decision: {event.content['decision']}")
    elif standing.proposal:
        if officer == standing.proposal["by"]:
            raise NotInTable(f"another officer decides what {move.name} was proposed by")
        if move.name != standing.proposal["decision"]:
            raise NotInTable(f"{move.name} is not what was proposed; it can be sent back")
    elif standing.is_two_person:
        raise NotInTable(f"case {standing.number} is decided by two")


def may_approve(mode: str, joint: str) -> bool:
    """Whether the joint steps leave room for an approval: what a place refused is not granted."""
    return joint == "done" or (joint == "" and mode != states.Mode.JOINT)


def _check_posting(standing: "Standing", move: Move, event: Event) -> None:
    """A result by post: one parcel at a time, nothing handed over whose paper is gone."""
    content, number = event.content, standing.number
    fate = standing.posted.get("fate", "")
    if move is states.RETURN_RESULT:
        if content["fate"] not in states.FATES or not event.sealed:
            raise NotInTable(f"the result of {number} is sent back for a reason")
    elif move is states.DELIVER_TO_WINDOW:
        if fate in states.GONE:
            raise NotInTable(f"the result of case {number} is gone and wants making again")
    else:
        _check_parcel(standing, move, event)


def may_be_posted(standing: "Standing", move: Move) -> bool:
    """Whether what became of a result that was sent leaves room for a move, whoever makes it."""
    fate = standing.posted.get("fate", "")
    if move in {states.DELIVER_TO_WINDOW, states.DELIVER_BY_POST}:
        return fate not in states.GONE
    if move is states.CLOSE_BY_POST:
        return bool(standing.posted.get("parcel")) and fate in {"", "lost"}
    return True


def _check_parcel(standing: "Standing", move: Move, event: Event) -> None:
    by_node, parcel = event.author.role == SYSTEM, event.content.get("parcel")
    sent, fate = standing.posted.get("parcel"), standing.posted.get("fate", "")
    is_same = bool(sent) and parcel == sent
    if by_node and not (isinstance(parcel, str) and parcel):
        raise NotInTable(f"{move.name} by itself names its parcel")
    if move is states.DELIVER_BY_POST:
        # Lost and found again, the same parcel goes on.
        allowed = fate not in states.GONE or (fate == "lost" and is_same)
    elif move is states.POST_FAILED:
        allowed = is_same and event.content["fate"] in states.FATES
    elif move is states.CLOSE_BY_POST:
        kept = fate in {"", "lost"} if by_node else fate == "damaged" and bool(event.sealed)
        allowed = is_same and kept
    else:
        allowed = True
    if not allowed:
        raise NotInTable(f"{move.name} of {standing.number} by parcel {parcel}: {fate or 'none'}")


def _check_extension(standing: "Standing", content: dict[str, Any]) -> None:
    days, most = content["days"], most_extension(standing.mode)
    if standing.extended:
        raise NotInTable(f"the time of case {standing.number} was extended before")
    if type(days) is not int or not 0 < days <= most:
        raise NotInTable(f"not an extension of 1 to {most} days: {days}")


def most_extension(mode: str) -> int:
    """By how many working days a decision limit may be extended at most."""
    return MOST_JOINT_EXTENSION if mode == states.Mode.JOINT else MOST_EXTENSION


def _check_special(content: dict[str, Any]) -> None:
    days = content["days"]
    if content["kind"] not in states.SPECIAL_KINDS:
        raise NotInTable(f"not a special procedure: {content['kind']}")
    if type(days) is not int or not 0 < days <= MOST_SPECIAL_DAYS:
        raise NotInTable(f"not a length of 1 to {MOST_SPECIAL_DAYS} days: {days}")
    date.fromisoformat(content["until"])
