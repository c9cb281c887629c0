"""In whose name a system acts: the officer whom its token names."""

from django.http import HttpRequest

from tongban.api.bearer import OfficerMissing, bounds, grant_of
from tongban.cases import bounds as seeing
from tongban.cases.models import Case
from tongban.parties import queries as parties
from tongban.parties.models import Officer


def officer_of(request: HttpRequest) -> Officer:
    """The officer in whose name a request comes. Refused: OfficerMissing."""
    officer = parties.acting_officer(grant_of(request))
    if officer is None:
        raise OfficerMissing
    return officer


def is_officers(request: HttpRequest) -> bool:
    """Whether a token was given for what an officer does."""
    return bool(grant_of(request).officer)


def case_here(request: HttpRequest, number: str) -> Case:
    """The case of a request; one outside of the system's bounds does not exist for it."""
    return seeing.case_within(bounds(request), number)
