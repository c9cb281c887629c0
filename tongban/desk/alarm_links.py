"""The desk's links to what an officer is told, with how much of it nobody has seen to."""

from django.http import HttpRequest

from tongban.basics.prepared import Count
from tongban.cases import alarms
from tongban.cases.notices import desk_inbox
from tongban.desk.gate import officer_here


def alarms_waiting(request: HttpRequest) -> Count | None:
    """How many alarms of this office nobody has acknowledged, up to a hundred."""
    officer = officer_here(request)
    if officer is None or officer.authority is None:
        return None
    return alarms.waiting(officer)


def notices_unread(request: HttpRequest) -> int | None:
    """How many notices this officer has not read, up to a hundred."""
    officer = officer_here(request)
    return desk_inbox.unread(officer) if officer else None
