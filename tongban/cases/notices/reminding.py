"""Reminding applicants of the last day they have; the moment it is due follows from the ledger."""

from datetime import date, datetime

from django.conf import settings
from django.db.models import Exists, OuterRef

from tongban.basics import calendar
from tongban.cases import clocks_of_cases
from tongban.cases.models import Case
from tongban.cases.notices import telling
from tongban.cases.notices.models import Notice
from tongban.cases.standing import BEIJING
from tongban.cases.states import State

# Working days before the last one; a default of the platform.
DAYS_BEFORE = 2
KIND = "correction_due"
BATCH = 500


def remind(*, at: datetime) -> int:
    """Remind of corrections whose last day is near, once each, whoever else reminds meanwhile.

    Also after the day itself while the node was down: late is better than not at all. Gives how
    many notices were written.
    """
    told = Notice.objects.filter(number=OuterRef("number"), kind=KIND, seq=OuterRef("corrections"))
    waiting = Case.objects.filter(
        ~Exists(told), state=State.CORRECTION, applicant_node=settings.NODE_ID
    )
    count = 0
    for case in waiting.order_by("held_since").iterator(chunk_size=BATCH):
        count += _remind(case, at=at)
    return count


def _remind(case: Case, *, at: datetime) -> int:
    last = _last_day(case, at=at)
    today = at.astimezone(BEIJING).date()
    if last is None or calendar.working_days_between(today, last) > DAYS_BEFORE:
        return 0
    facts = {"due": last.isoformat()}
    return len(telling.tell(case=case, kind=KIND, seq=case.corrections, at=at, facts=facts))


def _last_day(case: Case, *, at: datetime) -> date | None:
    ledger = clocks_of_cases.ledger(case.number, at=at)
    running = [one for one in ledger.clocks if one.is_open] if ledger else []
    clock = next((one for one in running if one.kind.key == "correction"), None)
    return clock.reckoning.due_on if clock else None
