"""What nodes say to each other about cases. A changed meaning is a new version of the type."""

EVENTS = "case.events.v1"
REQUEST = "case.request.v1"
