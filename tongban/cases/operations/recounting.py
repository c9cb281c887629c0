"""When the calendar changes, so do the days on which running cases are due."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from tongban.cases.models import Case
from tongban.cases.operations import rebuilding
from tongban.cases.states import Party, State


@dataclass(frozen=True)
class Moved:
    """A case whose last day is another one now."""

    number: str
    was: date | None
    now: date | None


def recount(*, since: date) -> list[Moved]:
    """Fold anew every running case that may count a day from `since` on; the second time nothing moves.

    What is due earlier counts no such day. A case that waits for a correction is due later than
    anybody knows, so it is folded too. Each case is its own transaction.
    """
    running = Case.objects.exclude(holder=Party.NOBODY.value)
    touched = running.filter(Q(due_on__gte=since) | Q(state=State.CORRECTION.value))
    return [
        Moved(number, difference.tables, difference.record)
        for number in list(touched.values_list("number", flat=True))
        for difference in rebuilding.rebuild(number=number, write=True)
        if difference.column == "due_on"
    ]
