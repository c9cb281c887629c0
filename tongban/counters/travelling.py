"""Appointments at another node's window: the wish goes there, what became of it comes back.

Only the window's node counts its places. A wish names the case, which that node has; it is believed
from the node of the case's applicant alone. What comes back is the state, each time it changes.
"""

from datetime import datetime

from tongban.counters import queries
from tongban.counters.models import Appointment
from tongban.exchange import outbox

WISH, STATE = "appointment.wish.v1", "appointment.state.v1"
BOOK, CANCEL = "book", "cancel"


def wish(row: Appointment, do: str, *, at: datetime) -> None:
    """Ask the window's node for a place, or give one back; the answer comes as a state."""
    name, phone = row.who
    content = {
        "id": str(row.pk),
        "do": do,
        "authority": row.slot.authority,
        "window": row.slot.window,
        "day": row.slot.day.isoformat(),
        "half": row.slot.half,
        "name": name,
        "phone": phone,
    }
    outbox.tell([queries.node_of(row)], WISH, row.number, content, at=at)


def tell_state(row: Appointment, *, at: datetime) -> None:
    """Tell the node of whoever comes how the appointment stands."""
    outbox.tell([row.home], STATE, row.number, {"id": str(row.pk), "state": row.state}, at=at)
