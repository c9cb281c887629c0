"""What an officer's act says besides being done: the words of each, as the page of the act asks them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from tongban.api.repeating import Text
from tongban.api.shapes import Body
from tongban.cases.operations.window import Fault

Days = Annotated[int, Field(ge=1, le=400, description="个工作日")]


class Words(Body):
    """What an act says; its members are the arguments of the operation."""

    def arguments(self) -> dict[str, Any]:
        """As the operation takes them."""
        return dict(self)


class Note(Words):
    """Words for whoever has the case next, or for the applicant."""

    note: Text = ""


class Receiving(Words):
    """How the identity of whoever applies was checked."""

    identity: Literal["in_person", "agent", "account"]


class FaultIn(Body):
    """One thing wrong with a material, and how to mend it."""

    spec: Annotated[str, Field(max_length=40)]
    problem: Annotated[str, Field(max_length=1000)]
    mend: Annotated[str, Field(max_length=1000)]


class Faults(Words):
    """Everything that is to be mended, complete: it is told once."""

    faults: Annotated[list[FaultIn], Field(max_length=100)]
    note: Text = ""

    def arguments(self) -> dict[str, Any]:
        """As the operation takes them."""
        faults = [Fault(one.spec, one.problem, one.mend) for one in self.faults]
        return {"faults": faults, "note": self.note}


class Refusing(Words):
    """Why a case is not accepted, and which organ is the right one (a place, if it has the item)."""

    ground: Text
    right_organ: Annotated[str, Field(max_length=200)]
    right_place: Annotated[str, Field(pattern=r"^([0-9]{6})?$")] = ""


class Special(Words):
    """Which special procedure, how long, and why."""

    kind: Literal[
        "hearing",
        "bidding",
        "auction",
        "inspection",
        "testing",
        "quarantine",
        "appraisal",
        "expert_review",
    ]
    days: Days
    reason: Text


class Outcome(Words):
    """What a special procedure came to."""

    outcome: Text


class Suspending(Words):
    """Why a case rests."""

    ground: Text


class Longer(Words):
    """By how many working days, and why; the leader has signed for just so many."""

    days: Days
    reason: Text


class Grounded(Words):
    """The facts and reasons, and the document and article they rest on."""

    ground: Text
    basis: Text


class Proposal(Words):
    """What one officer proposes to another; a denial names ground and basis."""

    decision: Literal["approve", "deny"]
    note: Text = ""
    ground: Text = ""
    basis: Text = ""


class Reason(Words):
    """Why."""

    reason: Text


class Mending(Words):
    """What a decision says wrongly, and what it should say."""

    wrong: Text
    right: Text


class HandedOut(Words):
    """Who took the result at the window."""

    taken_by: Annotated[str, Field(max_length=80)]


class Returning(Words):
    """What became of a result that a window cannot hand over, and why it goes back."""

    fate: Literal["lost", "missing", "damaged", "returned"]
    reason: Text


class Attempt(Words):
    """How a try to hand the result over ended."""

    outcome: Literal["absent", "wrong_address", "refused", "unreachable", "delivered"]
    note: Text = ""
