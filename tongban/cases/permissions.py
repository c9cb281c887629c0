"""Who may do what with a case. An operation calls a check; a page asks `refusals.may`."""

from tongban.basics.refusals import NotAllowed, NotFound, Refused
from tongban.cases import states
from tongban.cases.models import Case
from tongban.cases.states import Mode, Move, Party, State
from tongban.jurisdictions import queries as jurisdictions
from tongban.jurisdictions.models import Authority
from tongban.parties.models import Officer

WAYS_ON = {
    Party.APPLICANT: "等申请人办理后再继续",
    Party.RECEIVER: "由收件地窗口办理",
    Party.DECIDER: "由办理地机关办理",
    Party.CHANNEL: "正在两地之间传送，送达后再办",
    Party.NOBODY: "这件已经结束",
}


class MoveNotPossible(Refused):
    """The case is not in a state from which this move goes."""

    code = "move-not-possible"

    def __init__(self, move: Move, state: State) -> None:
        super().__init__(
            f"现在是“{states.LABELS[state]}”，不能{move.label}", move=move.name, state=state.value
        )


class HeldElsewhere(Refused):
    """Somebody else holds the case; only the holder may move it."""

    code = "held-elsewhere"

    def __init__(self, move: Move, holder: Party) -> None:
        super().__init__(
            f"现在不在您手里，在“{states.PARTY_LABELS[holder]}”，不能{move.label}；{WAYS_ON[holder]}",
            move=move.name,
            holder=holder.value,
        )


class NotOfThisMode(Refused):
    """The move belongs to another way of handling the item."""

    code = "not-of-this-mode"

    def __init__(self, move: Move) -> None:
        super().__init__(f"这件的办理方式里没有“{move.label}”这一步", move=move.name)


class AnotherAuthority(NotAllowed):
    """The officer's authority is not the one that the law gives this act to."""

    code = "another-authority"

    def __init__(self, move_label: str, authority: str) -> None:
        super().__init__(
            f"{move_label}归{authority_name(authority)}，不归您所在的机关", authority=authority
        )


class WrongRole(NotAllowed):
    """Receiving is not deciding: the officer has not been given this power."""

    code = "wrong-role"

    def __init__(self, move_label: str, role: str) -> None:
        need = {"receiver": "收件人员", "decider": "审批人员"}[role]
        super().__init__(f"{move_label}要由{need}办理，您的岗位不是", role=role)


class ClaimedByAnother(Refused):
    """A colleague works on the case; two people never work on one case unknowingly."""

    code = "claimed-by-another"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}正在办这件。要接手，请先请{name}放回队列", by=name)


class NotClaimed(Refused):
    """The officer has to take the case from the queue before acting on it."""

    code = "not-claimed"

    def __init__(self) -> None:
        super().__init__("先认领这件，再办理，免得两个人同时办")


def authority_name(code: str) -> str:
    """The authority's name, or its code where this node does not know it."""
    try:
        return jurisdictions.authority(code).name
    except NotFound:
        return code


def office_of(officer: Officer) -> Authority:
    """The authority an officer acts for; an operator has none and no power over cases."""
    if officer.authority is None:
        raise NotAllowed("您是运维人员，没有收件或审批的岗位，不能办理办件")
    return officer.authority


def check_move(case: Case, move: Move) -> None:
    """A move is possible only from its states, in its modes, by whoever holds the case."""
    if case.mode in set(Mode) and not states.only_in(Mode(case.mode), move):
        raise NotOfThisMode(move)
    if State(case.state) not in move.sources:
        raise MoveNotPossible(move, State(case.state))
    if case.holder != move.held_by:
        raise HeldElsewhere(move, Party(case.holder))


def check_power(officer: Officer, case: Case, move: Move) -> None:
    """Receiver's acts belong to clerks of the receiving authority, decider's to the deciding one."""
    role, authority = {
        Party.RECEIVER: ("receiver", case.receiver_authority),
        Party.DECIDER: ("decider", case.decider_authority),
    }[move.by]
    if role not in officer.roles:
        raise WrongRole(move.label, role)
    if office_of(officer).code != authority:
        raise AnotherAuthority(move.label, authority)


def check_claimed(officer: Officer, case: Case) -> None:
    """Only the officer who took the case from the queue acts on it."""
    if case.claimed_by is None:
        raise NotClaimed
    if case.claimed_by != officer:
        raise ClaimedByAnother(case.claimed_by.name)


def check_may_act(officer: Officer, case: Case, move: Move) -> None:
    """Everything that must be true for an officer to make a move, most telling reason first."""
    check_power(officer, case, move)
    check_move(case, move)
    check_claimed(officer, case)


def check_may_see(officer: Officer, case: Case) -> None:
    """An officer sees what her own authority receives, and what has reached it for decision."""
    code = office_of(officer).code
    if code == case.receiver_authority:
        return
    if code != case.decider_authority:
        raise NotAllowed("这件不归您所在的机关收件或办理，您不能查看")
    if case.arrived_at is None:
        # Personal data of a case that may yet be withdrawn or returned are no business of hers.
        raise NotAllowed("这件还没有移交到您所在的机关，移交以后您才能查看")
