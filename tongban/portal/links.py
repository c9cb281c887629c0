"""Which of the portal's links this node shows."""

from django.conf import settings
from django.http import HttpRequest


def keeps_cases(_request: HttpRequest) -> bool:
    """The hub takes no cases; they lie at the nodes of their applicants."""
    return not settings.IS_HUB
