"""The desk's links to requests and inquiries, with how many wait for an answer of this office."""

from django.http import HttpRequest

from tongban.basics.prepared import Count
from tongban.cases import asked
from tongban.cases.inquiries import queries as inquiries
from tongban.desk.gate import officer_here


def has_office(request: HttpRequest) -> bool:
    """Whether an officer of an office looks."""
    officer = officer_here(request)
    return officer is not None and officer.authority is not None


def requests_waiting(request: HttpRequest) -> Count | None:
    """How many requests wait for this office."""
    officer = officer_here(request)
    if officer is None or officer.authority is None:
        return None
    return asked.count_of_office(officer)


def inquiries_waiting(request: HttpRequest) -> Count | None:
    """How many inquiries wait for this office."""
    officer = officer_here(request)
    if officer is None or officer.authority is None:
        return None
    return inquiries.count_waiting(officer)
