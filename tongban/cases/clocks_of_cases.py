"""The clocks of a case of this node: its record, this node's calendars, the thresholds of places."""

from datetime import datetime

from tongban.basics import calendar
from tongban.cases.clocks import ledger as ledgers
from tongban.cases.clocks.ledger import Ledger, World
from tongban.cases.clocks.values import Thresholds
from tongban.jurisdictions import calendars
from tongban.record import queries as recorded


def ledger(number: str, *, at: datetime) -> Ledger | None:
    """The ledger of a case at a moment; None when this node has no record of it."""
    events = recorded.events(number)
    world = World(calendar_of=calendar.of, thresholds_of=thresholds)
    return ledgers.of_events(events, at=at, world=world) if events else None


def thresholds(place: str) -> Thresholds:
    """When the lights of a place turn amber."""
    found = calendars.lights(place)
    return Thresholds(found.amber_left, found.amber_share, found.basis)
