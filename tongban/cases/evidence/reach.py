"""Who may have the evidence file of a case, and what is opened in it for them.

The applicant: all of the case that is theirs. An officer of the receiving or the deciding authority:
what they see at their desk. Nobody else. What an office keeps to itself stays closed for others,
also within the case: its digest stands in the events all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tongban.cases import queries, states
from tongban.cases.inquiries.models import Inquiry
from tongban.cases.joint.models import JointStep
from tongban.cases.models import Case
from tongban.cases.permissions import office_of
from tongban.cases.states import State
from tongban.delivery.models import Choice, Parcel
from tongban.parties.models import Account, Officer

INQUIRY, STEP, PARCEL, CHOICE = "inquiry", "joint-step", "parcel", "choice"
# Between officers: what one of them would decide, before anybody has decided.
_WITHIN_THE_OFFICE = frozenset(
    {states.PROPOSE.name, states.SEND_BACK_PROPOSAL.name, states.HAND_OVER.name}
)
_GIVEN = frozenset({State.IN_DELIVERY, State.CLOSED})


@dataclass(frozen=True)
class Reach:
    """What goes into an evidence file. `beside` is every chain beside the case with its kind.

    `opened` are the chains whose personal parts and papers the reader may see, but for events of
    the kinds in `closed_kinds` and the papers in `kept_back`.
    """

    is_open: bool = False
    has_materials: bool = False
    beside: Mapping[str, str] = field(default_factory=dict)
    opened: frozenset[str] = frozenset()
    closed_kinds: frozenset[str] = frozenset()
    kept_back: frozenset[str] = frozenset()

    def opens(self, chain: str, kind: str) -> bool:
        """Whether the personal part of an event is put in."""
        return self.is_open and chain in self.opened and kind not in self.closed_kinds

    def brings(self, chain: str, digest: str) -> bool:
        """Whether a paper itself is put in."""
        return self.has_materials and chain in self.opened and digest not in self.kept_back


def of_applicant(
    account: Account, number: str, *, is_open: bool = True, has_materials: bool = False
) -> tuple[Case, Reach]:
    """An applicant's own case, and what of it is theirs. Refused: NotFound for everybody else's.

    A result is the office's until it is on its way to the applicant.
    """
    case = queries.case_of(account, number)
    result = case.result.get("digest", "")
    kept_back = {result} if result and State(case.state) not in _GIVEN else set()
    return case, Reach(
        is_open=is_open,
        has_materials=is_open and has_materials,
        beside=_beside(number),
        opened=frozenset({number, *_parcels_of_this_case_only(number), *_choices(number)}),
        closed_kinds=_WITHIN_THE_OFFICE,
        kept_back=frozenset(kept_back),
    )


def of_officer(
    officer: Officer, number: str, *, is_open: bool = True, has_materials: bool = False
) -> tuple[Case, Reach]:
    """A case of the officer's office, and what beside it that office takes part in.

    Refused: NotFound, NotAllowed for every other office.
    """
    case = queries.case_for(officer, number)
    office = office_of(officer).code
    return case, Reach(
        is_open=is_open,
        has_materials=is_open and has_materials,
        beside=_beside(number),
        opened=frozenset({number, *_of_office(number, office)}),
    )


def _choices(number: str) -> set[str]:
    return set(Choice.objects.filter(case=number).values_list("number", flat=True))


def _beside(number: str) -> dict[str, str]:
    """Every chain beside a case that this node has, with its kind."""
    inquiries = Inquiry.objects.filter(number=number).values_list("chain", flat=True)
    steps = JointStep.objects.filter(number=number).values_list("chain", flat=True)
    parcels = Parcel.objects.filter(rows__case=number).values_list("number", flat=True)
    return {
        **dict.fromkeys(inquiries, INQUIRY),
        **dict.fromkeys(steps, STEP),
        **dict.fromkeys(parcels, PARCEL),
        **dict.fromkeys(_choices(number), CHOICE),
    }


def _parcels_of_this_case_only(number: str) -> set[str]:
    """Parcels that carry nothing of other cases, whose papers would be told of with them."""
    carrying = Parcel.objects.filter(rows__case=number).values("pk")
    parcels = Parcel.objects.filter(pk__in=carrying).values_list("number", "rows__case")
    cases: dict[str, set[str]] = {}
    for parcel, case in parcels:
        cases.setdefault(parcel, set()).add(case)
    return {parcel for parcel, of in cases.items() if of == {number}}


def _of_office(number: str, office: str) -> set[str]:
    inquiries = Inquiry.objects.filter(number=number)
    asked = inquiries.filter(asker_authority=office) | inquiries.filter(answerer_authority=office)
    steps = JointStep.objects.filter(number=number)
    joint = steps.filter(lead_authority=office) | steps.filter(partner_authority=office)
    parcels = Parcel.objects.filter(pk__in=_parcels_of_this_case_only(number))
    sent = parcels.filter(from_authority=office) | parcels.filter(to_authority=office)
    return {
        *asked.values_list("chain", flat=True),
        *joint.values_list("chain", flat=True),
        *sent.values_list("number", flat=True),
    }


def closed(number: str) -> Reach:
    """The record of a case without anything personal: for an operator, and for showing to others."""
    return Reach(beside=_beside(number))
