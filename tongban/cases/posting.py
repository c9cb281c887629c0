"""What a parcel with a result does to its case: pure, so that every order of events can be tried.

Whoever holds the case closes it: the deciding place what it posts itself, a window what came to it
for its applicant, the applicant's node what was delivered online and handed over besides. A result
that fails to arrive goes back to the deciding place's desk with its fate, and once its paper is
gone nothing is handed over before it was made anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from tongban.cases import states
from tongban.cases.states import Move, Party, State
from tongban.delivery import states as parcels
from tongban.delivery.states import Outcome


class Posted(Protocol):
    """What this asks of a case, in its row or its fold."""

    @property
    def state(self) -> str: ...

    @property
    def holder(self) -> str: ...

    @property
    def posted(self) -> dict[str, str]: ...


@dataclass(frozen=True)
class Sent:
    """A parcel with the result of a case, bound for its applicant.

    `outcomes` are what was seen of each of its papers (empty for a courier's receipt, which says
    nothing of what is inside); `is_deciders` whether the deciding office sent it.
    """

    number: str
    state: str
    outcomes: tuple[str, ...]
    is_deciders: bool

    @property
    def is_signed_for(self) -> bool:
        """Whether everything inside reached the applicant unharmed, as far as anybody said."""
        came = self.state == parcels.State.RECEIVED
        return came and set(self.outcomes) <= {"", Outcome.OK.value}

    @property
    def fate(self) -> str:
        """How it failed (`states.FATES`); empty while it may yet arrive, or did."""
        if self.state == parcels.State.LOST:
            return "lost"
        if self.state == parcels.State.RETURNED:
            return "returned"
        if self.state == parcels.State.RECEIVED and Outcome.MISSING.value in self.outcomes:
            return "missing"
        if self.state == parcels.State.RECEIVED and Outcome.DAMAGED.value in self.outcomes:
            return "damaged"
        return ""


@dataclass(frozen=True)
class Due:
    """A move that a case has to make because of a parcel, and what its event says."""

    move: Move
    content: Mapping[str, Any]


def due(case: Posted, parcel: Sent) -> Due | None:
    """What a case has to do now that a parcel stands so; None where nothing, or it did already."""
    said = {"parcel": parcel.number}
    state = State(case.state)
    if case.holder == Party.DECIDER:
        return _at_decider(case, parcel, said) if parcel.is_deciders else None
    if state is not State.IN_DELIVERY or not parcel.is_signed_for:
        return None
    closing = {
        Party.RECEIVER: states.CLOSE_AT_WINDOW,
        Party.APPLICANT: states.CLOSE_ONLINE,
    }.get(Party(case.holder))
    return Due(closing, said) if closing else None


def _at_decider(case: Posted, parcel: Sent, said: dict[str, str]) -> Due | None:
    state, fate = State(case.state), case.posted.get("fate", "")
    is_ours = case.posted.get("parcel") == parcel.number
    if state is State.RESULT_ISSUED:
        if is_ours and fate == "lost" and parcel.is_signed_for:
            return Due(states.CLOSE_BY_POST, said)
        if parcel.state in parcels.TRAVELLING and (
            fate not in states.GONE or (is_ours and fate == "lost")
        ):
            return Due(states.DELIVER_BY_POST, said)
        return None
    if state is not State.IN_DELIVERY or not is_ours:
        return None
    if parcel.is_signed_for:
        return Due(states.CLOSE_BY_POST, said)
    return Due(states.POST_FAILED, said | {"fate": parcel.fate}) if parcel.fate else None
