"""When the calendar changes, so do the days on which running cases are due."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from tongban.cases.clocks.rules import WITHOUT_CLOCK
from tongban.cases.models import Case
from tongban.cases.operations import rebuilding
from tongban.cases.states import Party, State


@dataclass(frozen=True)
class Moved:
    """A case whose last day is another one now."""

    number: str
    was: date | None
    now: date | None


# A case in any other state has a clock; so one without any was folded before there were clocks.
_HAS_A_CLOCK = [state.value for state in State if state not in WITHOUT_CLOCK]
BATCH = 500


def fill_clocks(*, tell: Callable[[int], None] = lambda _done: None) -> int:
    """Fold anew the running cases that were last folded before there were clocks; gives how many.

    Batch after batch by number, each case in its own transaction, so it may be stopped at any time and
    goes on where it was; the second time there is nothing left to do. `tell` hears how many are done.
    """
    empty = Case.objects.filter(clocks={}, state__in=_HAS_A_CLOCK).order_by("number")
    done, after = 0, ""
    while numbers := list(empty.filter(number__gt=after).values_list("number", flat=True)[:BATCH]):
        for number in numbers:
            found = rebuilding.rebuild(number=number, write=True)
            done += any(one.column == "clocks" for one in found)
        after = numbers[-1]
        tell(done)
    return done


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
