"""Who has joint steps at the desk, and how many wait."""

from django.http import HttpRequest

from tongban.cases.joint import queries
from tongban.desk.gate import officer_here
from tongban.parties.models import Role


def decides(request: HttpRequest) -> bool:
    """Whether somebody decides here; whoever only receives is never asked for a step."""
    officer = officer_here(request)
    return officer is not None and Role.DECIDER in officer.roles


def waiting(request: HttpRequest) -> int | None:
    """How many steps wait for the officer's office."""
    officer = officer_here(request)
    return queries.in_hand(officer).count() if officer else None
