"""On which side of a case an officer stands, and how its two sides are called on a page."""

from dataclasses import dataclass

from tongban.cases.models import Case
from tongban.cases.states import Party
from tongban.cases.timeline import place_of
from tongban.jurisdictions import queries as jurisdictions
from tongban.parties import absences
from tongban.parties.models import Officer, Role

MARKS = {
    Party.APPLICANT: "app",
    Party.RECEIVER: "recv",
    Party.DECIDER: "deci",
    Party.CHANNEL: "chan",
    Party.NOBODY: "app",
}
ROLES = {Party.RECEIVER: Role.RECEIVER, Party.DECIDER: Role.DECIDER}


def sides_of(officer: Officer) -> list[Party]:
    """The queues an officer has: receiving, deciding, or both, in this order.

    Whoever only leads an office has the queues of those whom she leads.
    """
    own = [party for party, role in ROLES.items() if role in officer.roles]
    if own or Role.LEADER not in officer.roles:
        return own
    led = {role for one in absences.colleagues(officer) for role in one.roles}
    return [party for party, role in ROLES.items() if role in led] or [Party.DECIDER]


def side_of(officer: Officer, case: Case) -> Party:
    """The side on which an officer meets a case; where one office is both, whoever holds it."""
    authority = officer.authority.code if officer.authority else ""
    mine = [
        party
        for party, code in (
            (Party.RECEIVER, case.receiver_authority),
            (Party.DECIDER, case.decider_authority),
        )
        if code == authority
    ]
    return Party(case.holder) if case.holder in mine else mine[0]


@dataclass(frozen=True)
class Pair:
    """The two places at the head of everything about a case."""

    start: str
    start_mark: str
    end: str
    other: str  # the place on the other side of the officer, by its own name
    other_mark: str


def pair_of(case: Case, side: Party) -> Pair:
    """From where to where; without a window the applicant's place stands first."""
    online = not case.receiver_authority
    start = case.applicant_place if online else case.receiving_place
    first = Party.APPLICANT if online else Party.RECEIVER
    other = first if side is Party.DECIDER else Party.DECIDER
    return Pair(
        start=jurisdictions.plain_name(start),
        start_mark=MARKS[first],
        end=jurisdictions.plain_name(case.deciding_place),
        other=place_of(case, other),
        other_mark=MARKS[other],
    )
