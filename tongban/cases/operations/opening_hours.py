"""What an acceptance says of the hours of the office that decides an instant item (ADR 0020)."""

from typing import Any

from tongban.basics import hours
from tongban.basics.hours import HoursMalformed
from tongban.basics.refusals import NotFound
from tongban.cases.models import Case
from tongban.jurisdictions import queries as jurisdictions


def said(case: Case) -> dict[str, Any]:
    """The hours as content of the event that starts the clock, written by the office's own node.

    Nothing for an item that has days, since hours say nothing about those; and nothing where the
    office's hours are not known: then the day of the event counts, whatever the time.
    """
    if case.limits.get("decide") != 0:
        return {}
    try:
        known = hours.read(jurisdictions.authority(case.decider_authority).office_hours)
    except (NotFound, HoursMalformed):
        return {}
    return {"hours": known.as_dict()} if known else {}
