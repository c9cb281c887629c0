"""What happens after an event of a case was kept, in the same transaction: documents, notices, counts.

A domain above or beside registers what it does; nothing here knows who listens. Listeners write rows
and nothing else: no network, no clock of their own (an event has its moment). What a listener
raises undoes the event with it, so a listener refuses nothing.
"""

from collections.abc import Callable
from typing import TypeVar

from tongban.cases.models import Case
from tongban.record.chains import Event

Listener = Callable[[Case, Event], None]
L = TypeVar("L", bound=Listener)

# Whether a listener has anything to do with events of a kind just now; it may ask the database.
Wants = Callable[[str], bool]

EVERYTHING = "*"
_LISTENERS: dict[str, list[Listener]] = {}
_WANTS: dict[Listener, Wants] = {}


def on(*kinds: str, wants: Wants | None = None) -> Callable[[L], L]:
    """Register a listener for kinds of events (names of moves, `arrive`, notes); without any, for all.

    It hears events that this node wrote and those that came from others, each once. `wants` lets
    the busiest write of a node, which is one statement, stay one while nobody has asked to hear.
    """

    def register(listener: L) -> L:
        for kind in kinds or (EVERYTHING,):
            heard = _LISTENERS.setdefault(kind, [])
            if listener not in heard:
                heard.append(listener)
        if wants:
            _WANTS[listener] = wants
        return listener

    return register


def are_heard(kind: str) -> bool:
    """Whether anybody listens for a kind of events, and has anything to do with it now."""
    heard = (*_LISTENERS.get(kind, ()), *_LISTENERS.get(EVERYTHING, ()))
    return any(listener not in _WANTS or _WANTS[listener](kind) for listener in heard)


def tell(case: Case, event: Event) -> None:
    """Tell the listeners of an event that was just kept; the case is locked, its rows are new."""
    for listener in (*_LISTENERS.get(event.kind, ()), *_LISTENERS.get(EVERYTHING, ())):
        listener(case, event)
