"""What nodes say to each other about cases. A changed meaning is a new version of the type."""

from tongban.exchange.bundles import files
from tongban.exchange.bundles import pack as events_data
from tongban.exchange.bundles import unpack as read_events

__all__ = ["EVENTS", "REQUEST", "events_data", "files", "read_events"]

EVENTS = "case.events.v1"
REQUEST = "case.request.v1"
