"""What the frame asks about leaders of offices."""

from django.http import HttpRequest

from tongban.cases.operations import assigning, countersigning
from tongban.desk.gate import officer_here


def is_leader(request: HttpRequest) -> bool:
    """Whether a request is by the leader of an office."""
    officer = officer_here(request)
    return officer is not None and assigning.leads(officer)


def to_sign(request: HttpRequest) -> int | None:
    """How much waits for the leader's signature."""
    officer = officer_here(request)
    if officer is None or not assigning.leads(officer):
        return None
    return countersigning.waiting_for(officer).count()
