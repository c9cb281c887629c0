"""Rules that change while cases run: who would be touched, and moving those that are better off."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Count, Q, QuerySet

from tongban.basics.refusals import NotFound
from tongban.cases import queries, states
from tongban.cases.models import Case, RulesApplied
from tongban.cases.operations import moving
from tongban.cases.standing import BEIJING
from tongban.cases.states import ENDED, LABELS, Party, State
from tongban.catalogue import queries as catalogue
from tongban.catalogue import running
from tongban.catalogue.running import Change, Due, Touched

log = structlog.get_logger(__name__)


@running.counts(states={state: LABELS[state] for state in State if state in states.RULES_CHANGE_IN})
def count(change: Change) -> Sequence[Touched]:
    """The running cases decided at this node that still follow earlier rules, by state."""
    rows = dict(_touched(change).values_list("state").annotate(Count("number")).order_by())
    return [Touched(state, LABELS[state], rows[state]) for state in State if state in rows]


def _touched(change: Change) -> QuerySet[Case]:
    """Running cases of the item that this node decides in the place, under an earlier version."""
    cases = Case.objects.filter(item=change.item, decider_node=settings.NODE_ID).exclude(
        state__in=ENDED
    )
    if not change.place:
        return cases.filter(item_version__lt=change.number)
    return cases.filter(deciding_place__startswith=_prefix(change.place)).exclude(_follows(change))


def _prefix(place: str) -> str:
    """The beginning of the codes of all places within one: 22 of 220000, 2201 of 220100."""
    if place.endswith("0000"):
        return place[:2]
    return place[:4] if place.endswith("00") else place


def _follows(change: Change) -> Q:
    """Cases that name this version of the place's rules; a later one is seen when it is moved."""
    return Q(local_version__regex=rf"(^| ){change.place}:{change.number}( |$)")


def apply_due(*, at: datetime) -> int:
    """Apply every change in force that moves running cases and was not applied yet; gives how many
    cases were moved.

    Called now and then by the worker, also late, also by two at once: each case is moved once, under
    its own lock, and a change that was applied is not looked at again.
    """
    done = set(RulesApplied.objects.values_list("item", "place", "number"))
    moved = 0
    for one in running.due(at.astimezone(BEIJING).date()):
        change = one.change
        if (change.item, change.place, change.number) not in done:
            moved += _apply(one, at=at)
    return moved


def _apply(due: Due, *, at: datetime) -> int:
    change = due.change
    may_move = set(due.states) & states.RULES_CHANGE_IN
    numbers = list(
        _touched(change)
        .filter(state__in=may_move, holder=Party.DECIDER)
        .order_by("number")
        .values_list("number", flat=True)
    )
    outcomes = [_try_to_move(number, due, at=at) for number in numbers]
    moved, left = outcomes.count(True), outcomes.count(False)
    named = {"item": change.item, "place": change.place, "number": change.number}
    if moved + left == len(outcomes):
        counted = {"moved": moved, "left": left, "at": at}
        RulesApplied.objects.get_or_create(**named, defaults=counted)
    log.info("cases.rules_applied", **named, moved=moved, left=left, of=len(outcomes))
    return moved


def _try_to_move(number: str, due: Due, *, at: datetime) -> bool | None:
    """One case that cannot be moved for a reason of ours holds up no other; it is tried again."""
    try:
        return _move(number, due, at=at)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.exception("cases.rules_not_applied", case=number)
        return None


@transaction.atomic
def _move(number: str, due: Due, *, at: datetime) -> bool:
    """Move one case, if it still stands where it may be moved and is no worse off."""
    case = queries.lock_case(number)
    standing = case.standing()
    may_move = State(case.state) in set(due.states) & states.RULES_CHANGE_IN
    if not may_move or standing.holder != Party.DECIDER or standing.holder_node != settings.NODE_ID:
        return False
    version, local = _target(case, due.change)
    try:
        after = catalogue.version(case.item, version, local)
    except NotFound:
        return False
    is_other = (version, after.local) != (case.item_version, case.local_version)
    if not is_other or running.worse_for_applicants(queries.version_of(case), after):
        return False
    moving.write(
        case,
        states.CHANGE_RULES,
        by=moving.system_author(),
        at=at,
        content={"version": version, "local": after.local, "why": due.why},
    )
    return True


def _target(case: Case, change: Change) -> tuple[int, str]:
    """The version that a case would follow: only what changed is changed, never to earlier rules."""
    if not change.place:
        return max(case.item_version, change.number), case.local_version
    named = dict(one.split(":") for one in case.local_version.split())
    if int(named.get(change.place, 0)) < change.number:
        named[change.place] = str(change.number)
    return case.item_version, " ".join(f"{place}:{named[place]}" for place in sorted(named))
