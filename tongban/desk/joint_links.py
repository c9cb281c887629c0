"""Who has joint steps at the desk, and how many wait."""

from django.http import HttpRequest

from tongban.basics.prepared import Count
from tongban.cases.joint import queries
from tongban.desk.gate import officer_here
from tongban.parties.models import Role


def decides(request: HttpRequest) -> bool:
    """Whether somebody decides here; whoever only receives is never asked for a step."""
    officer = officer_here(request)
    return officer is not None and Role.DECIDER in officer.roles


def waiting(request: HttpRequest) -> Count | int | None:
    """How many steps wait for the officer's office."""
    officer = officer_here(request)
    return queries.count_in_hand(officer) if officer else None
