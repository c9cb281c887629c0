"""Who hears what happens to mandates; a domain above registers, nothing here knows who listens.

Listeners write rows only, in the transaction of what happened, and refuse nothing.
"""

from collections.abc import Callable

from tongban.parties.mandates.models import Mandate, MandateEntry

Listener = Callable[[Mandate, MandateEntry], None]
_LISTENERS: list[Listener] = []


def on_entry(listener: Listener) -> Listener:
    """Hear of everything that happens to every mandate. Registering twice is once."""
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)
    return listener


def tell(mandate: Mandate, entry: MandateEntry) -> None:
    """Tell whoever listens that something happened to a mandate."""
    for listener in _LISTENERS:
        listener(mandate, entry)
