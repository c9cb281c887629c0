"""The states of a parcel, who answers for it in each, and every move there is.

This table is the source: the judge holds events to it, the pages draw their buttons from it.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class State(StrEnum):
    """Where a parcel stands."""

    PACKED = "packed"
    HANDED_OVER = "handed_over"
    ON_THE_WAY = "on_the_way"
    DAMAGED = "damaged"
    ARRIVED = "arrived"
    RECEIVED = "received"
    LOST = "lost"
    RETURNING = "returning"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class Party(StrEnum):
    """Who answers for a parcel now. A courier writes nothing: a node writes what it tells."""

    SENDER = "sender"
    COURIER = "courier"
    RECIPIENT = "recipient"
    NOBODY = "nobody"


class Outcome(StrEnum):
    """What whoever opened the parcel saw of one sheet."""

    OK = "ok"
    MISSING = "missing"
    DAMAGED = "damaged"


LABELS: dict[State, Promise] = {
    State.PACKED: _("已装好，等交寄"),
    State.HANDED_OVER: _("已交给快递"),
    State.ON_THE_WAY: _("在路上"),
    State.DAMAGED: _("路上受损，仍在投递"),
    State.ARRIVED: _("已送到，等签收"),
    State.RECEIVED: _("已签收"),
    State.LOST: _("已丢失"),
    State.RETURNING: _("正在退回"),
    State.RETURNED: _("已退回寄件人"),
    State.CANCELLED: _("没有寄出，已取消"),
}
OUTCOMES: dict[Outcome, Promise] = {
    Outcome.OK: _("收到，完好"),
    Outcome.MISSING: _("没有收到"),
    Outcome.DAMAGED: _("收到，有损坏"),
}

ENDED = frozenset({State.RECEIVED, State.RETURNED, State.CANCELLED})
TRAVELLING = frozenset({State.HANDED_OVER, State.ON_THE_WAY, State.DAMAGED, State.ARRIVED})
TROUBLED = frozenset({State.DAMAGED, State.LOST, State.RETURNING})

# Who answers for a parcel in each state.
ANSWERS: dict[State, Party] = {
    State.PACKED: Party.SENDER,
    State.HANDED_OVER: Party.COURIER,
    State.ON_THE_WAY: Party.COURIER,
    State.DAMAGED: Party.COURIER,
    State.ARRIVED: Party.RECIPIENT,
    State.RECEIVED: Party.NOBODY,
    State.LOST: Party.COURIER,
    State.RETURNING: Party.COURIER,
    State.RETURNED: Party.NOBODY,
    State.CANCELLED: Party.NOBODY,
}


@dataclass(frozen=True)
class Move:
    """One thing that can happen to a parcel. `by` is whose it is; its node writes it."""

    name: str
    label: Promise
    sources: frozenset[State]
    target: State
    by: Party


def _move(name: str, label: Promise, sources: set[State] | frozenset[State], target: State,
          by: Party) -> Move:  # fmt: skip
    return Move(name, label, frozenset(sources), target, by)


_S, _C, _R = Party.SENDER, Party.COURIER, Party.RECIPIENT
_MOVING = {State.HANDED_OVER, State.ON_THE_WAY, State.DAMAGED}

PACK = "pack"  # the first event of a chain; it has no source
HAND_OVER = _move("hand_over", _("交寄"), {State.PACKED}, State.HANDED_OVER, _S)
CANCEL = _move("cancel", _("不寄了"), {State.PACKED}, State.CANCELLED, _S)
TRAVEL = _move("travel", _("在路上"), _MOVING, State.ON_THE_WAY, _C)
DAMAGE = _move("damage", _("路上受损"), _MOVING | {State.ARRIVED}, State.DAMAGED, _C)
ARRIVE = _move("arrive", _("送到"), _MOVING, State.ARRIVED, _C)
LOSE = _move("lose", _("丢失"), _MOVING | {State.ARRIVED, State.RETURNING}, State.LOST, _C)
FIND = _move("find", _("找到了"), {State.LOST}, State.ON_THE_WAY, _C)
TURN_BACK = _move(
    "turn_back", _("退回"), _MOVING | {State.ARRIVED, State.LOST}, State.RETURNING, _C
)
# A parcel may be at the door before the courier's word of it is; a hand signs, not a message.
RECEIVE = _move("receive", _("签收"), TRAVELLING | {State.LOST}, State.RECEIVED, _R)
# An applicant's signature on the courier's own receipt, where he does not sign here.
SIGNED_FOR = _move("signed_for", _("快递回执签收"), TRAVELLING, State.RECEIVED, _C)
TAKE_BACK = _move("take_back", _("收回退件"), {State.RETURNING}, State.RETURNED, _S)

MOVES: tuple[Move, ...] = (
    HAND_OVER,
    CANCEL,
    TRAVEL,
    DAMAGE,
    ARRIVE,
    LOSE,
    FIND,
    TURN_BACK,
    RECEIVE,
    SIGNED_FOR,
    TAKE_BACK,
)
BY_NAME: dict[str, Move] = {move.name: move for move in MOVES}
# What a courier, or somebody who asked it, can tell of a parcel.
TOLD: tuple[Move, ...] = (TRAVEL, DAMAGE, ARRIVE, LOSE, FIND, TURN_BACK, SIGNED_FOR)
# What is only believed with a reason.
WANTS_REASON = frozenset({DAMAGE.name, LOSE.name, TURN_BACK.name, CANCEL.name})


def pen_is_with_sender(state: State) -> bool:
    """Whether the sender's node writes next; from the hand-over to the end it is the other's."""
    return state in {State.PACKED, State.RETURNING}
