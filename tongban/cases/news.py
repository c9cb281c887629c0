"""News for officers of this node that no event of a case tells: who does it registers nothing.

What happens says whom it concerns; whoever keeps the desk's inbox listens. Listeners write rows and
nothing else, in the transaction of what happened, and refuse nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from tongban.parties.models import Officer

# A colleague handed a case over; a signature is asked for, given or refused; somebody asks about a
# case; another office answered an inquiry, or a joint step.
GIVEN, TO_SIGN, SETTLED, ASKED = "given", "to_sign", "settled", "asked"
INQUIRY_ANSWERED, STEP_ANSWERED = "inquiry_answered", "step_answered"
# The office has not answered an inquiry in time, and is reminded of it.
INQUIRY_LATE = "inquiry_late"


@dataclass(frozen=True)
class News:
    """One thing that one officer should know; `ref` tells it from others of its kind and case."""

    kind: str
    to: Officer
    ref: str
    at: datetime
    number: str = ""


Listener = Callable[[News], None]
L = TypeVar("L", bound=Listener)
_LISTENERS: list[Listener] = []


def on_news(listener: L) -> L:
    """Register what hears of news; the second time changes nothing."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)
    return listener


def tell(news: News) -> None:
    """Tell the listeners."""
    for listener in _LISTENERS:
        listener(news)
