"""Which of the portal's links this node shows."""

from django.conf import settings
from django.http import HttpRequest

from tongban.cases.notices import inbox
from tongban.parties.models import Account
from tongban.parties.permissions import visiting_officer


def keeps_cases(_request: HttpRequest) -> bool:
    """The hub takes no cases; they lie at the nodes of their applicants."""
    return not settings.IS_HUB


def keeps_inbox(request: HttpRequest) -> bool:
    """Who applies has an inbox; the account of an officer is for the desk."""
    signed_in = isinstance(getattr(request, "user", None), Account)
    return signed_in and not settings.IS_HUB and visiting_officer(request) is None


def unread(request: HttpRequest) -> int | None:
    """How many notices were not read; no number at all when there are none."""
    user = getattr(request, "user", None)
    return (inbox.unread(user) or None) if isinstance(user, Account) else None
