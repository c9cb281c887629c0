"""Taking a case from the queue and putting it back."""

from datetime import datetime

from django.db import transaction

from tongban.basics.refusals import Refused
from tongban.cases import queries
from tongban.cases.models import Case
from tongban.cases.operations import moving
from tongban.cases.permissions import ClaimedByAnother, check_may_see, office_of
from tongban.cases.states import PARTY_LABELS, Party
from tongban.parties import absences
from tongban.parties.models import Officer


class NotInHand(Refused):
    """The case is not with the officer's office, so there is nothing to take."""

    code = "not-in-hand"

    def __init__(self, holder: Party) -> None:
        super().__init__(f"这件现在在“{PARTY_LABELS[holder]}”，不在您的队列里", holder=holder.value)


@transaction.atomic
def claim_case(*, number: str, officer: Officer, at: datetime) -> Case:
    """Take a case from the queue of one's own office.

    Refused while a colleague has it, unless she is away and the officer stands in for her.
    Claiming twice changes nothing.
    """
    case = queries.lock_case(number)
    check_may_see(officer, case)
    in_hand = {
        Party.RECEIVER: ("receiver", case.receiver_authority),
        Party.DECIDER: ("decider", case.decider_authority),
    }.get(Party(case.holder))
    if in_hand is None or in_hand[0] not in officer.roles or in_hand[1] != office_of(officer).code:
        raise NotInHand(Party(case.holder))
    absent = case.claimed_by is not None and absences.stands_in(officer, case.claimed_by, at)
    if case.claimed_by is not None and case.claimed_by != officer and not absent:
        raise ClaimedByAnother(case.claimed_by.name)
    if case.claimed_by_id is None or absent:
        case.claimed_by, case.claimed_at = officer, at
        case.save(update_fields=["claimed_by", "claimed_at"])
    return case


@transaction.atomic
def release_case(*, number: str, officer: Officer) -> Case:
    """Put a case back for one's colleagues. Refused to anybody but the one who took it."""
    case = queries.lock_case(number)
    if case.claimed_by is None:
        return case
    if case.claimed_by != officer:
        raise ClaimedByAnother(case.claimed_by.name)
    moving.release(case)
    return case
