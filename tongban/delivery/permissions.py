"""Who may send, see and sign for a parcel."""

from django.utils.translation import gettext as _

from tongban.basics.refusals import NotAllowed, Refused
from tongban.delivery import states
from tongban.delivery.casebook import CaseFacts
from tongban.delivery.choices import Way
from tongban.delivery.models import Choice, Parcel
from tongban.delivery.standing import End, Purpose
from tongban.delivery.states import Move, Party, State
from tongban.jurisdictions import queries as jurisdictions
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


def offices_of(facts: CaseFacts) -> tuple[End, ...]:
    """The offices that handle papers of a case: its own, and the window chosen for its result."""
    chosen = Choice.objects.filter(
        case=facts.number, node=facts.applicant.node, way=Way.WINDOW.value
    ).first()
    if chosen is None or not facts.is_decided:
        return facts.offices()
    window = jurisdictions.window_authority(chosen.place)
    extra = End(facts.applicant.node, window.division_code, window.code)
    known = {end.party for end in facts.offices()}
    return facts.offices() if extra.party in known else (*facts.offices(), extra)


def end_of(officer: Officer, facts: CaseFacts) -> End:
    """The end that an officer's office is of a case. Refused: NotAllowed where it is none."""
    code = office_of(officer).code
    end = next((end for end in offices_of(facts) if end.authority == code), None)
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


def check_may_prove(officer: Officer, parcel: Parcel) -> None:
    """The courier's receipt is written down by the office that sent the parcel, to an applicant."""
    check_may_see(officer, parcel)
    if office_of(officer).code != parcel.from_authority:
        raise NotAllowed(_("快递回执由寄件的机关登记，不归您所在的机关"))
    if not parcel.recipient.is_applicant:
        raise NotAllowed(_("寄给机关的包裹由机关自己签收"))
    check_move(parcel, states.SIGNED_FOR)


def belongs(parcel: Parcel, facts: CaseFacts) -> bool:
    """Whether the ends of a parcel are ends of a case it claims to carry papers of.

    Another node's claim about a case is believed only as far as that. A result may also lie at a
    window of the applicant's own node that was chosen for it, perhaps not any more.
    """
    ends = (facts.applicant, facts.decider, *([facts.receiver] if facts.receiver else []))
    parties = {end.party for end in ends}
    strange = [end for end in (parcel.sender, parcel.recipient) if end.party not in parties]
    if not strange:
        return True
    of_result = parcel.purpose == Purpose.RESULT
    return of_result and len(strange) == 1 and strange[0].node == facts.applicant.node
