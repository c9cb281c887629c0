"""Who comes to this door: operators of the node, managers of the catalogue."""

from django.http import HttpRequest

from tongban.parties import queries as parties
from tongban.parties.models import Role


def is_operator(request: HttpRequest) -> bool:
    """Whether the person signed in looks after this node."""
    return _has(request, Role.OPERATOR)


def is_manager(request: HttpRequest) -> bool:
    """Whether the person signed in keeps the catalogue."""
    return _has(request, Role.MANAGER)


def _has(request: HttpRequest, role: Role) -> bool:
    officer = parties.officer_of(request.user)
    return officer is not None and role in officer.roles
