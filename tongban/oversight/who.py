"""Who comes to this door: operators of the node, managers of the catalogue."""

from django.http import HttpRequest

from tongban.parties.models import Role
from tongban.parties.permissions import visiting_officer


def is_operator(request: HttpRequest) -> bool:
    """Whether the person signed in looks after this node."""
    return _has(request, Role.OPERATOR)


def is_manager(request: HttpRequest) -> bool:
    """Whether the person signed in keeps the catalogue."""
    return _has(request, Role.MANAGER)


def _has(request: HttpRequest, role: Role) -> bool:
    officer = visiting_officer(request)
    return officer is not None and role in officer.roles
