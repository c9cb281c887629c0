"""Who may send, see and sign for a parcel."""

from django.utils.translation import gettext as _

from tongban.basics.refusals import NotAllowed, Refused
from tongban.delivery import casebook, states
from tongban.delivery.casebook import CaseFacts
from tongban.delivery.models import Parcel
from tongban.delivery.standing import End
from tongban.delivery.states import Move, Party, State
from tongban.jurisdictions.models import Authority
from tongban.parties.models import Officer, Role

HANDS = frozenset({Role.RECEIVER.value, Role.DECIDER.value})


class ParcelMoveNotPossible(Refused):
    """The parcel is not in a state from which this move goes."""

    code = "parcel-move-not-possible"

    def __init__(self, move: Move, state: State) -> None:
        super().__init__(
            _("这个包裹现在是“%(state)s”，不能%(move)s")
            % {"state": states.LABELS[state], "move": move.label},
            move=move.name,
            state=state.value,
        )


def office_of(officer: Officer) -> Authority:
    """The office whose papers an officer handles. Refused: NotAllowed without one."""
    if officer.authority is None or not HANDS & set(officer.roles):
        raise NotAllowed(_("您没有收件或审批的岗位，不能收寄材料"))
    return officer.authority


def end_of(officer: Officer, facts: CaseFacts) -> End:
    """The end that an officer's office is of a case. Refused: NotAllowed where it is none."""
    end = facts.end_of(office_of(officer).code)
    if end is None:
        raise NotAllowed(_("这件不归您所在的机关收件或办理，不能收寄它的材料"))
    return end


def check_may_see(officer: Officer, parcel: Parcel) -> None:
    """An office sees the parcels it sends and those it is sent."""
    if office_of(officer).code not in {parcel.from_authority, parcel.to_authority}:
        raise NotAllowed(_("这个包裹不是您所在的机关寄的，也不是寄给您所在的机关的"))


def check_move(parcel: Parcel, move: Move) -> None:
    """A move goes from its states only."""
    if State(parcel.state) not in move.sources:
        raise ParcelMoveNotPossible(move, State(parcel.state))


def check_may_move(officer: Officer, parcel: Parcel, move: Move) -> None:
    """The sender's moves belong to the sending office, the recipient's to the receiving one.

    What the courier has to tell, either office may report.
    """
    check_may_see(officer, parcel)
    office = office_of(officer).code
    if move.by is Party.SENDER and office != parcel.from_authority:
        raise NotAllowed(_("%(move)s归寄件的机关，不归您所在的机关") % {"move": move.label})
    if move.by is Party.RECIPIENT and office != parcel.to_authority:
        raise NotAllowed(_("%(move)s归收件的机关，不归您所在的机关") % {"move": move.label})
    check_move(parcel, move)


def belongs(parcel: Parcel, facts: CaseFacts) -> bool:
    """Whether both ends of a parcel are ends of a case it claims to carry papers of.

    Another node's claim about a case is believed only as far as that.
    """
    ends = [facts.applicant, facts.decider, *([facts.receiver] if facts.receiver else [])]
    parties = {end.party for end in ends}
    return parcel.sender.party in parties and parcel.recipient.party in parties


def cases_of(parcel: Parcel) -> list[CaseFacts]:
    """The cases of a parcel that this node knows and whose offices stand at its ends."""
    numbers = sorted(set(parcel.rows.values_list("case", flat=True)))
    found = [facts for facts in map(casebook.find, numbers) if facts is not None]
    return [facts for facts in found if belongs(parcel, facts)]
