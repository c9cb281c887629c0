"""What is kept of appointments that are over: who came, on which day; not the name and not the phone."""

from datetime import date, datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from tongban.basics.hours import day_in_beijing
from tongban.counters.models import Appointment

log = structlog.get_logger(__name__)
# Days that a name is kept after its appointment; a default of the platform.
DAYS = 30
BATCH = 500
FORGOTTEN = b""


def days_kept() -> int:
    """After how many days names go at this node: as its operator has set it, or the default."""
    return int(settings.APPOINTMENT_NAMES_DAYS) or DAYS


def forget_due(*, at: datetime) -> int:
    """Delete name and phone of appointments whose day is so long past; gives how many.

    The second time there is nothing left to delete. Two workers share them; a row that somebody
    holds is left for the next look.
    """
    before = day_in_beijing(at) - timedelta(days=days_kept())
    done = 0
    while count := _forget_some(before):
        done += count
    if done:
        log.info("counters.names_forgotten", count=done)
    return done


@transaction.atomic
def _forget_some(before: date) -> int:
    kept = Appointment.objects.filter(slot__day__lt=before).exclude(who_sealed=FORGOTTEN)
    some = kept.select_for_update(of=("self",), skip_locked=True).order_by("pk")
    rows = Appointment.objects.filter(pk__in=list(some.values_list("pk", flat=True)[:BATCH]))
    return rows.update(who_sealed=FORGOTTEN)
