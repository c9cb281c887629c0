"""Cases and their papers: what parcels need to know of a case, and what a parcel does to one."""

from datetime import datetime

from tongban.basics.refusals import NotFound
from tongban.cases import happenings, posting, queries, states
from tongban.cases.models import Case
from tongban.cases.operations import moving
from tongban.cases.posting import Sent
from tongban.cases.states import Party, State
from tongban.catalogue import queries as catalogue
from tongban.delivery import casebook, permissions
from tongban.delivery import queries as papers
from tongban.delivery import states as parcels
from tongban.delivery.casebook import CaseFacts
from tongban.delivery.models import Parcel
from tongban.delivery.operations import choosing
from tongban.delivery.standing import End, Purpose
from tongban.delivery.states import Outcome
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties.models import Account
from tongban.record import queries as recorded
from tongban.record.chains import Event

# Steps of a parcel that the record of its case names; scans on the road would only fill it.
NOTED = frozenset(
    move.name
    for move in (
        parcels.HAND_OVER,
        parcels.RECEIVE,
        parcels.SIGNED_FOR,
        parcels.DAMAGE,
        parcels.LOSE,
        parcels.FIND,
        parcels.TURN_BACK,
        parcels.TAKE_BACK,
    )
)
# As what applicants stand in the chain of a parcel; officers do so with their authority.
_APPLICANTS = frozenset({"sender", "recipient"})
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
        result_gone=case.posted.get("fate", "") in states.GONE,
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
    """Let a case go on whose originals have come, close one whose result has, and name the step.

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
    brings = event.kind in _SIGNED and _brings_originals(case, parcel)
    due = _due(case, parcel, _made_at(case))
    content = {"parcel": parcel.number, "step": event.kind, "head": event.hash}
    # Whoever tells people of steps tells them of the move alone that one leads to, and of none
    # that the applicant took.
    if brings or due is not None:
        content["then"] = states.ORIGINALS_ARRIVED.name if due is None else due.move.name
    if event.author.role in _APPLICANTS and not event.author.authority:
        content["by"] = Party.APPLICANT.value
    moving.write(
        case, states.DELIVERY_NOTED, by=moving.system_author(), at=event.at, content=content
    )
    if brings:
        moving.make_move(case, states.ORIGINALS_ARRIVED, by=moving.system_author(), at=event.at)
    settle(case, at=event.at)


def _brings_originals(case: Case, parcel: Parcel) -> bool:
    """Whether papers that the decider waits for came with this parcel, damaged or not."""
    if case.state != State.ORIGINALS or parcel.purpose != Purpose.PAPERS:
        return False
    came = parcel.rows.filter(case=case.number).exclude(outcome=Outcome.MISSING)
    return parcel.to_authority == case.decider_authority and came.exists()


def originals_are_coming(case: Case) -> bool:
    """Whether a parcel with papers is on its way to the office that waits for originals."""
    return case.state == State.ORIGINALS and any(
        parcel.purpose == Purpose.PAPERS
        and parcel.to_authority == case.decider_authority
        and parcel.state in parcels.TRAVELLING
        for parcel in papers.parcels_of(facts_of(case))
    )


def settle(case: Case, *, at: datetime) -> None:
    """Let a case that the caller has locked, and this node holds, catch up with its parcels.

    Called after every step of a parcel and whenever a case comes into other hands, so the order in
    which messages arrive does not matter; what is settled changes nothing the second time.
    """
    made = _made_at(case)
    if made is None:
        return
    for parcel in papers.parcels_of(facts_of(case)):
        due = _due(case, parcel, made)
        if due is not None:
            by, content = moving.system_author(), dict(due.content)
            moving.make_move(case, due.move, by=by, at=at, content=content)


def _due(case: Case, parcel: Parcel, made: datetime | None) -> posting.Due | None:
    """What a case has to do because of a parcel with the result that was `made`, None while none."""
    is_home = parcel.purpose == Purpose.RESULT and parcel.recipient.is_applicant
    # What an earlier result went by says nothing of this one.
    if made is None or not is_home or parcel.packed_at < made:
        return None
    return posting.due(case, _sent(case, parcel))


def _made_at(case: Case) -> datetime | None:
    """When the result that stands now was made."""
    made = {states.ISSUE_RESULT.name, states.REISSUE_RESULT.name}
    if not case.result:
        return None
    events = recorded.events(case.number)
    return max((event.at for event in events if event.kind in made), default=None)


def _sent(case: Case, parcel: Parcel) -> Sent:
    rows = parcel.rows.filter(case=case.number)
    return Sent(
        number=parcel.number,
        state=parcel.state,
        outcomes=tuple(rows.values_list("outcome", flat=True)),
        is_deciders=parcel.sender.party == (case.decider_node, case.decider_authority),
    )


@happenings.on(states.ARRIVE, states.DELIVER_TO_WINDOW.name, states.DELIVER_ONLINE.name)
def catch_up(case: Case, event: Event) -> None:
    """Let a case that has come into other hands do what its parcels did while it was on its way."""
    here = moving.system_author().node
    if case.holder not in {Party.CHANNEL, Party.NOBODY} and case.standing().holder_node == here:
        settle(case, at=event.at)


@happenings.on(states.HAND_OVER.name)
def share_choice(case: Case, event: Event) -> None:
    """Tell how the result is to be given to a node that has just got the case."""
    if case.applicant_node == moving.system_author().node:
        choosing.share(case=case.number, nodes=case.told, at=event.at)


def register() -> None:
    """Say who knows cases."""
    casebook.know_cases(Book())
