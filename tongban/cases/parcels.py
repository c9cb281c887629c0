"""Cases and their papers: what parcels need to know of a case, and what a parcel does to one."""

from tongban.basics.refusals import NotFound
from tongban.cases import happenings, queries, states
from tongban.cases.models import Case
from tongban.cases.operations import moving
from tongban.cases.states import Party, State
from tongban.catalogue import queries as catalogue
from tongban.delivery import casebook, permissions
from tongban.delivery import states as parcels
from tongban.delivery.casebook import CaseFacts
from tongban.delivery.models import Parcel
from tongban.delivery.operations import choosing
from tongban.delivery.standing import End, Purpose
from tongban.delivery.states import Outcome
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties.models import Account
from tongban.record.chains import Event

# Steps of a parcel that the record of its case names; scans on the road would only fill it.
NOTED = frozenset(
    move.name
    for move in (
        parcels.HAND_OVER,
        parcels.RECEIVE,
        parcels.SIGNED_FOR,
        parcels.LOSE,
        parcels.TAKE_BACK,
    )
)
_SIGNED = frozenset({parcels.RECEIVE.name, parcels.SIGNED_FOR.name})


class Book:
    """The cases of this node, as `delivery.casebook` asks for them."""

    def facts(self, number: str) -> CaseFacts | None:
        case = Case.objects.filter(pk=number).first()
        return facts_of(case) if case is not None else None

    def facts_for(self, account: Account, number: str) -> CaseFacts:
        return facts_of(queries.case_of(account, number))


def facts_of(case: Case) -> CaseFacts:
    """A case as far as papers need it."""
    applicant = queries.particulars(case).get("applicant", {})
    version = queries.version_of(case)
    return CaseFacts(
        number=case.number,
        title=catalogue.item(case.item).name,
        applicant_name=applicant.get("name", ""),
        applicant_phone=applicant.get("phone", ""),
        applicant=End(case.applicant_node, case.applicant_place),
        receiver=_office(case.receiver_node, case.receiving_place, case.receiver_authority),
        decider=_office(case.decider_node, case.deciding_place, case.decider_authority)
        or End(case.decider_node, case.deciding_place, case.decider_authority),
        reached_decider=case.arrived_at is not None,
        takes_post=case.state == State.ORIGINALS,
        is_decided=bool(case.decision),
        has_ended=State(case.state) in states.ENDED,
        materials=tuple((material.spec, material.name) for material in version.materials),
        result=case.result.get("title", ""),
        nodes=tuple(case.told),
    )


def _office(node: str, place: str, authority: str) -> End | None:
    if not authority:
        return None
    try:
        place = jurisdictions.authority(authority).division_code
    except NotFound:
        return End(node, place, authority)
    return End(node, place, authority)


@casebook.on_step
def parcel_went_on(parcel: Parcel, event: Event) -> None:
    """Let a case go on whose originals have come, and name the step in the record of each case.

    Only the node that holds a case writes into it; the parcel is locked, its cases are locked here.
    """
    if event.kind not in NOTED:
        return
    for number in sorted(set(parcel.rows.values_list("case", flat=True))):
        case = Case.objects.select_for_update(of=("self",)).filter(pk=number).first()
        if case is not None and _is_ours(case, parcel):
            _note(case, parcel, event)


def _is_ours(case: Case, parcel: Parcel) -> bool:
    holds = case.holder not in {Party.CHANNEL, Party.NOBODY}
    if not holds or case.standing().holder_node != moving.system_author().node:
        return False
    return permissions.belongs(parcel, facts_of(case))


def _note(case: Case, parcel: Parcel, event: Event) -> None:
    moving.write(
        case,
        states.DELIVERY_NOTED,
        by=moving.system_author(),
        at=event.at,
        content={"parcel": parcel.number, "step": event.kind, "head": event.hash},
    )
    if event.kind in _SIGNED and _brings_originals(case, parcel):
        moving.make_move(case, states.ORIGINALS_ARRIVED, by=moving.system_author(), at=event.at)


def _brings_originals(case: Case, parcel: Parcel) -> bool:
    """Whether papers that the decider waits for came with this parcel, damaged or not."""
    if case.state != State.ORIGINALS or parcel.purpose != Purpose.PAPERS:
        return False
    came = parcel.rows.filter(case=case.number).exclude(outcome=Outcome.MISSING)
    return parcel.to_authority == case.decider_authority and came.exists()


@happenings.on(states.HAND_OVER.name)
def share_choice(case: Case, event: Event) -> None:
    """Tell how the result is to be given to a node that has just got the case."""
    if case.applicant_node == moving.system_author().node:
        choosing.share(case=case.number, nodes=case.told, at=event.at)


def register() -> None:
    """Say who knows cases."""
    casebook.know_cases(Book())
